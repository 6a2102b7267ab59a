"""Planned trainings: worked values, published trainings, laws, refusals."""

import runpy
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.asked import derived, never_less
from wattprint.domain.errors import ContradictionError, InputError
from wattprint.domain.evidence import Method
from wattprint.estimator.describe import estimate

TOOL = runpy.run_path(str(Path(__file__).resolve().parents[2] / "tools/planned_trainings.py"))
A100 = {"accelerator": "A100 SXM4 80GB"}
PLAN = {**A100, "train_parameters_b": 1, "train_tokens_b": 20}


def test_a_plan_is_6_n_d_over_what_the_devices_do():
    # 6 x 1e9 x 20e9 = 1.2e20 FLOP; / (312e12 x 0.5) = 769,231 s = 213.675 h; x 0.4 kW = 85.47 kWh.
    footprint = estimate(**PLAN, mfu=0.5)
    assert derived(footprint)["training_compute"].amount.value == 120
    assert derived(footprint)["device_hours"].amount.value == pytest.approx(213.675, rel=1e-5)
    assert footprint.energy_kwh.it.value == pytest.approx(85.4701, rel=1e-5)


def test_without_an_mfu_the_hours_run_over_the_range_of_published_trainings():
    hours = derived(estimate(**PLAN))["device_hours"]
    # 1.2e20 / 312e12 / 3600 = 106.838 h at full use: / 0.34, / 0.52, / 0.12.
    expected = (106.838 / 0.34, 106.838 / 0.52, 106.838 / 0.12)
    assert hours.amount.as_tuple() == pytest.approx(expected, rel=1e-5)
    assert hours.method is Method.ASSUMED


def test_hours_by_the_clock_are_those_of_the_devices_over_their_number():
    # 213.675 device-hours on 8 are 26.709 h: 1.1129 days, in which 100 W of the host run, too.
    footprint = estimate(**PLAN, mfu=0.5, count=8, static_w=100)
    assert derived(footprint)["wall_time"].amount.value == pytest.approx(1.11289, rel=1e-5)
    assert footprint.components_kwh.static.value == pytest.approx(2.67094, rel=1e-5)


def test_hours_that_are_off_are_so_for_host_and_accelerators_together():
    # The whole is as wide as its parts added: nothing averages out.
    parts = (footprint := estimate(**PLAN, count=8, static_w=100)).components_kwh
    total = footprint.energy_kwh.it
    assert total.high == pytest.approx(parts.accelerator.high + parts.static.high, rel=1e-9)
    assert total.low == pytest.approx(parts.accelerator.low + parts.static.low, rel=1e-9)


def test_of_a_mixture_of_experts_the_active_parameters_count():
    dense = estimate(**{**PLAN, "train_parameters_b": 37}, mfu=0.4)
    sparse = estimate(**{**PLAN, "train_parameters_b": 671}, active_parameters_b=37, mfu=0.4)
    assert sparse.energy_kwh == dense.energy_kwh


def test_recomputing_takes_a_third_more_at_the_same_hardware_utilization():
    plain, recomputed = (estimate(**PLAN, mfu=0.5, recompute=r).energy_kwh.it for r in (0, 1))
    assert recomputed.value == pytest.approx(plain.value * 4 / 3, rel=1e-12)


@pytest.mark.parametrize(
    ("inputs", "peak"),
    [
        pytest.param({"accelerator": "H100 SXM5 80GB"}, 989, id="16 bits unless said"),
        pytest.param({"accelerator": "H100 SXM5 80GB", "precision_bits": 8}, 1979, id="8 bits"),
        pytest.param({"accelerator": "V100 SXM2 16GB"}, 125, id="no bf16: fp16"),
        pytest.param({"accelerator": "H100 SXM5 80GB", "peak_tflops": 500}, 500, id="as stated"),
        pytest.param({"power_w": 700, "peak_tflops": 500}, 500, id="of no named part"),
    ],
)
def test_the_peak_is_that_of_the_part_at_the_precision(inputs, peak):
    plan = {"train_parameters_b": 1, "train_tokens_b": 20, **inputs}
    (used,) = [e for e in estimate(**plan).evidence if e.quantity == "peak_tflops"]
    assert used.amount.value == peak


