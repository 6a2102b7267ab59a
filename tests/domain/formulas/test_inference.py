"""Answering requests: calendars, busy hours, and EcoLogits' regression."""

from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattprint.domain.formulas.inference import (
    busy_hours,
    days_of_period,
    ecologits_accelerator_wh_per_token,
    read_energy_j,
)

EXACT = {"rel": 1e-12}
REGRESSION = {"alpha": 1.2e-6, "decay": 0.01, "gamma": 4e-5}


@pytest.mark.parametrize(
    ("period", "days"),
    [
        # 97 leap days in 400 years: 365.2425 days, 8765.82 h, a month 30.436875 days.
        pytest.param({"years": 1}, 8765.82 / 24, id="a year"),
        pytest.param({"months": 12}, 365.2425, id="twelve months are a year"),
        pytest.param({"months": 1}, 30.436875, id="a month"),
        pytest.param({"weeks": 52}, 364.0, id="52 weeks are no year"),
        pytest.param({"years": 1, "months": 6, "weeks": 1, "days": 2}, 556.86375, id="they add up"),
        pytest.param({}, 0.0, id="nothing"),
    ],
)
def test_a_period_has_the_days_of_the_mean_gregorian_calendar(period, days):
    assert days_of_period(**period) == pytest.approx(days, **EXACT)


def test_seven_thousand_two_hundred_requests_at_two_a_second_take_an_hour():
    assert busy_hours(7200, 2) == 1.0


@given(first=st.floats(0, 1e12), second=st.floats(0, 1e12), per_s=st.floats(1e-3, 1e6))
def test_splitting_the_requests_takes_as_long(first, second, per_s):
    whole = busy_hours(first + second, per_s)
    assert busy_hours(first, per_s) + busy_hours(second, per_s) == pytest.approx(whole, **EXACT)


def test_bytes_cost_what_the_accelerator_draws_while_it_waits():
    # 1 GB at 3.35 TB/s and 700 W: 1e9 / 3.35e12 s x 700 W = 0.20896 J.
    assert read_energy_j(1e9, 700 / 3.35e12) == pytest.approx(0.208955, rel=1e-5)


def test_the_regression_of_a_token_is_a_slope_that_falls_with_the_batch_and_a_constant():
    # 1.2e-6 x e^(-0.01 x 100) x 10 + 4e-5 = 1.2e-5 x 0.36788 + 4e-5 = 4.44146e-5 Wh.
    token = ecologits_accelerator_wh_per_token(10, 100, **REGRESSION)
    assert token == pytest.approx(4.44146e-5, rel=1e-5)


def test_a_model_of_no_size_still_costs_the_constant():
    assert ecologits_accelerator_wh_per_token(0, 64, **REGRESSION) == 4e-5


@pytest.mark.parametrize("bad", [-1.0, nan, inf], ids=str)
@pytest.mark.parametrize(
    ("formula", "name"),
    [
        *((lambda bad, n=n: days_of_period(**{n: bad}), n) for n in ("days", "weeks", "months")),
        (lambda bad: days_of_period(years=bad), "years"),
        (lambda bad: busy_hours(bad, 1), "requests"),
        (lambda bad: busy_hours(1, bad), "requests_per_s"),
        (lambda bad: read_energy_j(bad, 1), "read_bytes"),
        (lambda bad: read_energy_j(1, bad), "joules_per_byte"),
        (
            lambda bad: ecologits_accelerator_wh_per_token(bad, 1, **REGRESSION),
            "active_parameters_b",
        ),
        (lambda bad: ecologits_accelerator_wh_per_token(1, bad, **REGRESSION), "batch"),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_a_negative_or_endless_input_is_refused_by_name(formula, name, bad):
    with pytest.raises(ValueError, match=rf"^{name} is .*; expected a finite number, "):
        formula(bad)


def test_no_throughput_and_half_a_request_are_refused():
    with pytest.raises(ValueError, match=r"requests_per_s is 0; expected a number above 0"):
        busy_hours(1, 0)
    with pytest.raises(ValueError, match=r"batch is 0\.5; expected .* 1 or more"):
        ecologits_accelerator_wh_per_token(1, 0.5, **REGRESSION)
