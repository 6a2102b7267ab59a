"""Runs charged by their own hours: what of them sums hold, however they come, go and come back."""

import json
from contextlib import closing

import pytest
from msgspec import Raw
from sqlalchemy import select, text

from hub.made import client_of
from hub.members import by_hour, filled, send, sent
from hub.test_export import content, exported
from hub.test_ingest import assert_sums_are_those_of_the_rows, post_runs, stored
from hub.test_recompute import OLD, TODAY, recomputed, under
from hub.test_retention import pruned, untold
from wattprint.hub.ingest.messages import RunRow
from wattprint.hub.ingest.quick_run import quick_run
from wattprint.hub.ingest.run_rows import FaultyRowError, read_closely, read_run
from wattprint.hub.storage.database import Database
from wattprint.hub.storage.job_tables import retired_runs
from wattprint.hub.storage.migrate import migrate
from wattprint.hub.storage.schema import COUNTED, TIMED, daily_runs, monthly_runs, runs
from wattprint.hub.transfer.backup import back_up
from wattprint.hub.transfer.import_ import import_organisation
from wattprint.hub.transfer.restore import restore

MORE = ("runs", "runs_without_hours", *TIMED)
CLEAN, DIRTY = by_hour(sent("a"), 150.0), by_hour(sent("b", it_kwh=2.0), 80.0)
"""2 kWh at 100 instead of 150 g: 100 g saved. 4 kWh at 100 instead of 80 g: 80 g more."""
SUMS = (3, 1, 3 * 3_600_000, 3_600_000, 20_000_000)
"""With a run at the year's mean: 3 kWh of IT charged by hours, 1 of them cleaner, 20 g saved."""


@pytest.fixture
def hub(database):
    return filled(database, CLEAN, DIRTY, sent("c"))[0]


@pytest.fixture
def client(hub):
    return client_of(hub, hub.tokens.create("acme", "root", "t", ["admin"]))


def sums(client, **asked):
    """The sums that all rows of an answer add up to."""
    rows = client.get("/api/v1/sums/runs", params=asked).json()["rows"]
    return tuple(sum(row[name] for row in rows) for name in MORE)


def row_of(document):
    return RunRow(*(Raw(json.dumps(part).encode()) for part in document.values()))


def test_sums_hold_what_hours_saved_and_cost(hub, client):
    assert sums(client) == SUMS
    assert sums(client, by="project,zone") == SUMS
    found = client.get("/api/v1/runs?fields=id," + ",".join(TIMED)).json()["runs"]
    assert sorted(tuple(run.values()) for run in found) == [
        ("a", 3_600_000, 3_600_000, 100_000_000),
        ("b", 7_200_000, 0, -80_000_000),
        ("c", None, None, None),
    ]
    assert_sums_are_those_of_the_rows(hub.database)


def test_what_is_taken_in_one_pass_is_what_reading_closely_makes_of_it():
    for row in map(row_of, (CLEAN, DIRTY, by_hour(sent("d", g_per_kwh=None), 1.0))):
        assert quick_run(row) == read_closely(row, "") is not None


def test_of_a_run_that_hours_cover_in_part_that_part_counts():
    # 3 % of 3,600,000 J are 108,000 J. 2 kWh at 100 instead of 150 g: 100 g saved, by that part.
    clean, dirty = by_hour(sent("a"), 150.0, coverage=0.03), by_hour(sent("b"), 80.0, coverage=0.03)
    for document, expected in (
        (clean, (108_000, 108_000, 100_000_000)),
        (dirty, (108_000, 0, -40_000_000)),
    ):
        row = row_of(document)
        assert tuple(read_run(row, "").row[name] for name in TIMED) == expected
        assert quick_run(row) == read_closely(row, "") is not None


def test_a_run_without_emissions_is_charged_by_no_hours():
    row = read_run(row_of(by_hour(sent("a", g_per_kwh=None), 150.0)), "").row
    assert [row[name] for name in TIMED] == [None] * 3


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"coverage": 0}, "/hours/coverage"),
        ({"emissions_at_year_mean_kg": 1e9}, "/hours"),
        ({"emissions_at_year_mean_kg": -1.0}, "/hours/emissions_at_year_mean_kg"),
        ({"steps": []}, "/hours/steps"),
        ({"steps": [{**CLEAN["footprint"]["hours"]["steps"][0], "g_per_kwh": [-1.0]}]}, "/steps/0"),
        ({"steps": 9001 * CLEAN["footprint"]["hours"]["steps"][:1]}, "/hours/steps"),
        (
            {"steps": 2 * [{**CLEAN["footprint"]["hours"]["steps"][0], "g_per_kwh": [1] * 5000}]},
            "/hours",
        ),
    ],
    ids=str,
)
def test_hours_that_are_none_are_refused_by_name(change, pointer):
    footprint = CLEAN["footprint"]
    row = {**CLEAN, "footprint": {**footprint, "hours": {**footprint["hours"], **change}}}
    # 9,001 stretches are longer than a footprint may be: that is said first.
    assert quick_run(row_of(row)) is None
    with pytest.raises(FaultyRowError) as caught:
        read_run(row_of(row), "")
    assert pointer in caught.value.fault.pointer or "longer than" in caught.value.fault.detail


def test_a_whole_year_of_hours_goes_into_one_footprint():
    year = by_hour(sent("a"), 150.0, *(123.45678901234567 + i / 7 for i in range(8784)))
    assert quick_run(row_of(year)) is not None


