"""Known truth: readings against the joules of the scripted curve, computed independently."""

import random
import time

import pytest

from fake_nvml import Curve, FakeGpu, FakeNvml, bursts, ramp, steady

CURVES = {
    "steady": steady(313.7),
    "bursts of 1 s": bursts(60.0, 700.0),
    "bursts of 0.7 s": bursts(60.0, 700.0, each_s=0.7),
    "ramp": ramp(50.0, 650.0, lasts_s=600.0),
    "training": Curve(((0.0, 80.0), (3.0, 80.0), (3.0, 400.0), (17.0, 430.0), (17.5, 120.0)), 20.0),
}
LASTS_S = 600.0


def read_j(fake, meter, steps_s):
    """Read at every multiple of the longest pause and at the steps, as a run does."""
    pause_s = meter.longest_pause_s
    due_s = {round(i * pause_s, 6) for i in range(int(steps_s[-1] / pause_s) + 1)}
    energy_j = []
    for at_s in sorted(due_s | set(steps_s)):
        fake.set_time(at_s)
        (reading,) = meter.read(at_s)
        if at_s in steps_s:
            energy_j.append(reading.energy_uj / 1e6)
    return energy_j


@pytest.mark.parametrize("curve", CURVES.values(), ids=CURVES)
@pytest.mark.parametrize("step_s", [1.0, 15.0])
@pytest.mark.parametrize("has_counter", [True, False], ids=["counter", "polled"])
def test_energy_is_the_curves(fake, opened, curve, step_s, has_counter):
    machine = fake(FakeGpu("GPU-1", curve, has_counter=has_counter))
    meter = opened(machine)
    steps_s = [i * step_s for i in range(int(LASTS_S / step_s) + 1)]
    readings_j = read_j(machine, meter, steps_s)
    within = 0.005 if has_counter else 0.02
    assert readings_j[0] == 0.0
    assert readings_j[-1] == pytest.approx(machine.energy_j("GPU-1", 0.0, LASTS_S), rel=within)
    assert readings_j == sorted(readings_j)
    assert meter.take_faults() == []


@pytest.mark.parametrize("curve", CURVES.values(), ids=CURVES)
def test_a_counter_is_exact_to_its_millijoule_wherever_it_is_read(fake, opened, curve):
    machine = fake(FakeGpu("GPU-1", curve))
    meter = opened(machine)
    numbers = random.Random(7)
    at_s = [0.0, *sorted(numbers.uniform(0.0, 300.0) for _ in range(50))]
    for moment_s, energy_j in zip(at_s, read_j(machine, meter, at_s), strict=True):
        true_j = machine.energy_j("GPU-1", 0.0, moment_s)
        # 1 mJ of the counter's step, and 1e-9 of the sum.
        assert energy_j == pytest.approx(true_j, rel=1e-9, abs=0.0011)


def test_polling_late_costs_little(fake, opened):
    machine = fake(FakeGpu("GPU-1", bursts(60.0, 700.0), has_counter=False))
    meter = opened(machine)
    numbers = random.Random(7)
    at_s = 0.0
    while at_s < LASTS_S:
        machine.set_time(at_s)
        (reading,) = meter.read(at_s)
        read_s, at_s = at_s, at_s + numbers.uniform(0.08, 0.18)
    true_j = machine.energy_j("GPU-1", 0.0, read_s)
    assert reading.energy_uj / 1e6 == pytest.approx(true_j, rel=0.02)


@pytest.mark.parametrize("curve", CURVES.values(), ids=CURVES)
def test_the_truth_is_the_sum_of_the_power_as_the_library_shows_it(fake, opened, curve):
    # The helper's own proof: 1 ms steps of the library's power, at the middle of each.
    machine = fake(FakeGpu("GPU-1", curve))
    meter = opened(machine)
    (gpu,) = meter._gpus.values()
    sum_j = 0.0
    for i in range(40_000):
        machine.set_time((i + 0.5) / 1000)
        sum_j += gpu._library.power_mw(gpu._handle) / 1e6
    assert sum_j == pytest.approx(machine.energy_j("GPU-1", 0.0, 40.0), rel=1e-5)


def test_the_truth_of_a_part_is_the_rest_of_the_whole():
    curve = CURVES["training"]
    # One period: 3 x 80 + 14 x 415 + 0.5 x 275 + 2.5 x 120 = 6,487.5 J.
    whole_j = curve.energy_j(0.0, 100.0)
    assert whole_j == pytest.approx(5 * 6487.5, rel=1e-12)
    assert curve.energy_j(0.0, 41.3) + curve.energy_j(41.3, 100.0) == pytest.approx(
        whole_j, rel=1e-12
    )


def test_real_time_needs_nobody_to_set_it(nvml_build, tmp_path, opened):
    began_s = time.monotonic()
    machine = FakeNvml(
        nvml_build, tmp_path / "fake", [FakeGpu("GPU-1", steady(1e3))], starts_at_s=began_s
    )
    meter = opened(machine)
    first_s = time.monotonic()
    meter.read(first_s)
    while time.monotonic() < first_s + 0.01:
        pass
    (reading,) = meter.read(time.monotonic())
    used_j = reading.energy_uj / 1e6
    assert 0.009 * 1e3 < used_j <= machine.energy_j("GPU-1", 0.0, machine.now_s())
