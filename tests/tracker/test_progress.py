"""What the work logs: samples add up, of everything else the last value counts."""

import math
from fractions import Fraction

import pytest

from doubles import CurveMeter


@pytest.fixture
def steady(tracking):
    return tracking(CurveMeter(lambda t: 10.0 * t))


def messages(run):
    return [fault.message for fault in run.record().faults]


def test_samples_add_up_and_of_everything_else_the_last_value_counts(steady, clock):
    with steady as run:
        for step in range(1, 4):
            clock.now_s += 2.0
            run.log(step=step, loss=1 / step, samples=32)
    (logged,) = run.record().logged
    assert (logged.at_s, logged.calls, logged.samples) == (6.0, 3, 96.0)
    assert logged.values == {"step": 3.0, "loss": pytest.approx(1 / 3, rel=1e-12)}


def test_each_interval_has_its_own(steady, clock):
    with steady as run:
        run.log(samples=10)
        clock.now_s += 1.0
        run.footprint()  # writes an interval
        run.log(samples=5, score=0.5)
        clock.now_s += 1.0
    assert [logged.samples for logged in run.record().logged] == [10.0, 5.0]
    assert run.record().logged[1].values == {"score": 0.5}


class Unreadable:
    def __float__(self):
        raise RuntimeError("CUDA error")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (math.nan, "log: loss is nan; expected a finite number"),
        (math.inf, "log: loss is inf; expected a finite number"),
        ("0.5", "log: loss is '0.5'; expected a number"),
        (None, "log: loss is None; expected a number"),
        (Unreadable(), "log: CUDA error"),
    ],
    ids=["nan", "infinite", "text", "nothing", "raises"],
)
def test_what_is_no_finite_number_is_left_out_and_said_once(steady, given, message):
    with steady as run:
        run.log(loss=given, step=1)
        run.log(loss=given, step=2)
    assert messages(run) == [message]
    assert run.record().logged[0].values == {"step": 2.0}


def test_samples_that_go_back_are_left_out(steady):
    with steady as run:
        run.log(samples=-1)
    assert messages(run) == ["log: samples is -1; expected 0 or more, those since the last call"]
    assert run.record().logged == ()


def test_any_kind_of_number_is_one(steady):
    with steady as run:
        run.log(loss=Fraction(1, 4), step=True)
    assert run.record().logged[0].values == {"loss": 0.25, "step": 1.0}


def test_logging_outside_the_run_is_nothing(steady):
    steady.log(step=1)
    with steady as run:
        pass
    run.log(step=2)
    assert run.record().logged == ()
