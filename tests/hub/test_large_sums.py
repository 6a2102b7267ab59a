"""Sums that would exceed a BIGINT: refused whole, and read where many days together do."""

import pytest
from sqlalchemy import update

from hub.made import admin_of, client_of, hub_of, reading
from hub.members import sent
from hub.test_ingest import post_intervals, post_runs, stored
from wattprint.hub.storage.schema import daily_intervals, daily_runs, monthly_runs

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
