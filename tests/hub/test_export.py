"""One organisation leaves a hub whole, without secrets, and comes into another one once."""

import pytest
from sqlalchemy import select

from hub.made import admin_of, client_of, hub_of, reading, sent_run
from hub.members import JOULES_PER_KWH, filled, sent
from hub.test_ingest import assert_sums_are_those_of_the_rows, stored
from hub.test_retention import DAY_MS, ROOT, pruned, untold
from wattprint.domain.errors import InputError
from wattprint.hub.retention import limits, prune
from wattprint.hub.storage.database import Database
from wattprint.hub.storage.migrate import migrate
from wattprint.hub.storage.schema import daily_runs
from wattprint.hub.storage.tables import TABLES
from wattprint.hub.transfer.export import export_organisation
from wattprint.hub.transfer.import_ import import_organisation
from wattprint.hub.transfer.organisation import NEVER, exported_tables

NOW = "2026-01-01T00:00:00Z"


@pytest.fixture
def hub(database):
    hub = hub_of(database)
    client = client_of(hub, admin_of(hub))
    batch = {"runs": [sent_run("a"), sent_run("b"), sent_run("out")]}
    client.post("/api/v1/runs:batch", json=batch)
    client.put("/api/v1/runs/out/exclusion", json={"reason": "a test"})
    client.put("/api/v1/runs/a/tags/good")
    client.post("/api/v1/runs/a/notes", json={"text": 'new\nline, tab\t, "quotes"'})
    client.put("/api/v1/teams/search", json={"name": "Search"})
    readings = [reading("a", start_s=10 * i) for i in range(5)]
    client.post("/api/v1/intervals:batch", json={"project": "ranker", "intervals": readings})
    client_of(hub, admin_of(hub, "other")).post("/api/v1/runs:batch", json=batch)
    return hub


@pytest.fixture
def target(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'target.db'}")
    migrate(database)
    yield database
    database.close()


def content(database, org_id):
    """All that an export holds, without the tenant's name."""
    with database.reading() as connection:
        return {
            table.name: sorted(
                repr({k: v for k, v in row._mapping.items() if k != "org_id"})
                for row in connection.execute(select(table).where(table.c.org_id == org_id))
                if row._mapping.get("runs") != 0
            )
            for table in exported_tables()
        }


def exported(database, folder, form):
    return export_organisation(database, "acme", folder, form, now=NOW, told=untold)


def test_no_table_of_secrets_is_exported():
    names = {table.name for table in exported_tables()}
    assert names | NEVER == set(TABLES.tables)
    assert {"tokens", "sessions", "passwords", "invitations"} <= NEVER


@pytest.mark.parametrize("form", ["json", "parquet"])
def test_an_export_comes_into_another_hub_once(hub, target, tmp_path, form):
    manifest = exported(hub.database, tmp_path / "out", form)
    assert (manifest["tables"]["runs"]["rows"], manifest["tables"]["intervals"]["rows"]) == (3, 5)
    first = import_organisation(target, tmp_path / "out", "research", told=untold)
    assert (first.is_new, first.taken["runs"], first.taken["intervals"]) == (True, 3, 5)
    assert content(target, "research") == content(hub.database, "acme")
    assert content(target, "acme")["runs"] == []
    again = import_organisation(target, tmp_path / "out", "research", told=untold)
    assert (again.is_new, again.taken) == (False, {})
    assert content(target, "research") == content(hub.database, "acme")


def test_an_export_into_the_hub_that_it_came_from_changes_nothing(hub, tmp_path):
    exported(hub.database, tmp_path / "out", "json")
    before = stored(hub.database)
    assert import_organisation(hub.database, tmp_path / "out", None, told=untold).taken == {}
    assert stored(hub.database) == before


def test_a_newer_export_replaces_what_says_less_and_sums_follow(hub, target, tmp_path):
    exported(hub.database, tmp_path / "one", "json")
    import_organisation(target, tmp_path / "one", None, told=untold)
    with client_of(hub, hub.tokens.create("acme", "root", "t", ["admin"])) as client:
        longer = [sent_run(name, joules=9.0, duration_s=20.0) for name in ("a", "out")]
        client.post("/api/v1/runs:batch", json={"runs": longer})
        client.put("/api/v1/runs/b/exclusion", json={"reason": "a test"})
    exported(hub.database, tmp_path / "two", "json")
    assert import_organisation(target, tmp_path / "two", None, told=untold).taken["runs"] == 2
    assert content(target, "acme") == content(hub.database, "acme")


