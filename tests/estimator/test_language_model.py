"""Language models that answer: measurements, a worked request, laws, limiting cases, refusals."""

import runpy
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.asked import derived, never_less
from wattprint.domain.errors import ContradictionError, InputError
from wattprint.domain.evidence import Method
from wattprint.estimator.describe import estimate

TOOL = runpy.run_path(str(Path(__file__).resolve().parents[2] / "tools/measured_inference.py"))
CHAT = {
    "inference": True,
    "parameters_b": 70,
    "prompt_tokens": 500,
    "output_tokens": 500,
    "batch": 64,
    "requests": 1000,
}
H100 = {"accelerator": "H100 SXM5 80GB"}
COMPARED = TOOL["every"]()


def joules(inputs):
    """Accelerators' energy of one request."""
    return estimate(**{**inputs, "requests": 1}).energy_kwh.accelerator.value * 3.6e6


def test_the_work_of_a_request_by_hand():
    # 8e9 parameters, one request at a time, one output token after no prompt, on an H100 SXM5:
    # weights 8e9 x 2 B x 700 W / 3.35e12 B/s = 3.34328 J, computing 2 x 8e9 FLOP x 700 W
    # / (989e12 x 0.57) = 0.01987 J; the context of half a token is 1.5e-5 J.
    one = {"inference": True, **H100, "parameters_b": 8, "output_tokens": 1, "batch": 1}
    assert joules(one) == pytest.approx(3.34328 + 0.01987, rel=1e-4)


def test_a_prompt_costs_its_operations_at_full_power():
    # 1000 tokens x 2 x 8e9 FLOP x 700 W / (989e12 x 0.57) = 19.868 J, attention 1.7 % more:
    # 2 x 34.4 layers x 4400 x 1000 = 3.03e8 beside 1.6e10.
    prompt = {"inference": True, **H100, "parameters_b": 8, "output_tokens": 0, "batch": 1}
    assert joules({**prompt, "prompt_tokens": 1000}) == pytest.approx(19.868, rel=0.03)
    assert joules({**prompt, "prompt_tokens": 1000}) > 19.868


@pytest.mark.parametrize(
    "row", COMPARED, ids=lambda row: f"{row.runs.model} {row.runs.software} batch {row.batch}"
)
def test_measured_energy_lies_within_the_interval(row):
    assert row.ours_j.low <= row.measured_j <= row.ours_j.high


def test_the_estimate_is_as_often_above_the_measurements_as_below():
    low, middle, high = TOOL["percentiles"]([r.measured_j / r.ours_j.value for r in COMPARED])
    assert middle == pytest.approx(1, abs=0.1)
    assert low > 0.8 and high < 1.8


def test_the_interval_reaches_up_to_the_regression_of_ecologits():
    for row in COMPARED:
        assert row.ecologits_j <= row.ours_j.high * (1 + 1e-9)


def test_the_regression_stands_beside_the_estimate():
    # 4 GPUs x (1.1665e-6 x e^(-0.011206 x 64) x 70 + 4.0529e-5) Wh = 3.2155e-4 Wh a token.
    figure = derived(estimate(**CHAT))["ecologits_energy_per_request"]
    assert figure.amount.value == pytest.approx(500 * 3.2155e-7, rel=1e-4)


def test_prompt_tokens_count():
    long = {**CHAT, "prompt_tokens": 5000}
    assert joules(long) > 1.8 * joules(CHAT)
    assert derived(estimate(**long))["prompt_share"].amount.value > 0.4


def test_cached_tokens_are_read_and_not_computed():
    # All but 100 of 10,000 prompt tokens cached: of what the prompt costs over a request with
    # none, the reading of the context stays, and the computing goes.
    none, fresh, cached = (
        joules({**CHAT, "prompt_tokens": prompt, "cached_tokens": kept})
        for prompt, kept in ((0, 0), (10_000, 0), (10_000, 9_900))
    )
    assert none < cached < none + 0.35 * (fresh - none)


@pytest.mark.parametrize(
    ("inputs", "count"),
    [
        ({}, 4),
        ({"precision_bits": 4}, 1),
        ({"parameters_b": 405}, 16),
        ({"accelerator": "T4"}, 16),
        ({"count": 3}, 3),
    ],
    ids=str,
)
def test_a_model_takes_the_accelerators_that_hold_it(inputs, count):
    figure = derived(estimate(**{**CHAT, **inputs}))["accelerators_per_replica"]
    assert figure.amount.value == count


def test_without_an_accelerator_an_h100_is_assumed_and_it_is_said():
    footprint, named = estimate(**CHAT), estimate(**CHAT, **H100)
    assert footprint.coverage["accelerator"] is Method.ASSUMED
    assert named.coverage["accelerator"] is Method.MODELLED
    assert footprint.energy_kwh == named.energy_kwh
    (tdp,) = [e for e in footprint.evidence if e.quantity == "accelerator_tdp"]
    assert "no accelerator was given" in tdp.note


def test_a_family_name_has_the_range_of_its_parts():
    # A100: 400 W at 1555 or 2039 GB/s, 300 W at 1935, 250 W at 1555: 155 to 257 pJ/B.
    (read,) = [
        e for e in estimate(**CHAT, accelerator="A100").evidence if e.quantity == "memory_read"
    ]
    assert (read.amount.low, read.amount.high) == pytest.approx((155.04, 257.23), rel=1e-4)