def test_a_name_that_fits_several_parts_has_their_range_of_peaks():
    # H100: 756 TFLOP/s in a slot, 989 on a board.
    footprint = estimate(**{**PLAN, "accelerator": "H100"})
    (used,) = [e for e in footprint.evidence if e.quantity == "peak_tflops"]
    assert used.amount.as_tuple() == (989, 756, 989)


@pytest.mark.parametrize("training", TOOL["TRAININGS"], ids=lambda training: training.name)
def test_device_hours_of_published_trainings_lie_within_the_interval(training):
    hours = TOOL["planned"](training)
    assert hours.low <= training.device_hours <= hours.high


def test_the_default_utilization_is_what_the_published_trainings_show():
    shown = sorted(map(TOOL["utilization"], TOOL["TRAININGS"]))
    assert len(shown) >= 19
    assert shown[len(shown) // 2] == pytest.approx(0.34, abs=0.01)
    assert shown[0] >= 0.15 and shown[-1] <= 0.52


@given(
    name=st.sampled_from(["train_parameters_b", "train_tokens_b", "context", "recompute", "pue"]),
    factor=st.floats(1, 2),
)
def test_more_of_anything_never_lowers_a_bound(name, factor):
    plan = {**PLAN, "context": 4096, "recompute": 0.4, "mfu": 0.4, "pue": 1.1, "intensity": 100}
    more = {**plan, name: plan[name] * factor}
    assert never_less(estimate(**plan), estimate(**more))


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"train_parameters_b": 1}, "a planned training is without train_tokens_b; expected it"),
        ({"mfu": 0.4, "hours": 1}, "a planned training is without train_parameters_b"),
        ({**PLAN, "hours": 5}, "hours is 5 beside train_parameters_b; they follow from the plan"),
        ({**PLAN, "device_hours": 5}, "device_hours is 5 beside train_parameters_b"),
        ({**PLAN, "energy_kwh": 5, "energy_at": "it"}, "energy_kwh is 5 beside train_parameters_b"),
        ({**PLAN, "mfu": 0}, r"mfu is 0; expected a finite number, 0\.0001 to 1"),
        ({**PLAN, "mfu": 40}, r"mfu is 40; expected .* to 1"),
        ({**PLAN, "recompute": 1}, "recompute is 1 without mfu; expected mfu beside it"),
        ({**PLAN, "context": -1}, "context is -1; expected a finite number, 0"),
        (
            {**PLAN, "active_parameters_b": 2},
            "active_parameters_b is 2; expected .* 0 to 1 .at most all",
        ),
        ({**PLAN, "precision_bits": 12}, "precision_bits is 12; expected 4, 8, 16 or 32"),
        ({**PLAN, "precision_bits": 8}, "no published peak at 8 bits; .* --peak-tflops"),
        ({**PLAN, "accelerator": None}, "no accelerator is given; expected an accelerator"),
        ({**PLAN, "accelerator": "A1000"}, "accelerator 'A1000' is unknown"),
        ({**PLAN, "train_tokens_b": "many"}, "train_tokens_b is 'many'; expected a finite number"),
        ({**PLAN, "train_tokens_b": 1e30}, r"train_tokens_b is 1e\+30; expected .* to 1e\+09"),
        ({"active_parameters_b": 3, **A100, "hours": 1}, "active_parameters_b is 3 of no model"),
        ({**PLAN, "count": 8, "inference": True}, "train_parameters_b is 1 beside inference"),
    ],
    ids=str,
)
def test_a_plan_that_cannot_be_worked_out_is_refused(inputs, message):
    with pytest.raises(InputError, match=message):
        estimate(**inputs)


def test_a_plan_beside_hours_is_a_contradiction():
    with pytest.raises(ContradictionError):
        estimate(**PLAN, hours=1)
