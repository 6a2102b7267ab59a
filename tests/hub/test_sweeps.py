"""Sweeps: runs of one parent, added up apart from it, found and listed at a bounded cost."""

import re

import pytest

from hub.made import admin_of, client_of
from hub.members import filled, send, sent, signed_in
from wattprint.hub import run_list, sweeps
from wattprint.hub.run_list import Asked

KWH_J = 3_600_000
ANY = Asked()


def of(parent, name, kwh, day, **more):
    """A run of a parent."""
    return sent(name, it_kwh=kwh, day=f"2026-05-{day:02}", parent=parent, **more)


@pytest.fixture
def hub(database):
    """A search of trials of 1, 2 and 3 kWh, the last failed; a sweep of no run; a run of none."""
    rows = [
        sent("search", it_kwh=7.0, day="2026-05-01", name="learning rates"),
        of("search", "a", 1.0, 2),
        of("search", "b", 2.0, 3, project="speech"),
        of("search", "c", 3.0, 4, outcome="failed"),
        of("batch-sizes", "d", 4.0, 5, g_per_kwh=None),
        sent("alone", day="2026-05-06"),
    ]
    return filled(database, *rows)[0]


@pytest.fixture
def token(hub):
    return hub.tokens.create("acme", "root", "t", ["admin"])


def summed(hub, parent="search", most=sweeps.MOST_RUNS):
    with hub.database.reading() as connection:
        return sweeps.summed(connection, "acme", parent, most)


def ids(sweeps_found):
    return [row.sweep.parent_id for row in sweeps_found.rows]


def listed(hub, asked=ANY, *, org_id="acme", cursor=None, limit=20):
    return sweeps.listed(hub.database, org_id, asked, cursor=cursor, limit=limit)


def test_a_sweep_is_what_its_runs_come_to_without_the_run_they_are_part_of(hub):
    found = summed(hub)
    # 1 + 2 + 3 kWh, and not the 7 of the search itself; bounds are half and twice as much.
    assert found.figure("it", "j") == (6 * KWH_J, 3 * KWH_J, 12 * KWH_J)
    # At a PUE of 2 and 100 g/kWh 6 kWh emit 1,200 g.
    assert found.figure("location", "ug")[0] == 1_200_000_000
    assert (found.outcomes, found.lost["it_j"]) == ({"completed": 2, "failed": 1}, 3 * KWH_J)


def test_a_figure_that_no_run_has_is_not_known_and_one_that_some_lack_says_so(hub):
    found = summed(hub, "batch-sizes")
    assert found.figure("location", "ug") == (None, None, None)
    assert (found.unknown, found.figure("it", "j")[0]) == ({"it_j": 0, "location_ug": 1}, 4 * KWH_J)


def test_an_excluded_run_is_in_no_sum_of_its_sweep(hub, token):
    with client_of(hub, token) as client:
        client.put("/api/v1/runs/b/exclusion", json={"reason": "a test"})
    found = summed(hub)
    assert (found.runs, found.excluded, found.sums["it_j"]) == (2, 1, 4 * KWH_J)


def test_of_a_sweep_that_is_too_large_the_newest_runs_are_added_up(hub):
    found = summed(hub, most=2)
    # c and b: 3 + 2 kWh.
    assert (found.is_cut, found.looked_at, found.sums["it_j"]) == (True, 2, 5 * KWH_J)
    assert not summed(hub, most=3).is_cut


def test_the_cheapest_and_the_dearest_are_of_the_runs_that_completed(hub):
    with hub.database.reading() as connection:
        found = sweeps.extremes(connection, "acme", summed(hub))
        assert sweeps.extremes(connection, "acme", summed(hub, "batch-sizes")) is None
    # c, of 3 kWh, failed.
    assert (found.cheapest["run_id"], found.dearest["run_id"]) == ("a", "b")
    assert found.by == "location_ug"


def test_sweeps_are_listed_once_each_by_their_newest_run(hub):
    found = listed(hub)
    assert ids(found) == ["batch-sizes", "search"]
    assert [row.newest["run_id"] for row in found.rows] == ["d", "c"]
    assert [row.parent and row.parent["name"] for row in found.rows] == [None, "learning rates"]
    first = listed(hub, limit=1)
    second = listed(hub, limit=1, cursor=first.next_cursor)
    assert (ids(first), ids(second), second.next_cursor) == (["batch-sizes"], ["search"], None)


def test_a_project_or_a_time_lists_the_sweeps_that_ran_in_it_with_all_their_runs(hub):
    for asked in (Asked(project="speech"), Asked(until_ms=1_777_852_800_000)):  # before 4 May
        (row,) = listed(hub, asked).rows
        assert (row.newest["run_id"], row.sweep.runs) == ("b", 3)


def test_the_list_stops_looking_and_says_so(hub, monkeypatch):
    monkeypatch.setattr(run_list, "STRETCHES", (1,))
    first = listed(hub)
    # The newest run is part of nothing; the next one is d.
    assert (ids(first), first.is_cut) == ([], True)
    assert ids(listed(hub, cursor=first.next_cursor)) == ["batch-sizes"]


