"""Evidence: a figure with its method, source and year, and nothing where there is no figure."""

import json

import pytest

from wattprint.domain.evidence import BY_USER, Evidence, Method
from wattprint.domain.interval import Range, exact


def test_a_method_is_the_word_it_is_written_with():
    assert [f"{method}" for method in Method] == [
        "measured",
        "modelled",
        "assumed",
        "given",
        "missing",
    ]
    assert json.dumps(Method.MEASURED) == '"measured"'


@pytest.mark.parametrize(
    ("amount", "bounds"),
    [
        pytest.param(Range(400.0, 120.0, 420.0), (400.0, 120.0, 420.0), id="a figure"),
        pytest.param(exact(0.0), (0.0, 0.0, 0.0), id="zero"),
        pytest.param(None, (None, None, None), id="missing"),
    ],
)
def test_a_missing_figure_is_null_and_zero_is_zero(amount, bounds):
    row = Evidence("power", amount, "W", Method.MODELLED, "vendor_datasheet", 2020).as_dict()
    assert (row["value"], row["low"], row["high"]) == bounds
    assert (row["method"], row["source"], row["year"]) == ("modelled", "vendor_datasheet", 2020)


def test_what_the_user_states_has_the_user_as_its_source_and_no_year():
    stated = Evidence.given("pue", exact(1.2), "ratio", "by mail")
    assert stated == Evidence("pue", exact(1.2), "ratio", Method.GIVEN, BY_USER, None, "by mail")
