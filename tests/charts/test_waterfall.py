"""Waterfalls: bars that meet, within the plot, in plain JSON."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattprint.charts.render import png, svg
from wattprint.charts.theme import SIZES, WIDE
from wattprint.charts.waterfall import Block, Step, waterfall_chart
from wattprint.domain.interval import Range

BLOCKS = (
    Block("Lower", "60 kg", (Step("power", "-50", -50.0), Step("grid", "+10", 10.0))),
    Block("The same", "100 kg", ()),
)


def drawn(blocks=BLOCKS, start=100.0, interval=None, size=WIDE):
    interval = interval or Range(100.0, 30.0, 150.0)
    return waterfall_chart(blocks, start=start, interval=interval, unit="kg CO2e", size=size)


def bars(spec):
    return spec["layer"][2]["data"]["values"]


def test_a_bar_begins_where_the_one_before_it_ended():
    first, second = bars(drawn())
    # From 100 down to 50, and from 50 up to 60.
    assert first["left"] == second["left"]
    assert (first["right"] - first["left"]) == pytest.approx(
        5 * (second["right"] - second["left"]), abs=0.5
    )
    assert first["ink"] != second["ink"]


@pytest.mark.parametrize("size", SIZES, ids=lambda size: size.name)
def test_a_chart_is_plain_json_that_fetches_nothing(size):
    spec = drawn(size=size)
    assert json.loads(json.dumps(spec, allow_nan=False)) == spec
    assert '"url"' not in json.dumps(spec)


@given(changes=st.lists(st.floats(-1e6, 1e6), max_size=6), start=st.floats(0, 1e6))
def test_bars_stay_within_the_chart(changes, start):
    steps = tuple(Step("cause", "", change) for change in changes)
    spec = drawn([Block("any", "", steps)], start=start)
    for bar in bars(spec):
        assert 0 <= bar["left"] < bar["right"] <= spec["width"]
        assert 0 <= bar["top"] < bar["bottom"] <= spec["height"]


def test_it_can_be_drawn_as_svg_and_png():
    assert svg(drawn(), name="w", title="Why", size=WIDE).startswith("<svg")
    assert png(drawn(), scale=1.0).startswith(b"\x89PNG")
