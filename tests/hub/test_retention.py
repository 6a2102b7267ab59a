"""Old rows go, sums stay exact, and nothing that comes again is counted twice."""

import pytest
from sqlalchemy import func, select

from hub.made import NOW_S, admin_of, client_of, hub_of, reading, sent_run
from hub.test_ingest import stored
from wattprint.hub.auth.rights import Principal
from wattprint.hub.retention import counted, limits, prune
from wattprint.hub.storage.job_tables import retired_intervals, retired_runs
from wattprint.hub.storage.schema import intervals, runs

DAY_MS = 86_400_000
NOW_MS = round(NOW_S * 1000)
NEW_S = NOW_S - 86_400
NEW_DAY = "2026-05-27T00:00:00Z"
"""A day before the tests' clock, which shows 2026-05-28; the old rows are of 2026-01-01."""
ROOT = Principal("acme", "root", "0" * 16, "admin", frozenset({"admin"}))


def untold(_done, _total):
    """Progress that nobody looks at."""


@pytest.fixture
def hub(database):
    return hub_of(database)


@pytest.fixture
def client(hub):
    client = client_of(hub, admin_of(hub))
    runs_sent = [sent_run("old"), sent_run("out"), sent_run("new", started_at=NEW_DAY)]
    client.post("/api/v1/runs:batch", json={"runs": runs_sent})
    client.put("/api/v1/runs/out/exclusion", json={"reason": "a test"})
    client.post("/api/v1/intervals:batch", json={"project": "ranker", "intervals": rows()})
    return client


def rows():
    """Two old readings and a new one."""
    new = reading("new") | {"start_ms": round(NEW_S * 1000), "end_ms": round(NEW_S * 1000) + 1}
    return [reading("old"), reading("old", start_s=10), new]


def pruned(hub, **older):
    said = {"intervals_older_ms": None, "runs_older_ms": None, **older}
    until = limits(hub.database, "acme", now_ms=hub.now_ms(), **said)
    expected = counted(hub.database, "acme", until)
    done = prune(hub.database, ROOT, until, hub.now_ms(), untold)
    assert done == expected
    return done


def test_old_readings_go_and_their_sums_stay(client, hub):
    before = client.get("/api/v1/sums/intervals").json()
    assert pruned(hub, intervals_older_ms=30 * DAY_MS)[2:] == (2, 0)
    assert client.get("/api/v1/sums/intervals").json() == before
    with hub.database.reading() as connection:
        left = connection.scalar(select(func.count()).select_from(intervals))
        (gone,) = connection.execute(select(retired_intervals)).all()
    # Two readings of 1 J and 10 s each.
    assert (left, gone.intervals, gone.covered_ms, gone.energy_j) == (1, 2, 20_000, 2)


def test_what_was_deleted_and_comes_again_is_not_counted_twice(client, hub):
    pruned(hub, intervals_older_ms=30 * DAY_MS, runs_older_ms=30 * DAY_MS)
    before = stored(hub.database)
    sent = {"project": "ranker", "intervals": rows()}
    answer = client.post("/api/v1/intervals:batch", json=sent)
    assert answer.json()["verdicts"] == ["retired", "retired", "duplicate"]
    answer = client.post("/api/v1/runs:batch", json={"runs": [sent_run("old")]})
    assert answer.json()["verdicts"] == ["retired"]
    assert stored(hub.database) == before


def test_old_runs_go_with_all_of_theirs_and_sums_stay(client, hub):
    before = client.get("/api/v1/sums/runs").json()
    assert pruned(hub, runs_older_ms=30 * DAY_MS)[2:] == (2, 2)
    assert client.get("/api/v1/sums/runs").json() == before
    with hub.database.reading() as connection:
        left = list(connection.scalars(select(runs.c.run_id)))
        (gone,) = connection.execute(select(retired_runs)).all()
    # `out` was in no sum, so what is gone of the sums is `old` alone.
    assert (left, gone.runs, gone.cpu_j) == (["new"], 1, 1)
    actions = [event["action"] for event in client.get("/api/v1/audit").json()]
    assert {"retention.set", "retention.prune"} <= set(actions)


def test_again_it_finds_nothing_and_never_keeps_from_an_earlier_day(client, hub):
    first = pruned(hub, intervals_older_ms=30 * DAY_MS)
    again = pruned(hub, intervals_older_ms=3000 * DAY_MS)
    assert (again.intervals, again.intervals_until_ms) == (0, first.intervals_until_ms)
    assert client.get("/api/v1/runs").json()["runs"]


def test_a_clock_that_jumped_ahead_deletes_nothing_more(client, hub):
    assert client.get("/api/v1/runs").json()["runs"]
    hub.wall_clock_s.now_s += 50 * 365 * 86_400
    until = limits(
        hub.database,
        "acme",
        now_ms=hub.now_ms(),
        intervals_older_ms=30 * DAY_MS,
        runs_older_ms=None,
    )
    # Thirty days before the last run was received, not before the year 2076.
    assert until.intervals_until_ms == (NOW_MS - 30 * DAY_MS) // DAY_MS * DAY_MS
    assert counted(hub.database, "acme", until).intervals == 2
