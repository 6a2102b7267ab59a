"""Energy at the three boundaries, against published figures and by law."""

from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattprint.domain.formulas.energy import (
    counter_energy_uj,
    described_energy_kwh,
    facility_energy_kwh,
    it_energy_kwh,
    mean_power_w,
    moved_energy_kwh,
    supply_efficiency_above_0,
)

quantities = st.floats(0, 1e9)
RAPL_RANGE_UJ = 262_143_328_850
"""max_energy_range_uj of the packages of most Intel servers. [uJ]"""


@pytest.mark.parametrize(
    ("device_hours", "power_w", "kwh", "rel"),
    [
        pytest.param(100, 300, 30.0, 1e-12, id="0.3 kW x 100 h"),
        pytest.param(8 * 120, 400, 384.0, 1e-12, id="8 A100 for 120 h"),
        # BLOOM, Luccioni et al. (2022): 1,082,990 GPU-hours at 400 W, printed as 433,196 kWh.
        pytest.param(1_082_990, 400, 433_196.0, 1e-12, id="BLOOM"),
        # Strubell et al. (2019), table 3: 1515.43 W for 84 h, x PUE 1.58 = 201 kWh.
        pytest.param(84, 1515.43, 201 / 1.58, 0.5 / 201, id="Transformer big"),
    ],
)
def test_described_energy_is_the_published_one(device_hours, power_w, kwh, rel):
    assert described_energy_kwh(device_hours, power_w) == pytest.approx(kwh, rel=rel)


@given(first=quantities, second=quantities, power_w=quantities)
def test_splitting_work_in_two_uses_the_same_energy(first, second, power_w):
    whole = described_energy_kwh(first + second, power_w)
    halves = described_energy_kwh(first, power_w) + described_energy_kwh(second, power_w)
    assert halves == pytest.approx(whole, rel=1e-12, abs=1e-300)


@pytest.mark.parametrize(
    ("utilization", "watts"), [(0, 0.0), (0.5, 200.0), (1, 400.0)], ids=["idle", "half", "full"]
)
def test_mean_power_is_a_share_of_tdp(utilization, watts):
    assert mean_power_w(400, utilization) == watts


def test_it_energy_is_its_parts_over_the_efficiency_of_the_supply():
    # (384 + 30 + 14 + 40) / 0.9 = 520.
    kwh = it_energy_kwh(
        accelerator_kwh=384, cpu_kwh=30, memory_kwh=14, static_kwh=40, supply_efficiency=0.9
    )
    assert kwh == pytest.approx(520.0, rel=1e-12)


@given(kwh=quantities)
def test_one_part_behind_a_perfect_supply_is_all_there_is(kwh):
    assert it_energy_kwh(accelerator_kwh=kwh) == kwh
    assert facility_energy_kwh(kwh, 1.0) == kwh


@given(st.permutations([1e16, 1.0, 3.0, 7.0]))
def test_the_order_of_the_parts_does_not_show_in_their_sum(parts):
    # As floats 1e16 + 1 is 1e16, so a plain sum would depend on the order.
    names = ("accelerator_kwh", "cpu_kwh", "memory_kwh", "static_kwh")
    assert it_energy_kwh(**dict(zip(names, parts, strict=True))) == 1e16 + 12


@pytest.mark.parametrize(
    ("it_kwh", "pue", "kwh", "rel"),
    [
        pytest.param(384.0, 1.2, 460.8, 1e-12, id="8 A100 for 120 h"),
        # LLaMA (2023), table 15: 1,022,362 h x 400 W x 1.1 = 449 MWh, truncated by its authors.
        pytest.param(1_022_362 * 0.4, 1.1, 449_000.0, 1 / 449, id="LLaMA-65B"),
        # Patterson et al. (2021), table 4: 10,000 V100 at 330 W for 14.8 days = 1,287 MWh.
        pytest.param(10_000 * 0.33 * 14.8 * 24, 1.1, 1_287_000.0, 0.002, id="GPT-3"),
        pytest.param(0.0, 1.5, 0.0, 0, id="no work"),
    ],
)
def test_facility_energy_is_the_published_one(it_kwh, pue, kwh, rel):
    assert facility_energy_kwh(it_kwh, pue) == pytest.approx(kwh, rel=rel, abs=0)


@pytest.mark.parametrize(
    ("previous", "current", "wraps_at", "used"),
    [
        pytest.param(1_000, 1_000, 99_999, 0, id="idle"),
        pytest.param(1_000, 4_600, 99_999, 3_600, id="no wrap"),
        pytest.param(90, 10, 99, 20, id="wrap: 9 to the top, 1 over it, 10 on"),
        pytest.param(99, 0, 99, 1, id="from the top to 0 is one step"),
        pytest.param(0, 99, 99, 99, id="from 0 to the top"),
        pytest.param(50, 49, 99, 99, id="all but one step of a lap"),
        pytest.param(RAPL_RANGE_UJ, 999, RAPL_RANGE_UJ, 1_000, id="RAPL package"),
        pytest.param(10**18, 10**18 + 1, None, 1, id="beyond what a float can tell apart"),
        pytest.param(4_600, 1_000, None, None, id="reset: it went back and cannot wrap"),
    ],
)
def test_a_counter_gives_what_was_used_between_two_readings(previous, current, wraps_at, used):
    assert counter_energy_uj(previous, current, wraps_at_uj=wraps_at) == used


