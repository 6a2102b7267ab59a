"""Model cards: shapes of the figure, and what is said of its unit."""

import sys

import pytest

from importers.sources import CARD, records, rejected
from wattprint.importers.card_units import Context, read_unit


def card(*lines):
    return "\n".join(["---", "license: mit", *lines, "tags: x", "---", "# Text", ""])


def only(text):
    (record,) = records("model-card", text, name="README.md")
    return record


def test_a_card_is_kept_as_it_reports():
    record = only(CARD)
    assert (record.emissions_g, record.stage, record.at_line) == (2100.0, "finetune", 3)
    assert record.place == {"location": "Lyon, France", "zone": "FR"}
    assert record.hardware["accelerator"] == "NVIDIA A100 SXM4 80GB"
    assert record.hardware["accelerator_count"] == 4
    assert record.duration_s == 30 * 3600.0


@pytest.mark.parametrize(
    ("lines", "grams", "raw"),
    [
        (["co2_eq_emissions: 123.5"], 123.5, "123.5"),
        (["co2_eq_emissions:", "  emissions: 24_700_000"], 24_700_000.0, "24_700_000"),
        (["co2_eq_emissions:", "- emissions: 1.2g CO2", "- source: x"], 1.2, "1.2g CO2"),
        (["co2_eq_emissions:", "  emissions: 5.6 kg"], 5600.0, "5.6 kg"),
        (["co2_eq_emissions:", "  emissions: 5.6 kgCO2eq"], 5600.0, "5.6 kgCO2eq"),
        (["co2_eq_emissions:", "  emissions: 2.5 tonnes CO2e"], 2.5e6, "2.5 tonnes CO2e"),
        (["co2_eq_emissions: '1,234.5'"], 1234.5, "1,234.5"),
        (["co2_eq_emissions:", '  "emissions": 0,66 kg'], 660.0, "0,66 kg"),
        (["co2_eq_emissions: {emissions: 300, source: a}"], 300.0, "300"),
        (["co2_eq_emissions:", '  emissions: "7.5 in grams of CO2"'], 7.5, "7.5 in grams of CO2"),
        (["co2_eq_emissions: 7.5 (kg)"], 7500.0, "7.5 (kg)"),
        (["'co2_eq_emissions':", "    emissions: 1e3"], 1000.0, "1e3"),
        (["co2_eq_emissions:", "  emissions: 12", "  unit: kg"], 12_000.0, "12"),
        (["co2_eq_emissions:", "  Emissions: 77 g of CO2"], 77.0, "77 g of CO2"),
    ],
    ids=lambda given: given[-1].strip() if isinstance(given, list) else "",
)
def test_every_shape_of_the_figure_is_read(lines, grams, raw):
    record = only(card(*lines))
    assert record.emissions_g == pytest.approx(grams, rel=1e-12)
    assert record.reported[0].raw == raw


def test_tabs_are_read_by_lines_and_that_is_said():
    record = only(card("co2_eq_emissions:", "\temissions: 2.04", "\tsource: CodeCarbon"))
    assert (record.emissions_g, record.doubts[0].code) == (2.04, "yaml")


def test_a_value_without_the_blank_that_yaml_wants_is_read_by_lines():
    record = only(card("co2_eq_emissions:55.5"))
    assert (record.emissions_g, record.doubts[0].code) == (55.5, "yaml")


def test_anchors_are_not_followed():
    bomb = card("co2_eq_emissions: &a", "  emissions: 5", "  more: [*a, *a, *a]")
    assert only(bomb).doubts[0].text.endswith("it has anchors or aliases")


def test_a_list_of_trainings_is_several_records():
    text = card("co2_eq_emissions:", "- emissions: 100", "  source: a", "- emissions: 200")
    assert [record.emissions_g for record in records("model-card", text)] == [100.0, 200.0]


@pytest.mark.parametrize("figure", ["0", "0.0", "unknown", "Not specified", "''", "N/A"])
def test_nothing_measured_is_unknown_and_never_none(figure):
    record = only(card("co2_eq_emissions:", f"  emissions: {figure}"))
    assert (record.emissions_g, record.doubts[0].code) == (None, "zero")


@pytest.mark.parametrize("figure", ["five", "12 bananas", "-3", "[1, 2]", "1e99", "~"])
def test_a_figure_that_is_none_is_rejected(figure):
    (row,) = rejected("model-card", card("co2_eq_emissions:", f"  emissions: {figure}"))
    assert row.at_line == 3


def test_a_comment_that_says_kilograms_is_no_conversion_but_what_was_meant():
    record = only(card("co2_eq_emissions:", "  emissions: 12.5   # kg CO2"))
    assert (record.emissions_g, record.meant_g) == (12.5, (12_500.0,))


