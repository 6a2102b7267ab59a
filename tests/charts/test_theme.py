"""The look: colours that stay apart for those who see fewer, words that can be read, calm axes."""

from itertools import combinations, pairwise

import pytest

from wattprint.charts.theme import (
    CONFIG,
    DARK_OF,
    INKS,
    PAPER,
    QUIET,
    RAMP,
    REST,
    SERIES_INKS,
    TEXT,
    darkened,
    log_axis,
)

# What a linear RGB colour looks like without one kind of cone: Machado, Oliveira, Fernandes (2009),
# severity 1.0.
SEEN = {
    "all": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "no red (protanopia)": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "no green (deuteranopia)": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
}
XYZ = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
WHITE = (0.9505, 1.0, 1.089)
LEAST_APART = 9.0
"""Distance in CIELAB below which areas side by side are hard to tell apart; 2.3 is just seen."""


def linear(colour):
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return tuple(p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)


def times(matrix, vector):
    return tuple(sum(m * v for m, v in zip(row, vector, strict=True)) for row in matrix)


def lab(colour, seen):
    rgb = tuple(min(1.0, max(0.0, part)) for part in times(SEEN[seen], linear(colour)))
    x, y, z = (
        v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116
        for v in (part / white for part, white in zip(times(XYZ, rgb), WHITE, strict=True))
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def distance(one, other, seen):
    pairs = zip(lab(one, seen), lab(other, seen), strict=True)
    return sum((a - b) ** 2 for a, b in pairs) ** 0.5


def contrast(one, other):
    high, low = sorted((times(XYZ, linear(colour))[1] for colour in (one, other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("seen", SEEN)
@pytest.mark.parametrize("shade", ["light", "dark"])
def test_colours_side_by_side_stay_apart_whatever_cones_see_them(shade, seen):
    inks = [getattr(ink, shade) for ink in (*SERIES_INKS, REST)]
    close = {(a, b): distance(a, b, seen) for a, b in combinations(inks, 2)}
    assert {pair: apart for pair, apart in close.items() if apart < LEAST_APART} == {}


@pytest.mark.parametrize("seen", SEEN)
@pytest.mark.parametrize(("shade", "sign"), [("light", -1), ("dark", 1)])
def test_the_ramp_goes_one_way_for_everybody(shade, sign, seen):
    lightness = [lab(getattr(ink, shade), seen)[0] for ink in RAMP]
    assert all(sign * (after - before) > 6 for before, after in pairwise(lightness))


@pytest.mark.parametrize("shade", ["light", "dark"])
def test_words_can_be_read_on_their_ground(shade):
    # WCAG 2.1, 1.4.3: 4.5 to 1 for text of this size.
    for ink in (TEXT, QUIET):
        assert contrast(getattr(ink, shade), getattr(PAPER, shade)) >= 4.5


@pytest.mark.parametrize("shade", ["light", "dark"])
def test_marks_stand_out_from_their_ground(shade):
    assert all(contrast(getattr(i, shade), getattr(PAPER, shade)) >= 2.0 for i in SERIES_INKS)


def test_each_ink_has_one_counterpart_so_that_a_chart_turns_dark_and_nothing_else_changes():
    assert len({ink.light for ink in INKS}) == len(INKS) == len(DARK_OF)
    light = {"fill": TEXT.light, "rows": [{"name": "ranker", "n": 3}, QUIET.light, None]}
    assert darkened(light) == {
        "fill": TEXT.dark,
        "rows": [{"name": "ranker", "n": 3}, QUIET.dark, None],
    }


def test_no_colour_of_the_look_is_without_a_dark_counterpart():
    def colours(part):
        if isinstance(part, dict):
            return {c for inner in part.values() for c in colours(inner)}
        if isinstance(part, list):
            return {c for inner in part for c in colours(inner)}
        return {part} if isinstance(part, str) and part.startswith("#") else set()

    assert colours(CONFIG) <= set(DARK_OF)


def test_a_logarithmic_axis_has_a_line_for_each_power_of_ten():
    # 0.3 to 2,000 lies in 0.1 to 10,000: five decades.
    made = log_axis(0.3, 2000.0, "emissions [kg CO2e]")
    assert made["axis"]["values"] == [0.1, 1.0, 10.0, 100.0, 1000.0, 10000.0]
    assert made["scale"]["domain"] == [0.1, 10000.0]


def test_a_short_logarithmic_axis_has_twos_and_fives_and_a_long_one_leaves_powers_out():
    assert log_axis(2.0, 80.0, "kg")["axis"]["values"] == [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0]
    assert len(log_axis(1e-6, 1e9, "kg")["axis"]["values"]) <= 8
    assert log_axis(10.0, 10.0, "kg")["scale"]["domain"] == [10.0, 100.0]