def test_sums_of_rows_that_are_gone_come_along_and_are_not_doubled(hub, target, tmp_path):
    until = limits(
        hub.database,
        "acme",
        now_ms=hub.now_ms(),
        intervals_older_ms=DAY_MS,
        runs_older_ms=DAY_MS,
    )
    exported(hub.database, tmp_path / "before", "json")
    prune(hub.database, ROOT, until, hub.now_ms(), untold)
    exported(hub.database, tmp_path / "after", "json")
    import_organisation(target, tmp_path / "after", None, told=untold)
    sums = {name: content(target, "acme")[name] for name in ("daily_runs", "daily_intervals")}
    assert sums == {name: content(hub.database, "acme")[name] for name in sums}
    for name in ("after", "before"):
        import_organisation(target, tmp_path / name, None, told=untold)
        assert sums == {each: content(target, "acme")[each] for each in sums}


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (("runs.jsonl", lambda text: text.replace("ranker", "rankor", 1)), "runs.jsonl is damaged"),
        (("manifest.json", lambda text: text[:-5]), "is no export"),
        (("manifest.json", lambda text: text.replace('"0', '"x')), "is of step 'x"),
    ],
    ids=["damaged", "torn", "another step"],
)
def test_an_export_that_is_not_whole_is_refused(hub, target, tmp_path, damage, words):
    exported(hub.database, tmp_path / "out", "json")
    path = tmp_path / "out" / damage[0]
    path.write_text(damage[1](path.read_text()))
    with pytest.raises(InputError, match=words):
        import_organisation(target, tmp_path / "out", None, told=untold)
    assert content(target, "acme")["runs"] == []


def test_an_unknown_organisation_or_a_folder_with_something_is_refused(hub, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").touch()
    with pytest.raises(InputError, match="is not empty; expected a new folder"):
        exported(hub.database, tmp_path / "full", "json")
    with pytest.raises(InputError, match="organisation is 'nobody'"):
        export_organisation(hub.database, "nobody", tmp_path / "o", "json", now=NOW, told=untold)
    assert not (tmp_path / "o").exists()
    assert_sums_are_those_of_the_rows(hub.database, "other")


def sums_of(database):
    """Sums of the tenant's days that count a run, joules of IT by project and day."""
    statement = select(daily_runs.c.project_id, daily_runs.c.day, daily_runs.c.it_j)
    its = daily_runs.c.org_id == "acme", daily_runs.c.runs > 0
    with database.reading() as connection:
        found = connection.execute(statement.where(*its))
        return {(row.project_id, row.day - FIRST_DAY): row.it_j for row in found}


FIRST_DAY = 20_574
"""2026-05-01, in days since 1970."""


def test_a_deleted_run_s_sum_beside_other_runs_of_its_key_is_left_out(database, target, tmp_path):
    # Deleted there: 5 kWh of May 1, 3 kWh of May 2, 2 kWh of May 3. Here: 1 kWh of May 2.
    gone = [
        sent("r1", it_kwh=5.0),
        sent("r2", it_kwh=3.0, day="2026-05-02"),
        sent("r3", it_kwh=2.0, day="2026-05-03"),
    ]
    hub, _ = filled(database, *gone)
    here, token = filled(target, sent("mine", day="2026-05-02"))
    pruned(hub, runs_older_ms=DAY_MS)
    exported(hub.database, tmp_path / "out", "json")
    first = import_organisation(target, tmp_path / "out", None, told=untold)
    assert (first.taken["retired_runs"], first.left_out) == (1, 2)
    kwh = {day: joules / JOULES_PER_KWH for (_, day), joules in sums_of(target).items()}
    assert kwh == {0: 5.0, 1: 1.0}
    before = stored(target)
    again = import_organisation(target, tmp_path / "out", None, told=untold)
    assert (again.taken, again.left_out, stored(target)) == ({}, 2, before)
    # What no sum has may still come; what one has may not.
    answer = client_of(here, token).post("/api/v1/runs:batch", json={"runs": gone})
    assert answer.json()["verdicts"] == ["retired", "created", "created"]


def test_deleted_readings_beside_others_of_their_day_are_left_out(hub, target, tmp_path):
    here = client_of(other := hub_of(target), admin_of(other))
    mine = {"project": "ranker", "intervals": [reading("mine")]}
    here.post("/api/v1/intervals:batch", json=mine)
    pruned(hub, intervals_older_ms=DAY_MS)
    exported(hub.database, tmp_path / "out", "json")
    assert import_organisation(target, tmp_path / "out", None, told=untold).left_out == 1
    (day,) = here.get("/api/v1/sums/intervals").json()["rows"]
    assert day["intervals"] == 1
    gone = {"project": "ranker", "intervals": [reading("a")]}
    answer = here.post("/api/v1/intervals:batch", json=gone)
    assert answer.json()["verdicts"] == ["created"]