@pytest.mark.parametrize("sort", ["energy", "-energy", "started", "-duration"])
@pytest.mark.parametrize("stretch", [5_000, 1])
def test_runs_of_a_parent_are_found_in_any_order(hub, monkeypatch, sort, stretch):
    monkeypatch.setattr(run_list, "STRETCHES", (stretch,))
    found, cursor, pages = [], None, 0
    while pages == 0 or cursor is not None:
        page = run_list.listed(
            hub.database, "acme", Asked(parent="search"), sort=sort, cursor=cursor, limit=2
        )
        found += [row["run_id"] for row in page.rows]
        cursor, pages = page.next_cursor, pages + 1
    # All last as long: those of the project speech are behind those of ranker, and b is its one.
    assert "".join(found) == {"-energy": "cba", "-duration": "bca"}.get(sort, "abc")


def test_the_page_of_a_run_shows_its_runs_apart_from_its_own_figures(hub, token):
    text = signed_in(hub, token).get("/runs/search?project=ranker").text
    section = text.split('<section aria-labelledby="sweep">')[1].split("</section>")[0]
    for words in ("6 kWh", "90 %: 3-12", "1.2 kg", "50 %", "2 completed, 1 failed"):
        assert words in section
    assert "do not add the two" in section and "7 kWh" not in section and "7 kWh" in text
    assert "/compare?run=ranker%2Fa&amp;run=speech%2Fb" in section
    assert re.findall(r'name="run" value="([^"]+)"', section) == [
        "ranker/c",
        "speech/b",
        "ranker/a",
    ]


def test_the_page_of_a_large_sweep_says_where_it_stopped(hub, token, monkeypatch):
    monkeypatch.setattr(sweeps, "MOST_RUNS", 2)
    text = signed_in(hub, token).get("/runs/search?project=ranker").text
    assert "Added up are the newest 2 runs" in text and "2+" in text


def test_a_run_leads_to_what_it_is_part_of(hub, token):
    browser = signed_in(hub, token)
    text = browser.get("/runs/b?project=speech").text
    assert 'part of <a href="/runs/search?project=ranker">learning rates</a>' in text
    assert "Runs of this one" not in text
    text = browser.get("/runs/d?project=ranker").text
    assert 'part of <a href="/runs?parent=batch-sizes">batch-sizes</a>, which is not here' in text
    text = browser.get("/runs?parent=search&columns=parent").text
    assert re.findall(r'name="run" value="([^"]+)"', text) == ["ranker/c", "speech/b", "ranker/a"]
    assert 'href="/runs/search"' in text
    # What they come to is above them, whether the hub has the run that they are part of or not.
    assert 'The sweep search: <a href="/runs/search?project=ranker">' in text and "6 kWh" in text
    text = browser.get("/runs?parent=batch-sizes").text
    assert "The sweep batch-sizes</h2>" in text and "4 kWh" in text


def test_a_parent_is_named_though_a_thousand_projects_have_a_run_of_another_one_s_id(hub, token):
    send(hub, token, *(sent("batch-sizes", project=f"!{number:04}") for number in range(1000)))
    parents = {row.sweep.parent_id: row.parent for row in listed(hub).rows}
    assert parents["search"]["project_id"] == "ranker"
    assert parents["batch-sizes"]["project_id"] == "!0000"
    # A run's own parent is the one of its project, however many come before it.
    send(hub, token, sent("batch-sizes", name="of ranker"))
    assert sweeps.around(hub.database, "acme", "ranker", "batch-sizes")["name"] == "of ranker"
    assert sweeps.around(hub.database, "acme", "speech", "batch-sizes")["project_id"] == "!0000"
    assert sweeps.around(hub.database, "acme", "ranker", "unknown") is None


def test_the_page_of_sweeps_shows_what_each_comes_to(hub, token):
    browser = signed_in(hub, token)
    text = browser.get("/sweeps").text
    assert text.index("batch-sizes") < text.index("learning rates")
    for words in ("6 kWh", "1.2 kg", "50 %", 'href="/runs/search?project=ranker"'):
        assert words in text
    assert "batch-sizes" not in browser.get("/sweeps?project=speech").text
    assert browser.get("/sweeps?since=yesterday").status_code == 422


def test_nothing_of_a_sweep_shows_to_another_organisation(hub):
    browser = signed_in(hub, admin_of(hub, "other"))
    text = browser.get("/sweeps").text
    assert "No sweep is here yet" in text and "batch-sizes" not in text
    assert ids(listed(hub, org_id="other")) == []


def test_the_api_finds_the_runs_of_a_sweep_and_sorts_them(hub, token):
    with client_of(hub, token) as client:
        asked = {"parent": "search", "sort": "-it_j", "fields": "id,it_j"}
        found = client.get("/api/v1/runs", params=asked).json()
        assert [row["id"] for row in found["runs"]] == ["c", "b", "a"]
        assert (found["next"], found["search_goes_on"]) == (None, False)
        assert client.get("/api/v1/runs", params={"parent": "../x"}).status_code == 422


def test_the_api_looks_at_so_many_runs_for_a_page_and_goes_on_from_there(hub, token, monkeypatch):
    monkeypatch.setattr(run_list, "STRETCHES", (1, 2))
    with client_of(hub, token) as client:
        asked = {"outcome": "failed", "fields": "id"}
        pages = [client.get("/api/v1/runs", params=asked).json()]
        while pages[-1]["next"] is not None:
            more = {**asked, "cursor": pages[-1]["next"]}
            pages.append(client.get("/api/v1/runs", params=more).json())
    # Of six runs the newest three are looked at, c among them; of the other three none failed.
    assert [[row["id"] for row in page["runs"]] for page in pages] == [["c"], [], []]
    assert [page["search_goes_on"] for page in pages] == [True, True, False]
