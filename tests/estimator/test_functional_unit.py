"""Per functional unit: the SCI score of ISO/IEC 21031, and what it must not leave out."""

import pytest

from estimator.asked import derived
from wattprint.domain.errors import InputError
from wattprint.domain.evidence import Method
from wattprint.domain.footprint import Emissions
from wattprint.domain.interval import exact
from wattprint.estimator.describe import estimate
from wattprint.estimator.functional_unit import FunctionalUnit, sci_figures

REQUESTS = {"inference": True, "energy_per_request_wh": 1, "energy_at": "it", "requests": 500}


def with_embodied(footprint, kg):
    emitted = footprint.emissions_kg
    return footprint._replace(emissions_kg=Emissions(*emitted[:2], exact(kg)))


def test_the_score_is_electricity_and_hardware_over_the_units():
    # GSF Impact Framework's example: 0.5 kWh x 300 g = 150 g, 56.125 g: / 100 = 2.06125 g.
    footprint = with_embodied(estimate(**REQUESTS, intensity=300), 0.056125)
    score, operational, embodied = sci_figures(FunctionalUnit("requests", 100), footprint)
    assert score.amount.value == pytest.approx(2.06125, rel=1e-12)
    assert (operational.amount.value, embodied.amount.value) == pytest.approx((1.5, 0.56125))


def test_market_based_emissions_do_not_enter():
    footprint = estimate(**REQUESTS, intensity=300, market_intensity=0)
    figures = sci_figures(FunctionalUnit("requests", 100), with_embodied(footprint, 0.056125))
    assert figures[0].amount.value == pytest.approx(2.06125, rel=1e-12)


def test_without_embodied_emissions_there_is_no_score_and_the_electricity_is_shown():
    figures = derived(estimate(**REQUESTS, intensity=300, functional_unit="requests"))
    assert (figures["sci"].amount, figures["sci"].method) == (None, Method.MISSING)
    assert "missing M" in figures["sci"].note
    assert figures["sci_operational"].amount.value == pytest.approx(0.3, rel=1e-12)
    assert figures["sci_embodied"].method is Method.MISSING


def test_without_a_place_both_parts_are_said_to_be_missing():
    note = derived(estimate(**REQUESTS, functional_unit="requests"))["sci"].note
    assert "missing O: give a zone" in note and "and M: embodied" in note


def test_requests_of_inference_count_themselves_and_other_units_are_counted():
    by_itself = derived(estimate(**REQUESTS, intensity=300, functional_unit="request"))
    by_token = {"functional_unit": "tokens", "units": 1500}
    counted = derived(estimate(power_w=1000, hours=0.5, intensity=300, **by_token))
    assert "R = 500 request" in by_itself["sci"].note
    assert counted["sci_operational"].amount.value == pytest.approx(0.1, rel=1e-12)


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"units": 5}, "units is 5 of nothing; expected functional_unit beside it"),
        ({"functional_unit": "tokens"}, "functional_unit is 'tokens', but not how many; expected"),
        ({"functional_unit": "tokens", "units": 0}, "units is 0; expected a number above 0"),
        ({"functional_unit": "tokens", "units": -1}, "units is -1; expected a finite number"),
        ({"functional_unit": " ", "units": 1}, "functional_unit is ' '; expected its name"),
    ],
    ids=str,
)
def test_units_that_cannot_be_counted_are_refused(inputs, message):
    with pytest.raises(InputError, match=message):
        estimate(**REQUESTS, **inputs)


def test_no_requests_are_no_units():
    with pytest.raises(InputError, match="units is 0; expected a number above 0"):
        estimate(**{**REQUESTS, "requests": 0}, functional_unit="requests")