def test_hours_beside_the_hardware_in_the_text_tell_the_unit():
    # 36 h x 400 W = 14.4 kWh, times some 350 g of Germany = 5 kg.
    lines = ("co2_eq_emissions:", "  emissions: 5.6", "  geographical_location: Germany")
    text = card(*lines) + "- **Hardware Type:** A100 40GB\n- **Hours used:** 36\n"
    assert only(text).meant_g == (5600.0,)


@pytest.mark.parametrize(
    ("written", "hours"), [("1,200", 1200.0), ("1,5", 1.5), ("36.5", 36.5), ("1,2,3", None)]
)
def test_hours_of_the_text_are_read_as_people_write_them(written, hours):
    text = card("co2_eq_emissions: 100") + f"- **Hours used:** {written}\n"
    assert only(text).duration_s == (None if hours is None else hours * 3600)


def test_a_card_without_the_key_says_what_it_has_instead():
    (row,) = rejected("model-card", card("co2_emissions:", "  grams: 7"))
    assert row.reason.startswith("the card has 'co2_emissions' and no co2_eq_emissions")


def test_a_block_of_any_size_and_depth_is_survived():
    deep = card("co2_eq_emissions: " + "[" * 5000)
    wide = card("co2_eq_emissions:", *("  a: " + "x" * 90 for _ in range(1000)))
    assert len(rejected("model-card", wide)) == 1
    assert len(rejected("model-card", deep)) == 1


def test_without_pyyaml_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "yaml", None)  # what an import finds where it is missing
    (row,) = rejected("model-card", CARD)
    assert "the extra 'import': pip install 'wattprint[import]'" in row.reason


A100 = Context(power_w=400.0, g_per_kwh=360.0, hardware="1 A100")
"""36 g are 0.1 kWh, which are a quarter of an hour."""


@pytest.mark.parametrize(
    ("grams", "context", "meant"),
    [
        pytest.param(100.0, Context(energy_kwh=0.5), (), id="200 g/kWh by its own energy"),
        pytest.param(0.1, Context(energy_kwh=0.5), (100.0,), id="0.2 g/kWh, 200 as kilograms"),
        pytest.param(5000.0, A100._replace(device_hours=36), (), id="as hardware times hours"),
        pytest.param(5.0, A100._replace(device_hours=36), (5000.0,), id="a thousandth of that"),
        pytest.param(3.6, A100._replace(stage="pretrain"), (3600.0,), id="90 s, or 25 h"),
        pytest.param(3.6, A100, (), id="90 s may be a fine-tuning"),
        pytest.param(0.036, A100, (0.036, 36.0), id="0.9 s, or 15 min: either"),
        pytest.param(0.5, Context(), (0.5, 500.0), id="less than a gram, and nothing else"),
        pytest.param(50.0, Context(), (), id="nothing speaks against grams"),
        pytest.param(9e6, A100._replace(is_counted=True, power_w=1e5), (), id="10 days of 250"),
    ],
)
def test_the_unit_is_judged_by_what_the_card_says_beside_it(grams, context, meant):
    assert read_unit(grams, context).meant_g == pytest.approx(meant, rel=1e-12)


def test_months_of_one_device_are_a_power_of_ten_too_much():
    # 400 kg / 360 g = 1,111 kWh / 0.4 kW = 116 days; a tenth of it, or a thousandth, can be.
    found = read_unit(400_000.0, A100)
    assert found.meant_g == (400_000.0, 40_000.0, 400.0)
    assert "more devices worked, or a power of ten is wrong" in found.doubt.text


def test_a_digit_within_a_word_is_no_figure():
    # The template that people forget to fill in: the 2 is that of CO2.
    lines = ["co2_eq_emissions:", "  emissions: number (in grams of CO2)"]
    (row,) = rejected("model-card", card(*lines))
    assert row.reason.startswith("emissions are 'number (in grams of CO2)'; expected a number")


def test_a_place_may_be_called_geographic():
    lines = ["co2_eq_emissions:", "  emissions: 300", "  geographic_location: Denmark"]
    assert only(card(*lines)).place["zone"] == "DK"


def test_hours_may_be_said_with_the_hardware():
    # 0.25 kW x 2 h x 400 g is some 200 g: the figure fits, and 7,200 s can be recomputed.
    lines = ["co2_eq_emissions:", "  emissions: 200", "  hardware_used: P100 for about 2 hours"]
    record = only(card(*lines))
    assert (record.duration_s, record.hardware["accelerator"]) == (7200.0, "NVIDIA P100 PCIe 16GB")
    assert record.doubts == ()
