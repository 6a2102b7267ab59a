"""What holds for every chart of the hub: valid, whole, named, tabled, and honest about nothing."""

import json
from xml.etree import ElementTree as ET

import pytest

from charts.hub_charts import EMPTY, MADE
from reports.long_runs import NASTY
from wattprint.charts.comparison import Compared, comparison_chart
from wattprint.charts.export import exported
from wattprint.charts.fluid import nothing, sized
from wattprint.charts.over_time import Slice, over_time_chart
from wattprint.charts.render import SVG
from wattprint.charts.theme import DARK_OF, PAPER
from wattprint.domain.interval import Range

_MADE = {name: make() for name, make in MADE.items()}


def texts(spec):
    root = ET.fromstring(exported(spec, "svg"))
    return [element.text for element in root.iter(f"{{{SVG}}}text") if element.text]


@pytest.mark.parametrize("name", MADE)
def test_a_chart_is_plain_json_that_holds_its_data_and_says_what_it_shows(name):
    spec, _ = _MADE[name]
    assert json.loads(json.dumps(spec, allow_nan=False)) == spec
    assert spec["width"] == "container"
    assert len(spec["description"].split()) > 4
    assert spec["usermeta"]["wattprint"]["dark"] == DARK_OF


def _slim(part):
    """A specification with two rows of each of its data: a schema asks the same of all."""
    if isinstance(part, dict):
        return {
            k: v[:2] if k == "values" and isinstance(v, list) else _slim(v) for k, v in part.items()
        }
    return [_slim(one) for one in part] if isinstance(part, list) else part


@pytest.mark.parametrize("name", MADE)
def test_a_chart_is_valid_vega_lite(name):
    altair = pytest.importorskip("altair", reason="the schema of Vega-Lite comes with Altair")
    altair.Chart.from_dict(_slim(_MADE[name][0]), validate=True)


@pytest.mark.parametrize("width_px", [320, 760])
@pytest.mark.parametrize("name", MADE)
def test_a_chart_is_drawn_in_the_width_that_it_is_given(name, width_px):
    root = ET.fromstring(exported(_MADE[name][0], "svg", width_px=width_px))
    assert len(list(root.iter(f"{{{SVG}}}path"))) > 3
    # 14 px of paper at both sides lie within; a label at the right end may reach over a little.
    assert width_px - 2 <= float(root.get("width")) <= width_px + 40


@pytest.mark.parametrize("name", MADE)
def test_a_dark_chart_has_no_ink_of_a_light_one(name):
    drawn = exported(_MADE[name][0], "svg", dark=True).decode()
    assert PAPER.dark in drawn
    assert [
        light for light, dark in DARK_OF.items() if f'"{light}"' in drawn and light != dark
    ] == []


@pytest.mark.parametrize("name", MADE)
def test_the_table_of_a_chart_is_rectangular_and_all_text(name):
    table = _MADE[name][1]
    assert table.rows
    assert {len(row) for row in table.rows} == {len(table.head)}
    assert all(isinstance(cell, str) for row in table.rows for cell in row)
    assert all(0 < column < len(table.head) for column in table.numeric)


@pytest.mark.parametrize("name", EMPTY)
def test_a_chart_of_nothing_says_so(name):
    spec = EMPTY[name]()
    assert texts(spec) == [spec["description"]]
    assert spec["description"].endswith(".")


def test_what_a_person_typed_is_text_and_nothing_else():
    for text in (NASTY, "datum.label"):
        slices = [
            Slice("2026-01", text, Range(2.0, 1.0, 3.0)),
            Slice("2026-01", "b", Range(1, 1, 1)),
        ]
        chart = over_time_chart(slices, quantity="energy", by="project")
        assert len(texts(chart)) > 3
        runs = [Compared(text, Range(2.0, 1.0, 3.0))]
        assert len(texts(comparison_chart(runs, quantity="emissions"))) == 2


def test_a_map_becomes_lower_where_it_becomes_narrower():
    spec, _ = _MADE["zone-map"]
    assert sized(spec, 400)["height"] == round(400 * spec["usermeta"]["wattprint"]["aspect"])
    assert sized(spec, 4000)["height"] == spec["height"]
    assert sized(nothing("None."), 400)["height"] == 80


_LONG = "finetune-of-a-large-model-with-adapters-r16 (20260101-120000-aaaaaa)"


@pytest.mark.parametrize(("width_px", "are_apart"), [(360, True), (760, False)])
def test_a_long_name_stands_above_its_amount_where_there_is_little_room(width_px, are_apart):
    amounts = (Range(1500.0, 700.0, 3100.0), Range(1200.0, 500.0, 2500.0))
    runs = [Compared(f"ranker: {i} {_LONG}", amount) for i, amount in enumerate(amounts)]
    drawn = exported(comparison_chart(runs, quantity="emissions"), "svg", width_px=width_px)
    found = [text for text in ET.fromstring(drawn).iter(f"{{{SVG}}}text") if text.text]
    at = [(text.text, text.get("transform")[10:-1].split(",")) for text in found]
    names = [float(y) for text, (_, y) in at if text.startswith("ranker")]
    amounts_at = [float(y) for text, (_, y) in at if "CO2e" in text]
    assert len(names) == len(amounts_at) == 2
    assert [said - name for name, said in zip(names, amounts_at, strict=True)] == (
        [16.0, 16.0] if are_apart else [0.0, 0.0]
    )
