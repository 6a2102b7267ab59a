"""What is odd about a reported footprint, by hand arithmetic."""

import pytest

from wattprint.hub.registry.facts import claim_of, hardware_of
from wattprint.hub.registry.messages import FootprintSaid
from wattprint.hub.registry.plausibility import Claim, findings, has_error

FITS = Claim(
    emissions_g=14_730.0,
    hardware="A100 SXM4 80GB",
    known_hardware="NVIDIA A100 SXM4 80GB",
    tdp_w=400.0,
    released=2020,
    devices=8,
    hours=72.0,
    pue=1.2,
    place="FR",
    grid_low_g_per_kwh=31.0,
    grid_g_per_kwh=53.26,
    grid_high_g_per_kwh=91.0,
    year=2023,
    this_year=2026,
)
"""8 x 0.4 kW x 72 h x 1.2 = 276.48 kWh, x 53.26 g/kWh = 14.73 kg."""


def found(**changes):
    """What is odd after a change: levels and codes."""
    return [(one.level, one.code) for one in findings(FITS._replace(**changes))]


def test_a_claim_that_fits_has_nothing_odd():
    assert findings(FITS) == ()


@pytest.mark.parametrize(
    ("emissions_g", "words", "remedy"),
    [
        (14.73, "1,000 times smaller", "kilograms"),  # 14.73 typed, kilograms meant
        (14_730_000.0, "1,000 times larger", "grams"),  # 14,730 g typed into a field of kg
    ],
)
def test_a_factor_of_a_thousand_is_refused_with_what_would_fit(emissions_g, words, remedy):
    (one,) = findings(FITS._replace(emissions_g=emissions_g))
    assert (one.level, one.code, one.field) == ("error", "unit", "emissions")
    assert words in one.text
    assert "400 W x 576 device-hours x PUE 1.2 x 53.3 g/kWh = 14.7 kg" in one.equation
    assert one.remedy.startswith(remedy)
    assert "would fit: 14.7 kg" in one.remedy


@pytest.mark.parametrize(("ratio", "codes"), [(29.0, []), (31.0, [("warning", "magnitude")])])
def test_within_a_factor_of_thirty_nothing_is_said(ratio, codes):
    assert found(emissions_g=14_725.3 * ratio) == codes


def test_energy_tells_the_unit_before_hardware_does():
    # 276 kWh x 53.26 g/kWh = 14.7 kg, and 14.7 g is a thousandth of it.
    (one,) = findings(FITS._replace(energy_kwh=276.0, emissions_g=14.7))
    assert one.code == "unit"
    assert one.equation == "276 kWh x 53.3 g/kWh = 14.7 kg; reported: 14.7 g"


def test_device_hours_that_are_hours_by_the_clock_are_refused():
    (one,) = findings(FITS._replace(device_hours=72.0, emissions_g=1_841.0))
    assert (one.level, one.code) == ("error", "hours")
    assert one.equation == "8 devices x 72 h = 576 device-hours; reported: 72 device-hours"
    assert one.remedy == "576 device-hours, or 9 h by the clock, would fit"


@pytest.mark.parametrize(("device_hours", "codes"), [(576.0, []), (580.0, [])])
def test_device_hours_may_be_rounded(device_hours, codes):
    assert found(device_hours=device_hours) == codes


def test_more_than_a_year_by_the_clock_is_looked_at():
    # 10,000 / 8,766 = 1.14 years; the grams grow with it: 8 x 0.4 x 10,000 x 1.2 x 53.26 = 2.05 t
    assert found(hours=10_000.0, emissions_g=2_045_184.0) == [("warning", "long")]


def test_an_intensity_that_no_year_of_the_place_had_is_looked_at():
    # 55,000 g / 276 kWh = 199 g/kWh, where the highest year had 91 and 15 % are granted: 105.
    (one,) = findings(FITS._replace(energy_kwh=276.0, energy_at="facility", emissions_g=55_000.0))
    assert (one.level, one.code) == ("warning", "place")
    assert "199 g/kWh is no year of FR" in one.text
    assert "31 to 91 g/kWh" in one.equation
    assert "25.1 kg would fit" in one.remedy


