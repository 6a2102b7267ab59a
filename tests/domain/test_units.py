"""Quantities as people read them: the unit is chosen after rounding, the figure never padded."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategies import magnitudes, ranges
from wattprint.domain import units


@pytest.mark.parametrize(
    ("grams", "text"),
    [
        (0, "0 g"),
        (0.0005, "500 µg"),
        (1e-9, "0.001 µg"),
        (0.9994, "999 mg"),
        (0.9996, "1 g"),
        (1, "1 g"),
        (999, "999 g"),
        (999.4, "999 g"),
        (999.6, "1 kg"),
        (1_000, "1 kg"),
        (15_000, "15 kg"),
        (999_000, "999 kg"),
        (999_600, "1 t"),
        (1e6, "1 t"),
        (552.1e6, "552 t"),
        (999.6e6, "1 kt"),
        (1e9, "1 kt"),
        (1e12, "1 Mt"),
        (37.4e15, "37,400 Mt"),
    ],
)
def test_a_mass_is_written_in_the_unit_that_leaves_1_to_999(grams, text):
    assert units.mass(grams) == text


@pytest.mark.parametrize(
    ("kwh", "text"),
    [
        (0, "0 Wh"),
        (1e-6, "1 mWh"),
        (0.000_999_6, "1 Wh"),
        (0.001, "1 Wh"),
        (0.42, "420 Wh"),
        (0.999_4, "999 Wh"),
        (0.999_6, "1 kWh"),
        (1, "1 kWh"),
        (999, "999 kWh"),
        (999.6, "1 MWh"),
        (1_000, "1 MWh"),
        (999_600, "1 GWh"),
        (1e6, "1 GWh"),
        (1_287_000, "1.29 GWh"),
        (1e9, "1 TWh"),
        (2.5e12, "2,500 TWh"),
    ],
)
def test_an_energy_is_written_in_the_unit_that_leaves_1_to_999(kwh, text):
    assert units.energy(kwh) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (0.25, "0.25 s"),
        (59.9, "59.9 s"),
        (59.96, "1 min"),
        (60, "1 min"),
        (75, "1 min 15 s"),
        (3_599.4, "59 min 59 s"),
        (3_599.6, "1 h"),
        (9_000, "2 h 30 min"),
        (86_399.7, "1 d"),
        (86_400 + 300, "1 d"),
        (200_000, "2 d 7 h"),
        (118 * 86_400 + 3_600, "118 d 1 h"),
    ],
)
def test_a_duration_is_written_in_its_two_largest_units(seconds, text):
    assert units.duration(seconds) == text


@pytest.mark.parametrize(
    ("number", "digits", "text"),
    [
        (0.000123456, 3, "0.000123"),
        (1_234_567.0, 3, "1,230,000"),
        (161.28, 6, "161.28"),
        (460.79999999999995, 6, "460.8"),
        (100.0, 3, "100"),
        (-0.0, 3, "0"),
        (4e-9, 3, "4e-09"),
        (-1.2345, 2, "-1.2"),
    ],
)
def test_a_number_keeps_its_significant_digits_and_loses_its_padding(number, digits, text):
    assert units.plain(number, digits) == text


@pytest.mark.parametrize(
    ("grams", "text"),
    [
        pytest.param((24.0, 18.0, 31.0), "24 g CO2e (18-31)", id="one unit for all three"),
        pytest.param((999.6, 500.0, 2_000.0), "1 kg CO2e (0.5-2)", id="the value chooses it"),
        pytest.param((161_280.0,) * 3, "161.28 kg CO2e", id="six digits and no interval if exact"),
        pytest.param((0.0, 0.0, 0.0), "0 g CO2e", id="zero"),
    ],
)
def test_a_mass_and_its_interval_share_a_unit(grams, text):
    assert units.mass_range(grams) == text


def test_an_energy_and_its_interval_share_a_unit():
    # A100, 400 W x 960 h = 384 kWh, from 0.30 to 1.05 of it.
    assert units.energy_range((384.0, 115.2, 403.2)) == "384 kWh (115-403)"


def number_in(text):
    return float(text.split()[0].replace(",", ""))


@given(st.floats(1e-3, 9.99e14))
def test_no_mass_within_the_ladder_leaves_its_1_to_999(grams):
    assert 1 <= number_in(units.mass(grams)) <= 999


@given(magnitudes)
def test_what_is_written_is_the_figure_to_three_digits(kwh):
    scale = {"µWh": 1e-9, "mWh": 1e-6, "Wh": 1e-3, "kWh": 1, "MWh": 1e3, "GWh": 1e6, "TWh": 1e9}
    text = units.energy(kwh)
    assert number_in(text) * scale[text.split()[1]] == pytest.approx(kwh, rel=5.1e-3, abs=0)


@given(st.lists(st.floats(0, 1e9), min_size=2, max_size=2).map(sorted))
def test_a_longer_duration_is_never_written_as_a_shorter_one(two):
    seconds = {"s": 1, "min": 60, "h": 3600, "d": 86400}
    written = [
        sum(
            float(count) * seconds[unit]
            for count, unit in zip(*[iter(units.duration(s).split())] * 2, strict=True)
        )
        for s in two
    ]
    assert written == sorted(written)


@given(ranges)
def test_an_exact_range_alone_is_written_without_an_interval(figure):
    text = units.mass_range(figure.as_tuple())
    assert ("(" in text) == (not figure.is_exact)


def test_every_unit_is_a_thousand_of_the_one_below():
    ladders = (units._MASS_LADDER, units._ENERGY_LADDER)
    steps = [high / low for ladder in ladders for (low, _), (high, _) in pairwise(ladder)]
    assert steps == pytest.approx([1000] * len(steps), rel=1e-12)


@pytest.mark.parametrize(
    ("constant", "derived"),
    [
        pytest.param(units.JOULES_PER_KWH, 1000 * 3600, id="1000 W x 3600 s"),
        pytest.param(units.HOURS_PER_YEAR, 146_097 * 24 / 400, id="146,097 days in 400 years"),
        # Strubell et al. (2019), table 3, print 192 lb; that is 87.09 kg.
        pytest.param(units.GRAMS_PER_POUND, 87_089.735 / 192, id="192 lb in g"),
        pytest.param(units.KILOMETRES_PER_MILE, 1760 * 0.9144 / 1000, id="1760 yards"),
    ],
)
def test_a_constant_of_conversion_is_the_defined_one(constant, derived):
    assert constant == pytest.approx(derived, rel=1e-9)
