"""The database brought to today's tables at start, and back to earlier ones."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from wattprint.domain.errors import InputError
from wattprint.hub.storage.database import Database

_FOLDER = Path(__file__).parent / "migrations"


def migrate(database: Database, revision: str = "head") -> None:
    """Bring a database to a revision, forwards or backwards, in one transaction.

    Args:
        database: The database.
        revision: Name of a step, 'head' for the newest, 'base' for no tables at all.

    Raises:
        InputError: The database was written by a newer Wattprint.
        StorageError: The database cannot be changed.
    """
    config = _config()
    before = current_revision(database)
    known = {step.revision for step in ScriptDirectory.from_config(config).walk_revisions()}
    if before is not None and before not in known:
        raise InputError(
            f"the database is at step {before!r}, which this version does not know",
            "expected one made by this version or an earlier one",
        )
    is_backwards = revision == "base" or (revision in known and before is not None)
    with database.migrating() as connection:
        config.attributes["connection"] = connection
        (command.downgrade if is_backwards else command.upgrade)(config, revision)


def current_revision(database: Database) -> str | None:
    """Return the step at which a database is; None where it has no tables."""
    with database.reading() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest_revision() -> str:
    """Return the step of today's tables."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    return config