laps = st.integers(1, 2**40)


@given(data=st.data(), wraps_at=laps)
def test_a_reading_in_between_changes_nothing(data, wraps_at):
    used = data.draw(st.integers(0, wraps_at))  # less than one lap of wraps_at + 1 steps
    first = data.draw(st.integers(0, wraps_at))
    between = data.draw(st.integers(0, used))
    a, b, c = (moved % (wraps_at + 1) for moved in (first, first + between, first + used))
    assert counter_energy_uj(a, c, wraps_at_uj=wraps_at) == used
    parts = [counter_energy_uj(x, y, wraps_at_uj=wraps_at) for x, y in ((a, b), (b, c))]
    assert sum(parts) == used


@given(reading=st.integers(0, 2**40))
def test_an_exact_multiple_of_the_range_cannot_be_told_from_nothing(reading):
    # One whole lap ends where it began: a meter must read more often than its counter wraps.
    assert counter_energy_uj(reading, reading, wraps_at_uj=2**40) == 0


IMPOSSIBLE = [-0.1, nan, inf, True, "300", None]


@pytest.mark.parametrize("bad", IMPOSSIBLE, ids=repr)
@pytest.mark.parametrize(
    ("formula", "name"),
    [
        pytest.param(lambda bad: described_energy_kwh(bad, 1), "device_hours", id="hours"),
        pytest.param(lambda bad: described_energy_kwh(1, bad), "power_w", id="power"),
        pytest.param(lambda bad: mean_power_w(bad, 1), "tdp_w", id="tdp"),
        pytest.param(lambda bad: mean_power_w(1, bad), "utilization", id="utilization"),
        pytest.param(lambda bad: it_energy_kwh(accelerator_kwh=bad), "accelerator_kwh", id="acc"),
        pytest.param(lambda bad: it_energy_kwh(cpu_kwh=bad), "cpu_kwh", id="cpu"),
        pytest.param(lambda bad: it_energy_kwh(memory_kwh=bad), "memory_kwh", id="memory"),
        pytest.param(lambda bad: it_energy_kwh(static_kwh=bad), "static_kwh", id="static"),
        pytest.param(lambda bad: facility_energy_kwh(bad, 1), "it_energy_kwh", id="facility"),
        pytest.param(lambda bad: facility_energy_kwh(1, bad), "pue", id="pue"),
        pytest.param(supply_efficiency_above_0, "supply_efficiency", id="efficiency"),
    ],
)
def test_an_impossible_input_is_refused_by_name(formula, name, bad):
    with pytest.raises(ValueError, match=rf"^{name} is .*; expected a finite number, "):
        formula(bad)


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        pytest.param(lambda: facility_energy_kwh(1, 0.99), r"1 or more \(1\.2 means", id="pue"),
        pytest.param(lambda: mean_power_w(1, 1.01), "utilization is 1.01; .*0 to 1", id="share"),
        pytest.param(
            lambda: it_energy_kwh(supply_efficiency=0.0), r"0\.01 to 1 \(0\.9 means", id="supply"
        ),
        pytest.param(lambda: it_energy_kwh(supply_efficiency=1.1), "0.01 to 1", id="free energy"),
    ],
)
def test_a_share_or_ratio_beyond_its_limits_is_refused(formula, message):
    with pytest.raises(ValueError, match=message):
        formula()


@pytest.mark.parametrize(
    ("previous", "current", "wraps_at", "message"),
    [
        pytest.param(-1, 5, None, "previous_uj is -1; .* 0 or more", id="negative"),
        pytest.param(1.5, 5, None, r"previous_uj is 1\.5; .*whole number", id="fraction"),
        pytest.param(5, 100, 99, "current_uj is 100; .* from 0 to 99", id="beyond its range"),
        pytest.param(100, 5, 99, "previous_uj is 100; .* from 0 to 99", id="earlier beyond it"),
    ],
)
def test_a_reading_that_no_counter_shows_is_refused(previous, current, wraps_at, message):
    with pytest.raises(ValueError, match=message):
        counter_energy_uj(previous, current, wraps_at_uj=wraps_at)


def test_moved_data_take_energy_by_the_gigabyte():
    # 500 GB at 0.001 kWh/GB within a data centre; at 0.06 over the internet of 2015.
    assert moved_energy_kwh(500, 0.001) == pytest.approx(0.5, rel=1e-12)
    assert moved_energy_kwh(500, 0.06) == pytest.approx(30, rel=1e-12)
    assert moved_energy_kwh(0, 0.06) == 0


@pytest.mark.parametrize("given_value", [-1, nan, inf])
def test_an_impossible_amount_of_data_is_refused_by_name(given_value):
    with pytest.raises(ValueError, match="gigabytes is "):
        moved_energy_kwh(given_value, 0.001)
    with pytest.raises(ValueError, match="kwh_per_gb is "):
        moved_energy_kwh(1, given_value)


def test_a_pue_of_1_58_means_that_36_7_percent_of_a_facility_is_overhead():
    # Uptime's mean of 2023: (1.58 - 1) / 1.58 = 0.3671.
    facility = facility_energy_kwh(100.0, 1.58)
    assert (facility - 100.0) / facility == pytest.approx(0.3671, rel=1e-4)
