"""Ranges: the invariant, and the three ways to carry it."""

import pickle
from math import exp, hypot, inf, log, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategies import exact_ranges, magnitudes, positive_ranges, ranges
from wattprint.domain.errors import InputError
from wattprint.domain.interval import (
    Range,
    exact,
    inverse,
    product,
    relative,
    sum_independent,
    sum_shared,
)

WAYS = {
    "product": lambda parts: product(*parts),
    "sum_independent": lambda parts: sum_independent(*parts),
    "sum_shared": sum_shared,
}
SUMS = {name: way for name, way in WAYS.items() if name != "product"}
several = st.lists(ranges, min_size=1, max_size=5)

every_way = pytest.mark.parametrize("way", [pytest.param(w, id=name) for name, w in WAYS.items()])
both_sums = pytest.mark.parametrize("way", [pytest.param(w, id=name) for name, w in SUMS.items()])


def close(expected, rel=1e-12):
    return pytest.approx(expected, rel=rel, abs=0)


def holds(figure):
    """The invariant: the value is inside, and nothing is negative."""
    return 0 < figure.low <= figure.value <= figure.high < inf or figure.as_tuple() == (0, 0, 0)


def widths(figure):
    return figure.value - figure.low, figure.high - figure.value


@pytest.mark.parametrize(
    "three",
    [
        pytest.param((2.0, 3.0, 4.0), id="low above value"),
        pytest.param((4.0, 2.0, 3.0), id="high below value"),
        pytest.param((2.0, 0.0, 4.0), id="low of 0 below a positive value"),
        pytest.param((0.0, 0.0, 1.0), id="high above a value of 0"),
        pytest.param((-1.0, -2.0, 3.0), id="negative"),
        pytest.param((1.0, 1.0, inf), id="infinite"),
        pytest.param((nan, 1.0, 2.0), id="value not a number"),
        pytest.param((1.0, 1.0, nan), id="high not a number"),
    ],
)
def test_what_is_no_range_is_refused_with_what_one_is(three):
    with pytest.raises(InputError, match=r"range .* is not one; expected .*0 < low <= value"):
        Range(*three)


def test_a_range_cannot_be_changed():
    with pytest.raises(AttributeError, match="a Range is immutable; low cannot be set"):
        exact(3.0).low = 1.0


def test_equal_ranges_are_one_key_and_a_range_is_no_tuple():
    assert {Range(2, 1, 3), Range(2.0, 1.0, 3.0)} == {Range(2, 1, 3)}
    assert Range(2, 1, 3) != Range(2, 1, 4)
    assert Range(2, 1, 3) != (2, 1, 3)


@given(ranges)
def test_a_range_survives_pickling_its_repr_and_its_dict(figure):
    assert pickle.loads(pickle.dumps(figure)) == figure
    assert eval(repr(figure)) == figure
    assert Range(**figure.as_dict()) == figure


def test_relative_bounds_are_shares_of_the_value():
    # 400 W at 0.30 to 1.05 of TDP: 120 W and 420 W.
    figure = relative(400.0, 0.30, 1.05)
    assert figure.as_tuple() == close((400.0, 120.0, 420.0))


@pytest.mark.parametrize(
    ("computed", "kept"),
    [
        pytest.param(384 * 1.2, 460.8, id="460.79999999999995 in binary"),
        pytest.param(0.1 + 0.2, 0.3, id="0.30000000000000004 in binary"),
        pytest.param(1 / 3, 0.333333333333333, id="15 digits of a third"),
        pytest.param(123_456_789_012_345, 123_456_789_012_345, id="15 digits before the point"),
    ],
)
def test_a_range_keeps_what_is_no_error_of_binary_arithmetic(computed, kept):
    assert Range(computed, computed, computed).as_tuple() == (kept, kept, kept)


@given(magnitudes | st.just(0.0))
def test_an_exact_number_has_no_width(number):
    figure = exact(number)
    assert figure.is_exact
    assert widths(figure) == (0, 0)


def test_product_adds_the_log_ratios_in_quadrature_on_each_side():
    # Up: ln 2 and ln 1.5 make sqrt(0.48045 + 0.16440) = 0.80302, a factor of 2.2323.
    # Down: ln 2 and ln 1.25 make sqrt(0.48045 + 0.04979) = 0.72818, a factor of 2.0713.
    up, down = hypot(log(2), log(1.5)), hypot(log(2), log(1.25))
    figure = product(Range(10.0, 5.0, 20.0), Range(2.0, 1.6, 3.0))
    assert figure.as_tuple() == close((20.0, 20 * exp(-down), 20 * exp(up)))
    assert figure.as_tuple() == close((20.0, 20 / 2.0713, 20 * 2.2323), rel=5e-5)


def test_product_takes_the_value_of_the_formula_that_its_factors_enter():
    # 10 (5 to 20) enters a formula that gives 60: the ratios stay 1/2 and 2.
    assert product(Range(10.0, 5.0, 20.0), value=60.0).as_tuple() == close((60.0, 30.0, 120.0))


def test_sum_independent_adds_half_widths_in_quadrature():
    # 5 and 12 below make 13, 3 and 4 above make 5: 30 (17 to 35).
    total = sum_independent(Range(10.0, 5.0, 13.0), Range(20.0, 8.0, 24.0))
    assert total.as_tuple() == close((30.0, 17.0, 35.0))


