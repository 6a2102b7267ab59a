"""Checks of single inputs: what passes comes back, what does not is refused by name."""

from decimal import Decimal
from fractions import Fraction
from math import inf, nan

import numpy
import pytest

from wattprint.domain.checks import no_unknown_keywords, number, one_of, text, whole_number
from wattprint.domain.errors import InputError, UnknownKeywordError, UnknownNameError


@pytest.mark.parametrize(
    "given",
    [0.5, Fraction(1, 2), Decimal("0.5"), numpy.float32(0.5), numpy.array(0.5)],
    ids=lambda given: type(given).__name__,
)
def test_any_kind_of_number_comes_back_as_a_float(given):
    checked = number("pue", given)
    assert type(checked) is float
    assert checked == 0.5


@pytest.mark.parametrize(
    "given",
    [-0.1, nan, inf, -inf, True, None, "0.5", b"1", [0.5], 10**400, 1j, numpy.array([1.0, 2.0])],
    ids=lambda given: str(given)[:12],
)
def test_what_is_no_finite_number_of_0_or_more_is_refused_by_name(given):
    with pytest.raises(InputError, match=r"hours is .*; expected a finite number, 0 or more\."):
        number("hours", given)


def test_a_number_beyond_its_limits_is_refused_with_both_and_the_hint():
    with pytest.raises(
        InputError, match=r"pue is 2\.5; expected a finite number, 1 to 2 \(1\.2 means 20 %\)\."
    ):
        number("pue", 2.5, at_least=1, at_most=2, hint="1.2 means 20 %")
    assert number("pue", 2, at_least=1, at_most=2) == 2


@pytest.mark.parametrize("given", [8, 8.0, numpy.int64(8), Fraction(16, 2)], ids=repr)
def test_a_whole_number_comes_back_as_an_int(given):
    checked = whole_number("count", given, at_least=1)
    assert type(checked) is int
    assert checked == 8


def test_a_whole_number_beyond_what_a_float_can_tell_apart_is_kept_as_it_is():
    assert whole_number("energy_uj", 2**60 + 1, at_least=0) == 2**60 + 1
    # As a float, 2**63 - 1 is 2**63 and would be beyond its own limit.
    assert whole_number("energy_uj", 2**63 - 1, at_least=0, at_most=2**63 - 1) == 2**63 - 1


@pytest.mark.parametrize(
    ("given", "limits"),
    [(1.5, {}), (0, {}), (True, {}), ("8", {}), (nan, {}), (inf, {}), (9, {"at_most": 8})],
    ids=str,
)
def test_what_is_no_whole_number_within_its_limits_is_refused_by_name(given, limits):
    expected = "from 1 to 8" if limits else "1 or more"
    with pytest.raises(InputError, match=rf"count is .*; expected a whole number, {expected}\."):
        whole_number("count", given, at_least=1, **limits)


@pytest.mark.parametrize("given", ["", "  ", 5, None, b"FR"], ids=repr)
def test_what_is_no_text_is_refused_by_name(given):
    with pytest.raises(InputError, match=r"zone is .*; expected its name as text\."):
        text("zone", given)


def test_a_word_that_is_not_allowed_is_refused_with_those_that_are_and_the_nearest():
    with pytest.raises(
        UnknownNameError,
        match=r"basis is 'lifecicle'; expected one of direct, lifecycle\. Nearest: 'lifecycle'\.",
    ):
        one_of("basis", "lifecicle", ("lifecycle", "direct"))
    assert one_of("basis", "direct", ("lifecycle", "direct")) == "direct"


@pytest.mark.parametrize("given", [5, None, ["direct"]], ids=repr)
def test_a_word_of_another_type_is_refused_and_not_looked_up(given):
    with pytest.raises(UnknownNameError, match=r"basis is .* expected one of direct, lifecycle"):
        one_of("basis", given, ("lifecycle", "direct"))


def test_a_misspelt_keyword_is_refused_with_the_nearest():
    with pytest.raises(
        UnknownKeywordError,
        match=r"estimate\(\) has no keyword 'zones'; it takes zone, pue\. Nearest: 'zone'\.",
    ) as refused:
        no_unknown_keywords("estimate", {"zones": "FR"}, ("zone", "pue"))
    assert isinstance(refused.value, TypeError)
    assert no_unknown_keywords("estimate", {}, ("zone",)) is None
