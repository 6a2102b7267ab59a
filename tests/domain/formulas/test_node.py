"""The machine around the chips: the efficiency of its supply, and the share that work has of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattprint.domain.errors import InputError
from wattprint.domain.formulas.node import share_of_machine, supply_efficiency

GOLD = {"at_20": 0.87, "at_50": 0.90, "at_100": 0.87}
"""80 PLUS Gold, 115 V."""


@pytest.mark.parametrize(("load", "efficiency"), [(0.2, 0.87), (0.5, 0.90), (1.0, 0.87)])
def test_at_the_certified_loads_the_efficiency_is_the_certified_one(load, efficiency):
    assert supply_efficiency(load, **GOLD) == pytest.approx(efficiency, rel=1e-12)


def test_between_them_losses_follow_a_parabola():
    # Losses: 0.2/0.87 - 0.2 = 0.0298851, 0.5/0.9 - 0.5 = 0.0555556, 1/0.87 - 1 = 0.1494253.
    # Slopes 0.0855683 and 0.1877395, bend 0.1022/0.8 = 0.1277140.
    # At 0.1: 0.0298851 - 0.0855683 x 0.1 + 0.1277140 x 0.1 x 0.4 = 0.0264368: 0.1/0.1264368.
    assert supply_efficiency(0.1, **GOLD) == pytest.approx(0.79091, rel=1e-5)


def test_a_supply_without_losses_has_none_anywhere():
    for load in (0.0, 0.07, 0.6, 1.0):
        assert supply_efficiency(load, at_20=1, at_50=1, at_100=1) == pytest.approx(1, rel=1e-12)


def test_below_a_hundredth_and_above_the_rating_the_nearest_load_counts():
    assert supply_efficiency(0.0, **GOLD) == supply_efficiency(0.01, **GOLD)
    assert supply_efficiency(1.7, **GOLD) == supply_efficiency(1.0, **GOLD)


LEVELS = [
    GOLD,
    {"at_20": 0.90, "at_50": 0.94, "at_100": 0.91},
    {"at_20": 0.82, "at_50": 0.85, "at_100": 0.82},
]


@given(st.sampled_from(LEVELS), st.floats(0.01, 1), st.floats(0.01, 1))
def test_more_delivered_never_draws_less(level, one, other):
    less, more = sorted((one, other))
    assert (
        less / supply_efficiency(less, **level) <= more / supply_efficiency(more, **level) + 1e-15
    )


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"load": -0.1}, "load is -0.1; expected a finite number, 0 or more"),
        ({"load": float("nan")}, "load is nan"),
        ({"load": 0.5, "at_50": 0}, "supply_efficiency is 0; expected a finite number, 0.01 to 1"),
        ({"load": 0.5, "at_100": 1.2}, "supply_efficiency is 1.2"),
    ],
)
def test_an_impossible_supply_is_refused_by_name(inputs, message):
    with pytest.raises(InputError, match=message):
        supply_efficiency(**{**GOLD, **inputs})


def test_shares_of_a_machine_add_up_to_the_whole():
    # 1 + 2 + 5 accelerators of 8.
    assert sum(share_of_machine(used, 8) for used in (1, 2, 5)) == 1.0


@pytest.mark.parametrize(
    ("used", "whole", "message"),
    [
        (1, 0, "whole is 0; expected a finite number above 0"),
        (9, 8, "used is 9; expected a finite number, 0 to 8"),
        (-1, 8, "used is -1"),
    ],
)
def test_an_impossible_share_is_refused_by_name(used, whole, message):
    with pytest.raises(InputError, match=message):
        share_of_machine(used, whole)
