"""History under today's factors: figures and sums move exactly, what was there stays beside it."""

import json

import pytest
from sqlalchemy import select

from hub.made import admin_of, client_of, hub_of, sent_run
from hub.test_ingest import assert_sums_are_those_of_the_rows, stored
from wattprint.factors.tables import shipped
from wattprint.hub.jobs import store
from wattprint.hub.jobs.worker import JobWorker
from wattprint.hub.storage.schema import footprints, runs

OLD = {"version": "2020.1.0", "sha256": "a" * 64}
NEWER = {"version": "9999.1.0", "sha256": "b" * 64}
TODAY = shipped().identity["sha256"]


def under(row, factor_set, ratio=1.0):
    """A sent run whose footprint is of other factors, with `ratio` times the emissions."""
    footprint = json.loads(json.dumps(row["footprint"]))
    footprint["factor_set"] = factor_set
    figure = footprint["emissions_kg"]["location_based"]
    for name in ("value", "low", "high"):
        figure[name] *= ratio
    return row | {"footprint": footprint}


@pytest.fixture
def hub(database, tmp_path):
    return hub_of(database, files_folder=str(tmp_path / "files"))


@pytest.fixture
def client(hub):
    return client_of(hub, admin_of(hub))


def worker_of(hub, **clock):
    return JobWorker(hub.database, hub.settings.job_files, hub.now_ms, **clock)


def recomputed(client, hub, **said):
    answer = client.post("/api/v1/jobs", json={"kind": "recompute", **said})
    assert answer.status_code == 202, answer.text
    assert worker_of(hub).do_next()
    job = client.get(answer.headers["location"]).json()
    assert (job["state"], job["error"]) == ("done", None)
    return job["result"]


def send(client, *rows):
    answer = client.post("/api/v1/runs:batch", json={"runs": list(rows)})
    assert answer.status_code == 200, answer.text
    return answer.json()["verdicts"]


def grams(client):
    return {run["id"]: run["location_ug"] for run in client.get("/api/v1/runs").json()["runs"]}


def test_runs_of_older_factors_or_none_move_to_todays_and_the_sums_with_them(client, hub):
    a, b, c = (sent_run(name, joules=7.2e6) for name in "abc")
    today_ug = round(a["footprint"]["emissions_kg"]["location_based"]["value"] * 1e9)
    send(client, under(a, OLD, 2.0), b | {"footprint": None}, c)
    result = recomputed(client, hub)
    assert (result["recomputed"], result["not_computed"]) == (2, 0)
    assert set(grams(client).values()) == {today_ug}
    assert_sums_are_those_of_the_rows(hub.database)
    (row,) = client.get("/api/v1/sums/runs").json()["rows"]
    assert (row["location_ug"], row["runs_without_location"]) == (3 * today_ug, 0)
    # Before: twice today's of run a, nothing of b. After: once each.
    its = result["projects"]["ranker"]
    assert its["before_ug"] == pytest.approx(2 * today_ug, abs=1)
    assert (its["runs"], its["after_ug"]) == (2, 2 * today_ug)
    assert {mover["run"] for mover in result["movers"]} == {"a", "b"}
    seen = client.get("/api/v1/factor-sets").json()
    assert [(each["version"], each["runs"]) for each in seen][1:] == [("2020.1.0", 1)]
    assert seen[0]["runs"] == 3


def test_again_it_changes_nothing_and_what_is_sent_again_is_older(client, hub):
    row = under(sent_run("a"), OLD, 2.0)
    send(client, row)
    recomputed(client, hub)
    before = stored(hub.database)
    assert recomputed(client, hub)["recomputed"] == 0
    assert send(client, row) == ["older"]
    assert stored(hub.database) == before


def test_a_longer_record_of_older_factors_holds_until_it_is_computed_again(client, hub):
    send(client, under(sent_run("a", outcome=None), OLD))
    recomputed(client, hub)
    longer = under(sent_run("a", joules=2.0, duration_s=20.0), OLD, 3.0)
    assert send(client, longer) == ["replaced"]
    assert recomputed(client, hub)["recomputed"] == 1
    assert client.get("/api/v1/runs/a").json()["run"]["factor_set_sha256"] == TODAY
    assert_sums_are_those_of_the_rows(hub.database)


