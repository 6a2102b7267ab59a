"""The share of making the hardware that falls to some work: by hours of its life."""

from math import exp, hypot, log

import pytest

from wattprint.domain.errors import InputError
from wattprint.domain.evidence import Method
from wattprint.domain.interval import exact
from wattprint.estimator.embodied import HOST_UNKNOWN, embodied_share, find_life
from wattprint.estimator.hardware import Made, made_accelerators, made_by_convention
from wattprint.factors.accelerators import accelerators

YEAR_H = 24 * 365.2425


def part(name):
    return accelerators().find(name).accelerator


def test_a_share_is_that_of_the_hours_of_a_life():
    # 164 kg x 576 h / (4 x 8765.82 h x 0.85) = 3.1695 kg.
    share = embodied_share([made_accelerators(part("H100 SXM5 80GB"), 576.0)], find_life())
    assert share.embodied_kg.value == pytest.approx(164 * 576 / (4 * YEAR_H * 0.85), rel=1e-9)
    assert [row.quantity for row in share.evidence][-2:] == [
        "device_lifetime",
        "device_lifetime_use",
    ]


def test_the_life_is_applied_once_to_the_sum():
    # Both devices 10 kg, exact; life 4 (3 to 6), use 0.85 (0.5 to 1): up ln(4/3) and ln(1.7).
    made = [Made("accelerator", exact(10.0), 100.0, (HOST_UNKNOWN,))] * 2
    share = embodied_share(made, find_life()).embodied_kg
    assert share.high / share.value == pytest.approx(exp(hypot(log(4 / 3), log(1.7))), rel=1e-9)
    assert share.low / share.value == pytest.approx(exp(-hypot(log(1.5), log(1 / 0.85))), rel=1e-9)


def test_a_given_life_has_no_width_and_a_whole_life_is_the_whole_device():
    life = find_life(lifetime_years=5, lifetime_use=1)
    made = Made("accelerator", exact(150.0), 5 * YEAR_H, (HOST_UNKNOWN,))
    assert embodied_share([made], life).embodied_kg.as_tuple() == pytest.approx((150,) * 3)
    assert {row.method for row in life} == {Method.GIVEN}


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"lifetime_years": 0}, "lifetime_years is 0; .*0.1 to 50"),
        ({"lifetime_years": 400}, "lifetime_years is 400"),
        ({"lifetime_use": 85}, "lifetime_use is 85; .*0.01 to 1"),
        ({"lifetime_use": "much"}, "lifetime_use is 'much'"),
    ],
)
def test_an_impossible_life_is_refused_by_name(said, message):
    with pytest.raises(InputError, match=message):
        find_life(**said)


def test_nothing_made_is_missing_and_not_zero():
    share = embodied_share([], find_life())
    assert (share.embodied_kg, share.method, share.evidence) == (None, Method.MISSING, ())


def test_no_hours_are_charged_nothing():
    share = embodied_share([made_accelerators(part("A100"), 0.0)], find_life())
    assert share.embodied_kg == exact(0.0)


def test_a_machine_that_is_not_known_is_a_missing_row():
    share = embodied_share([made_accelerators(part("A100"), 1.0)], find_life())
    assert HOST_UNKNOWN in share.evidence


def test_minerals_and_primary_energy_are_shared_like_emissions():
    made = made_accelerators(part("H100 SXM5 80GB"), 4 * YEAR_H * 0.85)
    share = embodied_share([made], find_life())
    assert share.resources.adpe_kg_sb.value == pytest.approx(0.00895, rel=1e-9)
    assert share.resources.primary_energy_mj.value == pytest.approx(3721, rel=1e-9)
    adpe = made.resources.adpe_kg_sb
    assert adpe.high / adpe.value >= made.embodied_kg.high / made.embodied_kg.value * 0.999999


def test_disks_are_made_by_the_terabyte():
    made = made_by_convention("storage", "hdd_embodied", 100.0)
    share = embodied_share([made], find_life(lifetime_years=4, lifetime_use=1))
    assert share.embodied_kg.value == pytest.approx(4.6 * 100 / (4 * YEAR_H), rel=1e-9)
    assert "TB-hours" in share.equations[0].formula
