"""Migrations make the tables that the code knows, forwards and backwards, on both databases."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from wattprint.domain.errors import InputError
from wattprint.hub.organisations import create_organisation
from wattprint.hub.storage.database import Database, parsed_url
from wattprint.hub.storage.migrate import current_revision, migrate
from wattprint.hub.storage.tables import TABLES


def tables_of(database):
    with database.reading() as connection:
        return set(inspect(connection).get_table_names())


def test_migrations_make_the_tables_that_the_code_knows(database):
    with database.reading() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), TABLES)
    assert differences == []
    assert tables_of(database) == {*TABLES.tables, "alembic_version"}


def test_migrations_go_backwards_to_nothing_and_forwards_again(database):
    migrate(database, "base")
    assert (tables_of(database), current_revision(database)) == ({"alembic_version"}, None)
    migrate(database)
    assert tables_of(database) == {*TABLES.tables, "alembic_version"}


def test_organisations_that_are_there_get_their_row_of_retention(database):
    create_organisation(database, "acme", "Acme", "root", 0)
    create_organisation(database, "kept", "Kept", "root", 0)
    database.write(lambda c: c.execute(text("DELETE FROM retention WHERE org_id = 'acme'")))
    database.write(lambda c: c.execute(text("UPDATE retention SET runs_until_ms = 5")))
    migrate(database, "0012")
    migrate(database)
    with database.reading() as connection:
        rows = connection.execute(text("SELECT * FROM retention ORDER BY org_id")).all()
    assert rows == [("acme", 0, 0), ("kept", 0, 5)]


def test_a_database_of_today_is_left_as_it_is(database):
    before = current_revision(database)
    migrate(database)
    assert current_revision(database) == before


def test_a_database_of_a_later_version_is_refused(database):
    database.write(lambda c: c.execute(text("UPDATE alembic_version SET version_num = '9999'")))
    with pytest.raises(InputError, match="is at step '9999', which this version does not know"):
        migrate(database)


@pytest.mark.parametrize("table", TABLES.sorted_tables, ids=lambda table: table.name)
def test_the_tenant_is_first_in_every_key_and_index(table):
    # What distributed PostgreSQL asks of every unique key; an index that begins with it serves one
    # tenant's rows without passing over those of others.
    assert next(iter(table.primary_key.columns)).name == "org_id"
    assert all(next(iter(index.columns)).name == "org_id" for index in table.indexes)
    assert not table.foreign_keys, "a foreign key from a spread table to one that is not is refused"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("mysql://root@localhost/hub", "is of another kind"),
        ("hub.db", "is no address"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("sqlite:////no/such/folder/hub.db", "lies in no folder"),
    ],
)
def test_an_address_of_no_database_is_refused(url, reason):
    with pytest.raises(InputError, match=f"{reason}.*; expected"):
        Database(url)


def test_a_password_is_not_in_the_refusal():
    with pytest.raises(InputError) as refusal:
        parsed_url("mysql://root:s3cret@localhost/hub")
    assert "s3cret" not in str(refusal.value)
