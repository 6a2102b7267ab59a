"""What people say of runs: tags, notes, exclusions."""

from sqlalchemy import BigInteger, Column, Index, Table, Text

from wattprint.hub.storage.metadata import METADATA

TAG = r"^[A-Za-z0-9][A-Za-z0-9._:=+-]{0,63}$"
"""What a tag looks like: a word, or a name and a value such as `dataset=imagenet`."""
MOST_TAGS = 50
OF_RECORD = ""
"""Stands for who set a tag where the run's record says it: it is replaced with the record."""
_RUN = ("org_id", "project_id", "run_id")


def _of_run() -> "list[Column[str]]":
    return [Column(name, Text, primary_key=True) for name in _RUN]


def _said() -> "list[Column[str]]":
    return [Column("user_id", Text, nullable=False)]


run_tags = Table(
    "run_tags",
    METADATA,
    *_of_run(),
    Column("tag", Text, primary_key=True),
    *_said(),
    Column("at_ms", BigInteger, nullable=False),
    Index("run_tags_by_tag", "org_id", "tag", "project_id", "run_id"),
)

run_notes = Table(
    "run_notes",
    METADATA,
    *_of_run(),
    Column("note_id", Text, primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("edits_id", Text, nullable=True),
    Column("text", Text, nullable=False),
    *_said(),
    Column("at_ms", BigInteger, nullable=False),
)
"""Numbered in the order in which a run got them, whatever clocks said. A note that was edited is a
new row; `edits_id` names the first of its versions."""

exclusions = Table(
    "exclusions",
    METADATA,
    *_of_run(),
    Column("reason", Text, nullable=False),
    *_said(),
    Column("at_ms", BigInteger, nullable=False),
)
"""Runs that no sum counts. Their rows and readings stay; the roll-ups of days leave them out."""