def test_sum_shared_adds_half_widths():
    # 5 + 12 below, 3 + 4 above: 30 (13 to 37).
    total = sum_shared([Range(10.0, 5.0, 13.0), Range(20.0, 8.0, 24.0)])
    assert total.as_tuple() == close((30.0, 13.0, 37.0))


@pytest.mark.parametrize(
    ("way", "neutral"),
    [
        pytest.param(product, 1.0, id="product"),
        pytest.param(sum_independent, 0.0, id="sum_independent"),
        pytest.param(lambda: sum_shared([]), 0.0, id="sum_shared"),
    ],
)
def test_of_nothing_the_neutral_number_is_left(way, neutral):
    assert way() == exact(neutral)


@every_way
@given(parts=several)
def test_the_value_is_always_inside(way, parts):
    assert holds(way(parts))


@every_way
@given(parts=several, extreme=st.sampled_from([1e-12, 1e12]))
def test_extreme_magnitudes_do_not_break_the_invariant(way, parts, extreme):
    parts = [*parts, Range(1.0, 1e-12, 1e12), Range(1e12, 1e-12, 1e12), exact(extreme)]
    assert holds(way(parts))


@every_way
@given(parts=several, seed=st.randoms(use_true_random=False))
def test_the_order_of_the_terms_does_not_show(way, parts, seed):
    shuffled = seed.sample(parts, len(parts))
    # A product of floats may differ in its last digit; sums are the same to the last bit.
    expected = close(way(parts).as_tuple(), rel=1e-12 if way is WAYS["product"] else 0)
    assert way(shuffled).as_tuple() == expected


@given(factors=st.lists(positive_ranges, min_size=1, max_size=4), further=positive_ranges)
def test_a_further_factor_never_narrows_a_product(factors, further):
    narrow, wide = product(*factors), product(*factors, further)
    assert wide.high / wide.value >= narrow.high / narrow.value * (1 - 1e-9)
    assert wide.value / wide.low >= narrow.value / narrow.low * (1 - 1e-9)


@both_sums
@given(parts=several, further=ranges)
def test_a_further_part_never_narrows_a_sum(way, parts, further):
    narrow, wide = way(parts), way([*parts, further])
    rounding = 1e-12 * wide.high
    assert all(w >= n - rounding for n, w in zip(widths(narrow), widths(wide), strict=True))


@every_way
@given(parts=several, scale=magnitudes)
def test_scaling_by_an_exact_number_scales_all_bounds(way, parts, scale):
    before = [bound * scale for bound in way(parts).as_tuple()]
    if way is WAYS["product"]:
        after = product(*parts, exact(scale))
    else:
        after = way([Range(*(bound * scale for bound in part.as_tuple())) for part in parts])
    # Bounds are differences: what is rounded is the largest of them, not the smallest.
    assert after.as_tuple() == pytest.approx(before, rel=1e-9, abs=1e-12 * before[2])


@every_way
@given(parts=st.lists(exact_ranges, min_size=1, max_size=5))
def test_exact_numbers_alone_have_no_width(way, parts):
    assert way(parts).is_exact


@given(several)
def test_a_product_with_zero_is_zero(factors):
    assert product(*factors, exact(0.0)) == exact(0.0)


@both_sums
@given(part=ranges)
def test_adding_zero_changes_nothing(way, part):
    assert way([part, exact(0.0)]).as_tuple() == pytest.approx(
        part.as_tuple(), rel=1e-12, abs=1e-15 * part.high
    )


@given(several)
def test_independent_errors_are_never_wider_than_shared_ones(parts):
    independent, shared = sum_independent(*parts), sum_shared(parts)
    assert shared.low <= independent.low
    assert independent.high <= shared.high


def test_a_part_of_almost_no_lower_bound_leaves_a_positive_one():
    # 1e12 - 1e-12 is 1e12 as a float, so value minus width is 0, which no bound may be.
    assert sum_independent(Range(1e12, 1e-12, 1e12)).low == close(1e-12)


@pytest.mark.parametrize("value", [5e-324, 1e-310, 1e-300])
def test_a_figure_at_the_end_of_what_floats_can_tell_keeps_a_positive_bound(value):
    # 0.3 x 5e-324 is 0 as a float.
    assert holds(product(Range(1.0, 0.3, 1.05), value=value))
    assert holds(product(Range(value, value, value), Range(1.0, 1e-12, 1e12)))


def test_a_roll_up_of_a_million_jobs_keeps_its_relative_width():
    # A million jobs of 1 kg (0.5 to 2) share an intensity: 1e6 kg (5e5 to 2e6), not 1e6 +/- 1e3.
    total = sum_shared([Range(1.0, 0.5, 2.0)] * 1_000_000)
    assert total.as_tuple() == close((1e6, 5e5, 2e6))


def test_one_over_a_factor_has_its_bounds_changed_over():
    # 4 (2 to 5) years: a quarter, from a fifth to a half.
    assert inverse(Range(4.0, 2.0, 5.0)) == Range(0.25, 0.2, 0.5)


@given(positive_ranges)
def test_one_over_one_over_a_factor_is_the_factor(factor):
    assert inverse(inverse(factor)).as_tuple() == pytest.approx(factor.as_tuple(), rel=1e-12)
