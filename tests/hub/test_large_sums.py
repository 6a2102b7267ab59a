"""Sums that would exceed a BIGINT: refused whole, and read where many days together do."""

import pytest
from sqlalchemy import update

from hub.made import admin_of, client_of, hub_of, reading
from hub.members import sent, signed_in
from hub.test_ingest import post_intervals, post_runs, stored
from made_runs import CPU
from wattprint.hub import run_view
from wattprint.hub.notes import RunKey
from wattprint.hub.storage.schema import daily_intervals, daily_runs, intervals, monthly_runs

LARGEST = 9 * 10**18


@pytest.fixture
def client(database):
    hub = hub_of(database)
    return client_of(hub, admin_of(hub))


def set_sum(database, table, **sums):
    database.write(lambda connection: connection.execute(update(table).values(**sums)))


@pytest.mark.parametrize("there", [LARGEST, 2**63 - 1], ids=["the largest", "the column's end"])
@pytest.mark.parametrize("table", [daily_runs, monthly_runs], ids=str)
def test_runs_whose_sums_would_exceed_a_bigint_are_refused_whole(client, database, table, there):
    post_runs(client, sent("a"))
    set_sum(database, table, location_ug=there)
    before = stored(database)
    answer = post_runs(client, sent("b"), sent("c", project="speech"))
    assert answer.status_code == 422
    assert "the sums of a project and " in answer.json()["detail"]
    assert "would exceed what they hold" in answer.json()["detail"]
    assert stored(database) == before


@pytest.mark.parametrize("there", [LARGEST, 2**63 - 1], ids=["the largest", "the column's end"])
def test_readings_whose_sums_would_exceed_a_bigint_are_refused_whole(client, database, there):
    post_intervals(client, reading())
    set_sum(database, daily_intervals, covered_ms=there)
    before = stored(database)
    answer = post_intervals(client, reading("b"))
    assert (answer.status_code, "errors" in answer.json()) == (422, False)
    assert "would exceed what they hold" in answer.json()["detail"]
    assert stored(database) == before


def test_sums_may_reach_what_they_hold_and_what_costs_is_counted_below_zero(client, database):
    post_intervals(client, reading())
    set_sum(database, daily_intervals, covered_ms=LARGEST - 10_000)
    assert post_intervals(client, reading("b")).status_code == 200  # ten seconds more
    assert stored(database)["daily_intervals"][0]["covered_ms"] == LARGEST


@pytest.mark.parametrize("by", ["project", "day", "outcome"])
def test_sums_of_days_that_exceed_a_bigint_together_are_read_exactly(client, database, by):
    days = ("2026-01-02", "2026-04-01", "2026-05-01", "2026-06-02")
    post_runs(client, *(sent(day, day=day) for day in days))
    for table in (daily_runs, monthly_runs):
        set_sum(database, table, location_ug=LARGEST - 1, saved_ug=1 - LARGEST)
    answer = client.get(f"/api/v1/sums/runs?by={by}&first_day=2026-01-02&last_day=2026-06-02")
    rows = answer.json()["rows"]
    # Whole months and the days at the two ends: each stretch has its own roll-ups.
    count = sum(row["runs"] for row in rows)
    assert (answer.status_code, count) == (200, 4)
    assert sum(row["location_ug"] for row in rows) == 4 * (LARGEST - 1)
    assert sum(row["saved_ug"] for row in rows) == 4 * (1 - LARGEST)


def test_the_dashboard_says_sums_beyond_a_bigint(client, database):
    post_runs(client, *(sent(day, day=day) for day in ("2026-04-01", "2026-05-01")))
    for table in (daily_runs, monthly_runs):
        set_sum(database, table, location_ug=LARGEST)
    hub = hub_of(database)
    browser = signed_in(hub, hub.tokens.create("acme", "root", "t", ["admin"]))
    # 2 x 9 x 10^18 ug are 18 Mt.
    assert "18 Mt" in browser.get("/dashboard?period=all").text


def test_readings_near_the_end_of_a_bigint_are_drawn_together(client, database):
    post_runs(client, sent("a", day="2026-01-01", duration_s=600.0))
    post_intervals(client, *(reading("a", CPU.device_id, 43_200 + s) for s in (0, 1)))
    set_sum(database, intervals, energy_uj=2**63 - 1)
    view = run_view.find(database, RunKey("acme", "ranker", "a"))
    record = run_view.with_power(database, view)
    assert sum(one.energy_uj[0] for one in record.intervals) == pytest.approx(2.0**64)
