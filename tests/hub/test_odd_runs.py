"""Runs that were taken and say something odd: their pages answer, whatever it is."""

import json

import pytest

from hub.made import client_of, reading
from hub.members import by_hour, filled, sent, signed_in
from made_runs import CPU
from wattprint.hub.ingest import messages

PATHS = (
    *("/runs/a", "/runs/a/live", "/runs/a/charts/power.json", "/runs/a/charts/intensity.json"),
    *("/runs/a/record.json", "/runs/a/footprint.json", "/compare?run=ranker/a&run=ranker/b"),
    *("/runs", "/api/v1/runs/a", "/dashboard?period=all", "/dashboard?to=2199-01-01"),
)


def answers(database, text):
    """Send a run as JSON, and return what each page answers that is not in order."""
    hub, token = filled(database, sent("b"))
    headers = {"Content-Type": "application/json"}
    body = f'{{"runs":[{text}]}}'.encode()
    answer = client_of(hub, token).post("/api/v1/runs:batch", content=body, headers=headers)
    assert answer.is_success, answer.text
    return wrong_pages(hub, token)


def wrong_pages(hub, token):
    browser = signed_in(hub, token)
    found = {path: browser.get(path) for path in PATHS if not path.startswith("/api")}
    found["api"] = client_of(hub, token).get("/api/v1/runs/a")
    return {path: got.status_code for path, got in found.items() if got.status_code != 200}


@pytest.mark.parametrize("place", [{"zone": "FR"}, {}], ids=str)
def test_a_run_of_the_last_second_of_the_calendar_has_a_page(database, monkeypatch, place):
    # As an earlier version took it: now it is refused.
    monkeypatch.setattr(messages, "LARGEST_MS", 253_402_300_799_999)
    row = sent("a", place=place)
    row["record"]["started_at"] = "9999-12-31T23:59:59Z"
    assert answers(database, json.dumps(row)) == {}


@pytest.mark.parametrize("step_s", [3600.0, 1e12, 1e300])
def test_a_run_whose_charged_hours_are_endless_has_a_page(database, step_s):
    row = by_hour(sent("a"), 100.0)
    row["footprint"]["hours"]["steps"][0]["step_s"] = step_s
    assert answers(database, json.dumps(row)) == {}


@pytest.mark.parametrize("end_s", [5e-324, 1e-300, 1e15, 1e300, 1.7e308])
def test_a_reading_over_no_time_or_all_time_has_a_page(database, end_s):
    row = sent("a")
    row["record"]["intervals"][0]["end_s"] = end_s
    assert answers(database, json.dumps({**row, "footprint": None})) == {}


@pytest.mark.parametrize("part", ["record", "footprint"])
@pytest.mark.parametrize("value", ["9" * 5000, "-1e999", "[" * 200 + "]" * 200, "1e-999"])
def test_an_unknown_field_that_holds_anything_does_not_end_the_page(database, part, value):
    row = sent("a")
    row[part]["odd"] = "HERE"
    assert answers(database, json.dumps(row).replace('"HERE"', value)) == {}


def test_a_reading_of_the_largest_energy_in_no_time_has_a_page(database):
    hub, token = filled(database, sent("b"), sent("a", day="2026-01-01"))
    at = [reading("a", CPU.device_id, 43_200 + i / 1000, 10**17) for i in range(3)]
    rows = [{**one, "end_ms": one["start_ms"]} for one in at]
    body = {"project": "ranker", "intervals": rows}
    assert client_of(hub, token).post("/api/v1/intervals:batch", json=body).is_success
    assert wrong_pages(hub, token) == {}
