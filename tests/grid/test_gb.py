"""The Carbon Intensity API: paths, half hours, regions, and a forecast beside an actual."""

import json

import pytest

from grid.played import HOUR, NOON, NOW, National, Regional
from grid.standin import as_json
from wattprint.domain.errors import InputError
from wattprint.grid.errors import BadAnswerError

SLOT = 1800.0


def slots(count, start_s=NOON - 2 * HOUR):
    return [(start_s + i * SLOT, 200.0 + i) for i in range(count)]


def test_a_minute_past_the_half_hour_is_asked_for(ask):
    asked = ask(National()).gives(National().history(slots(4)))
    asked.history(NOON - 2 * HOUR, NOON)
    # From 10:00 to 12:00: the slots that hold 10:01 and 11:31, and those between.
    assert asked.stand_in.seen[0].path == "/intensity/2026-01-15T10:01Z/2026-01-15T11:31Z"


def test_a_slot_that_had_ended_before_is_left_out(ask):
    # Asked on the half hour, the service may answer with the slot just ended.
    asked = ask(National()).gives(National().history(slots(5, NOON - 2 * HOUR - SLOT)))
    series = asked.history(NOON - 2 * HOUR, NOON)
    assert series.start_s == NOON - 2 * HOUR


@pytest.mark.parametrize(
    ("zone", "path"),
    [
        ("GB", "/intensity/2026-01-15T12:01Z/fw48h"),
        ("GB:RG10", "/regional/intensity/2026-01-15T12:01Z/fw48h/postcode/RG10"),
        ("GB:13", "/regional/intensity/2026-01-15T12:01Z/fw48h/regionid/13"),
        ("GB-SCT", "/regional/intensity/2026-01-15T12:01Z/fw48h/regionid/16"),
    ],
)
def test_each_region_has_its_path(ask, zone, path):
    played = National() if zone == "GB" else Regional()
    region = {"GB-SCT": "GB:16"}.get(zone, zone)
    answer = played.forecast(slots(96, NOON), NOW, zone=None if zone == "GB" else region)
    asked = ask(played).gives(answer)
    series = asked.provider.forecast(zone, asked.signal, 48)
    assert (asked.stand_in.seen[0].path, series.zone, len(series)) == (path, zone, 96)


def test_the_current_half_hour_is_the_forecast_where_nothing_is_measured_yet(ask):
    asked = ask(National()).gives(National().forecast([(NOON, 266.0)], NOW))
    (interval,) = asked.provider.now("GB", asked.signal)
    assert tuple(interval)[:4] == (NOON, NOON + SLOT, 266.0, "forecast")


def test_a_past_half_hour_that_is_not_measured_is_a_gap_and_no_forecast(ask):
    answer = json.loads(National().history(slots(2)).body)
    answer["data"][1]["intensity"]["actual"] = None
    series = ask(National()).gives(as_json(answer)).history(NOON - 2 * HOUR, NOON - HOUR)
    assert [i.carbon_intensity_g_per_kwh for i in series] == [200.0]


def test_regional_figures_of_the_past_say_that_they_are_forecasts(ask):
    series = ask(Regional()).gives(Regional().history(slots(2))).history(NOON - 2 * HOUR, NOON)
    assert {i.state for i in series} == {"forecast"}
    assert any("regional figures are forecasts" in note for note in series.notes)


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        pytest.param({"data": [{"regionid": 3, "data": []}]}, "of a region where", id="region"),
        pytest.param({"data": [{"from": "x"}]}, "the answer has no 'to'|time 'x'", id="row"),
    ],
)
def test_a_region_where_the_nation_was_asked_for_is_refused(ask, shape, message):
    with pytest.raises(BadAnswerError, match=message):
        ask(National()).gives(as_json(shape)).history(NOON - HOUR, NOON)


def test_the_nation_where_a_region_was_asked_for_is_refused(ask):
    answer = National().forecast(slots(2), NOW)
    with pytest.raises(BadAnswerError, match="national where a region was asked for"):
        ask(Regional()).gives(answer).history(NOON - 2 * HOUR, NOON)


def test_a_figure_of_a_whole_hour_is_refused(ask):
    document = json.loads(National().history(slots(1)).body)
    document["data"][0]["to"] = "2026-01-15T11:00Z"
    with pytest.raises(BadAnswerError, match="of 60 min, not of half an hour"):
        ask(National()).gives(as_json(document)).history(NOON - 2 * HOUR, NOON)


@pytest.mark.parametrize(
    "zone", ["FR", "GB-NIR", "GB:18", "GB:0", "GB:LONDON", "GB:", "", "GB:1/2"]
)
def test_what_is_not_in_great_britain_is_refused(ask, zone):
    with pytest.raises(InputError, match="is not in Great Britain's service"):
        ask(National()).provider.place(zone)


def test_a_month_is_asked_in_pieces_that_leave_nothing_out(ask):
    start_s = NOON - 30 * 24 * HOUR
    asked = ask(National())
    asked.gives(*[National().history(slots(1, start_s + d * 24 * HOUR)) for d in (0, 14, 28)])
    series = asked.history(start_s, NOON)
    spans = [seen.path.split("/")[2:] for seen in asked.stand_in.seen]
    assert len(spans) == len(series) == 3
    # Each piece begins with the slot after the last one of the piece before.
    assert [span[1] for span in spans[:-1]] == ["2025-12-30T11:01Z", "2026-01-13T10:31Z"]
    assert [span[0] for span in spans[1:]] == ["2025-12-30T11:31Z", "2026-01-13T11:01Z"]
