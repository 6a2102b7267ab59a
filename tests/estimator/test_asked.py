"""Any mix of what can be asked is answered, or refused with a reason: nothing else."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import wattprint
from wattprint.domain.errors import InputError
from wattprint.estimator.asked import ASKED_INPUTS
from wattprint.estimator.describe import estimate

odd = st.sampled_from(
    [0, 1, 2, 0.5, 1e-9, 1e12, 1e300, -1, True, "5", "", float("nan"), float("inf"), 64, 500]
)
likely = {
    "inference": st.booleans(),
    "accelerator": st.sampled_from(["H100", "T4", "TPU v4", "RTX 4090"]),
    "training_at": st.sampled_from(["accelerator", "it", "facility"]),
    "energy_at": st.sampled_from(["accelerator", "it", "facility"]),
    "functional_unit": st.sampled_from(["requests", "tokens"]),
    "precision_bits": st.sampled_from([4, 8, 16, 32]),
    "intensity": st.just(100),
    "pue": st.just(1.2),
    "count": st.integers(1, 16),
    "static_w": st.just(10),
    **{
        name: st.floats(0.01, 1000)
        for name in ASKED_INPUTS
        if name.endswith(("_b", "tokens", "requests", "_per_s", "_per_day", "_wh", "_kwh"))
    },
    "days": st.floats(0.1, 1000),
    "replicas": st.integers(1, 10),
    "sweep": st.integers(1, 10),
}


def answered_or_refused(inputs):
    try:
        footprint = estimate(**inputs)
    except InputError:
        return
    written = json.loads(json.dumps(footprint.as_dict(), allow_nan=False))
    assert wattprint.Footprint.from_dict(written) == footprint
    for figure in footprint.derived:
        assert figure.amount is None or 0 <= figure.amount.low <= figure.amount.high


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(st.fixed_dictionaries({}, optional=likely))
def test_any_mix_of_likely_inputs_is_answered_or_refused(inputs):
    answered_or_refused(inputs)


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(
    base=st.sampled_from(
        [
            {"inference": True, "parameters_b": 7, "output_tokens": 9, "requests": 9},
            {"inference": True, "accelerator": "T4", "requests_per_s": 1, "requests": 9},
            {"accelerator": "H100", "train_parameters_b": 1, "train_tokens_b": 1},
            {"accelerator": "H100", "hours": 1},
        ]
    ),
    changes=st.dictionaries(st.sampled_from(ASKED_INPUTS), odd, max_size=3),
)
def test_any_odd_value_is_answered_or_refused(base, changes):
    answered_or_refused({**base, **changes})


@pytest.mark.parametrize("name", ASKED_INPUTS)
def test_each_input_alone_beside_plain_work_is_refused_or_changes_nothing(name):
    plain = {"power_w": 300, "hours": 1}
    try:
        footprint = estimate(**plain, **{name: 1})
    except InputError as refused:
        assert str(refused).count(";") >= 1
        return
    assert footprint.energy_kwh == estimate(**plain).energy_kwh
