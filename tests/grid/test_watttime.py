"""WattTime: pounds, inclusive ends, regions of its own, two models."""

import json

import pytest

from grid.played import HOUR, NOON, NOW, WattTime, utc
from grid.standin import as_json
from wattprint.domain.errors import InputError
from wattprint.grid.errors import BadAnswerError

PLAYED = WattTime()
START = NOON - HOUR


def points(count, start_s=START, grams=394.6):
    return [(start_s + i * 300, grams) for i in range(count)]


def test_870_pounds_a_megawatt_hour_are_394_6_grams_a_kilowatt_hour(ask):
    # 870 x 453.59237 g / 1000 kWh = 394.625 g/kWh.
    document = json.loads(PLAYED.history(points(1)).body)
    document["data"][0]["value"] = 870.0
    series = ask(PLAYED).gives(as_json(document)).history(START, START + 300)
    assert series.intervals[0][2] == pytest.approx(394.6253619, rel=1e-12)
    assert (series.kind, series.basis, series.scope) == ("marginal", "direct", None)


def test_the_end_belongs_to_its_window_so_that_pieces_end_a_step_early(ask):
    start_s = NOON - 40 * 24 * HOUR
    cut_s = start_s + 30 * 24 * HOUR
    asked = ask(PLAYED)
    asked.gives(PLAYED.history(points(2, cut_s - 600)), PLAYED.history(points(2, cut_s)))
    series = asked.history(start_s, NOON)
    asked_for = [
        (s.query["start"], s.query["end"]) for s in asked.stand_in.seen if s.path != "/login"
    ]
    form = "%Y-%m-%dT%H:%M:%SZ"
    assert asked_for == [
        (utc(start_s, form), utc(cut_s - 300, form)),
        (utc(cut_s, form), utc(NOON - 300, form)),
    ]
    assert [i.start_s for i in series] == [cut_s - 600, cut_s - 300, cut_s, cut_s + 300]


def test_figures_of_two_models_are_not_put_together(ask):
    start_s = NOON - 40 * 24 * HOUR
    other = {"model": {"date": "2024-09-01"}}
    asked = ask(PLAYED).gives(
        PLAYED.history(points(1, start_s)),
        PLAYED.document(points(1, NOON - 600), NOW, None, None, **other),
    )
    with pytest.raises(BadAnswerError, match=r"two models \(2023-03-01 and 2024-09-01\)"):
        asked.history(start_s, NOON)


def test_another_signal_is_refused(ask):
    answer = PLAYED.document(points(1), NOW, None, None, signal_type="health_damage")
    with pytest.raises(BadAnswerError, match="for signal 'health_damage', not 'co2_moer'"):
        ask(PLAYED).gives(answer).history(START, NOON)


def test_warnings_models_and_imputed_rows_are_told(ask):
    warning = {"warnings": [{"type": "X", "message": "data are late"}]}
    document = json.loads(PLAYED.document(points(2), NOW, None, None, **warning).body)
    document["data"][1]["imputed_data_used"] = True
    series = ask(PLAYED).gives(as_json(document)).history(START, NOON)
    assert [i.state for i in series] == ["actual", "estimated"]
    assert "WattTime warns: 'data are late'" in series.notes
    assert "WattTime's model of 2023-03-01" in series.notes


def test_a_step_of_fifteen_minutes_is_read_from_the_answer(ask):
    rows = [(START + i * 900, 300.0) for i in range(2)]
    answer = PLAYED.document(rows, NOW, None, None, data_point_period_seconds=900)
    series = ask(PLAYED).gives(answer).history(START, NOON)
    assert {i.end_s - i.start_s for i in series} == {900}


@pytest.mark.parametrize("period", [0, -300, "300", None, True], ids=repr)
def test_a_step_that_is_none_is_refused(ask, period):
    answer = PLAYED.document(points(2), NOW, None, None, data_point_period_seconds=period)
    with pytest.raises(BadAnswerError, match="a period of"):
        ask(PLAYED).gives(answer).history(START, NOON)


def test_now_is_the_first_row_of_the_forecast(ask):
    asked = ask(PLAYED).gives(PLAYED.forecast(points(12, NOW), NOW))
    series = asked.provider.now(PLAYED.zone, asked.signal)
    assert (series.start_s, series.end_s, len(series)) == (NOW, NOW + 300, 1)


def test_a_country_is_no_region_and_none_is_guessed(ask):
    with pytest.raises(InputError, match="zone 'US-CA' is no region of watttime"):
        ask(PLAYED).provider.place("US-CA")


def test_coordinates_are_sent_and_become_the_region(ask):
    found = as_json({"region": "ERCOT_NORTH", "region_full_name": "x", "signal_type": "co2_moer"})
    asked = ask(PLAYED).gives(found)
    assert asked.provider.place("32.9, -97.1") == "ERCOT_NORTH"
    assert asked.provider.place("32.9,-97.1") == "ERCOT_NORTH"  # asked once
    query = asked.stand_in.seen[-1].query
    assert (query["latitude"], query["longitude"]) == ("32.9", "-97.1")


def test_many_zones_are_asked_with_one_token(ask):
    asked = ask(PLAYED)
    for _ in range(3):
        asked.gives(PLAYED.history(points(1)))
        provider = asked.services.named("watttime")
        provider.history(PLAYED.zone, asked.signal, START, NOON)
    assert [seen.path for seen in asked.stand_in.seen].count("/login") == 1


def test_the_account_is_read_from_my_access(ask):
    regions = [{"region": "CAISO_NORTH", "region_full_name": "x", "endpoints": []}]
    document = {"signal_types": [{"signal_type": "co2_moer", "regions": regions}]}
    access = ask(PLAYED).gives(as_json(document)).provider.access()
    assert (access.says, access.zones) == ("co2_moer in 1 regions", ("CAISO_NORTH",))
