"""`@tracked`: every call is a run of its own, and the function stays what it was."""

import asyncio
import functools
import inspect

import pytest

import wattprint
from wattprint.domain.errors import InputError
from wattprint.ledger.runs import Ledger


@pytest.fixture
def tracked_here(tmp_path):
    return wattprint.tracked(home=tmp_path, project="ranker")


@pytest.fixture
def names(tmp_path):
    """Name and state of all runs, newest first."""
    return lambda: [(entry.run.name, entry.state) for entry in Ledger(tmp_path).entries()]


def train(epochs, *, rate=0.1):
    """Train a model."""
    return epochs * rate


def test_a_call_returns_what_the_function_returns_and_is_a_run_of_its_name(tracked_here, names):
    assert tracked_here(train)(10, rate=0.5) == 5.0
    assert tracked_here(train)(10) == 1.0
    assert names() == [("train", "completed")] * 2


def test_a_function_keeps_its_name_its_words_and_its_signature(tracked_here):
    tracking = tracked_here(train)
    assert (tracking.__name__, tracking.__doc__) == ("train", "Train a model.")
    assert inspect.signature(tracking) == inspect.signature(train)


def test_without_arguments_the_ledger_is_the_users(tmp_path, monkeypatch):
    monkeypatch.setenv("WATTPRINT_HOME", str(tmp_path))

    @wattprint.tracked
    def nothing():
        return "done"

    assert nothing() == "done"
    assert Ledger(tmp_path).find("last").run.project == "default"


def test_an_exception_goes_on_up_and_the_run_has_failed(tracked_here, names):
    @tracked_here
    def stumble():
        raise ValueError("nan")

    with pytest.raises(ValueError, match="nan"):
        stumble()
    assert [state for _, state in names()] == ["failed"]


def test_a_function_that_calls_itself_is_a_run_in_a_run(tracked_here, names):
    @tracked_here
    def count(n):
        return n if n == 0 else count(n - 1)

    assert count(2) == 0
    assert [state for _, state in names()] == ["completed"] * 3


def test_a_method_is_tracked_under_its_full_name(tracked_here, names):
    class Trainer:
        @tracked_here
        def fit(self):
            return self

    trainer = Trainer()
    assert trainer.fit() is trainer
    assert names()[0][0].endswith("Trainer.fit")


def test_a_coroutine_is_tracked_until_it_is_done(tracked_here, tmp_path):
    @tracked_here
    async def wait():
        state = Ledger(tmp_path).find("last").state
        await asyncio.sleep(0)
        return state

    assert asyncio.run(wait()) == "running"
    assert Ledger(tmp_path).find("last").state == "completed"


def test_what_has_no_name_of_its_own_is_tracked_too(tracked_here, names):
    assert tracked_here(functools.partial(train, 10))() == 1.0
    assert [state for _, state in names()] == ["completed"]


def test_a_wrong_setting_is_refused_where_the_function_is_defined():
    with pytest.raises(InputError, match=r"track\(\) has no keyword 'projct'"):
        wattprint.tracked(projct="ranker")


@pytest.mark.parametrize("given", ["ranker", 3], ids=repr)
def test_a_setting_without_its_name_is_refused(given):
    with pytest.raises(InputError, match=rf"function is {given!r}; expected a function"):
        wattprint.tracked(given)
