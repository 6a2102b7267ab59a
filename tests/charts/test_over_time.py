"""Stacks over time: parts, totals, their intervals, gaps, and who shares the last colour."""

import pytest

from wattprint.charts import calendar
from wattprint.charts.over_time import MOST_GROUPS, Slice, over_time_chart, over_time_table
from wattprint.domain.errors import InputError
from wattprint.domain.interval import Range, exact

SLICES = [
    Slice("2026-01", "ranker", Range(3000.0, 2000.0, 5000.0)),
    Slice("2026-01", "speech", Range(1000.0, 500.0, 1500.0)),
    Slice("2026-03", "ranker", Range(2000.0, 1000.0, 3000.0)),
    Slice("2026-03", "ranker", Range(500.0, 500.0, 500.0)),
]


def rows_of(spec, layer):
    return spec["layer"][layer]["data"]["values"]


def test_parts_of_a_period_are_drawn_in_the_unit_of_its_axis():
    spec = over_time_chart(SLICES, quantity="emissions", by="project")
    # 3000 g and 1000 g in January; 2000 g + 500 g in March.
    drawn = [(row["period"], row["group"], row["amount"]) for row in rows_of(spec, 0)]
    assert drawn == [
        ("Jan 2026", "ranker", 3.0),
        ("Jan 2026", "speech", 1.0),
        ("Mar 2026", "ranker", 2.5),
    ]
    assert spec["layer"][0]["encoding"]["y"]["axis"]["title"] == "emissions [kg CO2e]"


def test_half_widths_of_a_total_add_because_groups_share_their_causes_of_error():
    spec = over_time_chart(SLICES, quantity="emissions", by="project")
    # January: 2000 + 500 to 5000 + 1500 g; March: 1000 + 500 to 3000 + 500 g.
    assert [(row["low"], row["high"]) for row in rows_of(spec, 1)] == [(2.5, 6.5), (1.5, 3.5)]
    assert rows_of(spec, 0)[0]["total"] == "4 kg CO2e (2.5-6.5)"


def test_a_period_without_anything_keeps_its_place():
    spec = over_time_chart(SLICES, quantity="emissions", by="project")
    domain = spec["layer"][0]["encoding"]["x"]["scale"]["domain"]
    assert domain == ["Jan 2026", "Feb 2026", "Mar 2026"]


def test_an_exact_total_has_no_interval():
    spec = over_time_chart([Slice("2026", "a", exact(2.0))], quantity="energy", by="team")
    assert rows_of(spec, 1) == []


def test_the_smallest_groups_share_a_colour_and_nothing_is_lost():
    many = [Slice("2026-Q1", f"p{i}", exact(float(20 - i))) for i in range(MOST_GROUPS + 3)]
    rows = rows_of(over_time_chart(many, quantity="energy", by="project"), 0)
    # 20 + 19 + ... + 12 kWh; the last three are 14, 13 and 12.
    assert sum(row["amount"] for row in rows) == pytest.approx(144.0, rel=1e-12)
    (rest,) = (row for row in rows if row["group"] == "3 other projects")
    assert rest["amount"] == 39.0


def test_the_table_names_what_the_chart_names():
    table = over_time_table(SLICES, quantity="emissions", by="project")
    assert table.head == ("Period", "Total", "ranker", "speech")
    assert table.rows[1] == (
        "Mar 2026",
        "2.5 kg CO2e (1.5-3.5)",
        "2.5 kg CO2e (1.5-3.5)",
        "0 g CO2e",
    )


def test_another_quantity_is_refused():
    with pytest.raises(InputError, match=r"quantity is 'emision'; expected.*Nearest: 'emissions'"):
        over_time_chart([], quantity="emision", by="project")


@pytest.mark.parametrize(
    ("labels", "between"),
    [
        (["2025-12-30", "2026-01-02"], ["2025-12-30", "2025-12-31", "2026-01-01", "2026-01-02"]),
        (["2025-11", "2026-02"], ["2025-11", "2025-12", "2026-01", "2026-02"]),
        (["2025-Q3", "2026-Q1"], ["2025-Q3", "2025-Q4", "2026-Q1"]),
        (["2024", "2026"], ["2024", "2025", "2026"]),
        ([], []),
    ],
)
def test_periods_between_two_are_all_there(labels, between):
    assert calendar.filled(labels) == between
