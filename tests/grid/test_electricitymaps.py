"""Electricity Maps: calls, steps and shapes of v3 and v4."""

import pytest

from grid.played import HOUR, KEY, NOON, NOW, ElectricityMapsV3, ElectricityMapsV4, name_of, utc
from grid.standin import as_json
from wattprint.domain.errors import InputError
from wattprint.grid.answers import Asked
from wattprint.grid.errors import BadAnswerError
from wattprint.grid.providers.electricitymaps import parsed

BOTH = pytest.mark.parametrize("played", [ElectricityMapsV3(), ElectricityMapsV4()], ids=name_of)
ASKED = Asked("electricitymaps", "DE")


def rows(step_s, count, start_s=NOON - HOUR):
    return [(start_s + i * step_s, 100 + i) for i in range(count)]


@BOTH
def test_every_request_refuses_the_country_of_the_caller_and_carries_the_key(ask, played):
    asked = ask(played).gives(played.history(rows(HOUR, 1)))
    asked.history(NOON - HOUR, NOON)
    (seen,) = asked.stand_in.seen
    name, value = {
        "v3": ("shouldUseFallbackCallerLookup", "false"),
        "v4": ("disableCallerLookup", "true"),
    }[played.version]
    assert seen.path == f"/{played.version}/carbon-intensity/history"
    assert (seen.query["zone"], seen.query[name]) == ("DE", value)
    assert seen.headers["auth-token"] == KEY
    assert KEY not in str(seen.query)


@BOTH
def test_the_newest_hour_is_one_object(ask, played):
    latest = played.row(NOON, 214, "DE") | {"isEstimated": True}
    asked = ask(played).gives(as_json(latest))
    series = asked.provider.now("DE", asked.signal)
    assert tuple(series.intervals[0])[:4] == (NOON, NOON + HOUR, 214.0, "estimated")
    assert asked.stand_in.seen[0].path.endswith("/carbon-intensity/latest")


def test_what_lies_further_back_than_a_day_is_asked_in_pieces_of_ten_days(ask):
    played = ElectricityMapsV3()
    start_s = NOON - 25 * 24 * HOUR
    pieces = [[(start_s + days * 24 * HOUR, 100)] for days in (0, 10, 20)]
    asked = ask(played).gives(*[played.history(piece) for piece in pieces])
    series = asked.history(start_s, NOON)
    seen = asked.stand_in.seen
    assert [s.path.rpartition("/")[2] for s in seen] == ["past-range"] * 3
    assert [s.query["start"] for s in seen] == [
        utc(start_s + days * 24 * HOUR, "%Y-%m-%dT%H:%M:%SZ") for days in (0, 10, 20)
    ]
    assert len(series) == 3
    # A second between requests: 3 requests, two waits.
    assert sum(asked.time.slept) == pytest.approx(2.0, abs=0.01)


@pytest.mark.parametrize(("granularity", "step_s"), [("5_minutes", 300), ("15_minutes", 900)])
def test_finer_steps_are_asked_for_and_read(ask, granularity, step_s):
    played = ElectricityMapsV3()
    environment = played.environment
    played.environment = lambda url: (
        environment(url) | {"WATTPRINT_ELECTRICITYMAPS_GRANULARITY": granularity}
    )
    asked = ask(played).gives(played.history(rows(step_s, 4)))
    series = asked.history(NOON - HOUR, NOON)
    assert asked.stand_in.seen[0].query["temporalGranularity"] == granularity
    assert {i.end_s - i.start_s for i in series} == {step_s}


def test_a_server_that_passes_over_the_step_is_read_by_its_rows():
    row = ElectricityMapsV3().row
    document = {"zone": "DE", "history": [row(s, g, "DE") for s, g in rows(HOUR, 4)]}
    # 5 minutes were asked for; four rows an hour apart are hours.
    assert {i.end_s - i.start_s for i in parsed(ASKED, document, "lifecycle", 300.0)} == {HOUR}


def test_a_lone_pair_with_a_row_missing_between_keeps_its_step():
    row = ElectricityMapsV3().row
    document = {"zone": "DE", "history": [row(NOON, 1, "DE"), row(NOON + 2 * HOUR, 3, "DE")]}
    assert {i.end_s - i.start_s for i in parsed(ASKED, document, "lifecycle", HOUR)} == {HOUR}


def test_another_basis_than_was_asked_for_is_refused():
    # The same instant once read 75 g on a life-cycle basis and 20 g direct.
    document = ElectricityMapsV3().row(NOON, 20, "DE") | {"emissionFactorType": "direct"}
    with pytest.raises(BadAnswerError, match="for basis 'direct', not 'lifecycle'"):
        parsed(ASKED, document, "lifecycle", HOUR)


def test_a_zone_is_known_by_any_of_its_names(ask):
    provider = ask(ElectricityMapsV3()).provider
    assert provider.place("Germany") == "DE"
    with pytest.raises(InputError, match="zone 'DEX' is unknown"):
        provider.place("DEX")


def test_the_plan_is_read_from_the_list_of_zones_and_tried_once(ask):
    played = ElectricityMapsV3()
    listed = {"DE": {"zoneName": "Germany", "access": ["carbon-intensity/latest"]}, "FR": {}}
    asked = ask(played).gives(as_json(listed), as_json(played.row(NOON, 1, "DE")))
    access = asked.provider.access()
    assert (access.works, access.zones) == (True, ("DE",))
    assert access.says == "1 zones: carbon-intensity/latest"


def test_a_horizon_beyond_three_days_is_three_days(ask):
    played = ElectricityMapsV3()
    asked = ask(played).gives(played.forecast(rows(HOUR, 73, NOON), NOW))
    assert len(asked.forecast(100)) == 73
    assert asked.stand_in.seen[0].query["horizonHours"] == "72"
