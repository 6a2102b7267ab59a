"""A hub's database on SQLite and on PostgreSQL: every test that takes `database_url` runs on both.

PostgreSQL is one server for the whole session, with a database of its own for each test. What tests
storage runs on both always; of pages and the like, which stand upon it, `make test` takes either
for each test, and `make proof` both.
"""

import shutil
from itertools import count
from pathlib import Path
from zlib import crc32

import pytest

from postgres_server import postgres_server
from processes import WHOLE_PROOF
from wattprint.hub.storage.database import Database
from wattprint.hub.storage.migrate import migrate

_NUMBERS = count(1)
DATABASES = ("sqlite", "postgresql")
ON_BOTH = {
    *(
        "test_away",
        "test_backup",
        "test_charged_hours",
        "test_export",
        "test_ingest",
        "test_jobs",
        "test_migrations",
    ),
    *("test_notes", "test_parquet", "test_recompute", "test_retention", "test_rights"),
    *("test_many_runs", "test_registry_api", "test_served", "test_sums", "test_tokens"),
    *("test_large_sums", "test_large_teams", "test_races", "test_sweeps"),
}
"""Modules whose tests run on both databases always, but for what takes half a minute each:"""
ON_EITHER = {
    "test_what_was_acknowledged_outlives_kill_9_and_is_there_once",
    "test_four_workers_take_the_same_rows_once",
}


def pytest_collection_modifyitems(config, items):
    """Leave out every other test's other database, the same ones each time."""
    left_out = [] if WHOLE_PROOF else [item for item in items if _is_the_other(item)]
    gone = set(left_out)
    items[:] = [item for item in items if item not in gone]
    config.hook.pytest_deselected(items=left_out)


def _is_the_other(item):
    database = getattr(item, "callspec", None) and item.callspec.params.get("database_url")
    if database not in DATABASES or item.path.parent != Path(__file__).parent:
        return False
    if item.path.stem in ON_BOTH and item.originalname not in ON_EITHER:
        return False
    name = item.nodeid.replace(database, "")
    return database != DATABASES[crc32(name.encode()) % 2]


@pytest.fixture(scope="session")
def postgres():
    """A running PostgreSQL server."""
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory):
    """A file with today's tables."""
    file = tmp_path_factory.mktemp("template") / "hub.db"
    _migrate(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def postgres_template(postgres):
    """The name of a database with today's tables."""
    _migrate(postgres.create("hub_template"))
    return "hub_template"


def _migrate(url):
    database = Database(url)
    migrate(database)
    database.close()


@pytest.fixture(params=DATABASES)
def database_url(request, tmp_path):
    """The address of an empty database; for `database`, of a copy of one that was migrated once."""
    is_empty = "database" not in request.fixturenames
    if request.param == "sqlite":
        if not is_empty:
            shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "hub.db")
        yield f"sqlite:///{tmp_path / 'hub.db'}"
        return
    server, name = request.getfixturevalue("postgres"), f"hub_{next(_NUMBERS)}"
    template = () if is_empty else (request.getfixturevalue("postgres_template"),)
    yield server.create(name, *template)
    server.drop(name)


@pytest.fixture
def empty(database_url):
    """A database without tables."""
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture
def database(database_url):
    """A database with today's tables."""
    database = Database(database_url)
    yield database
    database.close()
