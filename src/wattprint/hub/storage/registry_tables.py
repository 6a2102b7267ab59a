"""Tables of the registry of models' footprints, and of the links that ask authors for one.

A figure is a whole number of joules or micrograms, with the bounds of its 90 % interval; null is
not known. Of what a submission said nothing is lost: `raw` is it as it came. What a list is
filtered by lies beside it in small letters (`..._key`); what it is searched by, word for word, in
`registry_words` and `registry_word_models`: the words of a tenant are few, so that a part of a word
is looked for among them and not among the models.
"""

from sqlalchemy import BigInteger, Column, Index, Table, Text

from wattprint.hub.storage.columns import key, texts, wholes
from wattprint.hub.storage.metadata import METADATA

RANGE_FIGURES = ("energy_j", "energy_low_j", "energy_high_j")
MASS_FIGURES = ("location_ug", "location_low_ug", "location_high_ug")

_PLAIN_ORDER = Text().with_variant(Text(collation="C"), "postgresql")
"""Text that is compared byte by byte, as on SQLite: an index serves the beginnings of words."""


registry_settings = Table(
    "registry_settings",
    METADATA,
    key("org_id"),
    *wholes("is_public"),
    *texts("licence", "attribution"),
    *wholes("updated_at_ms"),
)
"""Whether anybody may read an organisation's accepted models, and under which licence."""

registry_models = Table(
    "registry_models",
    METADATA,
    key("org_id"),
    key("model_id"),
    *texts("name", "version", "task", "dataset", "licence", "publisher", "links", "note"),
    *texts("name_key", "task_key", "dataset_key", "publisher_key", "zones"),
    *wholes("year", nullable=True),
    *texts("state", "submitter", "origin", "method"),
    *wholes(*RANGE_FIGURES, *MASS_FIGURES, nullable=True),
    *wholes("computed_ug", "warnings"),
    *wholes("submitted_at_ms", "changed_at_ms"),
    *texts("findings", "raw", "raw_sha256"),
    Index("registry_by_change", "org_id", "state", "changed_at_ms", "model_id"),
    Index("registry_by_name", "org_id", "state", "name_key", "model_id"),
    Index("registry_by_mass", "org_id", "state", "location_ug", "model_id"),
    Index("registry_by_energy", "org_id", "state", "energy_j", "model_id"),
    Index("registry_by_year", "org_id", "state", "year", "model_id"),
    Index("registry_by_task", "org_id", "state", "task_key", "model_id"),
    Index("registry_by_exact_name", "org_id", "name_key"),
    Index("registry_by_submitter", "org_id", "submitter", "submitted_at_ms"),
)
"""A model as one submission tells of it. `origin` is `reported` or `computed`: whose the figures
are; `computed_ug` is our own estimate, -1 where there is none; `zones` are set apart by blanks."""

registry_footprints = Table(
    "registry_footprints",
    METADATA,
    key("org_id"),
    key("model_id"),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    *texts("stage", "zone", nullable=True),
    *texts("method"),
    *wholes("reported_j", "reported_ug", nullable=True),
    *wholes(*(f"computed_{name}" for name in (*RANGE_FIGURES, *MASS_FIGURES)), nullable=True),
    *texts("factor_set_version", nullable=True),
    *texts("said", "computed_how"),
)
"""One piece of work on a model. `said` is its part of the submission, as JSON."""

registry_scores = Table(
    "registry_scores",
    METADATA,
    key("org_id"),
    key("model_id"),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    *texts("metric", "metric_key", "dataset", "dataset_key", "said"),
    *wholes("score_millionths", "higher_is_better"),
    Index("registry_scores_by_metric", "org_id", "metric_key", "dataset_key", "model_id"),
)

registry_events = Table(
    "registry_events",
    METADATA,
    key("org_id"),
    key("model_id"),
    key("event_id"),
    *wholes("at_ms"),
    *texts("user_id", "state", "reason"),
)
"""What became of a submission, and why."""

registry_words = Table(
    "registry_words",
    METADATA,
    key("org_id"),
    Column("word", _PLAIN_ORDER, primary_key=True),
    sqlite_with_rowid=False,
)
"""Every word of a tenant's models, once."""

registry_word_models = Table(
    "registry_word_models",
    METADATA,
    key("org_id"),
    Column("word", _PLAIN_ORDER, primary_key=True),
    key("model_id"),
    sqlite_with_rowid=False,
)

registry_requests = Table(
    "registry_requests",
    METADATA,
    key("org_id"),
    key("request_id"),
    *texts("secret_sha256", "model_name", "note", "user_id"),
    *wholes("created_at_ms", "expires_at_ms"),
    *wholes("answered_at_ms", "revoked_at_ms", nullable=True),
    *texts("model_id", nullable=True),
    Index("registry_requests_by_time", "org_id", "created_at_ms", "request_id"),
)
"""Links that ask an author the three questions: each is answered once, by the submission named."""
