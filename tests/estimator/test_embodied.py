"""The share of making the hardware: by hours of its life, with the spread of sources."""

from math import exp, hypot, log

import pytest

from wattprint.domain.errors import InputError
from wattprint.domain.evidence import Method
from wattprint.domain.footprint import Resources
from wattprint.domain.interval import Range, exact
from wattprint.estimator.embodied import (
    HOST_UNKNOWN,
    HostUse,
    Made,
    embodied_share,
    find_life,
    host_use,
    made_accelerators,
    made_by_convention,
    made_host,
)
from wattprint.factors.accelerators import accelerators
from wattprint.factors.conventions import convention
from wattprint.factors.machines import machine_class

ALL = accelerators().entries
YEAR_H = 24 * 365.2425


def part(name):
    return accelerators().find(name).accelerator


def kg(made):
    return made.embodied_kg.as_tuple()


def test_the_sheet_of_the_maker_is_taken_and_the_interval_holds_every_source():
    # H100: NVIDIA 164, EcoLogits 273, one figure for any GPU 150; by parts up to 580 kg.
    value, low, high = kg(made_accelerators(part("H100 SXM5 80GB"), 1.0))
    assert (value, low) == (164, 150)
    assert 575 <= high <= 590


def test_without_the_maker_it_is_the_median_of_what_is_published():
    # A100: 143, 150, 181, 318: (150 + 181) / 2.
    value, low, high = kg(made_accelerators(part("A100 SXM4 80GB"), 1.0))
    assert (value, low) == (165.5, 143)
    assert high >= 318


def test_the_causes_of_the_spread_are_listed_with_source_year_and_boundary():
    (evidence, *_) = made_accelerators(part("A100 SXM4 80GB"), 1.0).evidence
    for said in ("318 kg, chien_2023, 2023", "an eighth of the instance", "bottom-up: die"):
        assert said in evidence.note
    assert evidence.method is Method.MODELLED


def test_a_card_of_a_data_centre_is_at_least_as_wide_as_the_one_figure_for_all():
    assert kg(made_accelerators(part("T4"), 1.0))[2] >= 150
    assert "ccf_teads" not in made_accelerators(part("GeForce RTX 3090"), 1.0).evidence[0].note
    assert kg(made_accelerators(part("Cerebras WSE-3"), 1.0))[1] > 150  # a wafer is no card


@pytest.mark.parametrize("accelerator", ALL, ids=lambda one: one.name)
def test_every_accelerator_has_low_below_high(accelerator):
    made = made_accelerators(accelerator, 1.0)
    value, low, high = kg(made)
    assert 0 < low <= value <= high
    assert low < high
    assert made.evidence[0].source


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


def test_of_a_machine_of_eight_accelerators_four_take_half():
    # Half of a machine for 10 h are 5 host-hours; two whole ones 20, with 512 GB x 10 h.
    server = machine_class("8-accelerator-server")
    assert host_use(server, 0.5, 10.0) == HostUse("8-accelerator-server", 5.0)
    two = host_use(machine_class("2-socket-server"), 2.0, 10.0, memory_gb=512)
    assert (two.hours, two.memory_gb_hours) == (20.0, 5120.0)


def test_vcpus_are_a_share_of_the_server_that_they_are_sold_of():
    # 32 vCPUs of 128 are a quarter of a server with two sockets: 96 to 192 are sold of one.
    use = host_use(machine_class("cloud-vm"), 32.0, 10.0)
    assert (use.machine, use.hours) == ("2-socket-server", 2.5)
    (quarter,) = made_host(use)
    (whole,) = made_host(HostUse("2-socket-server", 2.5))
    assert quarter.embodied_kg.value == whole.embodied_kg.value
    assert quarter.embodied_kg.high > whole.embodied_kg.high


def test_memory_is_added_to_the_making_of_its_machine():
    machine, memory = made_host(HostUse("2-socket-server", 10.0, memory_gb_hours=5120.0))
    assert (machine.label, memory.label, memory.device_hours) == ("host", "memory", 5120.0)
    assert memory.embodied_kg == convention("host_memory_embodied").amount


def test_transport_and_end_of_life_stand_apart_and_are_not_in_the_figure():
    (laptop,) = made_host(HostUse("laptop", 1.0))
    # Apple: 295, 165, 135 kg made; 23.6, 15.2, 14.8 kg brought and thrown away.
    assert kg(laptop) == (165, 135, 295)
    apart = [row for row in laptop.evidence if row.quantity == "host_transport_and_end_of_life"]
    assert [row.amount for row in apart] == [Range(15.2, 14.8, 23.6)]


def test_minerals_and_primary_energy_are_shared_like_emissions():
    made = made_accelerators(part("H100 SXM5 80GB"), 4 * YEAR_H * 0.85)
    share = embodied_share([made], find_life())
    assert share.resources.adpe_kg_sb.value == pytest.approx(0.00895, rel=1e-9)
    assert share.resources.primary_energy_mj.value == pytest.approx(3721, rel=1e-9)
    adpe = made.resources.adpe_kg_sb
    assert adpe.high / adpe.value >= made.embodied_kg.high / made.embodied_kg.value * 0.999999


def test_what_no_source_has_is_no_figure():
    assert made_accelerators(part("V100"), 1.0).resources == Resources()


def test_disks_are_made_by_the_terabyte():
    made = made_by_convention("storage", "hdd_embodied", 100.0)
    share = embodied_share([made], find_life(lifetime_years=4, lifetime_use=1))
    assert share.embodied_kg.value == pytest.approx(4.6 * 100 / (4 * YEAR_H), rel=1e-9)
    assert "TB-hours" in share.equations[0].formula
