"""The life of a model: training beside requests, at one boundary."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.asked import derived
from wattprint.domain.errors import ContradictionError, InputError
from wattprint.domain.evidence import Method
from wattprint.estimator.describe import estimate

REQUESTS = {"inference": True, "energy_per_request_wh": 0.1, "energy_at": "it"}
ASKED = {**REQUESTS, "requests_per_day": 1e6, "days": 100}


def value(footprint, quantity):
    return derived(footprint)[quantity].amount.value


def test_break_even_of_bloomz_is_the_published_one():
    # Luccioni, Jernite & Strubell (2024), table 5: (51,686 + 7,571) kWh / 1.0e-4 kWh a request
    # = 592,570,000 requests: 592.57 days at a million a day.
    footprint = estimate(**ASKED, training_kwh=51_686, preparation_kwh=7_571, training_at="it")
    assert value(footprint, "break_even_requests") == pytest.approx(592_570_000, rel=1e-9)
    assert value(footprint, "break_even_days") == pytest.approx(592.57, rel=1e-9)


def test_a_life_is_its_making_and_its_requests():
    # 1e8 requests of 0.1 Wh are 10,000 kWh; with 30,000 of training 40,000, three quarters of it.
    footprint = estimate(**ASKED, training_kwh=30_000, training_at="it")
    assert value(footprint, "life_energy") == 40_000
    assert value(footprint, "training_share") == 0.75


def test_facility_energy_is_set_beside_facility_energy():
    # 10,000 kWh x PUE 1.5 = 15,000 beside 15,000: half and half.
    footprint = estimate(**ASKED, pue=1.5, training_kwh=15_000, training_at="facility")
    assert value(footprint, "training_share") == 0.5


def test_a_training_can_be_the_footprint_of_one_with_its_own_grid():
    # 30,000 kWh at 50 g and 10,000 kWh at 400 g: 1,500 + 4,000 kg.
    training = estimate(energy_kwh=30_000, energy_at="it", intensity=50)
    footprint = estimate(**ASKED, intensity=400, training=training)
    assert value(footprint, "life_emissions") == 5_500
    assert value(footprint, "training_share") == 0.75
    assert footprint.work["training"] == training.summary()


def test_a_training_known_as_energy_alone_gives_no_emissions_of_the_life():
    footprint = estimate(**ASKED, intensity=400, training_kwh=1, training_at="it")
    assert "life_emissions" not in derived(footprint)


def test_no_training_needs_no_break_even_and_has_no_share():
    footprint = estimate(**ASKED, training_kwh=0, training_at="it")
    assert value(footprint, "break_even_requests") == 0
    assert value(footprint, "training_share") == 0


def test_without_requests_there_is_no_break_even_and_training_is_all():
    footprint = estimate(**REQUESTS, requests=0, training_kwh=5, training_at="it")
    assert "break_even_requests" not in derived(footprint)
    assert value(footprint, "training_share") == 1


def test_a_planned_training_carries_its_interval_into_the_break_even():
    training = estimate(accelerator="A100 SXM4 80GB", train_parameters_b=7, train_tokens_b=1000)
    figure = derived(estimate(**ASKED, training=training))["break_even_requests"]
    made = training.energy_kwh.it
    assert figure.amount.as_tuple() == pytest.approx(
        tuple(kwh / 1e-4 for kwh in made.as_tuple()), rel=1e-9
    )
    assert figure.method is Method.MODELLED


@given(training=st.floats(1, 1e9), requests=st.floats(1, 1e12))
def test_at_break_even_half_of_the_life_was_training(training, requests):
    footprint = estimate(**REQUESTS, requests=requests, training_kwh=training, training_at="it")
    even = value(footprint, "break_even_requests")
    there = estimate(**REQUESTS, requests=even, training_kwh=training, training_at="it")
    assert value(there, "training_share") == pytest.approx(0.5, rel=1e-9)


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"training_kwh": 5}, "training_kwh is 5, but not where it was measured; expected"),
        ({"training_kwh": 5, "training_at": "wall"}, "training_at is 'wall'; expected one of"),
        ({"training_kwh": -5, "training_at": "it"}, "training_kwh is -5; expected a finite"),
        ({"training_at": "it"}, "training_at is 'it' without a training; expected training_kwh"),
        ({"preparation_kwh": 5}, "preparation_kwh is 5 without a training"),
        ({"training": 5}, "training is int; expected a Footprint"),
        (
            {"training_kwh": 5, "training_at": "facility"},
            "the training is known at 'facility', the requests at it; expected both at one",
        ),
    ],
    ids=str,
)
def test_a_life_that_cannot_be_added_up_is_refused(inputs, message):
    with pytest.raises(InputError, match=message):
        estimate(**ASKED, **inputs)


def test_a_training_without_requests_is_refused():
    with pytest.raises(InputError, match="but no inference; expected inference with requests"):
        estimate(power_w=1, hours=1, training_kwh=5, training_at="it")


def test_two_trainings_are_a_contradiction():
    training = estimate(power_w=1, hours=1)
    with pytest.raises(ContradictionError, match="training_kwh is 5 beside training"):
        estimate(**ASKED, training=training, training_kwh=5, training_at="it")
