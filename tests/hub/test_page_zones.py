"""Zones: the list as it is asked for, a zone's page, and charts that say what its tables say."""

import re

import pytest

from hub.browser import Browser
from hub.made import hub_of
from wattprint.factors.profiles import profiles
from wattprint.factors.zones import zones
from wattprint.hub import places
from wattprint.hub.places import ZonesAsked
from wattprint.hub.storage.database import Database
from wattprint.hub.storage.migrate import migrate


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    """Somebody who has not signed in."""
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('zones') / 'hub.db'}")
    migrate(database)
    yield Browser(hub_of(database))
    database.close()


def test_a_search_finds_a_zone_by_name_and_by_code(browser):
    for words in ("quebec", "CA-QC"):
        text = browser.get(f"/zones?q={words}").text
        assert 'href="/zones/CA-QC"' in text
        assert "1 zone." in text


def test_the_cleanest_come_first_and_bases_are_not_ranked_together():
    found = places.listed(ZonesAsked(sort="intensity"))
    for basis in ("lifecycle", "direct"):
        figures = [
            one.figure.carbon_intensity_g_per_kwh for one in found if one.figure.basis == basis
        ]
        assert figures == sorted(figures)
    bases = [one.figure.basis for one in found]
    assert bases == sorted(bases, reverse=True)


def test_a_year_gives_the_figure_of_that_year_and_a_wrong_one_is_told(browser):
    text = browser.get("/zones?q=France&year=2014").text
    assert re.search(r">52\.22</td><td class=\"number\">2014<", text)  # owid_ember_2026
    answer = browser.get("/zones?year=24")
    assert answer.status_code == 422
    assert "expected one from 1990 to 2050" in answer.text


@pytest.mark.parametrize(
    "query", ["page=999", "page=-1", "page=x", "sort=zzz", "kind=zzz", "q=%00", "q=<b>", "year=²"]
)
def test_no_query_breaks_the_list(browser, query):
    assert browser.get(f"/zones?{query}").status_code in (200, 422)
    assert "<b>" not in browser.page.text


def test_a_zone_says_its_figures_sources_hours_and_regions(browser):
    text = browser.get("/zones/FR").text
    assert "owid_ember_2026" in text
    assert "gcp/europe-west9" in text
    assert 'data-spec="/zones/FR/hours.json"' in text
    assert 'href="/calculator?zone=FR"' in text
    assert "Nuclear" in text


def test_any_name_of_a_zone_leads_to_its_page(browser):
    assert browser.get("/zones/germany").headers["location"] == "/zones/DE"
    answer = browser.get("/zones/Georgia")
    assert answer.status_code == 404
    assert "GE (country), US-GA (subdivision)" in answer.text


def test_every_zone_has_a_page(browser):
    for zone in zones().entries[::9]:
        assert browser.get(f"/zones/{zone.zone}").status_code == 200, zone.zone


def test_typical_hours_have_the_mean_of_the_year():
    # The months' means, weighted by nothing but 12, lie near the level that scales them.
    for code in ("FR", "US-CAL-CISO", "AU-SA"):
        typical = places.typical_of(code)
        mean = sum(month.mean for month in typical.months) / 12
        assert mean == pytest.approx(typical.level.carbon_intensity_g_per_kwh, rel=0.01)


def test_the_chart_of_hours_draws_what_the_table_says(browser):
    typical = places.typical_of("FR")
    rows = browser.get("/zones/FR/hours.json").json()["data"]["values"]
    assert len(rows) == 12 * 24
    for row in (rows[0], rows[100], rows[-1]):
        month = typical.months[rows.index(row) // 24]
        assert row["g"] == pytest.approx(month.by_hour[row["hour"]], rel=1e-3)


def test_a_zone_without_a_profile_has_no_hours_and_says_so(browser):
    assert profiles().get("IS") is None
    assert "No public hourly series" in browser.get("/zones/IS").text
    assert browser.get("/zones/IS/hours.json").status_code == 404


def test_the_map_shows_life_cycle_alone(browser):
    spec = browser.get("/zones/map.json?year=2022").json()
    notes = re.findall(r'"note": ?"([^"]+)"', browser.page.text)
    assert spec["width"] == "container"
    assert len(notes) > 200
    assert all("life cycle" in note for note in notes)
    assert browser.get("/zones/map.json?year=x").status_code == 422


def test_years_are_those_of_the_figures_that_are_taken(browser):
    spec = browser.get("/zones/FR/years.json").json()
    assert {"2000", "2025"} <= {row["period"] for row in spec["data"]["values"]}


def test_the_cleanest_stretch_goes_round_midnight():
    by_hour = [1.0, 1.0, *[9.0] * 20, 1.0, 1.0]
    assert places.cleanest_stretch(by_hour) == 22
    assert places.stretch_mean(by_hour, 22) == 1.0