def test_energy_times_the_stated_intensity_makes_the_emissions():
    # 276 kWh x 60 g/kWh = 16.56 kg; 14.73 kg would be 53.4 g/kWh.
    (one,) = findings(FITS._replace(energy_kwh=276.0, intensity_g_per_kwh=60.0))
    assert (one.level, one.code) == ("warning", "product")
    assert one.equation == "276 kWh x 60 g/kWh = 16.6 kg; reported: 14.7 kg"
    assert found(energy_kwh=276.0, intensity_g_per_kwh=53.37) == []


def test_more_power_than_hardware_draws_is_looked_at_and_far_more_is_refused():
    # 1,000 kWh / 576 h = 1,736 W; 400 W x 1.1 x 2.5 x 1.2 = 1,320 W is the most.
    assert ("warning", "power") in found(energy_kwh=1_000.0, emissions_g=53_260.0)
    # 10,000 kWh / 576 h = 17,361 W, over ten times that.
    assert ("error", "power") in found(energy_kwh=10_000.0, emissions_g=532_600.0)


def test_less_than_idle_is_looked_at():
    # 20 kWh / 576 h = 34.7 W, under 400 W x 0.1 = 40 W.
    (one,) = findings(FITS._replace(energy_kwh=20.0, emissions_g=1_065.0))
    assert (one.level, one.code) == ("warning", "idle")
    assert one.remedy == "23 kWh or more would fit"


def test_mean_power_above_the_tdp_is_looked_at():
    assert found(power_w=500.0) == [("warning", "power")]


def test_nothing_is_trained_before_its_hardware_or_after_today():
    assert found(year=2019) == [("error", "year")]
    assert found(year=2027) == [("error", "year")]
    assert found(year=2020) == []


def test_unknown_hardware_is_named_with_the_nearest():
    (one,) = findings(
        Claim(emissions_g=1.0, hardware="H1000", nearest_hardware=("H100", "H100 SXM"))
    )
    assert (one.code, one.remedy) == ("hardware", "nearest: H100, H100 SXM")


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({}, "no estimate of ours stands beside the figures"),
        ({"energy_kwh": 2.0}, "our estimate is of the energy that is said"),
        ({"power_w": 300.0, "hours": 2.0}, "our estimate is of the power that is said"),
    ],
)
def test_what_our_estimate_is_of_without_known_hardware_is_said_as_it_is(said, words):
    (one,) = findings(Claim(hardware="H1000", **said))
    assert one.text == f"hardware 'H1000' is no accelerator of our tables: {words}"


@pytest.mark.parametrize("name", ["Intel Core i7-1355U", "AMD EPYC 7742 64-Core Processor"])
def test_a_cpu_is_said_to_be_one_and_no_gpu_stands_beside_it(name):
    said = FootprintSaid(hardware=name, energy=2.0, energy_unit="kWh")
    claim, _ = claim_of(said, like_it=(), this_year=2026)
    (one,) = findings(claim)
    assert one.text == f"hardware {name!r} is a CPU: our estimate is of the energy that is said"
    assert one.remedy == "the accelerator, if there was one, would fit"
    assert hardware_of("H1000").nearest and not hardware_of("1000").is_cpu


def test_a_model_that_is_there_already_is_looked_at():
    (one,) = findings(FITS._replace(like_it=("model-0001",)))
    assert (one.code, "model-0001" in one.remedy) == ("twice", True)


def test_errors_come_first_and_refuse():
    found_ = findings(FITS._replace(year=2019, like_it=("m",)))
    assert [one.level for one in found_] == ["error", "warning"]
    assert has_error(found_)
    assert not has_error(found_[1:])


def test_without_figures_nothing_is_said():
    assert findings(Claim()) == ()