def test_the_same_version_of_other_tables_gives_way_and_newer_ones_stay(client, hub):
    same = {"version": shipped().identity["version"], "sha256": "f" * 64}
    send(client, under(sent_run("a"), same, 5.0), under(sent_run("b"), NEWER, 5.0))
    result = recomputed(client, hub)
    assert (result["recomputed"], result["newer"]) == (1, 1)
    with hub.database.reading() as connection:
        held = dict(connection.execute(select(runs.c.run_id, runs.c.factor_set_sha256)).all())
        kept = connection.execute(select(footprints.c.run_id)).all()
    assert (held, len(kept)) == ({"a": TODAY, "b": "b" * 64}, 3)


def test_a_run_that_is_excluded_moves_and_no_sum_does(client, hub):
    send(client, under(sent_run("a"), OLD, 2.0), under(sent_run("b"), OLD, 2.0))
    client.put("/api/v1/runs/a/exclusion", json={"reason": "a test"})
    recomputed(client, hub)
    figures = grams(client)
    (row,) = client.get("/api/v1/sums/runs").json()["rows"]
    assert (row["runs"], row["location_ug"]) == (1, figures["b"])
    client.delete("/api/v1/runs/a/exclusion")
    assert_sums_are_those_of_the_rows(hub.database)


def test_only_a_project_is_recomputed_if_it_is_named(client, hub):
    send(client, under(sent_run("a", project="x"), OLD), under(sent_run("b", project="y"), OLD))
    assert recomputed(client, hub, project="x")["recomputed"] == 1


def test_what_cannot_be_computed_says_why_and_stays(client, hub):
    row = under(sent_run("a"), OLD)
    row["record"]["place"] = {"zone": "XX-NOWHERE"}
    send(client, row)
    result = recomputed(client, hub)
    assert (result["recomputed"], result["not_computed"]) == (0, 1)
    assert "XX-NOWHERE" in result["reasons"][0]["reason"]


def test_a_run_that_cannot_be_computed_ends_no_other_one_s_recomputing(client, hub):
    other, wrong = under(sent_run("a"), OLD), under(sent_run("b"), OLD)
    other["record"]["place"] = {"zone": "FR", "host": "x", "provider": "aws"}
    wrong["record"]["place"] = {"zone": "FR", "pue": {"ratio": 1.2}}
    huge = under(sent_run("c"), OLD)
    huge["record"]["place"] = {"zone": "FR", "wue": 1e300, "contract": [["x", {}]]}
    send(client, other, wrong, huge, under(sent_run("z"), OLD))
    result = recomputed(client, hub)
    assert (result["recomputed"], result["not_computed"]) == (2, 2)
    assert [one["run"] for one in result["reasons"]] == ["b", "c"]
    assert all(one["reason"] for one in result["reasons"])


def test_a_difference_is_told_by_project_and_by_pages(client, hub):
    rows = [sent_run(f"r{i}", project=f"p{i % 2}", joules=7.2e6) for i in range(4)]
    send(client, *(under(row, OLD, 2.0) for row in rows))
    recomputed(client, hub)
    asked = {"from": OLD["sha256"], "to": TODAY, "limit": 3}
    page = client.get("/api/v1/factor-sets/diff", params=asked).json()
    # Sorted by project: r0 and r2 of p0, r1 of p1; r3 is on the next page.
    assert [(each["project"], each["runs"]) for each in page["projects"]] == [("p0", 2), ("p1", 1)]
    first = page["projects"][0]
    assert first["before_g"] == pytest.approx(2 * first["after_g"], rel=1e-12)
    assert first["difference_g"] == pytest.approx(-first["after_g"], rel=1e-12)
    # 7.2 MJ of CPU and 3.6 MJ of memory: 3 kWh at the chips, twice.
    assert first["after_kwh"] == pytest.approx(6.0, rel=1e-6)
    rest = client.get("/api/v1/factor-sets/diff", params=asked | {"cursor": page["next"]}).json()
    assert ([each["runs"] for each in rest["projects"]], rest["next"]) == ([1], None)
    wrong = asked | {"cursor": page["next"], "to": OLD["sha256"]}
    assert client.get("/api/v1/factor-sets/diff", params=wrong).status_code == 422
    assert store.LEASE_S > 0
