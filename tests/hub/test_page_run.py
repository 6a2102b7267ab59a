"""A run's page: its figures, its power in few steps, what people say of it, and who may say it."""

import json
from html import unescape

import pytest

from hub.made import admin_of, client_of, reading, sent_run
from hub.members import filled, member_of, send, sent, signed_in
from wattprint.domain.readings import Fault
from wattprint.hub import run_view
from wattprint.hub.notes import RunKey

EVIL = "<img src=x onerror=alert(1)>\"'"


@pytest.fixture
def hub(database):
    return filled(database, sent("a"), sent("b"))[0]


@pytest.fixture
def browser(hub):
    return signed_in(hub, hub.tokens.create("acme", "root", "t", ["admin"]))


def test_the_page_says_figures_evidence_and_what_is_missing(browser):
    text = browser.get("/runs/a?project=ranker").text
    # 1 kWh of IT, twice as much of the facility, 200 g: each with half and twice its value.
    for words in ("1 kWh (0.5-2)", "2 kWh (1-4)", "200 g CO2e (100-400)", "not counted"):
        assert words in text
    for title in ("Power over time", "What the figures rest on", "For a paper", "Faults"):
        assert title in text
    assert "\\begin{table}[ht]\n  \\centering\n" in text
    assert "| quantity | value | 90 % interval | method |\n|---|---|---|---|\n" in text


def test_record_and_footprint_are_downloaded_as_they_came(browser):
    record = browser.get("/runs/a/record.json?project=ranker")
    assert (record.json()["id"], record.json()["schema"]) == ("a", "wattprint.run/1")
    assert record.headers["content-disposition"] == 'attachment; filename="a.record.json"'
    footprint = browser.get("/runs/a/footprint.json?project=ranker").json()
    assert footprint["emissions_kg"]["location_based"]["value"] == 0.2
    assert browser.get("/runs/a/footprint.json?project=ranker&factors=0").status_code == 404


def test_footprints_of_two_factor_sets_stand_side_by_side(hub, browser):
    newer = sent("a", g_per_kwh=150.0)
    newer["footprint"]["factor_set"] = {"version": "2030.1.0", "sha256": "f" * 64}
    send(hub, hub.tokens.create("acme", "root", "t", ["admin"]), newer)
    text = browser.get("/runs/a?project=ranker").text
    # 300 g under the newer set, 200 g under the older: half as much again.
    assert "300 g CO2e (150-600)" in text and "200 g CO2e (100-400)" in text
    assert "+50 %" in text and "2030.1.0" in text
    assert browser.get(f"/runs/a/footprint.json?project=ranker&factors={'f' * 64}").is_success


def test_power_is_added_up_in_the_database_and_keeps_its_energy(hub):
    # 5,000 readings of a second at 3 W, and as many steps as a chart draws.
    token = hub.tokens.create("acme", "root", "t", ["admin"])
    begun = 1_767_225_600_000
    rows = [
        {**reading("long", "rapl:package-0"), "start_ms": begun + 1000 * i}
        | {"end_ms": begun + 1000 * (i + 1), "energy_uj": 3_000_000}
        for i in range(5000)
    ]
    run = sent_run(
        "long", started_at="2026-01-01T00:00:00Z", duration_s=5000.0, with_footprint=False
    )
    send(hub, token, run)
    with client_of(hub, token) as client:
        body = {"project": "ranker", "intervals": rows}
        assert client.post("/api/v1/intervals:batch", json=body).is_success
    view = run_view.find(hub.database, RunKey("acme", "ranker", "long"))
    record = run_view.with_power(hub.database, view)
    assert len(record.intervals) <= run_view.STEPS + 1
    assert record.device_energy_j()[0] == pytest.approx(15_000.0, rel=1e-12)
    assert record.intervals[-1].end_s == 5000.0
    assert not view.is_stored


def test_a_run_without_readings_beside_it_shows_those_of_its_record(hub, browser):
    chart = browser.get("/runs/a/charts/power.json?project=ranker").json()
    assert "Power of 2 devices" in chart["description"]


def test_a_member_tags_notes_and_excludes_without_a_script(browser):
    browser.get("/runs/a?project=ranker")
    assert "dataset=x" in browser.send("/runs/a/tags?project=ranker", tag="dataset=x").text
    text = browser.send("/runs/a/notes?project=ranker", text="a first\nlook").text
    assert "a first\nlook" in text
    text = browser.send("/runs/a/exclude?project=ranker", reason="a test of the meters").text
    assert "In no sum: a test of the meters" in text
    assert "1 run is excluded" in browser.get("/dashboard?period=all").text
    browser.get("/runs/a?project=ranker")
    assert "In no sum" not in browser.send("/runs/a/include?project=ranker").text
    browser.get("/runs/a?project=ranker")
    text = browser.send("/runs/a/untag?project=ranker", tag="dataset=x").text
    assert "No tags." in text


