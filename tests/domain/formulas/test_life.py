"""The life of a model, against Power Hungry Processing and by law."""

from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattprint.domain.formulas.life import (
    break_even_requests,
    full_runs,
    life_energy_kwh,
    repeated_kwh,
)

quantities = st.floats(0, 1e9)
TRAINING_KWH, FINE_TUNING_KWH, REQUEST_KWH = 51_686, 7_571, 1.0e-4
"""BLOOMz-7B: Luccioni, Jernite & Strubell (2024), Power Hungry Processing, table 5."""


def test_break_even_of_bloomz_is_the_published_one():
    # (51,686 + 7,571) kWh / 1.0e-4 kWh = 592,570,000 requests.
    requests = break_even_requests(TRAINING_KWH + FINE_TUNING_KWH, REQUEST_KWH)
    assert requests == pytest.approx(592_570_000, rel=1e-9)


def test_a_life_is_its_preparation_its_training_and_its_requests():
    # 7,571 + 51,686 + 1,000,000 x 1.0e-4 = 59,357.
    kwh = life_energy_kwh(
        FINE_TUNING_KWH, TRAINING_KWH, requests=1_000_000, kwh_per_request=REQUEST_KWH
    )
    assert kwh == pytest.approx(59_357, rel=1e-12)


@given(training=st.floats(1e-3, 1e9), per_request=st.floats(1e-9, 1e3))
def test_at_break_even_the_life_has_used_twice_the_training(training, per_request):
    requests = break_even_requests(training, per_request)
    life = life_energy_kwh(0.0, training, requests=requests, kwh_per_request=per_request)
    assert life == pytest.approx(2 * training, rel=1e-12)


@given(first=quantities, second=quantities, per_request=st.floats(0, 1))
def test_splitting_the_requests_in_two_uses_the_same(first, second, per_request):
    def life(preparation, training, requests):
        return life_energy_kwh(
            preparation, training, requests=requests, kwh_per_request=per_request
        )

    whole = life(3.0, 5.0, first + second)
    assert life(3.0, 5.0, first) + life(0.0, 0.0, second) == pytest.approx(whole, rel=1e-12)


@pytest.mark.parametrize(
    ("kwh", "repeats", "total"),
    [
        pytest.param(2.0, 10, 20.0, id="ten runs"),
        pytest.param(2.0, 1, 2.0, id="one run"),
        pytest.param(2.0, 1.5, 3.0, id="a declared multiplier"),
        pytest.param(0.0, 10, 0.0, id="no energy"),
    ],
)
def test_repeats_multiply_the_energy_of_one_run(kwh, repeats, total):
    assert repeated_kwh(kwh, repeats) == total


@pytest.mark.parametrize(
    ("finished", "failed", "share", "runs"),
    [
        # 20 + 10 x 0.5 = 25.
        pytest.param(20, 10, 0.5, 25.0, id="ten that failed halfway"),
        pytest.param(20, 10, 0, 20.0, id="failed at once"),
        pytest.param(20, 10, 1, 30.0, id="failed at the end"),
        pytest.param(1, 0, 0.5, 1.0, id="one run"),
    ],
)
def test_failed_runs_count_for_the_share_that_they_took(finished, failed, share, runs):
    assert full_runs(finished, failed, failed_share=share) == runs


def life(preparation=1.0, training=1.0, requests=1.0, per_request=1.0):
    return life_energy_kwh(preparation, training, requests=requests, kwh_per_request=per_request)


@pytest.mark.parametrize("bad", [-1.0, nan, inf], ids=str)
@pytest.mark.parametrize(
    ("formula", "name"),
    [
        pytest.param(lambda bad: repeated_kwh(bad, 1), "energy_kwh", id="energy"),
        pytest.param(lambda bad: repeated_kwh(1, bad), "repeats", id="repeats"),
        pytest.param(lambda bad: full_runs(bad, 1, failed_share=0.5), "finished", id="finished"),
        pytest.param(lambda bad: full_runs(1, bad, failed_share=0.5), "failed", id="failed"),
        pytest.param(lambda bad: full_runs(1, 1, failed_share=bad), "failed_share", id="share"),
        pytest.param(lambda bad: life(preparation=bad), "preparation_kwh", id="preparation"),
        pytest.param(lambda bad: life(training=bad), "training_kwh", id="training"),
        pytest.param(lambda bad: life(requests=bad), "requests", id="requests"),
        pytest.param(lambda bad: life(per_request=bad), "kwh_per_request", id="per request"),
        pytest.param(lambda bad: break_even_requests(bad, 1), "training_kwh", id="even: training"),
        pytest.param(
            lambda bad: break_even_requests(1, bad), "kwh_per_request", id="even: request"
        ),
    ],
)
def test_a_negative_or_endless_input_is_refused_by_name(formula, name, bad):
    with pytest.raises(ValueError, match=rf"^{name} is .*; expected a finite number, "):
        formula(bad)


def test_fewer_than_one_run_and_requests_that_cost_nothing_are_refused():
    with pytest.raises(ValueError, match=r"repeats is 0\.5; expected .* 1 or more"):
        repeated_kwh(2.0, 0.5)
    with pytest.raises(ValueError, match=r"finished is 0; expected .* 1 or more"):
        full_runs(0, 5, failed_share=0.5)
    with pytest.raises(ValueError, match=r"failed_share is 1\.1; expected .* 0 to 1"):
        full_runs(1, 5, failed_share=1.1)
    with pytest.raises(ValueError, match=r"kwh_per_request is 0; expected .* above 0"):
        break_even_requests(500.0, 0)
