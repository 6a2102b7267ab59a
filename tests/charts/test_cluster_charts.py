"""The charts of a cluster's jobs: their data by hand, and SVG that may stand in a page."""

import json
from xml.etree import ElementTree as ET

import pytest

from reports.long_runs import NASTY
from wattprint.charts.pareto import fewest_with, pareto_chart, share_points
from wattprint.charts.periods import Period, period_chart
from wattprint.charts.render import SVG, svg
from wattprint.charts.stacked import Stack, stacked_chart
from wattprint.charts.theme import BLUE, INKS, ORANGE, SIZES, SKY, WIDE
from wattprint.domain.interval import Range, exact

PARTS = {"accelerators": BLUE, "CPU": ORANGE, "cooling": SKY}
STACKS = [
    Stack("gpu", "8 kWh", {"accelerators": 4.0, "CPU": 2.0, "cooling": 2.0}),
    Stack("cpu", "2 kWh", {"CPU": 2.0}),
]
PERIODS = [
    Period("2024-01", Range(8.0, 4.0, 12.0)),
    Period("2024-02", exact(0.0)),
    Period("2024-03", Range(2.0, 1.0, 3.0)),
]


def rows_of(spec, layer):
    layer = spec["layer"][layer]
    return layer.get("data", spec.get("data"))["values"]


def test_a_stack_is_cut_in_the_order_of_the_legend():
    rows = rows_of(stacked_chart(STACKS, PARTS, WIDE), 1)
    # Of 8 kWh, the longest: 4, then 2 more, then 2 more; of the other one 2.
    assert [(row["part"], row["from"], row["to"]) for row in rows] == [
        ("accelerators", 0.0, 0.5),
        ("CPU", 0.5, 0.75),
        ("cooling", 0.75, 1.0),
        ("CPU", 0.0, 0.25),
    ]


def test_a_part_that_no_stack_has_is_not_in_the_legend():
    spec = stacked_chart([STACKS[1]], PARTS, WIDE)
    assert spec["layer"][1]["encoding"]["color"]["scale"]["domain"] == ["CPU"]


def test_periods_have_their_bounds_and_those_of_nothing_have_none():
    spec = period_chart(PERIODS, what="emissions", unit="t CO2e", size=WIDE)
    assert [row["value"] for row in rows_of(spec, 0)] == [8.0, 0.0, 2.0]
    assert [(row["low"], row["high"]) for row in rows_of(spec, 1)] == [(4.0, 12.0), (1.0, 3.0)]


def test_the_axis_of_periods_says_what_and_in_which_unit_and_holds_all():
    spec = period_chart(PERIODS, what="emissions", unit="t CO2e", size=WIDE)
    y = spec["layer"][0]["encoding"]["y"]
    assert y["axis"]["title"] == "emissions [t CO2e]"
    assert y["scale"]["domain"] == [0, 12.0]


def test_shares_begin_at_nothing_and_end_at_all():
    # 60, 20, 10, 10 of 100.
    points = share_points([10.0, 60.0, 10.0, 20.0], 50)
    assert points == [(0.0, 0.0), (25.0, 60.0), (50.0, 80.0), (75.0, 90.0), (100.0, 100.0)]


def test_the_curve_of_thousands_has_few_points_and_both_ends():
    points = share_points([float(i) for i in range(5000)], WIDE.points)
    assert len(points) == WIDE.points
    assert (points[0], points[-1]) == ((0.0, 0.0), (100.0, 100.0))


@pytest.mark.parametrize(("share", "expected"), [(0.5, 1), (0.6, 1), (0.61, 2), (1.0, 4)])
def test_the_fewest_with_a_share_are_the_largest(share, expected):
    # 60, 80, 90, 100 of 100.
    assert fewest_with([10.0, 60.0, 10.0, 20.0], share) == expected


def test_where_nobody_has_anything_there_is_no_curve():
    assert pareto_chart([0.0, 0.0], who="users", what="emissions", size=WIDE) is None


@pytest.mark.parametrize("size", SIZES, ids=lambda size: size.name)
@pytest.mark.parametrize("name", ["stacks", "periods", "pareto", "hostile"])
def test_a_chart_holds_its_data_and_can_be_drawn_in_known_colours(name, size):
    spec = {
        "stacks": lambda: stacked_chart(STACKS, PARTS, size),
        "periods": lambda: period_chart(PERIODS, what="energy", unit="MWh", size=size),
        "pareto": lambda: pareto_chart([3.0, 2.0, 1.0], who="users", what="energy", size=size),
        "hostile": lambda: stacked_chart([Stack(NASTY, "1 kWh", {"CPU": 1.0})], PARTS, size),
    }[name]()
    assert json.loads(json.dumps(spec, allow_nan=False)) == spec
    root = ET.fromstring(svg(spec, name=name, title="title", size=size))
    drawn = {e.get(key) for e in root.iter() for key in ("fill", "stroke")} - {None, "none"}
    assert drawn <= {ink.light for ink in INKS} | {"transparent"}
    assert not [e for e in root.iter() if e.tag == f"{{{SVG}}}script"]


def test_no_two_colours_of_parts_are_alike():
    assert len({ink.light for ink in INKS}) == len({ink.dark for ink in INKS}) == len(INKS)
