"""The machine around the chips in described work: static power, supply, what nobody described."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattprint import estimate
from wattprint.domain.evidence import Method
from wattprint.factors.machines import machine_classes

CLASSES = sorted(machine_classes())
SINGLE = [name for name in CLASSES if name != "cloud-vm"]
H100 = {"accelerator": "H100 SXM5", "count": 8, "hours": 10}


def described(name, **inputs):
    vcpus = {"vcpus": 4} if name == "cloud-vm" else {}
    return estimate(host=name, **{"hours": 10, **vcpus, **inputs})


def test_chips_static_power_and_losses_add_up_to_the_wall():
    # 300 W of chips and 40 W static for 10 h are 3.4 kWh behind a supply of 850 W at 40 % load.
    footprint = estimate(energy_kwh=3.0, energy_at="chips", hours=10, host="workstation")
    of = footprint.components_kwh
    assert of.static.value == pytest.approx(0.4, rel=1e-12)
    efficiency = next(e.amount for e in footprint.evidence if e.quantity == "supply_efficiency")
    assert footprint.energy_kwh.it.value == pytest.approx(3.4 / efficiency.value, rel=1e-12)
    assert of.losses.value == pytest.approx(footprint.energy_kwh.it.value - 3.4, rel=1e-9)
    # Gold at 40 %: loss 0.0298851 + 0.0855683 x 0.2 + 0.127714 x 0.2 x -0.1 = 0.0444445; x 0.97.
    assert efficiency.value == pytest.approx(0.4 / 0.4444445 * 0.97, rel=1e-6)


@pytest.mark.parametrize("name", CLASSES)
def test_every_class_counts_a_whole_machine_and_says_where_from(name):
    footprint = described(name)
    counted = {k: str(m) for k, m in footprint.coverage.items() if m is not Method.MISSING}
    assert counted == {
        "cpu": "assumed",
        "memory": "assumed",
        "static": "modelled",
        "supply_losses": "modelled",
        "embodied": "modelled",
    }
    for evidence in footprint.evidence:
        if evidence.quantity in ("static_power", "cpu_power", "supply_efficiency"):
            assert evidence.source and evidence.year and name in evidence.note + name
            assert evidence.amount.low < evidence.amount.value < evidence.amount.high


@pytest.mark.parametrize("name", CLASSES)
def test_a_machine_with_accelerators_never_draws_less_than_one_without(name):
    inputs = {"count": 8, "hosts": 1} if name != "cloud-vm" else {"count": 8}
    with_gpus = described(name, accelerator="A100 SXM4 40GB", **inputs).energy_kwh.it
    without = described(name).energy_kwh.it
    assert all(a >= b for a, b in zip(with_gpus.as_tuple(), without.as_tuple(), strict=True))


def test_four_quarters_of_a_shared_machine_are_the_whole_machine():
    quarter = estimate(host="2-socket-server", hosts=0.25, hours=8).components_kwh
    whole = estimate(host="2-socket-server", hours=8).components_kwh
    for part in ("cpu", "memory", "static", "losses"):
        assert 4 * getattr(quarter, part).value == pytest.approx(getattr(whole, part).value)


def test_sixteen_accelerators_fill_two_servers_and_four_fill_half_of_one():
    static = {
        count: estimate(
            **{**H100, "count": count}, host="8-accelerator-server"
        ).components_kwh.static
        for count in (4, 8, 16)
    }
    assert static[16].value == pytest.approx(2 * static[8].value, rel=1e-12)
    assert static[4].value == pytest.approx(static[8].value / 2, rel=1e-12)


def test_a_server_of_which_no_accelerators_are_said_is_a_whole_one():
    # 50 kWh of chips in 10 h; static power of one server: 1.3 kW x 10 h = 13 kWh, not an eighth.
    given = {"energy_kwh": 50, "energy_at": "chips", "hours": 10, "host": "8-accelerator-server"}
    assert estimate(**given).components_kwh.static.value == pytest.approx(13, rel=1e-12)
    of_four = estimate(**given, count=4).components_kwh.static.value
    assert of_four == pytest.approx(6.5, rel=1e-12)


def test_device_hours_alone_fill_servers_that_are_built_around_accelerators():
    # 960 device-hours are 120 hours of a server with 8, however many there were.
    by_hours = estimate(accelerator="H100 SXM5", device_hours=960, host="8-accelerator-server")
    by_clock = estimate(**{**H100, "hours": 120}, host="8-accelerator-server")
    assert by_hours.energy_kwh.it.value == pytest.approx(by_clock.energy_kwh.it.value, rel=1e-12)


def test_what_is_described_or_given_goes_before_the_class():
    footprint = estimate(
        **H100,
        host="2-socket-server",
        cpu="AMD EPYC 7742",
        cpu_count=2,
        memory_gb=512,
        static_w=100,
        supply_efficiency=0.9,
    )
    assert footprint.components_kwh.static.as_tuple() == (1.0, 1.0, 1.0)  # 100 W x 10 h
    assert footprint.coverage["supply_losses"] is Method.GIVEN
    assert footprint.coverage["cpu"] is Method.MODELLED
    tdp = next(e.amount.value for e in footprint.evidence if e.quantity == "cpu_tdp")
    assert footprint.components_kwh.cpu.value == pytest.approx(2 * tdp * 10 / 1000, rel=1e-12)


@given(
    st.sampled_from(SINGLE),
    st.integers(1, 8),
    st.floats(0.01, 1000),
    st.floats(1, 3),
    st.floats(1, 4),
)
def test_more_hours_or_machines_never_lower_a_bound(name, count, hours, longer, more):
    inputs = {"accelerator": "H100 SXM5", "count": count, "host": name, "hosts": 1}
    base = estimate(**inputs, hours=hours).energy_kwh.it
    for larger in (
        estimate(**inputs, hours=hours * longer),
        estimate(**{**inputs, "hosts": more}, hours=hours),
        estimate(**{**inputs, "count": count + 1}, hours=hours),
    ):
        bounds = zip(larger.energy_kwh.it.as_tuple(), base.as_tuple(), strict=True)
        assert all(a >= b * (1 - 1e-9) for a, b in bounds)


def test_without_a_host_nothing_changes():
    # The published example: 8 x 0.4 kW x 120 h x 1.2 x 350 g = 161.28 kg (48.384 to 169.344).
    footprint = estimate(accelerator="A100 SXM4 80GB", count=8, hours=120, pue=1.2, intensity=350)
    assert footprint.emissions_kg.location_based.as_tuple() == (161.28, 48.384, 169.344)
