"""Ranks, comparisons, trends, waste, power, intensity and typical hours: their figures by hand."""

import itertools
from datetime import datetime, timedelta, timezone

import pytest

from reports.long_runs import busy_server, sixteen_devices
from wattprint.charts.comparison import Compared, comparison_table
from wattprint.charts.day_hours import typical_hours
from wattprint.charts.grid_intensity import MOST_STEPS, Step, grid_intensity_chart
from wattprint.charts.ranked import MOST_BARS, Ranked, ranked_chart, ranked_table
from wattprint.charts.run_power import run_power_chart
from wattprint.charts.trend import Point, compute_intensity_chart
from wattprint.charts.waste import Ended, waste_chart, waste_table
from wattprint.domain.interval import Range, exact
from wattprint.factors.profiles import profiles

START = datetime(2026, 1, 1, tzinfo=timezone.utc)
HOUR = timedelta(hours=1)


def test_ranks_have_their_share_of_the_whole_and_those_left_over_are_one():
    rows = [Ranked(f"p{i}", exact(1.0)) for i in range(MOST_BARS + 3)] + [Ranked("big", exact(5.0))]
    # 15 of 1 kWh and one of 5: 20 kWh. The 12 largest are big and 11 others; 4 are left.
    spec = ranked_chart(rows, quantity="energy", by="project")
    words = [layer["mark"]["text"] for layer in spec["layer"] if layer["mark"].get("text")]
    assert words[:2] == ["big", "5 kWh · 25 %"]
    assert words[-2:] == ["4 others together", "4 kWh · 20 %"]
    assert len(ranked_table(rows, quantity="energy", by="project").rows) == MOST_BARS + 4


def test_runs_are_compared_by_their_values_with_the_first():
    runs = [Compared("a", exact(4.0)), Compared("b", exact(3.0)), Compared("c", exact(12.0))]
    runs += [Compared("d", None), Compared("e", exact(4.0))]
    table = comparison_table(runs, quantity="energy")
    said = [row[2] for row in table.rows]
    assert said == ["", "25 % less", "3 times as much", "", "the same"]
    assert table.rows[3][1] == "unknown"


def test_a_trend_breaks_where_nothing_was_computed():
    points = [Point("2026-01", Range(400.0, 300.0, 500.0)), Point("2026-03", exact(200.0))]
    spec = compute_intensity_chart(points, unit="gCO2e/kWh", per="kWh")
    assert [row.get("value") for row in spec["data"]["values"]] == [400.0, None, 200.0]
    assert spec["layer"][1]["encoding"]["y"]["scale"]["domain"] == [0, 500.0]


def test_waste_is_a_share_of_all_energy_of_its_period():
    rows = [
        *(Ended("2026-Q1", "completed", 75.0), Ended("2026-Q1", "failed", 20.0)),
        *(Ended("2026-Q1", "out_of_memory", 5.0), Ended("2026-Q2", "completed", 9.0)),
    ]
    drawn = [
        (row["outcome"], row["share"], row["total"]) for row in waste_chart(rows)["data"]["values"]
    ]
    # 20 and 5 of 100 kWh.
    assert drawn == [("failed", 20.0, "25 %"), ("out of memory", 5.0, "25 %")]
    assert waste_table(rows).rows[1] == ("Q2 2026", "none", "none", "none")


def test_where_no_work_was_lost_the_chart_says_so():
    spec = waste_chart([Ended("2026-Q1", "completed", 75.0)])
    assert spec["description"] == "No work was lost from Q1 2026 to Q1 2026."


@pytest.mark.parametrize("make", [busy_server, sixteen_devices])
def test_the_area_of_power_is_the_energy_of_the_run(make):
    run = make()
    spec = run_power_chart(run)
    unit_s = {"[s]": 1, "[min]": 60, "[h]": 3600, "[days]": 86400}
    seconds = unit_s[spec["encoding"]["x"]["axis"]["title"].split()[-1]]
    watts = 1000 if "kW" in spec["encoding"]["y"]["axis"]["title"] else 1
    pieces = itertools.groupby(spec["data"]["values"], key=lambda row: row["piece"])
    drawn_j = sum(
        (now["high"] - now["low"]) * watts * (after["t"] - now["t"]) * seconds
        for _, rows in pieces
        for now, after in itertools.pairwise(rows)
    )
    assert drawn_j == pytest.approx(sum(j or 0.0 for j in run.device_energy_j()), rel=1e-3)


def test_very_many_hours_become_means_and_a_gap_stays_a_gap():
    steps = [
        Step(START + i * HOUR, START + (i + 1) * HOUR, exact(100.0 if i % 2 else 300.0))
        for i in range(2 * MOST_STEPS)
    ]
    rows = grid_intensity_chart(steps, zone="DE")["layer"][0]["data"]["values"]
    # Two hours each, 300 and 100: 200.
    assert len(rows) == 2 * MOST_STEPS
    assert {row["g"] for row in rows} == {200.0}
    with_gap = grid_intensity_chart([steps[0], steps[2]], zone="DE")
    assert [row["piece"] for row in with_gap["layer"][0]["data"]["values"]] == [0, 0, 1, 1]


def test_typical_hours_weigh_five_days_and_two():
    profile = profiles().find("DE")
    by_hand = 340.0 * (5 * profile.weekday[0][7] + 2 * profile.weekend[0][7]) / 7
    assert typical_hours(profile, 340.0)[0][7] == pytest.approx(by_hand, rel=1e-12)
