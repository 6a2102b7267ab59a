"""Hardware that was made: what sources say of it, and how much of it was used."""

import pytest

from wattprint.domain.evidence import Method
from wattprint.domain.footprint import Resources
from wattprint.domain.interval import Range
from wattprint.estimator.hardware import HostUse, host_use, made_accelerators, made_host
from wattprint.factors.accelerators import accelerators
from wattprint.factors.conventions import convention
from wattprint.factors.machines import machine_class

ALL = accelerators().entries


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


@pytest.mark.parametrize("name", ["8-accelerator-server", "laptop"])
def test_memory_that_the_published_machine_holds_is_not_added_again(name):
    # Of the p4d.24xlarge's 3,476.79 kg, 533 / 384 kg/GB x (1,152 - 16) GB = 1,577 are its memory.
    (machine,) = made_host(host_use(machine_class(name), 1.0, 10.0, memory_gb=1152.0))
    assert "memory included" in machine.evidence[0].note


def test_transport_and_end_of_life_stand_apart_and_are_not_in_the_figure():
    (laptop,) = made_host(HostUse("laptop", 1.0))
    # Apple: 295, 165, 135 kg made; 23.6, 15.2, 14.8 kg brought and thrown away.
    assert kg(laptop) == (165, 135, 295)
    apart = [row for row in laptop.evidence if row.quantity == "host_transport_and_end_of_life"]
    assert [row.amount for row in apart] == [Range(15.2, 14.8, 23.6)]


def test_what_no_source_has_is_no_figure():
    assert made_accelerators(part("V100"), 1.0).resources == Resources()
