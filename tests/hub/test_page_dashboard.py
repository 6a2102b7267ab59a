"""The dashboard: sums by hand, periods, tenants apart, empty states, charts with their tables."""

from datetime import date

import pytest

from hub.made import admin_of, client_of, hub_of
from hub.members import by_hour, filled, sent, signed_in
from wattprint.domain.errors import InputError
from wattprint.domain.interval import Range, product
from wattprint.hub import overview, periods
from wattprint.hub.overview import View

TODAY = date(2026, 5, 28)


def view(name="all", **more):
    chosen = periods.chosen(name, None, None, today=TODAY, earliest=date(2026, 1, 1))
    return View("acme", chosen, **more)


@pytest.fixture
def runs():
    """Runs of 1, 2, 4 and 8 kWh of IT: each figure tells which of them it counts."""
    return [
        sent("a", it_kwh=1.0, project="ranker", day="2026-05-01"),
        sent("b", it_kwh=2.0, project="ranker", day="2026-05-02", outcome="failed"),
        sent("c", it_kwh=4.0, project="speech", day="2026-04-30", g_per_kwh=50.0),
        sent("d", it_kwh=8.0, project="speech", day="2026-02-01", g_per_kwh=None),
    ]


def test_totals_are_those_of_the_runs(database, runs):
    hub, _ = filled(database, *runs)
    found = overview.overview(hub.database, view())
    # IT: 1 + 2 + 4 + 8 kWh. Emissions at PUE 2: 200 + 400 + 4 x 2 x 50 = 1,000 g; d has none.
    assert found.total.energy_kwh() == Range(15.0, 7.5, 30.0)
    assert found.total.emissions_g() == Range(1000.0, 500.0, 2000.0)
    assert (found.total.runs, found.total.lacking("location")) == (4, 1)
    assert found.wasted.energy_kwh().value == 2.0
    assert [(n, t.emissions_g().value) for n, t in found.ranked["project"]] == [
        ("ranker", 600.0),
        ("speech", 400.0),
    ]


def test_a_period_is_compared_with_as_many_days_of_the_one_before(database, runs):
    hub, _ = filled(database, *runs)
    found = overview.overview(hub.database, view("quarter"))
    # Q2 so far has 58 days; the first 58 of Q1 end on 27 February, and d is of the 1st.
    assert found.total.energy_kwh().value == 7.0
    assert found.before.energy_kwh().value == 8.0
    assert view("quarter").chosen.before.last == date(2026, 2, 27)


def test_a_filter_leaves_the_others_out(database, runs):
    hub, token = filled(database, *runs)
    with client_of(hub, token) as client:
        client.put("/api/v1/teams/media", json={"name": "Media"})
        client.put("/api/v1/projects/speech", json={"team": "media"})
    assert overview.overview(hub.database, view(team="media")).total.energy_kwh().value == 12.0
    assert overview.overview(hub.database, view(project="ranker")).total.runs == 2
    teams = dict(overview.overview(hub.database, view()).ranked["team"])
    assert {name: total.runs for name, total in teams.items()} == {"media": 2, None: 2}


def test_the_intensity_is_of_runs_that_have_both(database, runs):
    hub, _ = filled(database, *runs)
    course = overview.course(hub.database, view(), by="zone", quantity="energy", step="month")
    # April: c at 50 g/kWh. May: a and b at 100. February's d has no emissions, and no point.
    assert [(p.period, p.ratio.value) for p in course.intensity] == [
        ("2026-04", pytest.approx(50.0, rel=1e-9)),
        ("2026-05", pytest.approx(100.0, rel=1e-9)),
    ]
    assert course.intensity_runs == 3


def test_a_ratio_takes_a_factor_out_of_a_product():
    intensity, energy = Range(100.0, 60.0, 150.0), Range(3.0, 2.5, 4.0)
    found = overview.ratio(product(intensity, energy), energy)
    assert found.as_tuple() == pytest.approx(intensity.as_tuple(), rel=1e-9)


def test_an_excluded_run_is_said_and_not_counted(database, runs):
    hub, token = filled(database, *runs)
    with client_of(hub, token) as client:
        client.put("/api/v1/runs/c/exclusion", json={"reason": "a test"})
    found = overview.overview(hub.database, view())
    assert (found.total.energy_kwh().value, found.excluded) == (11.0, 1)
    text = signed_in(hub, token).get("/dashboard?period=all").text
    assert "1 run is excluded, and in no figure of this page." in text


def test_the_page_says_sums_and_how_many_runs_lack_them(database, runs):
    hub, token = filled(database, *runs)
    text = signed_in(hub, token).get("/dashboard?period=all").text
    assert "1 kg" in text and "90 %: 0.5-2" in text
    assert "not known of 1 of 4 runs" in text
    assert "1 of 4 runs failed or were interrupted. They used 2 kWh (1-4), 13 % of all" in text


@pytest.mark.parametrize(
    "query", ["", "period=year", "period=all&by=zone&quantity=energy&step=day"]
)
def test_every_chart_of_the_page_is_served_and_has_its_table(database, runs, query):
    hub, token = filled(database, *runs)
    browser = signed_in(hub, token)
    text = browser.get(f"/dashboard?{query}").text
    specs = [part.split('"')[0].replace("&amp;", "&") for part in text.split('data-spec="')[1:]]
    assert len(specs) == 3 == text.count("The figures as a table")
    for spec in specs:
        assert browser.get(spec).json()["$schema"].endswith("v6.json")


