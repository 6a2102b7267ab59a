"""The provider that stands in without a service, on profiles made by hand."""

from datetime import datetime, timezone
from typing import NamedTuple

import pytest

from grid.played import HOUR, NOON, NOW
from wattprint.domain.errors import InputError
from wattprint.grid.errors import MissingKeyError
from wattprint.grid.lookup import Lookup, wanted
from wattprint.grid.providers.typical import NOBODY_ASKED, Typical
from wattprint.grid.services import Services
from wattprint.grid.settings import load_settings


class MadeOutlook(NamedTuple):
    zone: str
    start: datetime
    step_s: int
    carbon_intensity_g_per_kwh: tuple
    low_g_per_kwh: tuple
    high_g_per_kwh: tuple
    kind: str = "average"
    basis: str = "lifecycle"
    note: str = "mean of 2024"


def outlook_of(zone, start, end):
    """Hours of 10 g times the hour of the day, half as much and twice as much at its bounds."""
    first_s = start.timestamp() // HOUR * HOUR
    hours = int(-((first_s - end.timestamp()) // HOUR))
    grams = [10.0 * ((first_s // HOUR + i) % 24) for i in range(hours)]
    return MadeOutlook(
        zone,
        datetime.fromtimestamp(first_s, timezone.utc),
        3600,
        tuple(grams),
        tuple(g / 2 for g in grams),
        tuple(g * 2 for g in grams),
    )


TYPICAL = Typical(outlook_of, clock_s=lambda: NOW)


def services(tmp_path, **environment):
    return Services(load_settings(tmp_path, environment), fallback=TYPICAL)


def test_it_answers_where_no_service_is_set_up(tmp_path):
    provider = services(tmp_path).for_zone("FR")
    asked = wanted(provider, "France")
    series = Lookup(None, clock_s=lambda: NOW).now(asked)
    (interval,) = series
    # 12 o'clock: 120 g (60 to 240).
    assert tuple(interval) == (NOON, NOON + HOUR, 120.0, "typical", 60.0, 240.0)
    assert (series.zone, series.provider, series.notes) == (
        "FR",
        "typical",
        (NOBODY_ASKED, "mean of 2024"),
    )


def test_it_looks_ahead_and_back_alike():
    lookup, asked = Lookup(None, clock_s=lambda: NOW), wanted(TYPICAL, "FR")
    ahead = lookup.forecast(asked, 24)
    assert (ahead.start_s, ahead.end_s) == (NOON, NOON + 25 * HOUR)
    later = lookup.history(asked, NOON + 48 * HOUR, NOON + 50 * HOUR)
    assert [i.carbon_intensity_g_per_kwh for i in later] == [120.0, 130.0]


def test_it_never_stands_in_for_marginal_intensity(tmp_path):
    with pytest.raises(MissingKeyError, match="no service of grid intensity is set up"):
        services(tmp_path).for_zone("FR", kind="marginal")


def test_a_service_that_is_set_up_goes_before_it(tmp_path):
    of = services(tmp_path, WATTPRINT_GRID_PROVIDERS="gb")
    assert of.for_zone("GB").name == "gb"
    assert of.for_zone("FR").name == "typical"
    assert of.named("typical") is TYPICAL
    assert of.names[-1] == "typical"


def test_without_it_a_zone_that_no_service_has_is_refused(tmp_path):
    of = Services(load_settings(tmp_path, {"WATTPRINT_GRID_PROVIDERS": "gb"}))
    with pytest.raises(InputError, match=r"no service that is set up has zone 'FR' \(gb: zone"):
        of.for_zone("FR")
