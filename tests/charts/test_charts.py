"""The charts: valid Vega-Lite with their data in them, and SVG that may stand in a page."""

import itertools
import json
from xml.etree import ElementTree as ET

import pytest

from reports.long_runs import (
    NASTY,
    busy_server,
    empty,
    nasty,
    shortest,
    sixteen_devices,
    ten_days,
    unreadable,
)
from wattprint.charts.axes import stretches_of
from wattprint.charts.bars import Bar, bar_chart
from wattprint.charts.devices import MOST_DEVICES, ROWS_A_CHART, device_charts
from wattprint.charts.power import power_chart
from wattprint.charts.render import SVG, svg
from wattprint.charts.theme import (
    BLUE,
    INKS,
    NARROW,
    PAPER,
    QUIET,
    SIZES,
    TEXT,
    WIDE,
    axis_top,
    dark_rules,
    shortened,
)
from wattprint.domain.interval import Range, exact

MADE = {"busy": busy_server, "shortest": shortest, "nasty": nasty}
_RUNS = {name: make() for name, make in MADE.items()}


def power(run, size=WIDE, sections=()):
    return power_chart(run, stretches_of(run), size, sections)


def devices(run, size=WIDE):
    return device_charts(run, stretches_of(run), size)


def texts(drawn):
    return [text.text for text in ET.fromstring(drawn).iter(f"{{{SVG}}}text") if text.text]


@pytest.mark.parametrize("size", SIZES, ids=lambda size: size.name)
@pytest.mark.parametrize("name", MADE)
def test_a_chart_is_plain_json_and_holds_its_data(name, size):
    for spec in [power(_RUNS[name], size), *devices(_RUNS[name], size)]:
        assert json.loads(json.dumps(spec, allow_nan=False)) == spec
        assert '"url"' not in json.dumps(spec)


def test_the_areas_of_a_chart_add_up_to_the_energy_of_the_run():
    run = busy_server()
    rows = power(run)["vconcat"][0]["layer"][0]["data"]["values"]
    by_piece = {}
    for row in rows:
        by_piece.setdefault(row["piece"], []).append(row)
    # [W] times [min], from step to step.
    drawn_j = 60 * sum(
        (now["high"] - now["low"]) * (after["t"] - now["t"])
        for piece in by_piece.values()
        for now, after in itertools.pairwise(piece)
    )
    read_j = sum(run.device_energy_j())
    assert drawn_j == pytest.approx(read_j, rel=1e-4)


@pytest.mark.parametrize("make", [empty, unreadable])
def test_a_run_without_a_reading_has_no_power(make):
    assert power(make()) is None


def test_ten_days_are_drawn_in_as_many_points_as_fit():
    run = ten_days()
    (spec,) = devices(run)
    for row in spec["vconcat"]:
        assert len(row["layer"][0]["data"]["values"]) <= WIDE.points + 1
    assert "days" in json.dumps(spec)


def test_devices_beyond_the_largest_share_a_row_for_each_component():
    drawn = [row for spec in devices(sixteen_devices()) for row in spec["vconcat"]]
    said = [row["layer"][1]["mark"]["text"] for row in drawn]
    # 19 devices: 15 rows, and the smallest GPU, two packages and memory, which share three.
    assert len(drawn) == MOST_DEVICES - 1 + 3
    assert said[-3:] == [
        "NVIDIA A100-SXM4-80GB · nvml:0",
        "2 more, CPU, together",
        "main memory · modelled:memory",
    ]
    assert max(len(spec["vconcat"]) for spec in devices(sixteen_devices())) == ROWS_A_CHART


def test_suspends_and_faults_are_marked_in_words_and_numbers():
    drawn = svg(power(busy_server()), name="power", title="Power", size=WIDE)
    assert {"asleep 3 h 12 min", "1", "2", "accelerators", "CPU", "memory"} <= set(texts(drawn))


def test_sections_are_bands_with_their_names():
    paths = [("epoch",), ("epoch", "train")]
    drawn = svg(power(busy_server(), sections=paths), name="power", title="Power", size=WIDE)
    assert {"epoch", "epoch / train"} <= set(texts(drawn))


def test_svg_has_a_title_ids_of_its_own_and_nothing_that_is_fetched():
    drawn = svg(power(busy_server()), name="power", title="Power <over> time", size=NARROW)
    root = ET.fromstring(drawn)
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == root[0].get("id") == "power-narrow-title"
    assert root[0].text == "Power <over> time"
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids)) and all(i.startswith("power-narrow-") for i in ids)
    assert "href" not in drawn and "http" not in drawn.replace(SVG, "")


def test_what_is_in_a_name_is_text_and_nothing_else():
    for spec in [power(nasty(), sections=[(NASTY,)]), *devices(nasty())]:
        drawn = svg(spec, name="x", title=NASTY[:10], size=WIDE)
        assert "<script" not in drawn and "\x1b" not in drawn and "\u202e" not in drawn
        assert any("<script>alert(" in text for text in texts(drawn))


def bars(*amounts):
    return [Bar(f"bar {i}", "1 kWh", amount, BLUE) for i, amount in enumerate(amounts)]


def test_bars_begin_at_zero_and_share_a_scale():
    spec = bar_chart(bars(Range(2.0, 1.0, 4.0), Range(1.0, 1.0, 1.0)), WIDE)
    drawn = spec["layer"][1]
    first, second = drawn["data"]["values"]
    assert (first["value"], first["high"], second["value"]) == (0.5, 1.0, 0.25)
    scale = drawn["encoding"]["x"]["scale"]
    assert scale["domain"] == [0, 1]


@pytest.mark.parametrize(
    "amounts", [[], [exact(0.0)], [Range(1e-30, 1e-31, 1e-29)]], ids=["none", "zero", "a trifle"]
)
def test_bars_of_next_to_nothing_are_drawn_all_the_same(amounts):
    assert svg(bar_chart(bars(*amounts), WIDE), name="x", title="x", size=WIDE).startswith("<svg")


def test_every_ink_has_a_counterpart_in_the_dark():
    for ink in INKS:
        assert f'[fill="{ink.light}"] {{ fill: {ink.dark}; }}' in dark_rules()


def luminance(colour):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("ink", [TEXT, QUIET], ids=["text", "quiet"])
@pytest.mark.parametrize("screen", ["light", "dark"])
def test_words_have_the_contrast_that_wcag_asks_for(ink, screen):
    # WCAG 2.2, 1.4.3: at least 4.5 to 1.
    pair = sorted(luminance(getattr(colour, screen)) for colour in (ink, PAPER))
    assert (pair[1] + 0.05) / (pair[0] + 0.05) >= 4.5


@pytest.mark.parametrize(("most", "top"), [(388.0, 390.0), (390.0, 390.0), (0.0, 1.0)])
def test_an_axis_ends_at_a_number_that_can_be_read(most, top):
    assert axis_top(most) == top


def test_a_long_name_keeps_both_ends():
    assert shortened("NVIDIA A100-SXM4-80GB nvml:7", 14) == "NVIDIA A1…ml:7"
    assert shortened("short", 14) == "short"
