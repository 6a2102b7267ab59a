"""Mean power of devices: what is stated, else a TDP and the share of it that is used."""

from math import exp, hypot, log

import pytest

from wattprint.domain.errors import InputError
from wattprint.domain.evidence import Method
from wattprint.estimator.power import accelerator_power, cpu_power, memory_power, static_power
from wattprint.estimator.work import described_work


def work(**inputs):
    return described_work(**{"hours": 1, **inputs})


def close(*bounds):
    return pytest.approx(bounds, rel=1e-9)


@pytest.mark.parametrize(
    ("inputs", "bounds", "method"),
    [
        # Without a utilization the convention: 1.0 x TDP, from 0.30 to 1.05 of it.
        pytest.param(
            {"accelerator": "A100 SXM4 40GB"}, (400, 120, 420), "modelled", id="a part: its TDP"
        ),
        pytest.param({"accelerator": "A100"}, (400, 120, 420), "assumed", id="a family"),
        # A given utilization was read from a sensor of +/- 5 %.
        pytest.param(
            {"accelerator": "A100 SXM4 40GB", "utilization": 0.5},
            (200, 190, 210),
            "modelled",
            id="TDP x utilization",
        ),
        pytest.param(
            {"accelerator": "A100 SXM4 40GB", "utilization": 0}, (0, 0, 0), "modelled", id="idle"
        ),
        pytest.param({"power_w": 300}, (300, 300, 300), "modelled", id="power as stated"),
        pytest.param(
            {"power_w": 300, "utilization": 0.5}, (150, 150, 150), "modelled", id="a share of it"
        ),
        pytest.param(
            {"accelerator": "A100", "power_w": 300}, (300, 300, 300), "modelled", id="both"
        ),
    ],
)
def test_the_power_of_an_accelerator(inputs, bounds, method):
    power = accelerator_power(work(**inputs))
    assert power.amount_w.as_tuple() == close(*bounds)
    assert power.method is Method(method)


def test_a_family_at_a_given_utilization_reaches_from_its_least_variant_to_its_largest():
    # A100 at 0.5: 200 W. Variants of 250 to 400 W, sensor 0.95 to 1.05:
    # down ln(400/250) and ln(1/0.95) in quadrature, up only ln 1.05.
    down = hypot(log(400 / 250), log(1 / 0.95))
    power = accelerator_power(work(accelerator="A100", utilization=0.5))
    assert power.amount_w.as_tuple() == close(200, 200 * exp(-down), 210)
    assert power.method is Method.ASSUMED


def test_an_assumed_part_lists_what_else_its_name_fits_with_its_watts():
    tdp, use = accelerator_power(work(accelerator="A100")).reasons
    assert (tdp.quantity, tdp.method, tdp.source) == (
        "accelerator_tdp",
        Method.ASSUMED,
        "vendor_datasheet",
    )
    assert "NVIDIA A100 SXM4 40GB" in tdp.note
    assert "the name also fits" in tdp.note
    assert "NVIDIA A100 PCIe 40GB (250 W)" in tdp.note
    assert (use.method, use.source, use.year) == (Method.ASSUMED, "counting_carbon_2023", 2023)


def test_an_accelerator_whose_power_nobody_publishes_is_refused_with_the_way_out():
    with pytest.raises(
        InputError, match=r"accelerator 'Google TPU v5p' has no published power; .* --power-w"
    ):
        accelerator_power(work(accelerator="TPU v5p"))
    assert accelerator_power(work(accelerator="TPU v5p", power_w=400)).amount_w.value == 400


@pytest.mark.parametrize(
    ("inputs", "bounds", "use"),
    [
        # EPYC 9654: 360 W, from 0.30 to 1.05 of it by the convention.
        pytest.param({}, (360, 108, 378), "assumed", id="the convention"),
        pytest.param({"cpu_utilization": 0.25}, (90, 90, 90), "given", id="a given share"),
    ],
)
def test_the_power_of_a_cpu_is_its_tdp_times_its_utilization(inputs, bounds, use):
    power = cpu_power(work(cpu="EPYC 9654", **inputs))
    assert power.amount_w.as_tuple() == close(*bounds)
    assert [reason.method.value for reason in power.reasons] == ["modelled", use]
    assert power.reasons[0].note.startswith("AMD EPYC 9654")


@pytest.mark.parametrize(
    ("inputs", "share", "bounds"),
    [
        # EPYC 9654: 192 threads on 96 cores, so all awake and 1 - 0.5^2 of the cores busy.
        # Clock 1: 0.12 + 0.07 + 0.5 x 0.75 = 0.565.
        pytest.param({"cpu_clock_ratio": 1.0}, 0.565, (0.62, 1.75), id="full clock"),
        # Without a clock 0.7, at which a core draws 0.7 x 0.9^2 = 0.567: 0.402625.
        pytest.param({}, 0.402625, (0.54, 1.9), id="clock unknown"),
    ],
)
def test_the_power_of_a_cpu_follows_from_its_load(inputs, share, bounds):
    power = cpu_power(work(cpu="EPYC 9654", cpu_load=0.5, **inputs))
    low, high = (bound * share * 360 for bound in bounds)
    assert power.amount_w.as_tuple() == close(share * 360, low, high)
    assert power.reasons[1].note.startswith("at load 0.5 and clock ")


def test_an_idle_cpu_draws_its_idle_share():
    power = cpu_power(work(cpu="EPYC 9654", cpu_load=0, cpu_clock_ratio=0.5))
    assert power.amount_w.value == pytest.approx(0.12 * 360, rel=1e-12)


def test_a_cpu_whose_threads_nobody_knows_is_taken_for_one_with_two_a_core():
    # AMD FX-8350: 125 W; 16 threads are all but surely awake at half load: 1 - 0.5^16.
    power = cpu_power(work(cpu="AMD FX-8350", cpu_load=0.5, cpu_clock_ratio=1.0))
    assert power.amount_w.value == pytest.approx(125 * 0.565, rel=1e-5)


@pytest.mark.parametrize(
    ("memory_type", "bounds"),
    [
        ("ddr3", (0.18, 0.062, 0.5)),
        ("ddr4", (0.14, 0.048, 0.384)),
        ("ddr5", (0.11, 0.04, 0.32)),
        ("lpddr", (0.038, 0.008, 0.18)),
    ],
)
def test_memory_of_a_known_type_draws_what_its_type_does(memory_type, bounds):
    assert memory_power(memory_type).amount_w.as_tuple() == close(*bounds)


def test_the_power_of_memory_is_a_convention_and_static_power_is_as_stated():
    # Green Algorithms: 0.3725 W per GB.
    memory, static = memory_power(), static_power(50.0)
    assert memory.amount_w.as_tuple() == close(0.3725, 0.048, 0.392)
    assert memory.reasons[0].method is Method.ASSUMED
    assert (static.amount_w.as_tuple(), static.method) == ((50, 50, 50), Method.GIVEN)
