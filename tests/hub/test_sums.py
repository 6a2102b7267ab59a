"""Sums of months and days: any stretch of days, grouped by anything, is what its days add up to."""

from datetime import date, timedelta
from itertools import product
from random import Random

import pytest
from sqlalchemy import select, text

from hub.members import filled, send, sent
from wattprint.hub import periods
from wattprint.hub.storage.migrate import migrate
from wattprint.hub.storage.schema import daily_runs, monthly_runs
from wattprint.hub.sums import OTHERS, Asked, sums_of_runs

FIRST = date(2026, 1, 1)
EPOCH = date(1970, 1, 1)
SUMS = ("runs", "it_j", "location_ug", "runs_without_location")


@pytest.fixture
def runs():
    """Runs of a year: of 2 projects, 2 outcomes, with and without emissions."""
    random = Random(7)
    days = [FIRST + timedelta(days=random.randrange(365)) for _ in range(60)]
    days += [date(2026, 1, 31), date(2026, 2, 1), date(2026, 2, 28), date(2026, 12, 31)]
    kinds = list(product(("ranker", "speech"), ("completed", "failed"), (100.0, None)))
    made = []
    for i, day in enumerate(days):
        project, outcome, g_per_kwh = kinds[i % len(kinds)]
        more = {"project": project, "outcome": outcome, "g_per_kwh": g_per_kwh}
        made.append(sent(f"r{i}", it_kwh=float(i + 1), day=day.isoformat(), **more))
    return made


def by_hand(runs, first, last, by):
    """Add up the runs as they were sent. 1 kWh is 3,600,000 J; 2 x kWh x 100 g are its grams."""
    found = {}
    for row in runs:
        day = date.fromisoformat(row["record"]["started_at"][:10])
        if not first <= day <= last:
            continue
        its = {"project": row["record"]["project"], "outcome": row["record"]["outcome"]}
        its["month"] = (day.replace(day=1) - EPOCH).days
        kwh = row["footprint"]["energy_kwh"]["it"]["value"]
        known = row["footprint"]["emissions_kg"]["location_based"] is not None
        sums = (1, kwh * 3.6e6, kwh * 200e6 if known else 0, int(not known))
        before = found.setdefault(tuple(its[name] for name in by), [0] * 4)
        found[tuple(its[name] for name in by)] = [a + b for a, b in zip(before, sums, strict=True)]
    return found


STRETCHES = [
    (FIRST, date(2026, 12, 31)),
    (EPOCH, date(9999, 12, 31)),
    (date(2026, 1, 2), date(2026, 12, 30)),
    (date(2026, 1, 20), date(2026, 3, 3)),
    (date(2026, 1, 31), date(2026, 2, 1)),
    (date(2026, 2, 3), date(2026, 2, 5)),
    (date(2026, 2, 1), date(2026, 2, 28)),
    (date(2026, 5, 16), date(2026, 8, 15)),
    (date(2027, 1, 1), date(2027, 2, 1)),
]


@pytest.mark.parametrize("by", [(), ("project",), ("month", "outcome"), ("outcome", "project")])
def test_a_stretch_of_days_is_what_its_runs_add_up_to(database, runs, by):
    hub, _ = filled(database, *runs)
    for first, last in STRETCHES:
        days = (first - EPOCH).days, (last - EPOCH).days
        rows = sums_of_runs(hub.database, Asked("acme", by, days, sums=SUMS))
        found = {tuple(row[name] for name in by): [row[name] for name in SUMS] for row in rows}
        assert found == by_hand(runs, first, last, by), (first, last)


def test_groups_that_are_not_told_apart_are_one(database, runs):
    hub, _ = filled(database, *runs)
    days = (FIRST - EPOCH).days, (date(2026, 12, 31) - EPOCH).days
    apart = {"project": ["speech"]}
    rows = sums_of_runs(
        hub.database, Asked("acme", ("project",), days, sums=SUMS, told_apart=apart)
    )
    expected = by_hand(runs, FIRST, date(2026, 12, 31), ("project",))
    assert {row["project"]: row["it_j"] for row in rows} == {
        OTHERS: expected["ranker",][1],
        "speech": expected["speech",][1],
    }


def test_what_is_whole_is_never_taken_from_a_month_that_is_not(database):
    # February lacks the emissions of one run, and so is not whole; its 28th alone would be.
    hub, _ = filled(
        database,
        sent("a", it_kwh=1.0, day="2026-01-10"),
        sent("b", it_kwh=2.0, day="2026-02-05", g_per_kwh=None),
        sent("c", it_kwh=4.0, day="2026-02-28"),
    )
    days = (date(2026, 1, 1) - EPOCH).days, (date(2026, 2, 27) - EPOCH).days
    rows = sums_of_runs(hub.database, Asked("acme", ("is_whole",), days, sums=SUMS))
    assert [(row["is_whole"], row["runs"], row["it_j"]) for row in rows] == [
        (0, 1, 2 * 3_600_000),
        (1, 1, 3_600_000),
    ]


def rows_of(database, table):
    with database.reading() as connection:
        return {tuple(row) for row in connection.execute(select(table))}


def test_months_are_what_days_add_up_to_however_runs_came(database, runs):
    hub, token = filled(database, *runs)
    longer = [sent("r3", it_kwh=5000.0, day="2026-07-01", project="ranker")]
    longer[0]["record"]["duration_s"] *= 2
    send(hub, token, *longer, *runs[:5])
    added = {}
    names = daily_runs.columns.keys()
    at, keys = names.index("day"), len(daily_runs.primary_key.columns)
    for row in rows_of(hub.database, daily_runs):
        key = (*row[:at], periods.month_of(row[at]), *row[at + 1 : keys])
        added.setdefault(key, []).append(row[keys:])
    months = {(*key, *map(sum, zip(*its, strict=True))) for key, its in added.items()}
    assert rows_of(hub.database, monthly_runs) == months


def test_a_hub_of_before_gets_the_months_of_its_days(database, runs):
    hub, _ = filled(database, *runs)
    before = rows_of(hub.database, monthly_runs)
    migrate(hub.database, "0006")
    migrate(hub.database)
    assert rows_of(hub.database, monthly_runs) == before
    with hub.database.reading() as connection:
        assert connection.scalar(text("SELECT count(*) FROM monthly_runs")) > 20