def test_without_a_batch_it_may_be_small_or_large_and_the_interval_is_wider():
    unknown = {**CHAT, "batch": None}
    known, assumed = estimate(**CHAT).energy_kwh.it, estimate(**unknown).energy_kwh.it
    assert assumed.value == known.value
    assert assumed.low < known.low and assumed.high > known.high


def test_without_prompt_tokens_they_are_missing_and_not_silently_none():
    footprint = estimate(**{**CHAT, "prompt_tokens": None})
    (prompt,) = [e for e in footprint.evidence if e.quantity == "prompt_tokens"]
    assert (prompt.amount, prompt.method) == (None, Method.MISSING)


def test_a_mixture_of_experts_costs_less_than_a_dense_model_and_more_than_its_active_part():
    dense, sparse = (
        joules({**CHAT, "parameters_b": 47}),
        joules({**CHAT, "parameters_b": 47, "active_parameters_b": 13}),
    )
    assert joules({**CHAT, "parameters_b": 13}) < sparse < dense


def test_small_batches_cost_several_times_as_much():
    # ML.ENERGY (2026): 3 to 5 times between the smallest and the largest batch that fits.
    assert 3 < joules({**CHAT, "batch": 8}) / joules({**CHAT, "batch": 256}) < 12


def test_a_host_is_in_use_while_the_model_answers_and_its_hours_have_their_own_interval():
    static = estimate(**CHAT, static_w=1000).components_kwh.static
    busy = derived(estimate(**CHAT))["busy_hours"].amount
    assert static.as_tuple() == pytest.approx(busy.as_tuple(), rel=1e-9)
    assert static.high / static.value == pytest.approx(5, rel=1e-9)


def test_replicas_of_a_model_are_kept_on_for_the_hours_that_were_said():
    # 2 replicas x 24 h x 10 days x 100 W = 48 kWh, however busy they are.
    service = {**CHAT, "requests": None, "requests_per_day": 1000, "days": 10, "replicas": 2}
    static = estimate(**service, static_w=100).components_kwh.static
    assert static.as_tuple() == (48, 48, 48)


REQUESTS = {**CHAT, "cached_tokens": 100, "pue": 1.1, "intensity": 100, "static_w": 10}
KEPT_ON = {**REQUESTS, "requests": None, "requests_per_day": 1000, "days": 10, "replicas": 2}


@pytest.mark.parametrize("work", [REQUESTS, KEPT_ON], ids=["on demand", "kept on"])
@pytest.mark.parametrize("batch", [1, 64, None])
@given(
    name=st.sampled_from(["requests", "requests_per_day", "prompt_tokens", "output_tokens"]),
    factor=st.floats(1, 20),
)
def test_more_requests_or_tokens_never_lower_a_bound(work, batch, name, factor):
    few = {**work, "batch": batch}
    if few.get(name) is not None:
        assert never_less(estimate(**few), estimate(**{**few, name: few[name] * factor}))


@given(size=st.floats(0.1, 500), factor=st.floats(1, 4), bits=st.sampled_from([4, 8, 16]))
def test_larger_models_and_more_bits_never_lower_a_bound(size, factor, bits):
    small = {**CHAT, "parameters_b": size, "precision_bits": bits}
    assert never_less(estimate(**small), estimate(**{**small, "parameters_b": size * factor}))
    assert never_less(estimate(**small), estimate(**{**small, "precision_bits": 16}))


@given(cached=st.floats(0, 500), more=st.floats(0, 1))
def test_more_cached_tokens_never_raise_a_bound(cached, more):
    further = cached + more * (500 - cached)
    few, many = (estimate(**CHAT, cached_tokens=tokens) for tokens in (cached, further))
    assert never_less(many, few)


def test_no_tokens_cost_nothing():
    footprint = estimate(**{**CHAT, "prompt_tokens": 0, "output_tokens": 0})
    assert footprint.energy_kwh.it.as_tuple() == (0, 0, 0)


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"output_tokens": None}, "parameters_b is 70 without output_tokens; expected the tokens"),
        ({"cached_tokens": 501}, "cached_tokens is 501 of prompt_tokens 500; cached tokens are"),
        ({"parameters_b": 0}, "parameters_b is 0; expected a finite number, 1e-06 to"),
        ({"active_parameters_b": 71}, "active_parameters_b is 71; expected .* 0 to 70"),
        ({"batch": 0.5}, r"batch is 0\.5; expected a finite number, 1 to"),
        ({"prompt_tokens": -1}, "prompt_tokens is -1; expected a finite number"),
        ({"precision_bits": 3}, "precision_bits is 3; expected 4, 8, 16 or 32"),
        ({"power_w": 300}, "power_w is 300 beside parameters_b; power follows from what"),
        ({"utilization": 0.5}, "utilization is 0.5 beside parameters_b"),
        ({"count": 1}, r"count is 1, but the weights are 140 GB and NVIDIA H100 .*expected 4 or"),
        ({"accelerator": "Google TPU v1"}, "has no published peak at 16 bits"),
        ({"accelerator": "TPU v5p"}, "no published power"),
        ({"accelerator": "A1000"}, "accelerator 'A1000' is unknown"),
    ],
    ids=str,
)
def test_a_model_that_cannot_be_worked_out_is_refused(inputs, message):
    with pytest.raises(InputError, match=message):
        estimate(**{**CHAT, **inputs})


def test_more_cached_than_there_are_is_a_contradiction():
    with pytest.raises(ContradictionError):
        estimate(**CHAT, cached_tokens=501)
