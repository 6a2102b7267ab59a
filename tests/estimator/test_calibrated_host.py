"""A machine that was calibrated at its plug: its profile goes before the class."""

import pytest

from made_profiles import PROFILE as BENCH
from made_runs import intervals, made_run
from wattprint import estimate, footprint_of_run
from wattprint.domain.errors import InputError
from wattprint.domain.node_profile import chip_meters
from wattprint.estimator.host_class import host_of_run

PROFILE = BENCH._replace(chip_meters=())
DESKTOP = {"cpu_model": "i9", "threads": 32, "sockets": 1, "is_guest": False, "node": {}}


def a_run(**host):
    readings = intervals(900_000_000, 600_000_000)
    return made_run(host={**DESKTOP, **host}, intervals=readings, duration_s=20.0)


def test_chips_and_profile_make_the_wall_with_the_interval_of_the_calibration():
    # (2 kWh + 40 W x 10 h) / 0.8 = 3 kWh.
    energy = estimate(energy_kwh=2.0, energy_at="chips", hours=10, host=PROFILE).energy_kwh.it
    wall_j = PROFILE.wall_energy_j(7.2e6, 36_000.0)
    assert energy.value == pytest.approx(3.0, rel=1e-12)
    assert energy.low == pytest.approx(wall_j.low / 3.6e6, rel=1e-12)
    assert energy.high == pytest.approx(wall_j.high / 3.6e6, rel=1e-12)


def test_a_profile_says_nothing_of_cpu_and_memory_that_are_not_described():
    footprint = estimate(power_w=100, hours=10, host=PROFILE)
    assert footprint.coverage["cpu"] == footprint.coverage["memory"] == "missing"
    # (1 kWh + 0.4 kWh) / 0.8.
    assert footprint.energy_kwh.it.value == pytest.approx(1.75, rel=1e-12)
    static = next(e for e in footprint.evidence if e.quantity == "static_power")
    assert PROFILE.name in static.note and PROFILE.source in static.note


def test_a_run_takes_the_profile_that_its_machine_had_when_it_began():
    run = a_run(profile=PROFILE.as_dict())
    energy = footprint_of_run(run).energy_kwh
    static_kwh = 0.040 * run.duration_s / 3600
    assert energy.it.value == pytest.approx((energy.chips.value + static_kwh) / 0.8, rel=1e-12)
    assert footprint_of_run(run, host="none").energy_kwh.it == energy.chips
    assert footprint_of_run(run, host="laptop").components_kwh.static.value < static_kwh


def test_chips_that_were_read_otherwise_than_in_the_calibration_have_their_own_interval():
    run = a_run()
    as_read = PROFILE._replace(chip_meters=chip_meters(run.devices))
    otherwise = PROFILE._replace(chip_meters=("other: cpu",))
    same, other = (footprint_of_run(run, host=one).energy_kwh.it for one in (as_read, otherwise))
    assert same.value == other.value
    assert (same.low, same.high) != (other.low, other.high)


def test_half_of_a_calibrated_machine_has_half_of_its_static_power():
    run = a_run()
    whole, half = (
        footprint_of_run(run, host=PROFILE, hosts=n).components_kwh.static.value for n in (1, 0.5)
    )
    assert half == pytest.approx(whole / 2, rel=1e-12)


def test_of_a_guest_a_profile_is_the_whole_machine():
    host = host_of_run({**DESKTOP, "is_guest": True}, host=PROFILE)
    assert (host.machines, host.machine, host.profile) == (1.0, None, PROFILE)


def test_a_profile_of_a_later_version_leaves_the_class():
    later = {**PROFILE.as_dict(), "schema": "wattprint.node-profile/9"}
    assert host_of_run({**DESKTOP, "profile": later}).name == "workstation"


@pytest.mark.parametrize("inputs", [{"hosts": 0}, {"vcpus": 4}])
def test_what_a_profile_cannot_have_is_refused(inputs):
    with pytest.raises(InputError, match=r"hosts is 0|vcpus is 4"):
        estimate(power_w=100, hours=1, host=PROFILE, **inputs)
