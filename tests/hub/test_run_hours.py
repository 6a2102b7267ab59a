"""A run's page says the intensity of its hours: charged, typical, or why there is none."""

from datetime import datetime, timezone
from html import unescape

import pytest

from hub.made import sent_run
from hub.members import by_hour, filled, sent, signed_in
from wattprint.charts.run_intensity import MOST_STEPS, run_intensity_chart, run_intensity_table
from wattprint.hub import run_view
from wattprint.hub.notes import RunKey
from wattprint.hub.places import typical_of
from wattprint.hub.run_hours import hours_of

NOON_S = datetime(2026, 5, 1, 12, tzinfo=timezone.utc).timestamp()
LONG = {"duration_s": 3 * 3600.0, "intervals": ()}


@pytest.fixture
def found(database):
    """What the page of a run says of its hours."""

    def hours(row):
        hub, _ = filled(database, row)
        return hours_of(run_view.find(hub.database, RunKey("acme", "ranker", "a")))

    return hours


def test_hours_that_were_charged_are_drawn_from_the_start_of_the_run(found):
    # From noon on: 40, 160 and 100 g. Year's mean 150 g, of 2 kWh 300 g: 200 g are a third less.
    hours = found(by_hour(sent("a", **LONG), 150.0, 40.0, 160.0, 100.0))
    assert hours.title == "Intensity of the hours in FR"
    assert "the intensity of its own hours, by electricitymaps, of FR, lifecycle: 100" in hours.said
    assert "emissions are 33 % less than at the year's mean" in hours.said
    spec = run_intensity_chart(hours.course)
    points = spec["layer"][0]["data"]["values"]
    assert [(p["t"], p["g"]) for p in points] == [
        *((0.0, 40.0), (1.0, 40.0), (1.0, 160.0), (2.0, 160.0)),
        *((2.0, 100.0), (3.0, 100.0)),
    ]
    x = spec["layer"][0]["encoding"]["x"]
    assert (x["axis"]["title"], x["scale"]["domain"]) == ("time since the start [h]", [0, 3.0])
    first = run_intensity_table(hours.course).rows[0]
    assert first == ("2026-05-01 12:00", "2026-05-01 13:00", "40 gCO2e/kWh", "actual")


def test_of_a_run_at_the_years_mean_the_hours_are_typical_around_that_mean(found):
    row = sent_run("a", started_at="2026-05-01T12:00:00Z", **LONG)
    row["footprint"]["components_kwh"] = {}
    hours = found(row)
    assert hours.title == "Typical hours of FR, modelled"
    mean = hours.course.year_mean_g_per_kwh
    assert f"charged at the year's mean, {mean:.1f}"[:40] in hours.said
    typical = typical_of("FR")
    level = typical.level.carbon_intensity_g_per_kwh
    expected = [mean / level * typical.months[4].by_hour[hour] for hour in (12, 13, 14)]
    values = [hour.intensity.value for hour in hours.course.hours]
    assert values == pytest.approx(expected, rel=1e-12)
    spec = run_intensity_chart(hours.course)
    # Their scatter, the steps, what is said of them, the mean's line and its words.
    marks = [layer["mark"]["type"] for layer in spec["layer"]]
    assert marks == ["area", "line", "point", "rule", "text"]


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ({}, "No place was given"),
        ({"intensity": 300}, "charged at an intensity that was given, and no zone was"),
        ({"zone": "AE"}, "No typical hours of AE are known"),
    ],
)
def test_without_hours_the_page_says_in_a_sentence_what_is_missing(database, place, said):
    row = sent_run("a", place=place, **LONG)
    hub, token = filled(database, row)
    browser = signed_in(hub, token)
    text = unescape(browser.get("/runs/a?project=ranker").text)
    assert said in text and "/charts/intensity.json" not in text
    chart = browser.get("/runs/a/charts/intensity.json?project=ranker").json()
    assert said in chart["description"]


@pytest.mark.parametrize(("days", "steps"), [(9, 216), (30, 240), (60, 240), (240, 240)])
def test_a_long_run_is_drawn_in_few_steps_and_a_longer_one_not_at_all(found, days, steps):
    row = sent_run("a", started_at="2026-01-01T00:00:00Z", duration_s=days * 86400.0, intervals=())
    row["footprint"]["components_kwh"] = {}
    hours = found(row)
    assert len(hours.course.hours) == steps <= MOST_STEPS


def test_over_a_longer_time_typical_hours_are_not_drawn(found):
    row = sent_run("a", duration_s=1e10, intervals=(), with_footprint=False)
    assert found(row).said.startswith("Typical hours of FR are not drawn over")


def test_a_year_of_charged_hours_is_joined_for_the_chart_and_keeps_its_mean(found):
    row = sent("a", duration_s=360 * 86400.0, intervals=())
    course = found(by_hour(row, 150.0, *(float(i % 2) * 100 for i in range(8640)))).course
    points = run_intensity_chart(course)["layer"][0]["data"]["values"]
    # 36 hours a step, half of them at 0 and half at 100 g.
    assert (len(points), {point["g"] for point in points}) == (2 * 240, {50.0})


def test_a_run_that_slept_is_as_long_as_the_clock_says(found):
    row = sent("a")
    row["record"]["intervals"][0]["suspended_s"] = 7200.0
    hours = found(by_hour(row, 150.0, 40.0, 160.0, 100.0))
    assert hours.course.length_s == 7210.0
    assert "slept for 2 h: hours are by the clock" in hours.said


def test_hours_that_are_part_of_it_or_means_of_several_say_so(found):
    row = by_hour(sent("a", **LONG), 150.0, coverage=0.75)
    row["footprint"]["hours"]["joined"] = 4
    said = found(row).said
    assert "cover 75.0% of it; the rest is at the year's mean" in said
    assert "Up to 4 neighbours" in said
