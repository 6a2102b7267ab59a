"""Typical profiles: ratios to the mean of a year, for every zone that has an hourly series."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from made_patterns import HOURS, MONTHS, QUARTERS, rows_of
from wattprint.domain.errors import UnknownNameError
from wattprint.factors.profiles import ProfileTable, profiles
from wattprint.factors.tables import shipped
from wattprint.factors.zones import IntensityTable, zones

ZONES = profiles().zones


@pytest.mark.parametrize(
    ("year", "mean"),
    [
        # 2021: 261 weekdays at 1.0 and 104 weekend days at 0.5 = 313 / 365.
        pytest.param(2021, 313 / 365, id="365 days, 104 of them on weekends"),
        # 2020: 262 weekdays and 104 weekend days = 314 / 366.
        pytest.param(2020, 314 / 366, id="a leap year"),
        # 2000: began and ended on a weekend: 260 and 106 = 313 / 366.
        pytest.param(2000, 313 / 366, id="a leap year of 106 weekend days"),
    ],
)
def test_the_mean_of_a_year_counts_its_own_weekends(year, mean):
    profile = ProfileTable(rows_of(weekend="500")).find("XA")
    assert profile.mean_of_year(year) == pytest.approx(mean, rel=1e-12)


def test_saturday_and_sunday_are_the_weekend():
    profile = ProfileTable(rows_of(weekday="1100", weekend="900")).find("XA")
    ratios = [profile.of_day(1, weekday)[0] for weekday in range(7)]
    assert ratios == [1.1] * 5 + [0.9] * 2


def test_months_are_put_in_order_whatever_the_order_of_rows():
    rows = rows_of()
    rows[10]["weekday_per_mille"] = " ".join(["1234"] * HOURS)
    assert ProfileTable(reversed(rows)).find("XA").of_day(11, 0) == (1.234,) * HOURS


@pytest.mark.parametrize("zone", ZONES)
def test_every_profile_is_whole_and_near_one_over_a_year(zone):
    profile = profiles().find(zone)
    assert [len(table) for table in profile[1:5]] == [MONTHS] * 4
    assert {len(row) for row in (*profile.weekday, *profile.weekend)} == {HOURS}
    assert {len(row) for row in (*profile.low, *profile.high)} == {QUARTERS}
    for year in (2023, 2024):
        assert profile.mean_of_year(year) == pytest.approx(1.0, abs=0.005)


def test_every_profile_has_a_known_zone_and_a_yearly_mean_of_its_basis():
    yearly = IntensityTable(shipped().rows("intensity_yearly"))
    for zone in ZONES:
        assert zones().find(zone).zone == zone
        figure = yearly.find([zone], basis=profiles().find(zone).basis)
        assert figure.carbon_intensity_g_per_kwh > 0


@given(zone=st.sampled_from(ZONES), month=st.integers(0, 11), quarter=st.integers(0, 3))
def test_the_scatter_holds_the_profile_itself(zone, month, quarter):
    profile = profiles().find(zone)
    assert 0 < profile.low[month][quarter] <= 1 <= profile.high[month][quarter]


def test_each_profile_rests_on_sources_that_ship():
    keys = {row["key"] for row in shipped().rows("sources")}
    for zone in ZONES:
        assert {made_of.split()[0] for made_of in profiles().find(zone).series} <= keys


def test_solar_noon_is_the_cleanest_hour_of_a_californian_june():
    # Noon in California is 19 or 20 h UTC; the evening peak, without sun, is at 3 h UTC.
    june = profiles().find("US-CAL-CISO").of_day(6, 0)
    assert 15 <= june.index(min(june)) <= 21
    assert june[3] > 1.3 * min(june)


def test_a_zone_without_a_profile_is_refused_with_those_of_its_country():
    with pytest.raises(UnknownNameError, match=r"'DK' has no typical profile; 1\d\d zones") as told:
        profiles().find("DK")
    assert set(told.value.nearest) == {"DK-BHM", "DK-DK1", "DK-DK2"}


def test_no_neighbour_is_named_for_a_country_without_any_profile():
    with pytest.raises(UnknownNameError, match="none stands in for a neighbour") as told:
        profiles().find("CN")
    assert told.value.nearest == ()
    assert profiles().get("CN") is None
