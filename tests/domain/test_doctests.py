"""The examples in docstrings are true."""

import doctest
import importlib
import pkgutil

import pytest

import wattprint.domain
import wattprint.estimator
import wattprint.factors


def modules_below(*packages):
    for package in packages:
        yield package.__name__
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            yield found.name


@pytest.mark.parametrize(
    "module",
    ["wattprint", *modules_below(wattprint.domain, wattprint.factors, wattprint.estimator)],
)
def test_the_examples_of_a_module_are_true(module):
    results = doctest.testmod(importlib.import_module(module), raise_on_error=False)
    assert results.failed == 0


@pytest.mark.parametrize(
    "module", list(modules_below(importlib.import_module("wattprint.domain.formulas")))[1:]
)
def test_every_formula_has_an_example(module):
    formulas = importlib.import_module(module)
    public = [
        f
        for name, f in vars(formulas).items()
        if callable(f) and getattr(f, "__module__", "") == module and not name.startswith("_")
    ]
    refusals = ("pue_at_least_1", "supply_efficiency_above_0")  # checks that formulas share
    without = [f.__name__ for f in public if ">>>" not in (f.__doc__ or "")]
    assert [name for name in without if name not in refusals] == []
