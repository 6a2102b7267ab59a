"""Carbon Aware SDK: its parameters' right names, its two kinds of duration, its refusals."""

import json

import pytest

from grid.played import HOUR, NOON, NOW, Sdk
from grid.standin import Answer, as_json
from wattprint.domain.errors import InputError
from wattprint.grid.errors import BadAnswerError, NoIntensityError, RequestRefusedError

PLAYED = Sdk()
START = NOON - HOUR
ROWS = [(START, 100.0), (START + 300, 110.0)]


def test_times_have_the_names_that_the_interface_knows(ask):
    asked = ask(PLAYED).gives(PLAYED.history(ROWS))
    asked.history(START, NOON)
    (seen,) = asked.stand_in.seen
    assert seen.path == "/emissions/bylocation"
    assert seen.query == {
        "location": "eastus",
        "time": "2026-01-15T11:00:00Z",
        "toTime": "2026-01-15T12:00:00Z",
    }


@pytest.mark.parametrize(
    ("duration", "length_s"),
    [("00:05:00", 300), (5, 300), ("01:00:00", 3600), (60, 3600), ("1.00:00:00", 86_400)],
)
def test_durations_come_as_minutes_or_as_a_time_span(ask, duration, length_s):
    rows = json.loads(PLAYED.history(ROWS[:1]).body)
    rows[0]["duration"] = duration
    series = ask(PLAYED).gives(as_json(rows)).history(START, NOON)
    assert series.end_s - series.start_s == length_s


@pytest.mark.parametrize("duration", [0, -5, "soon", None, True, "00:00:00"], ids=repr)
def test_a_duration_that_is_none_is_refused(ask, duration):
    rows = json.loads(PLAYED.history(ROWS[:1]).body)
    rows[0]["duration"] = duration
    with pytest.raises(BadAnswerError, match="a duration of"):
        ask(PLAYED).gives(as_json(rows)).history(START, NOON)


def test_no_content_is_no_figure(ask):
    with pytest.raises(NoIntensityError, match="no figure of the time"):
        ask(PLAYED).gives(Answer(b"", 204)).history(START, NOON)


def test_a_source_that_is_not_set_up_is_the_first_mistake_and_named(ask):
    problem = {"title": "ArgumentException", "detail": "ForecastDataSource is not configured"}
    with pytest.raises(RequestRefusedError, match="set its ForecastDataSource"):
        ask(PLAYED).gives(as_json(problem, 400)).forecast(24)


def test_a_call_that_its_source_has_not_is_told(ask):
    with pytest.raises(RequestRefusedError, match="its source does not offer this call"):
        ask(PLAYED).gives(as_json({"title": "Not implemented"}, 501)).forecast(24)


def test_kind_and_basis_are_what_its_owner_says(ask):
    series = ask(PLAYED).gives(PLAYED.history(ROWS)).history(START, NOON)
    assert (series.kind, series.basis) == ("marginal", "direct")
    assert "does not state them" in series.notes[0]


def test_a_forecast_is_cut_at_the_hours_that_were_asked_for(ask):
    ahead = [(NOON + i * 300, 100.0) for i in range(48)]
    series = ask(PLAYED).gives(PLAYED.forecast(ahead, NOW)).forecast(1)
    # One hour from 12:10 touches the slots up to the one that begins at 13:05.
    assert series.intervals[-1].start_s == NOON + HOUR + 300


@pytest.mark.parametrize("zone", ["", "two words", "../etc", "a?b", "x" * 65], ids=repr)
def test_a_location_that_is_none_is_refused(ask, zone):
    with pytest.raises(InputError, match="is no location"):
        ask(PLAYED).provider.place(zone)


def test_its_locations_are_what_it_opens(ask):
    access = ask(PLAYED).gives(as_json({"eastus": {}, "westus": {}})).provider.access()
    assert access.zones == ("eastus", "westus")
