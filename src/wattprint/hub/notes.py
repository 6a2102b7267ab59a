"""What people say of runs: tags, notes, exclusions. Each change is audited where it is made.

A run that is excluded stays with its readings and figures; it leaves the sums of its day in the
transaction that excludes it, and comes back in the one that takes that back. While it is excluded
a newer record of it changes the run, and no sum: `ingest/store_runs.py` asks for that.
"""

import re
import secrets
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, insert, select, tuple_

from wattprint.domain.errors import InputError
from wattprint.hub.auth.rights import Principal
from wattprint.hub.ingest.store_runs import count_again, locked
from wattprint.hub.organisations import note
from wattprint.hub.storage.database import Database
from wattprint.hub.storage.errors import RunGoneError
from wattprint.hub.storage.note_tables import MOST_TAGS, TAG, exclusions, run_notes, run_tags

MOST_NOTES = 500
"""Notes of one run, edits among them."""
LONGEST_NOTE = 10_000
LONGEST_REASON = 500
_TAG = re.compile(TAG.rstrip("$") + r"\Z")


class RunKey(NamedTuple):
    """A run of a tenant."""

    org_id: str
    project_id: str
    run_id: str

    @property
    def said(self) -> str:
        """Return how the audit log names it."""
        return f"{self.project_id}/{self.run_id}"

    def of(self, table: Any) -> list[Any]:
        """Return the condition of a table's rows of this run."""
        return [table.c[name] == value for name, value in self._asdict().items()]


def set_tag(database: Database, by: Principal, run: RunKey, tag: str, now_ms: int) -> bool:
    """Give a run a tag; return whether it had it not.

    Raises:
        InputError: The tag is none, or the run has too many.
        RunGoneError: There is no such run.
    """
    if not _TAG.fullmatch(tag):
        allowed = "expected up to 64 letters, digits and . _ : = + -, the first a letter or digit"
        raise InputError(f"tag {tag[:80]!r} is none", allowed)

    def work(connection: Connection) -> bool:
        _held(connection, run)
        has = set(connection.scalars(select(run_tags.c.tag).where(*run.of(run_tags))))
        if tag in has:
            return False
        if len(has) >= MOST_TAGS:
            raise InputError(f"run {run.run_id!r} has {len(has)} tags", "expected no more")
        row = {**run._asdict(), "tag": tag, "user_id": by.user_id, "at_ms": now_ms}
        connection.execute(insert(run_tags), row)
        note(connection, by, "run.tag", run.said, {"tag": tag}, now_ms=now_ms)
        return True

    return database.write(work)


def remove_tag(database: Database, by: Principal, run: RunKey, tag: str, now_ms: int) -> bool:
    """Take a tag from a run; return whether it had it."""

    def work(connection: Connection) -> bool:
        statement = delete(run_tags).where(*run.of(run_tags), run_tags.c.tag == tag)
        if connection.execute(statement).rowcount == 0:
            return False
        note(connection, by, "run.untag", run.said, {"tag": tag}, now_ms=now_ms)
        return True

    return database.write(work)


def add_note(
    database: Database,
    by: Principal,
    run: RunKey,
    text: str,
    *,
    edits_id: str | None = None,
    now_ms: int,
) -> str:
    """Write a note, or a new version of one, and return its id.

    Args:
        database: The hub's database.
        by: Who writes.
        run: Of which run.
        text: What is said.
        edits_id: The note that this is a new version of.
        now_ms: When. [ms since 1970]

    Raises:
        InputError: No text, too much of it, too many notes, or no note of one's own to edit.
        RunGoneError: There is no such run.
    """
    if not text.strip() or len(text) > LONGEST_NOTE or "\0" in text:
        raise InputError(
            f"note is of {len(text):,} characters", f"expected 1 to {LONGEST_NOTE:,} that show"
        )

    def work(connection: Connection) -> str:
        _held(connection, run)
        its = select(run_notes.c.note_id, run_notes.c.edits_id, run_notes.c.user_id)
        found = {row.note_id: row for row in connection.execute(its.where(*run.of(run_notes)))}
        if len(found) >= MOST_NOTES:
            raise InputError(f"run {run.run_id!r} has {len(found)} notes", "expected no more")
        edited = found.get(edits_id) if edits_id is not None else None
        if edits_id is not None and (edited is None or edited.user_id != by.user_id):
            raise InputError(f"note {edits_id[:40]!r} is not yours", "expected one that is")
        first = edits_id if edited is None else edited.edits_id or edited.note_id
        note_id = secrets.token_hex(8)
        row = {**run._asdict(), "note_id": note_id, "number": len(found) + 1}
        row |= {"edits_id": first, "text": text}
        connection.execute(insert(run_notes), {**row, "user_id": by.user_id, "at_ms": now_ms})
        action = "run.note" if first is None else "run.note.edit"
        note(connection, by, action, run.said, {"note": first or note_id}, now_ms=now_ms)
        return note_id

    return database.write(work)


