"""Green Algorithms: the calculator, its AI view, its texts, and Slurm jobs."""

import pytest

from wattprint.estimator.methodologies.green_algorithms import (
    ai_inference_scale,
    ai_training_total,
    calculator,
    driving_text,
    emissions_text,
    flight_text,
    hpc_job,
)


def test_cores_gpus_and_memory_are_added_and_multiplied_by_pue():
    # 16 x 9.4 W + 2 x 300 W + 128 GB x 0.3725 W = 798.08 W; x 1.56 = 1245.0048 W for 24.5 h.
    answer = calculator(
        hours=24.5,
        pue=1.56,
        intensity_g_per_kwh=423.94,
        cpu_cores=16,
        cpu_w_per_core=9.4,
        gpus=2,
        gpu_w=300,
        memory_gb=128,
    )
    assert answer.power_w == pytest.approx(1245.0048, rel=1e-12)
    assert answer.energy_kwh == pytest.approx(30.5026176, rel=1e-12)
    assert answer.tree_months == pytest.approx(30.5026176 * 423.94 / 11_000 * 12, rel=1e-12)


def test_a_usage_scales_its_cores_and_a_psf_the_energy_alone():
    half = calculator(hours=1, pue=1, intensity_g_per_kwh=1, gpus=1, gpu_w=300, gpu_usage=0.5)
    ten = calculator(
        hours=1, pue=1, intensity_g_per_kwh=1, gpus=1, gpu_w=300, gpu_usage=0.5, psf=10
    )
    assert (half.power_w, half.energy_kwh) == (150.0, 0.15)
    assert (ten.power_w, ten.energy_kwh) == (150.0, 1.5)


def test_a_training_with_research_and_retrainings_is_a_multiple_of_it():
    # 100 x (1 + 0.5 + 0.25 x 4) = 250.
    assert ai_training_total(100, research_factor=0.5, retrainings=4, factor=0.25) == 250.0
    assert ai_training_total(100) == 100.0


@pytest.mark.parametrize(
    ("unit", "reporting", "scale"),
    [("day", "month", 30), ("week", "year", 48), ("month", "year", 12), ("year", "year", 1)],
)
def test_a_month_has_thirty_days_and_four_weeks(unit, reporting, scale):
    # 48 weeks a year are 336 days: what is stated by the week is 8 % too little.
    found = ai_inference_scale(
        input_units=1, input_unit=unit, reporting_units=1, reporting_unit=reporting
    )
    assert found == pytest.approx(scale, rel=1e-12)


def test_the_units_of_the_ai_view_are_refused_otherwise():
    with pytest.raises(ValueError, match="input_unit is 'fortnight'; expected one of"):
        ai_inference_scale(
            input_units=1, input_unit="fortnight", reporting_units=1, reporting_unit="year"
        )
    with pytest.raises(ValueError, match="reporting_unit is 'day'; expected one of month, year"):
        ai_inference_scale(input_units=1, input_unit="day", reporting_units=1, reporting_unit="day")


def test_a_slurm_job_is_charged_for_cpu_time_gpu_time_and_memory_asked_for():
    # 8 core-h x 10 W + 2 h x 400 W + 64 GB x 2 h x 0.3725 W = 927.68 Wh; x 1.3 = 1.205984 kWh.
    job = hpc_job(
        wall_s=7200,
        total_cpu_s=28_800,
        cpu_w_per_core=10,
        memory_gb=64,
        pue=1.3,
        intensity_g_per_kwh=231,
        gpu_wall_s=7200,
        gpu_w=400,
    )
    assert job.energy_kwh == pytest.approx(1.205984, rel=1e-12)
    assert job.power_w == pytest.approx(602.992, rel=1e-12)


def test_a_job_of_no_time_draws_nothing():
    job = hpc_job(
        wall_s=0, total_cpu_s=0, cpu_w_per_core=10, memory_gb=64, pue=1, intensity_g_per_kwh=1
    )
    assert job == (0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("grams", "text"),
    [
        (0.0, "0.00 mgCO2e"),
        (0.5, "500.00 mgCO2e"),
        (999.0, "999.00 gCO2e"),
        (1000.0, "1.00 kgCO2e"),
        (2.5e6, "2.50 TCO2e"),
        (2.5e9, "2.50e+03 TCO2e"),
        (1e-5, "1.00e-02 mgCO2e"),
    ],
)
def test_emissions_are_written_in_the_unit_that_fits(grams, text):
    assert emissions_text(grams) == text


def test_kilometres_below_a_tenth_have_an_exponent():
    assert [driving_text(g) for g in (0.0, 17.5, 1.75, 1_750_000.0)] == [
        "0.00 km",
        "0.10 km",
        "1.00e-02 km",
        "1.00e+04 km",
    ]


@pytest.mark.parametrize(
    ("grams", "text"),
    [
        (0.0, "0 flights Paris-Dublin"),
        (5.5, "5e-03 % of a flight Paris-Dublin"),
        (110.0, "0.10% of a flight Paris-Dublin"),
        (11_478.42, "10% of a flight Paris-Dublin"),
        (110_000.0, "1.0 flights Paris-Dublin"),
        (285_000.0, "50% of a flight NYC-San Francisco"),
        (1_155_000.0, "50% of a flight NYC-Melbourne"),
        (2.31e13, "1e+07 flights NYC-Melbourne"),
    ],
)
def test_flights_are_those_of_which_it_is_half_at_least(grams, text):
    assert flight_text(grams) == text


def test_an_impossible_input_is_refused_by_name():
    with pytest.raises(ValueError, match=r"gpu_usage is 1.5; expected a finite number, 0 to 1"):
        calculator(hours=1, pue=1, intensity_g_per_kwh=1, gpus=1, gpu_w=1, gpu_usage=1.5)
    with pytest.raises(ValueError, match=r"pue is 0.9; expected a finite number, 1 or more"):
        calculator(hours=1, pue=0.9, intensity_g_per_kwh=1)
