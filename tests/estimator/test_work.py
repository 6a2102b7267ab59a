"""Described work: checked once, brought to one form, refused where it cannot be true."""

from fractions import Fraction

import pytest

from wattprint.domain.errors import ContradictionError, InputError
from wattprint.estimator.work import described_work


@pytest.mark.parametrize(
    ("inputs", "device_hours", "wall_hours"),
    [
        # 16 GPUs for 24 h by the clock are 384 GPU-hours, however it is said.
        pytest.param({"count": 16, "hours": 24}, 384, 24, id="wall hours"),
        pytest.param({"count": 16, "device_hours": 384}, 384, 24, id="device-hours"),
        pytest.param({"count": 16, "hours": 24, "device_hours": 384}, 384, 24, id="both"),
        pytest.param({"device_hours": 384}, 384, 384, id="device-hours of unsaid devices"),
        pytest.param({"hours": 0, "count": 8}, 0, 0, id="no time"),
        pytest.param({"count": 3, "hours": 0.1, "device_hours": 0.3}, 0.3, 0.1, id="rounded"),
    ],
)
def test_hours_by_the_clock_and_device_hours_are_two_views_of_one_work(
    inputs, device_hours, wall_hours
):
    work = described_work(power_w=300, **inputs)
    assert work.device_hours == pytest.approx(device_hours, rel=1e-12)
    assert work.wall_hours == pytest.approx(wall_hours, rel=1e-12)


def test_every_kind_of_number_is_taken_as_a_plain_one():
    work = described_work(power_w=Fraction(600, 2), count=8.0, hours=Fraction(1, 2))
    assert (work.power_w, work.accelerator_count, work.hours) == (300.0, 8, 0.5)
    assert {type(work.power_w), type(work.hours)} == {float}


def test_on_cpus_alone_the_utilization_is_theirs():
    work = described_work(cpu="EPYC 9654", hours=1, utilization=0.5)
    assert (work.utilization, work.cpu_utilization) == (None, 0.5)
    beside = described_work(cpu="EPYC 9654", power_w=300, hours=1, utilization=0.5)
    assert (beside.utilization, beside.cpu_utilization) == (0.5, None)


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        pytest.param(
            {"power_w": 300, "count": 8, "hours": 120, "device_hours": 120},
            r"device_hours is 120\.0, but count x hours is 960\.0; .* give one of the two",
            id="device-hours that are not count x hours",
        ),
        pytest.param(
            {"power_w": 300, "count": 8, "hours": 120, "device_hours": 961},
            r"device_hours is 961\.0, but count x hours is 960\.0",
            id="nor almost",
        ),
        pytest.param(
            {"cpu": "EPYC 9654", "hours": 1, "cpu_load": 0.5, "cpu_utilization": 0.6},
            r"cpu_load is 0\.5 beside cpu_utilization 0\.6; .* give one of the two",
            id="a load and a utilization",
        ),
        pytest.param(
            {"cpu": "EPYC 9654", "hours": 1, "cpu_load": 0.5, "utilization": 0.6},
            r"cpu_load is 0\.5 beside cpu_utilization 0\.6; .* give one of the two",
            id="a load and the utilization of CPUs alone",
        ),
        pytest.param(
            {"cpu": "EPYC 9654", "hours": 1, "utilization": 0.5, "cpu_utilization": 0.6},
            r"utilization is 0\.5 and cpu_utilization is 0\.6; work on CPUs alone has one",
            id="two utilizations of one CPU",
        ),
        *(
            pytest.param(
                {"energy_kwh": 10, "energy_at": boundary, **more},
                rf"{next(iter(more))} is .* beside energy_kwh at '{boundary}'; .* already contains",
                id=f"{next(iter(more))} beside energy at {boundary}",
            )
            for boundary, more in [
                ("accelerator", {"power_w": 300}),
                ("accelerator", {"utilization": 0.5, "accelerator": "A100"}),
                ("it", {"cpu": "EPYC 9654"}),
                ("it", {"memory_gb": 64}),
                ("it", {"static_w": 50}),
                ("it", {"supply_efficiency": 0.9}),
                ("facility", {"power_w": 300}),
                ("facility", {"cpu": "EPYC 9654"}),
            ]
        ),
    ],
)
def test_inputs_that_cannot_all_be_true_are_refused(inputs, message):
    with pytest.raises(ContradictionError, match=message):
        described_work(**inputs)


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        pytest.param({}, "nothing is given that draws power; expected an accelerator", id="none"),
        pytest.param({"hours": 5}, "nothing is given that draws power", id="hours alone"),
        pytest.param({"supply_efficiency": 0.9}, "nothing is given that draws", id="efficiency"),
        pytest.param({"power_w": 300}, "no duration is given; expected hours", id="power alone"),
        pytest.param({"cpu": "EPYC 9654"}, "no duration is given", id="CPU alone"),
        pytest.param(
            {"energy_kwh": 5, "energy_at": "accelerator", "memory_gb": 64},
            "no duration is given",
            id="energy and memory without time",
        ),
        pytest.param(
            {"energy_kwh": 5}, r"energy_kwh is 5\.0, but not where .* accelerator", id="boundary"
        ),
        pytest.param(
            {"energy_at": "it", "power_w": 300, "hours": 1},
            "energy_at is 'it' without an energy; expected energy_kwh beside it",
            id="a boundary alone",
        ),
        pytest.param(
            {"energy_kwh": 5, "energy_at": "planet"},
            "energy_at is 'planet'; expected one of accelerator, chips, facility, it",
            id="another boundary",
        ),
        pytest.param(
            {"memory_gb": 64, "hours": 1, "utilization": 0.5},
            r"utilization is 0\.5 of nothing; expected an accelerator, a cpu or power_w",
            id="a utilization of nothing",
        ),
        pytest.param(
            {"power_w": 300, "hours": 1, "cpu_load": 0.5},
            r"cpu_load is 0\.5 of nothing; expected a cpu beside it",
            id="the load of no CPU",
        ),
        pytest.param(
            {"cpu": "EPYC 9654", "hours": 1, "cpu_clock_ratio": 0.5},
            r"cpu_clock_ratio is 0\.5 of nothing; expected cpu_load beside it",
            id="a clock without a load",
        ),
        pytest.param(
            {"cpu": "EPYC 9654", "hours": 1, "memory_type": "ddr5"},
            r"memory_type is 'ddr5' of nothing; expected memory_gb beside it",
            id="the type of no memory",
        ),
        pytest.param(
            {"power_w": 300, "hours": 1, "cpu_utilization": 0.5},
            r"cpu_utilization is 0\.5 of nothing; expected a cpu beside it",
            id="a CPU's utilization without a CPU",
        ),
        pytest.param(
            {"power_w": 300, "hours": 1, "cpu_count": 2},
            "cpu_count is 2 of nothing; expected a cpu beside it",
            id="two of no CPU",
        ),
        pytest.param(
            {"power_w": 300, "hours": 1, "host": "labtop"},
            "host 'labtop' is unknown; expected one of none, .*laptop.* Nearest: 'laptop'",
            id="an unknown host",
        ),
        pytest.param(
            {"power_w": 300, "hours": 1, "host": "laptop", "hosts": 0},
            r"hosts is 0\.0; expected a finite number above 0",
            id="no machine",
        ),
        pytest.param(
            {"power_w": 300, "hours": 1, "hosts": 2}, r"hosts is 2\.0 of no host", id="of no host"
        ),
        pytest.param(
            {"hours": 1, "host": "cloud-vm"},
            "vcpus is None of a cloud-vm; expected how many",
            id="vm",
        ),
        pytest.param(
            {"hours": 1, "host": "laptop", "vcpus": 2}, r"vcpus is 2\.0 of a laptop", id="vcpus"
        ),
        pytest.param(
            {"power_w": 300, "count": 64, "hours": 1, "host": "workstation"},
            "count is 64 beside one workstation; expected hosts",
            id="64 accelerators in a workstation",
        ),
        pytest.param(
            {"energy_kwh": 5, "energy_at": "it", "hours": 1, "host": "laptop"},
            "host is 'laptop' beside energy_kwh at 'it'; the energy given already contains it",
            id="a host inside",
        ),
        pytest.param(
            {"energy_kwh": 5, "energy_at": "chips", "host": "laptop"}, "no duration", id="no hours"
        ),
    ],
)
def test_too_little_or_half_said_is_refused(inputs, message):
    with pytest.raises(InputError, match=message):
        described_work(**inputs)


