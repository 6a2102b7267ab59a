"""Fit and readings of a wall meter, as a chart and as text."""

import pytest

from made_profiles import PROFILE
from wattprint.charts.plain_plot import Mark, plain_plot
from wattprint.charts.render import png, svg
from wattprint.charts.theme import NARROW, WIDE
from wattprint.charts.wall_fit import Shown, wall_fit_chart

READINGS = [Shown(40.0, 100.0, True), Shown(290.0, 412.5, True), Shown(140.0, 600.0, False)]


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=lambda size: size.name)
def test_the_chart_holds_the_line_its_interval_and_every_reading(size):
    band, line, points = wall_fit_chart(PROFILE, READINGS, size)["layer"]
    # At 145 W, half of 290: (145 + 40) / 0.8 = 231.25 W.
    middle = line["data"]["values"][20]
    assert (middle["chips"], middle["wall"]) == (145.0, 231.25)
    assert all(row["low"] < row["wall"] < row["high"] for row in band["data"]["values"])
    assert [row["kept"] for row in points["data"]["values"]] == ["line", "line", "set aside"]


def test_it_is_drawn_as_svg_and_as_pixels():
    spec = wall_fit_chart(PROFILE, READINGS, WIDE)
    drawn = svg(spec, name="fit", title="Wall power", size=WIDE)
    assert drawn.startswith("<svg") and "power at the wall [W]" in drawn
    assert png(spec).startswith(b"\x89PNG")


def test_a_plain_plot_has_its_points_where_they_belong():
    marks = [Mark(10.0, 10.0, "o"), Mark(5.0, 2.0, "x")]
    rows = plain_plot(marks, lambda x: x, x_title="chips", y_title="wall")
    head, top, *_, bottom, _, along = rows
    assert head == "wall"
    assert top.startswith("10 |") and top.endswith("o")  # the highest, at the far right
    assert bottom.startswith(" 0 |.")  # the line begins at 0
    assert along.startswith("    0 ") and along.endswith("10")
    # x = 5 of 10 is the middle of 56 columns; y = 2 of 10 the third row of 14 from below.
    assert rows[-5][4 + 28] == "x"
    assert max(map(len, rows)) <= 4 + 56


def test_a_line_that_leaves_the_plot_is_cut_off():
    # From 0 to 1 while x goes from 0.5 to 0.6: a tenth of 56 columns.
    rows = plain_plot([Mark(1.0, 1.0, "o")], lambda x: 10 * x - 5, x_title="x", y_title="y")
    assert sum(row.count(".") for row in rows) == 6
