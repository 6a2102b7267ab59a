"""Power of a package: worked by hand, at its limits, and the laws it keeps."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattprint.domain.errors import InputError
from wattprint.domain.formulas.cpu_power import (
    PackageShares,
    clock_power_ratio,
    package_power_w,
    share_of_use_j,
)

SHARES = PackageShares(idle=0.12, awake=0.07, busy=0.5, lowest_voltage=0.8, plateau=0.4)
RATIOS = st.floats(0, 1)
THREADS = st.integers(1, 512)
PER_CORE = st.sampled_from([1, 2, 4, 8])


def power(load, clock_ratio=1.0, *, tdp_w=100.0, threads=16, threads_per_core=2):
    return package_power_w(
        tdp_w,
        load,
        clock_ratio,
        threads=threads,
        threads_per_core=threads_per_core,
        shares=SHARES,
    )


def test_half_the_threads_at_seven_tenths_of_the_clock():
    # Voltage: 0.8 + 0.2 x (0.7 - 0.4) / 0.6 = 0.9; a core: 0.7 x 0.9^2 = 0.567.
    # Busy cores: 1 - 0.5^2 = 0.75; awake: 1 - 0.5^16 = 0.99998474.
    # 100 x (0.12 + 0.07 x 0.99998474 + 0.5 x 0.75 x 0.567) = 40.26239 W.
    assert power(0.5, 0.7) == pytest.approx(40.26239, rel=1e-6)


def test_an_idle_package_draws_its_idle_share_whatever_its_clock():
    assert power(0.0, 0.0) == power(0.0, 1.0) == pytest.approx(12.0, rel=1e-12)


def test_a_package_at_full_load_and_clock_draws_all_its_shares():
    assert power(1.0) == pytest.approx(100 * (0.12 + 0.07 + 0.5), rel=1e-12)


def test_one_thread_wakes_most_of_a_package():
    # 1 of 16 threads: 1 - (15/16)^16 = 0.644 of the awake share, and 0.121 of the cores.
    assert power(1 / 16) == pytest.approx(12 + 7 * 0.64392 + 50 * 0.12109, rel=1e-4)


def test_below_the_plateau_a_core_draws_in_proportion_to_its_clock():
    at = [clock_power_ratio(f, lowest_voltage=0.8, plateau=0.4) for f in (0.0, 0.2, 0.4, 1.0)]
    # 0.2 x 0.64 and 0.4 x 0.64.
    assert at == pytest.approx([0.0, 0.128, 0.256, 1.0], rel=1e-12)


@given(RATIOS, RATIOS, RATIOS, THREADS, PER_CORE)
def test_more_load_never_draws_less(one, other, clock_ratio, threads, per_core):
    low, high = sorted((one, other))
    draws = [
        power(load, clock_ratio, threads=threads, threads_per_core=per_core) for load in (low, high)
    ]
    assert draws[0] <= draws[1] * (1 + 1e-12)


@given(RATIOS, RATIOS, RATIOS, THREADS, PER_CORE)
def test_power_is_concave_in_load(one, other, clock_ratio, threads, per_core):
    of = {"threads": threads, "threads_per_core": per_core}
    mean = (power(one, clock_ratio, **of) + power(other, clock_ratio, **of)) / 2
    assert power((one + other) / 2, clock_ratio, **of) >= mean * (1 - 1e-12)


@given(RATIOS, RATIOS, RATIOS)
def test_a_higher_clock_draws_more_than_in_proportion(load, one, other):
    low, high = sorted((one, other))
    above_still = [power(load, clock) - power(load, 0.0) for clock in (low, high)]
    assert above_still[0] * high <= above_still[1] * low * (1 + 1e-9) + 1e-9


@given(RATIOS, RATIOS, st.floats(0, 1e4), st.floats(0, 10))
def test_power_scales_with_the_tdp(load, clock_ratio, tdp_w, factor):
    once = power(load, clock_ratio, tdp_w=tdp_w)
    assert power(load, clock_ratio, tdp_w=tdp_w * factor) == pytest.approx(once * factor, rel=1e-9)


@given(st.floats(0, 1e9), st.lists(st.floats(0.01, 1e6), min_size=1, max_size=9))
def test_what_all_users_are_charged_is_the_whole(energy_j, used_s):
    charged_j = [
        share_of_use_j(energy_j, used_s=one_s, all_used_s=math.fsum(used_s)) for one_s in used_s
    ]
    assert math.fsum(charged_j) == pytest.approx(energy_j, rel=1e-9)


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"load": 1.1}, r"load is 1\.1; expected a finite number, 0 to 1"),
        ({"load": -0.1}, r"load is -0\.1; "),
        ({"load": 0.5, "clock_ratio": 1.5}, r"clock_ratio is 1\.5; "),
        ({"load": 0.5, "tdp_w": float("nan")}, r"tdp_w is nan; "),
        ({"load": 0.5, "threads": 0}, r"threads is 0; "),
        ({"load": 0.5, "threads_per_core": 0.5}, r"threads_per_core is 0\.5; "),
    ],
)
def test_an_impossible_input_is_refused_by_name(inputs, message):
    with pytest.raises(InputError, match=message):
        power(**inputs)


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"lowest_voltage": 1.2, "plateau": 0.4}, r"lowest_voltage is 1\.2; "),
        ({"lowest_voltage": 0.8, "plateau": 1.0}, r"plateau is 1\.0; "),
    ],
)
def test_an_impossible_voltage_is_refused_by_name(inputs, message):
    with pytest.raises(InputError, match=message):
        clock_power_ratio(0.5, **inputs)


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        (
            {"used_s": 0, "all_used_s": 0},
            "all_used_s is 0; .* where nothing runs nobody is charged",
        ),
        ({"used_s": 2, "all_used_s": 1}, r"all_used_s is 1; .*no less than what one user used"),
        ({"used_s": -1, "all_used_s": 1}, "used_s is -1; "),
    ],
)
def test_impossible_shares_are_refused_by_name(inputs, message):
    with pytest.raises(InputError, match=message):
        share_of_use_j(30.0, **inputs)
