"""LLMCarbon: parameters and tokens to operations, to device-hours, to tonnes."""

import pytest

from wattprint.estimator.methodologies.llmcarbon import (
    Chip,
    device_hours,
    embodied_t,
    emissions_t,
    energy_mwh,
    training_flops,
)


def test_gpt_3_comes_within_a_quarter_of_a_percent_of_its_published_552_tonnes():
    # 6 x 175e9 x 300e9 = 3.15e23 FLOP; / (125e12 x 0.197) = 3,553,299 h;
    # x 330 W x 1.1 = 1289.85 MWh.
    hours = device_hours(training_flops(175, 300), peak_tflops=125, efficiency=0.197)
    energy = energy_mwh(hours, power_w=330, pue=1.1)
    assert energy == pytest.approx(1289.8477157, rel=1e-9)
    assert emissions_t(energy, 0.429) / 552.1 == pytest.approx(1.00225, rel=1e-5)


def test_hardware_for_its_whole_life_is_all_of_its_making():
    # 100 chips of 8 cm2 at 1.5 kg/cm2 are 1.2 t.
    assert embodied_t([Chip(8.0, 1.5, 100)], 5 * 365) == pytest.approx(1.2, rel=1e-12)


@pytest.mark.parametrize("given", [{"peak_tflops": 0}, {"efficiency": 0}])
def test_a_device_that_achieves_nothing_is_refused(given):
    with pytest.raises(ValueError, match="peak_tflops or efficiency is 0; expected numbers above"):
        device_hours(1e20, **{"peak_tflops": 100, "efficiency": 0.5, **given})


def test_an_efficiency_above_1_is_refused():
    with pytest.raises(ValueError, match=r"efficiency is 1.2; expected a finite number, 0 to 1"):
        device_hours(1e20, peak_tflops=100, efficiency=1.2)
