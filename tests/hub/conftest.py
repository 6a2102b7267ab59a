"""A hub's database on SQLite and on PostgreSQL: every test that takes `database_url` runs on both.

PostgreSQL is one server for the whole session, with a database of its own for each test.
"""

from itertools import count

import pytest

from postgres_server import postgres_server
from wattprint.hub.storage.database import Database
from wattprint.hub.storage.migrate import migrate

_NUMBERS = count(1)


@pytest.fixture(scope="session")
def postgres():
    """A running PostgreSQL server."""
    with postgres_server() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request, tmp_path):
    """The address of an empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'hub.db'}"
        return
    server, name = request.getfixturevalue("postgres"), f"hub_{next(_NUMBERS)}"
    yield server.create(name)
    server.drop(name)


@pytest.fixture
def empty(database_url):
    """A database without tables."""
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture
def database(empty):
    """A database with today's tables."""
    migrate(empty)
    return empty