def test_the_share_in_cleaner_hours_and_what_hours_saved_are_said(database, runs):
    # Charged by hour: a, 1 kWh of IT, 100 instead of 150 g; c, 4 kWh, 50 instead of 40 g. Of 2 kWh
    # of its facility a saved 100 g, of 8 kWh c cost 80 g more. 1 of 5 kWh is in cleaner hours, and
    # 5 of 15 kWh are charged by hour.
    timed = [by_hour(runs[0], 150.0), runs[1], by_hour(runs[2], 40.0), runs[3]]
    hub, token = filled(database, *timed)
    browser = signed_in(hub, token)
    text = browser.get("/dashboard?period=all").text
    for words in (">20 %<", ">20 g CO2e saved<", ">33 %<", "of all energy, 2 of 4 runs"):
        assert words in text
    chart = browser.get("/dashboard/charts/carbon-aware.json?period=all").json()
    shares = {(row["period"], row["part"]): row["share"] for row in chart["data"]["values"]}
    # April has c alone; of May's 3 kWh a has one.
    assert shares["Apr 2026", "in hours not cleaner"] == 100.0
    assert shares["May 2026", "in cleaner hours"] == pytest.approx(33.333, rel=1e-9)
    assert text.count('data-spec="') == 4


def test_of_a_time_without_hours_the_page_says_how_to_get_them(database, runs):
    hub, token = filled(database, *runs)
    text = signed_in(hub, token).get("/dashboard?period=all").text
    assert "No run of this time was charged by its own hours" in text
    assert "wattprint push --all --by-hour" in text


@pytest.mark.parametrize("step", ["day", "month", "quarter"])
def test_what_hours_saved_is_the_same_by_any_step_and_over_part_of_a_month(database, runs, step):
    hub, _ = filled(database, *(by_hour(run, 150.0) for run in runs[:3]))
    days = periods.chosen("", TODAY.replace(day=1), TODAY, today=TODAY, earliest=TODAY)
    course = overview.course(
        hub.database, View("acme", days), by="zone", quantity="energy", step=step
    )
    # Of May a and b, 2 + 4 kWh of the facility: 50 g less a kWh.
    assert sum(row.saved_g for row in course.timed) == pytest.approx(300.0, rel=1e-12)
    assert course.by_hour.sums["cleaner_j"] == 3 * 3_600_000


def test_nothing_of_one_tenant_is_in_the_dashboard_of_another(database, runs):
    hub, _ = filled(database, *runs)
    browser = signed_in(hub, admin_of(hub, "other"))
    text = browser.get("/dashboard?period=all").text
    assert "No run is here yet" in text and "wattprint login http://hub.test" in text
    assert "ranker" not in text and "speech" not in text
    chart = browser.get("/dashboard/charts/over-time.json?period=all").text
    assert "ranker" not in chart


def test_the_dashboard_is_for_members(database):
    hub = hub_of(database)
    admin_of(hub)
    from hub.browser import Browser

    for path in ("/dashboard", "/dashboard/charts/waste.json", "/runs", "/runs.csv", "/runs/a"):
        answer = Browser(hub).get(path)
        assert (answer.status_code, "/sign-in" in answer.headers["location"]) == (303, True)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("period=decade", "period is &#39;decade&#39;"),
        ("from=2026-13-01", "expected a day such as 2026-01-31"),
        ("from=2026-05-02&to=2026-05-01", "expected the earlier day first"),
        ("step=hour", "step is &#39;hour&#39;"),
        ("by=colour", "Refused: by"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(database, query, words):
    hub, token = filled(database, sent("a"))
    answer = signed_in(hub, token).get(f"/dashboard?{query}")
    assert (answer.status_code, words in answer.text) == (422, True)


def test_days_in_the_wrong_order_are_said_in_the_form_with_what_was_asked(database):
    hub, token = filled(database, sent("a"))
    query = "from=2026-05-02&to=2026-05-01&project=ranker&by=zone&quantity=energy"
    answer = signed_in(hub, token).get(f"/dashboard?{query}")
    assert (answer.status_code, "<h1>Dashboard</h1>" in answer.text) == (422, True)
    form = answer.text.split('action="/dashboard"')[1].split("</form>")[0]
    for value in ("2026-05-02", "2026-05-01", "zone", "energy"):
        assert f'value="{value}"' in form
    assert '<option value="ranker" selected>' in form
    assert form.count('aria-invalid="true"') == 2
    assert "data-spec" not in answer.text and ".." not in answer.text


def test_names_are_text_and_never_markup(database):
    evil = "<script>alert(1)</script>"
    hub, token = filled(database, sent("a", project=evil, name=evil))
    browser = signed_in(hub, token)
    for path in ("/dashboard?period=all", "/runs", f"/dashboard?project={evil}"):
        text = browser.get(path).text
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert" in text


def test_days_that_are_given_go_before_a_name():
    chosen = periods.chosen(
        "year", date(2026, 5, 1), date(2026, 5, 10), today=TODAY, earliest=TODAY
    )
    assert (chosen.name, chosen.period.length) == ("", 10)
    assert (chosen.before.first, chosen.before.last) == (date(2026, 4, 21), date(2026, 4, 30))
    with pytest.raises(InputError, match="earlier day first"):
        periods.chosen("year", date(2026, 5, 2), date(2026, 5, 1), today=TODAY, earliest=TODAY)


def test_the_last_quarter_is_compared_with_the_one_before_it():
    chosen = periods.chosen("last-quarter", None, None, today=TODAY, earliest=TODAY)
    assert (chosen.period.first, chosen.period.last) == (date(2026, 1, 1), date(2026, 3, 31))
    assert (chosen.before.first, chosen.before.last) == (date(2025, 10, 1), date(2025, 12, 31))