GOOD = {"accelerator": "A100", "cpu": "EPYC 9654", "memory_gb": 64, "hours": 1}


@pytest.mark.parametrize(
    ("name", "bad", "allowed"),
    [
        *(
            (name, bad, "a finite number, 0 to 1e\\+12")
            for name in ("hours", "device_hours", "power_w", "memory_gb", "static_w")
            for bad in (-1, float("nan"), float("inf"), 1e300, "5", True)
        ),
        *(
            (name, bad, "a finite number, 0 to 1")
            for name in ("utilization", "cpu_utilization")
            for bad in (-0.1, 1.01, float("nan"), "1")
        ),
        *(
            (name, bad, "a whole number, from 1 to 1000000000000")
            for name in ("count", "cpu_count")
            for bad in (0, 1.5, -1, "8", True, 1e13)
        ),
        *(("repeats", bad, "a finite number, 1 to 1e\\+12") for bad in (0, 0.5, -1, "2")),
        *(
            ("supply_efficiency", bad, r"a finite number, 0\.01 to 1 \(0\.9 means")
            for bad in (0, 1.1, -1)
        ),
        *(
            (name, bad, "its name as text")
            for name in ("accelerator", "cpu")
            for bad in ("", "  ", 5)
        ),
    ],
    ids=str,
)
def test_a_value_that_its_quantity_does_not_allow_is_refused_by_name(name, bad, allowed):
    with pytest.raises(InputError, match=rf"^{name} is .*; expected {allowed}"):
        described_work(**{**GOOD, name: bad})


@pytest.mark.parametrize(
    "beside",
    [
        {"cpu": "AMD EPYC 9654"},
        {"memory_gb": 512},
        {"static_w": 9},
        {"host": "workstation"},
    ],
)
def test_device_hours_alone_do_not_say_how_long_the_host_was_in_use(beside):
    with pytest.raises(InputError, match="beside device_hours alone; expected count or hours"):
        described_work(power_w=400, device_hours=960, **beside)
    assert described_work(power_w=400, device_hours=960, count=8, **beside).wall_hours == 120