def exclude(database: Database, by: Principal, run: RunKey, reason: str, now_ms: int) -> bool:
    """Take a run out of all sums; return whether it was in them. Another reason replaces the first.

    Raises:
        InputError: No reason, or one that is too long.
        RunGoneError: There is no such run.
    """
    if not reason.strip() or len(reason) > LONGEST_REASON or "\0" in reason:
        raise InputError(
            f"reason is of {len(reason):,} characters", f"expected 1 to {LONGEST_REASON} that show"
        )

    def work(connection: Connection) -> bool:
        row = _held(connection, run)
        was_out = connection.execute(delete(exclusions).where(*run.of(exclusions))).rowcount > 0
        said = {"reason": reason, "user_id": by.user_id, "at_ms": now_ms}
        connection.execute(insert(exclusions), {**run._asdict(), **said})
        if not was_out:
            count_again(connection, row, -1)
        note(connection, by, "run.exclude", run.said, {"reason": reason}, now_ms=now_ms)
        return not was_out

    return database.write(work)


def include(database: Database, by: Principal, run: RunKey, now_ms: int) -> bool:
    """Count a run again that was excluded; return whether it was.

    Raises:
        RunGoneError: There is no such run.
    """

    def work(connection: Connection) -> bool:
        row = _held(connection, run)
        if connection.execute(delete(exclusions).where(*run.of(exclusions))).rowcount == 0:
            return False
        count_again(connection, row, 1)
        note(connection, by, "run.include", run.said, {}, now_ms=now_ms)
        return True

    return database.write(work)


class Said(NamedTuple):
    """What people said of a run."""

    tags: list[str]
    notes: list[dict[str, Any]]
    """The newest version of each, the oldest note first: id, user, at_ms, text, versions."""
    exclusion: dict[str, Any] | None


def said_of(database: Database, run: RunKey) -> Said:
    """Return what people said of a run."""
    with database.reading() as connection:
        tags = connection.scalars(
            select(run_tags.c.tag).where(*run.of(run_tags)).order_by(run_tags.c.tag)
        ).all()
        order = run_notes.c.number
        rows = connection.execute(select(run_notes).where(*run.of(run_notes)).order_by(order))
        notes = _newest(dict(row._mapping) for row in rows)
        out = connection.execute(select(exclusions).where(*run.of(exclusions))).mappings().first()
    names = {"reason": "reason", "user_id": "user", "at_ms": "at_ms"}
    exclusion = None if out is None else {name: out[column] for column, name in names.items()}
    return Said(list(tags), notes, exclusion)


def _newest(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    notes: dict[str, dict[str, Any]] = {}
    for row in rows:
        first = row["edits_id"] or row["note_id"]
        versions = notes[first]["versions"] + 1 if first in notes else 1
        known = {"user": row["user_id"], "at_ms": row["at_ms"], "text": row["text"]}
        notes[first] = {"id": first, **known, "versions": versions}
    return list(notes.values())


def tags_of(
    connection: Connection, org_id: str, keys: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], list[str]]:
    """Return the tags of some runs, by project and id."""
    its = run_tags.c
    keys = list(keys)
    if not keys:
        return {}
    of = tuple_(its.project_id, its.run_id).in_(keys)
    found: dict[tuple[str, str], list[str]] = {}
    statement = select(its.project_id, its.run_id, its.tag).where(its.org_id == org_id, of)
    for row in connection.execute(statement.order_by(its.tag)):
        found.setdefault((row.project_id, row.run_id), []).append(row.tag)
    return found


def _held(connection: Connection, run: RunKey) -> Mapping[str, Any]:
    """Return a run's row, which nobody else changes until this transaction ends."""
    found = locked(connection, [run._asdict()])
    if not found:
        raise RunGoneError(run.run_id)
    return next(iter(found.values()))
