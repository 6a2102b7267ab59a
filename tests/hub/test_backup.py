"""A backup is one moment of a hub, and is restored whole or not at all: on both databases."""

import json
import threading
import zipfile

import pytest
from sqlalchemy import func, select

from hub.made import admin_of, client_of, hub_of, reading, sent_run
from hub.test_ingest import assert_sums_are_those_of_the_rows
from wattprint.domain.errors import InputError
from wattprint.hub.storage.database import Database
from wattprint.hub.storage.migrate import migrate
from wattprint.hub.storage.schema import intervals, runs
from wattprint.hub.storage.tables import TABLES
from wattprint.hub.transfer.backup import back_up
from wattprint.hub.transfer.restore import restore

NOW = "2026-01-01T00:00:00Z"
ODD = "tab\there, back\\slash, new\nline, \\N, \r and ü"


def untold(_done, _total):
    """Progress that nobody looks at."""


def content(database):
    """Every row of every table."""
    with database.reading() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(select(table))))
            for table in TABLES.sorted_tables
        }


@pytest.fixture
def filled(database):
    """A hub with runs, readings, a team, and text that a careless form would break."""
    hub = hub_of(database)
    with client_of(hub, admin_of(hub)) as client:
        client.post("/api/v1/runs:batch", json={"runs": [sent_run("a"), sent_run("b")]})
        client.post("/api/v1/intervals:batch", json={"project": "x", "intervals": [reading("a")]})
        client.post("/api/v1/runs/a/notes", json={"text": ODD})
    return database


@pytest.fixture
def other(request, tmp_path):
    """An empty database of SQLite."""
    database = Database(f"sqlite:///{tmp_path / 'other.db'}")
    yield database
    database.close()


def test_a_backup_restores_to_an_equal_hub_of_either_kind(filled, other, tmp_path, postgres):
    path, before = tmp_path / "hub.backup", content(filled)
    made = back_up(filled, path, now=NOW, told=untold)
    assert (made.rows["runs"], made.rows["intervals"]) == (2, 1)
    assert path.stat().st_mode & 0o777 == 0o600
    restore(other, path, told=untold)
    assert content(other) == before
    into_postgres = Database(postgres.create(f"restored_{filled.is_sqlite}"))
    restore(into_postgres, path, told=untold)
    assert content(into_postgres) == before
    into_postgres.close()


def test_a_backup_under_load_is_one_moment(database, other, tmp_path):
    hub, stop = hub_of(database), threading.Event()
    token = admin_of(hub)
    acknowledged = []

    def ingest(number):
        with client_of(hub, token) as client:
            count = 0
            while not stop.is_set():
                rows = [reading(f"r{number}", "cpu", 10 * (count + i)) for i in range(20)]
                body = {"runs": [sent_run(f"r{number}-{count}")]}
                assert client.post("/api/v1/runs:batch", json=body).status_code == 200
                body = {"project": "ranker", "intervals": rows}
                assert client.post("/api/v1/intervals:batch", json=body).status_code == 200
                count += 20
                acknowledged.append(20)

    threads = [threading.Thread(target=ingest, args=[i]) for i in range(2)]
    [thread.start() for thread in threads]
    while sum(acknowledged) < 100:
        stop.wait(0.01)
    before = sum(acknowledged)
    back_up(database, tmp_path / "b", now=NOW, told=untold)
    stop.set()
    [thread.join() for thread in threads]
    restore(other, tmp_path / "b", told=untold)
    with other.reading() as connection:
        found = connection.scalar(select(func.count()).select_from(intervals))
    # Whole batches of 20 rows, all that were acknowledged before, none half there.
    assert before <= found <= sum(acknowledged) and found % 20 == 0
    assert_sums_are_those_of_the_rows(other)


def damaged(path):
    """Change a letter of a table within a backup, with the zip's own sums made to fit."""
    with zipfile.ZipFile(path) as pack:
        parts = {name: pack.read(name) for name in pack.namelist()}
    parts["tables/runs.copy"] = parts["tables/runs.copy"].replace(b"ranker", b"rankor", 1)
    rewritten(path, parts)


def of_another_step(path):
    """Say of a backup that it is of an earlier step."""
    with zipfile.ZipFile(path) as pack:
        parts = {name: pack.read(name) for name in pack.namelist()}
    parts["manifest.json"] = json.dumps(json.loads(parts["manifest.json"]) | {"revision": "0001"})
    rewritten(path, parts)


def rewritten(path, parts):
    with zipfile.ZipFile(path, "w") as pack:
        for name, part in parts.items():
            pack.writestr(name, part)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda path: path.write_bytes(path.read_bytes()[:-200]), "is no backup, or was cut off"),
        (lambda path: path.write_bytes(b"PK nothing"), "is no backup, or was cut off"),
        (damaged, "table 'runs' of the backup is damaged"),
        (of_another_step, "is of step '0001', this Wattprint at"),
    ],
    ids=["torn", "none", "damaged", "another step"],
)
def test_a_backup_that_is_not_whole_or_of_another_step_is_refused(
    filled, other, tmp_path, change, words
):
    path = tmp_path / "hub.backup"
    back_up(filled, path, now=NOW, told=untold)
    change(path)
    with pytest.raises(InputError, match=words):
        restore(other, path, told=untold)
    migrate(other)
    assert not any(content(other).values())


def test_a_database_with_something_in_it_is_never_written_over(filled, tmp_path):
    path, before = tmp_path / "hub.backup", content(filled)
    back_up(filled, path, now=NOW, told=untold)
    with pytest.raises(InputError, match="the database is not empty; expected a new one"):
        restore(filled, path, told=untold)
    assert content(filled) == before


def test_what_is_no_hub_has_no_backup(empty, tmp_path):
    with pytest.raises(InputError, match=r"holds no hub|is not there"):
        back_up(empty, tmp_path / "b", now=NOW, told=untold)
    assert not (tmp_path / "b").exists()
    assert runs.name == "runs"