def test_what_was_typed_wrongly_is_said_on_the_page(browser):
    browser.get("/runs/a?project=ranker")
    answer = browser.send("/runs/a/tags?project=ranker", tag="two words")
    assert answer.status_code == 422
    assert "tag 'two words' is none; expected" in unescape(answer.text)
    assert browser.send("/runs/a/exclude?project=ranker", reason=" ").status_code == 422


@pytest.mark.parametrize("action", ["tags", "untag", "notes", "exclude", "include"])
def test_a_form_of_another_page_changes_nothing(hub, browser, action):
    fields = {"tag": "x", "text": "x", "reason": "x", "form_key": "0" * 64}
    assert browser.post(f"/runs/a/{action}?project=ranker", fields).status_code == 403
    assert "No tags." in browser.get("/runs/a?project=ranker").text


@pytest.mark.parametrize("action", ["tags", "untag", "notes", "exclude", "include"])
def test_a_viewer_reads_and_writes_nothing(hub, action):
    viewer = member_of(hub, "viewer")
    text = viewer.get("/runs/a?project=ranker").text
    assert f"/runs/a/{action}" not in text
    key = text.split('name="form_key" value="')[1].split('"')[0]
    fields = {"tag": "x", "text": "x", "reason": "x", "form_key": key}
    assert viewer.post(f"/runs/a/{action}?project=ranker", fields).status_code == 403


def test_a_member_of_another_tenant_finds_no_run(hub):
    other = signed_in(hub, admin_of(hub, "other"))
    for part in (
        "",
        "/live",
        "/record.json",
        "/footprint.json",
        "/charts/power.json",
        "/charts/intensity.json",
    ):
        assert other.get(f"/runs/a{part}?project=ranker").status_code == 404
    key = other.get("/runs").text.split('name="form_key" value="')[1].split('"')[0]
    fields = {"form_key": key, "tag": "x", "reason": "x", "text": "x"}
    assert other.post("/runs/a/exclude?project=ranker", fields).status_code == 404


def test_every_text_of_a_run_is_text(hub, browser):
    token = hub.tokens.create("acme", "root", "t", ["admin"])
    row = sent_run(
        "evil",
        project=EVIL,
        name=EVIL,
        tags={EVIL: EVIL},
        host={EVIL: EVIL, "cpu_model": EVIL},
        software={EVIL: EVIL},
        faults=(Fault(1.0, EVIL, EVIL),),
        meters=({"family": EVIL, "used": True, "reason": EVIL},),
    )
    send(hub, token, row)
    with client_of(hub, token) as client:
        client.post("/api/v1/runs/evil/notes", json={"text": EVIL})
        client.put("/api/v1/runs/evil/exclusion", json={"reason": EVIL})
    for path in ("/runs/evil", "/runs/evil/live", "/runs", "/dashboard?period=all"):
        text = browser.get(path).text
        assert "<img" not in text
    page = browser.get("/runs/evil").text
    assert page.count("&lt;img src=x onerror=alert(1)&gt;") >= 10


def test_a_run_that_goes_on_is_refreshed_until_it_ends(hub, browser):
    token = hub.tokens.create("acme", "root", "t", ["admin"])
    send(hub, token, sent("live", outcome=None))
    assert 'hx-trigger="every 5s"' in browser.get("/runs/live").text
    part = browser.get("/runs/live/live", **{"hx-request": "true"})
    assert part.text.lstrip().startswith('<div id="live"') and "hx-refresh" not in part.headers
    send(hub, token, sent("live", it_kwh=2.0))
    part = browser.get("/runs/live/live", **{"hx-request": "true"})
    assert part.headers["hx-refresh"] == "true"
    assert "hx-trigger" not in browser.get("/runs/live").text


@pytest.mark.parametrize("place", [{"zone": "FR", "host": "x"}, {"pue": {}}, {"zone": "NOWHERE"}])
def test_a_run_that_cannot_be_accounted_for_is_shown_and_compared(hub, browser, place):
    row = sent("odd")
    row["record"]["place"], row["footprint"] = place, None
    send(hub, hub.tokens.create("acme", "root", "t", ["admin"]), row, sent("plain"))
    for path in ("/runs/odd", "/runs/odd/live", "/compare?run=ranker/odd&run=ranker/plain"):
        assert browser.get(path).status_code == 200
    work = json.loads(browser.get("/runs/odd/footprint.json").text)["work"]
    assert ("not_recorded" in work) == ("host" not in place)


def test_a_stored_footprint_that_says_too_little_does_not_end_the_page(hub, browser):
    row = sent("bare")
    kept = ("schema", "factor_set", "energy_kwh", "emissions_kg")
    row["footprint"] = {name: row["footprint"][name] for name in kept}
    send(hub, hub.tokens.create("acme", "root", "t", ["admin"]), row)
    assert "computed by this hub for this page" in browser.get("/runs/bare").text
    assert json.loads(browser.get("/runs/bare/footprint.json").text)["summary"]
