"""The registry of models' footprints.

Written out, not taken from `registry_tables.py`: that changes, and this step does not.
"""

from alembic import op
from sqlalchemy import BigInteger, Column, Index, Text

revision = "0003"
down_revision = "0002"

_TABLES = (
    *("registry_settings", "registry_models", "registry_footprints", "registry_scores"),
    *("registry_events", "registry_words", "registry_word_models", "registry_requests"),
)
_PLAIN_ORDER = Text().with_variant(Text(collation="C"), "postgresql")
_ENERGY = ("energy_j", "energy_low_j", "energy_high_j")
_MASS = ("location_ug", "location_low_ug", "location_high_ug")


def upgrade() -> None:
    """Make the tables."""
    _models()
    _search_and_requests()


def downgrade() -> None:
    """Drop them."""
    for name in reversed(_TABLES):
        op.drop_table(name)


def _models() -> None:
    op.create_table(
        "registry_settings",
        _key("org_id"),
        *_wholes("is_public"),
        *_texts("licence", "attribution"),
        *_wholes("updated_at_ms"),
    )
    op.create_table(
        "registry_models",
        _key("org_id"),
        _key("model_id"),
        *_texts("name", "version", "task", "dataset", "licence", "publisher", "links", "note"),
        *_texts("name_key", "task_key", "dataset_key", "publisher_key", "zones"),
        *_wholes("year", nullable=True),
        *_texts("state", "submitter", "origin", "method"),
        *_wholes(*_ENERGY, *_MASS, nullable=True),
        *_wholes("computed_ug", "warnings"),
        *_wholes("submitted_at_ms", "changed_at_ms"),
        *_texts("findings", "raw", "raw_sha256"),
        Index("registry_by_change", "org_id", "state", "changed_at_ms", "model_id"),
        Index("registry_by_name", "org_id", "state", "name_key", "model_id"),
        Index("registry_by_mass", "org_id", "state", "location_ug", "model_id"),
        Index("registry_by_energy", "org_id", "state", "energy_j", "model_id"),
        Index("registry_by_year", "org_id", "state", "year", "model_id"),
        Index("registry_by_task", "org_id", "state", "task_key", "model_id"),
        Index("registry_by_exact_name", "org_id", "name_key"),
        Index("registry_by_submitter", "org_id", "submitter", "submitted_at_ms"),
    )
    op.create_table(
        "registry_footprints",
        _key("org_id"),
        _key("model_id"),
        Column("number", BigInteger, primary_key=True, autoincrement=False),
        *_texts("stage", "zone", nullable=True),
        *_texts("method"),
        *_wholes("reported_j", "reported_ug", nullable=True),
        *_wholes(*(f"computed_{name}" for name in (*_ENERGY, *_MASS)), nullable=True),
        *_texts("factor_set_version", nullable=True),
        *_texts("said", "computed_how"),
    )
    op.create_table(
        "registry_scores",
        _key("org_id"),
        _key("model_id"),
        Column("number", BigInteger, primary_key=True, autoincrement=False),
        *_texts("metric", "metric_key", "dataset", "dataset_key", "said"),
        *_wholes("score_millionths", "higher_is_better"),
        Index("registry_scores_by_metric", "org_id", "metric_key", "dataset_key", "model_id"),
    )
    op.create_table(
        "registry_events",
        _key("org_id"),
        _key("model_id"),
        _key("event_id"),
        *_wholes("at_ms"),
        *_texts("user_id", "state", "reason"),
    )


def _search_and_requests() -> None:
    op.create_table(
        "registry_words",
        _key("org_id"),
        Column("word", _PLAIN_ORDER, primary_key=True),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "registry_word_models",
        _key("org_id"),
        Column("word", _PLAIN_ORDER, primary_key=True),
        _key("model_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "registry_requests",
        _key("org_id"),
        _key("request_id"),
        *_texts("secret_sha256", "model_name", "note", "user_id"),
        *_wholes("created_at_ms", "expires_at_ms"),
        *_wholes("answered_at_ms", "revoked_at_ms", nullable=True),
        *_texts("model_id", nullable=True),
        Index("registry_requests_by_time", "org_id", "created_at_ms", "request_id"),
    )


def _key(name: str) -> "Column[str]":
    return Column(name, Text, primary_key=True)


def _texts(*names: str, nullable: bool = False) -> "list[Column[str]]":
    return [Column(name, Text, nullable=nullable) for name in names]


def _wholes(*names: str, nullable: bool = False) -> "list[Column[int]]":
    return [Column(name, BigInteger, nullable=nullable) for name in names]
