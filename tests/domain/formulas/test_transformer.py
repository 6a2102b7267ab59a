"""What a transformer computes and reads: published sizes, worked values, laws, refusals."""

from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattprint.domain.formulas.transformer import (
    accelerators_needed,
    device_hours_of_flops,
    forward_flops_per_token,
    key_value_bytes_per_token,
    layers,
    training_flops,
    weight_bytes_per_token,
)

sizes = st.floats(1e6, 1e13)


@pytest.mark.parametrize(
    ("parameters", "published"),
    [
        # Brown et al. (2020), table 2.1; Grattafiori et al. (2024), table 3; DeepSeek-V3 (2024),
        # sec. 4.2, by its 37e9 active parameters.
        pytest.param(175e9, 96, id="GPT-3 175B"),
        pytest.param(13e9, 40, id="GPT-3 13B"),
        pytest.param(8.03e9, 32, id="Llama 3 8B"),
        pytest.param(70.6e9, 80, id="Llama 3 70B"),
        pytest.param(405e9, 126, id="Llama 3 405B"),
        pytest.param(37e9, 61, id="DeepSeek-V3"),
    ],
)
def test_layers_follow_from_parameters_to_an_eighth(parameters, published):
    assert layers(parameters) == pytest.approx(published, rel=0.125)


def test_a_training_without_context_is_6_n_d():
    # GPT-3: 6 x 175e9 x 300e9 = 3.15e23 (Brown et al. 2020, table D.1: 3.14e23).
    flops = training_flops(175e9, 300e9, context_tokens=0, recomputed=0)
    assert flops == pytest.approx(6 * 175e9 * 300e9, rel=1e-12)


def test_recomputing_the_whole_forward_pass_makes_6_n_d_into_8_n_d():
    flops = training_flops(1e9, 1e9, context_tokens=0, recomputed=1)
    assert flops == pytest.approx(8e18, rel=1e-12)


def test_attention_adds_twice_layers_x_width_x_context_to_a_token():
    # 12 x 8 x 1024^2 parameters have 8 layers of width 1024: 2 x 8 x 1024 x 4096 = 67,108,864.
    parameters = 12 * 8 * 1024**2
    added = forward_flops_per_token(parameters, 4096) - forward_flops_per_token(parameters, 0)
    assert added == pytest.approx(67_108_864, rel=1e-9)


def test_attention_over_a_hundred_thousand_tokens_about_doubles_a_70b_model():
    # Llama 3 70B: 2 x 80 layers x 8192 x 100,000 = 1.31e11 beside 2N = 1.41e11.
    ratio = forward_flops_per_token(70.6e9, 100_000) / forward_flops_per_token(70.6e9, 0)
    assert ratio == pytest.approx(1.93, rel=0.05)


def test_device_hours_are_operations_over_what_devices_do_in_an_hour():
    # 3.6e18 / (1000e12 x 0.5) = 7200 s.
    assert device_hours_of_flops(3.6e18, peak_tflops=1000, utilization=0.5) == 2.0


@pytest.mark.parametrize(
    ("batch", "expected"),
    [
        # 16 bits: 2 bytes each. One request reads the active 2e9; a thousand touch all 8e9.
        pytest.param(1, 2e9 * 2, id="one request reads its experts"),
        pytest.param(2, 8e9 * (1 - 0.75**2) * 2 / 2, id="two share some of them"),
        pytest.param(1000, 8e9 * 2 / 1000, id="many read all, and share them"),
    ],
)
def test_experts_are_read_as_far_as_the_batch_goes_to_them(batch, expected):
    read = weight_bytes_per_token(8e9, 2e9, batch=batch, bits=16)
    assert read == pytest.approx(expected, rel=1e-9)


@given(parameters=sizes, batch=st.floats(1, 1e5), more=st.floats(1, 10))
def test_a_larger_batch_never_reads_more_weights_for_a_token(parameters, batch, more):
    def read(size):
        return weight_bytes_per_token(parameters, parameters / 8, batch=size, bits=16)

    assert read(batch * more) <= read(batch) * (1 + 1e-9)


def test_keys_and_values_of_llama_3_70b_are_320_kib_a_token():
    # 2 x 80 layers x 8 heads x 128 x 2 bytes = 327,680.
    kept = key_value_bytes_per_token(70.6e9, key_value_width=1024)
    assert kept == pytest.approx(327_680, rel=0.125)


@pytest.mark.parametrize(
    ("parameters", "bits", "memory", "expected"),
    [
        # 1.2 x 70e9 x 2 B = 168 GB: three of 80 GB, so four; at 4 bits 42 GB fit one.
        pytest.param(70e9, 16, 80, 4, id="70B"),
        pytest.param(70e9, 4, 80, 1, id="70B at 4 bits"),
        pytest.param(405e9, 16, 80, 16, id="405B: 972 GB"),
        pytest.param(1e6, 16, 80, 1, id="one at least"),
        pytest.param(0, 16, 80, 1, id="nothing to hold"),
    ],
)
def test_a_model_is_split_over_a_power_of_two(parameters, bits, memory, expected):
    needed = accelerators_needed(parameters, bits=bits, memory_gb=memory, memory_factor=1.2)
    assert needed == expected


@given(parameters=sizes, tokens=st.floats(0, 1e14), factor=st.floats(1, 10))
def test_more_parameters_or_tokens_never_take_less(parameters, tokens, factor):
    def flops(n, d):
        return training_flops(n, d, context_tokens=4096, recomputed=0)

    assert flops(parameters * factor, tokens) >= flops(parameters, tokens)
    assert flops(parameters, tokens * factor) >= flops(parameters, tokens)


@pytest.mark.parametrize("bad", [-1.0, nan, inf], ids=str)
@pytest.mark.parametrize(
    ("formula", "name"),
    [
        (layers, "parameters"),
        (lambda bad: forward_flops_per_token(1, bad), "context_tokens"),
        (lambda bad: training_flops(1, bad, context_tokens=0, recomputed=0), "tokens"),
        (lambda bad: device_hours_of_flops(bad, peak_tflops=1, utilization=1), "flops"),
        (lambda bad: device_hours_of_flops(1, peak_tflops=bad, utilization=1), "peak_tflops"),
        (lambda bad: weight_bytes_per_token(1, 1, batch=1, bits=bad), "bits"),
        (lambda bad: weight_bytes_per_token(1, 1, batch=bad, bits=16), "batch"),
        (lambda bad: key_value_bytes_per_token(1, key_value_width=bad), "key_value_width"),
        (lambda bad: accelerators_needed(1, bits=16, memory_gb=bad, memory_factor=1), "memory_gb"),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_a_negative_or_endless_input_is_refused_by_name(formula, name, bad):
    with pytest.raises(ValueError, match=rf"^{name} is .*; expected a finite number, "):
        formula(bad)


def test_no_peak_no_utilization_and_too_many_active_parameters_are_refused():
    with pytest.raises(ValueError, match=r"peak_tflops is 0; expected .* above 0"):
        device_hours_of_flops(1, peak_tflops=0, utilization=1)
    with pytest.raises(ValueError, match=r"utilization is 1\.1; expected .* 0 to 1"):
        device_hours_of_flops(1, peak_tflops=1, utilization=1.1)
    with pytest.raises(ValueError, match=r"recomputed is 2; expected .* 0 to 1"):
        training_flops(1, 1, context_tokens=0, recomputed=2)
    with pytest.raises(ValueError, match=r"active_parameters is 2; expected at most all"):
        weight_bytes_per_token(1, 2, batch=1, bits=16)