def test_a_footprint_by_hours_holds_over_one_at_the_mean_in_either_order(client, hub):
    year, part = sent("x"), by_hour(sent("x"), 150.0, coverage=0.5)
    whole = by_hour(sent("x"), 150.0)
    for rows in ((year, part, whole), (whole, part, year), (part, whole, year)):
        name = f"p{len(stored(hub.database)['runs'])}"
        for row in rows:
            record = row["record"] | {"project": name}
            assert post_runs(client, {**row, "record": record}).is_success
        document = client.get(f"/api/v1/runs/x?project={name}").json()["footprints"][0]["document"]
        assert document["hours"]["coverage"] == 1.0
    assert_sums_are_those_of_the_rows(hub.database)


def test_a_run_that_is_excluded_leaves_and_comes_back(client, hub):
    client.put("/api/v1/runs/a/exclusion", json={"reason": "a test"})
    assert sums(client) == (2, 1, 7_200_000, 0, -80_000_000)
    client.delete("/api/v1/runs/a/exclusion")
    assert sums(client) == SUMS


def under_today(database, tmp_path, row):
    """A run of old factors as the hub has it after recomputing, and its new footprint."""
    hub, token = filled(database, under(row, OLD))
    hub = hub._replace(settings=hub.settings._replace(files_folder=str(tmp_path / "files")))
    client = client_of(hub, token)
    assert recomputed(client, hub)["recomputed"] == 1
    found = client.get("/api/v1/runs/a").json()
    new = next(f for f in found["footprints"] if f["factor_set_sha256"] == TODAY)
    return found, new["document"]


def test_factors_of_today_keep_the_mean_of_the_hours_and_compare_it_anew(database, tmp_path):
    found, new = under_today(database, tmp_path, CLEAN)
    assert new["hours"]["steps"] == CLEAN["footprint"]["hours"]["steps"]
    kg, charged = (new[n] for n in ("emissions_kg", "energy_kwh"))
    grams = kg["location_based"]["value"] * 1000
    assert grams == pytest.approx(100.0 * charged["facility"]["value"], rel=1e-9)
    saved_g = new["hours"]["emissions_at_year_mean_kg"] * 1000 - grams
    assert found["run"]["saved_ug"] == pytest.approx(saved_g * 1e6, abs=1)
    assert_sums_are_those_of_the_rows(database)


def test_under_factors_of_today_hours_that_are_compared_with_nothing_stay(database, tmp_path):
    # California's means are direct: its lifecycle hours, 100 g/kWh on average, have none beside.
    row = by_hour(sent("a"), 150.0)
    row["record"] = row["record"] | {"place": {"zone": "US-CA"}}
    row["footprint"]["hours"] |= {"zone": "US-CA", "emissions_at_year_mean_kg": None}
    found, new = under_today(database, tmp_path, row)
    assert new["hours"]["mean_g_per_kwh"]["value"] == 100.0
    assert new["hours"]["emissions_at_year_mean_kg"] is found["run"]["timed_j"] is None


def test_a_batch_that_is_copied_holds_what_was_cost_as_below_zero(database):
    # 40 rows are more than one statement takes: each cost 2 kWh x (100 - 80) g.
    hub, token = filled(database, *(by_hour(sent(f"r{i}"), 80.0) for i in range(40)))
    assert sums(client_of(hub, token)) == (40, 0, 40 * 3_600_000, 0, -40 * 40_000_000)
    assert_sums_are_those_of_the_rows(hub.database)


def test_runs_that_retention_deletes_leave_what_they_saved_in_the_sums(hub, client):
    assert pruned(hub, runs_older_ms=0)[3] == 3
    assert sums(client) == SUMS
    with hub.database.reading() as connection:
        kept = connection.execute(select(*(retired_runs.c[name] for name in MORE))).all()
    assert tuple(map(sum, zip(*kept, strict=True))) == SUMS


def test_what_hours_saved_goes_along_into_another_hub(hub, tmp_path):
    exported(hub.database, tmp_path / "out", "json")
    with closing(Database(f"sqlite:///{tmp_path / 'other.db'}")) as other:
        migrate(other)
        import_organisation(other, tmp_path / "out", None, told=untold)
        assert content(other, "acme") == content(hub.database, "acme")


def test_what_hours_saved_is_restored_from_a_backup(hub, tmp_path):
    back_up(hub.database, tmp_path / "hub.backup", now="2026-05-28T00:00:00Z", told=untold)
    with closing(Database(f"sqlite:///{tmp_path / 'other.db'}")) as other:
        restore(other, tmp_path / "hub.backup", told=untold)
        assert content(other, "acme") == content(hub.database, "acme")


def test_a_hub_of_before_counts_all_it_has_as_charged_at_the_mean(hub, client):
    before = sums(client)
    migrate(hub.database, "0007")
    with hub.database.reading() as connection:
        assert connection.scalar(text("SELECT count(*) FROM daily_runs")) > 0
    migrate(hub.database)
    assert sums(client) == (before[0], before[0], 0, 0, 0)
    with hub.database.reading() as connection:
        assert set(connection.scalars(select(runs.c.timed_j))) == {None}
        for table in (daily_runs, monthly_runs):
            for row in connection.execute(select(table)).mappings():
                assert row["runs_without_hours"] == row["runs"]
    send(hub, hub.tokens.create("acme", "root", "t", ["admin"]), by_hour(sent("d"), 150.0))
    assert sums(client)[2:] == (3_600_000, 3_600_000, 100_000_000)


def test_every_count_of_what_is_lacking_is_of_a_column_of_runs():
    assert set(COUNTED.values()) <= set(runs.columns.keys())
