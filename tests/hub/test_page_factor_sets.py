"""The page of factor sets: which there are, what two of them say, history computed again."""

import pytest

from hub.made import admin_of, client_of, hub_of, sent_run
from hub.people import browser_of
from wattprint.factors.tables import shipped
from wattprint.hub.jobs.store import list_jobs

OLD = {"version": "2020.1.0", "sha256": "a" * 64}


@pytest.fixture
def hub(database):
    """A hub with a run of old factors, by which it emitted twice as much."""
    hub = hub_of(database)
    row = sent_run("r1", joules=3.6e6)
    new = row["footprint"]["emissions_kg"]["location_based"]
    old = {name: 2 * amount for name, amount in new.items() if name in ("value", "low", "high")}
    emissions = {**row["footprint"]["emissions_kg"], "location_based": old}
    before = {**row["footprint"], "factor_set": OLD, "emissions_kg": emissions}
    with client_of(hub, admin_of(hub)) as client:
        for footprint in (before, row["footprint"]):
            answer = client.post(
                "/api/v1/runs:batch", json={"runs": [{**row, "footprint": footprint}]}
            )
            assert answer.status_code == 200
    return hub


def test_two_sets_are_compared_by_project_and_by_run(hub):
    here = shipped().identity
    page = browser_of(hub).get(f"/admin/factor-sets?from={OLD['sha256']}&to={here['sha256']}").text
    assert "2020.1.0" in page
    assert f"{here['version']} (this hub&#39;s)" in page
    # 1 kWh of CPU, 0.5 kWh of memory and what is lost around them: half as much as before.
    moved = page.split("What moved most")[1]
    assert "r1" in moved
    assert '<td class="number">-' in moved


def test_history_is_asked_for_by_a_button(hub):
    browser = browser_of(hub)
    browser.get("/admin/factor-sets")
    page = browser.send("/admin/factor-sets/recompute", project="ranker").text
    assert "queued" in page
    (job,) = list_jobs(hub.database, "acme", 10)
    assert (job.kind, job.arguments, job.user_id) == ("recompute", '{"project": "ranker"}', "root")


def test_too_many_jobs_are_refused_with_a_line(hub):
    browser = browser_of(hub)
    browser.get("/admin/factor-sets")
    for _ in range(10):
        browser.get("/admin/factor-sets")
        browser.send("/admin/factor-sets/recompute")
    answer = browser.send("/admin/factor-sets/recompute")
    assert (answer.status_code, "10 jobs wait or go on" in answer.text) == (422, True)


@pytest.mark.parametrize("query", ["?from=x", "?from=&to=&cursor=%00", "?to=" + "g" * 64])
def test_an_impossible_address_is_refused(hub, query):
    assert browser_of(hub).get("/admin/factor-sets" + query).status_code == 422


def test_a_cursor_of_another_list_is_refused(hub):
    sets = f"?from={OLD['sha256']}&to={shipped().sha256}"
    assert browser_of(hub).get(f"/admin/factor-sets{sets}&cursor=abc").status_code == 422
