"""The carbon-aware share: what the chart draws, what its table says, and how hours are cut."""

import pytest

from charts.hub_charts import COURSE, TIMED
from wattprint.charts.carbon_aware import carbon_aware_chart, carbon_aware_table, saved_words
from wattprint.charts.run_intensity import Hour, run_intensity_chart
from wattprint.domain.interval import exact


def test_shares_of_a_period_are_of_all_its_energy_and_add_up():
    # Q2: 45 and 15 of 120 kWh charged by hour, 60 at the mean: 37.5, 12.5 and 50 %.
    rows = carbon_aware_chart(TIMED)["data"]["values"]
    shares = {(row["period"], row["part"]): row["share"] for row in rows}
    assert shares == {
        ("Q1 2026", "charged at the year's mean"): 100.0,
        ("Q2 2026", "in cleaner hours"): 37.5,
        ("Q2 2026", "in hours not cleaner"): 12.5,
        ("Q2 2026", "charged at the year's mean"): 50.0,
        ("Q3 2026", "in cleaner hours"): pytest.approx(33.333, rel=1e-9),
        ("Q3 2026", "in hours not cleaner"): pytest.approx(55.556, rel=1e-9),
        ("Q3 2026", "charged at the year's mean"): pytest.approx(11.111, rel=1e-9),
    }


def test_the_table_says_the_share_of_what_was_charged_by_hour():
    # 45 of 60 kWh are 75 %; 30 of 80 are 37.5, at two digits 38.
    assert carbon_aware_table(TIMED).rows == (
        ("Q1 2026", "none", "none charged so", "not known"),
        ("Q2 2026", "50 %, 60 kWh", "75 %, 45 kWh", "2.4 kg CO2e saved"),
        ("Q3 2026", "89 %, 80 kWh", "38 %, 30 kWh", "1.3 kg CO2e more"),
    )


@pytest.mark.parametrize(
    ("grams", "said"), [(0.0, "the same"), (80.0, "80 g CO2e saved"), (-80.0, "80 g CO2e more")]
)
def test_what_hours_saved_and_cost_is_said_in_words(grams, said):
    assert saved_words(grams) == said


def test_an_hour_that_the_run_did_not_fill_is_cut_and_a_gap_breaks_the_line():
    # From 00:30 on; its first hour has half an hour left, and 12:00 to 13:00 is not known.
    points = run_intensity_chart(COURSE)["layer"][1]["data"]["values"]
    assert [point["t"] for point in points[:3]] == [0.0, 0.5, 0.5]
    assert {point["piece"] for point in points} == {0, 1}
    assert points[-1]["t"] == pytest.approx(100_000 / 3600, rel=1e-5)


def test_hours_outside_the_run_are_not_drawn():
    hours = [Hour(i * 3600.0, (i + 1) * 3600.0, exact(100.0), "actual") for i in range(-5, 60)]
    points = run_intensity_chart(COURSE._replace(hours=hours))["layer"][0]["data"]["values"]
    # From 00:30 for 27.8 hours: the hours from 00:00 to 29:00.
    assert len(points) == 2 * 29
