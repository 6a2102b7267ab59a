"""The calculator's pages and its twin for programs: figures, faults beside fields, shared links."""

import asyncio
import html
import re

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.browser import Browser
from hub.made import Client, hub_of
from wattprint.estimator.describe import estimate
from wattprint.hub.api.app import application
from wattprint.hub.calculator.asked import asked
from wattprint.hub.calculator.factor_link import label, vintage
from wattprint.hub.calculator.fields import BY_NAME, FIELDS
from wattprint.hub.storage.database import Database
from wattprint.hub.storage.migrate import migrate

WORK = "accelerator=A100+SXM4+80GB&count=8&hours=72"
IN_FRANCE = f"/calculator?{WORK}&zone=FR&year=2024"


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    """A hub on SQLite: no page here asks the database for more than who looks."""
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('calculator') / 'hub.db'}")
    migrate(database)
    yield hub_of(database)
    database.close()


@pytest.fixture(scope="module")
def app(hub):
    """It as an application."""
    return application(hub)


@pytest.fixture
def browser(hub):
    """Somebody who has not signed in."""
    return Browser(hub)


def said(text, name):
    """What stands beside a field."""
    return html.unescape(re.search(rf'id="{name}-said"[^>]*>(.*?)</p>', text, re.S)[1])


def test_the_worked_value_comes_out(browser):
    # 8 x 0.4 kW x 120 h = 384 kWh, x PUE 1.2 = 460.8 kWh, x 350 g = 161.28 kg.
    query = "power_w=400&count=8&hours=120&pue=1.2&intensity=350"
    text = browser.get(f"/calculator?{query}").text
    assert "161.28 kg CO2e" in text
    assert "460.8 kWh" in text
    assert "384 kWh" in text


def test_the_page_and_the_library_give_the_same_line(browser):
    text = browser.get(IN_FRANCE).text
    footprint = estimate(accelerator="A100 SXM4 80GB", count=8, hours=72, zone="FR", year=2024)
    assert html.escape(footprint.summary()) in text


def test_without_a_place_there_is_energy_and_the_way_to_emissions(browser):
    text = browser.get(f"/calculator?{WORK}").text
    assert "230 kWh" in text
    assert "kg CO2e</dd>" not in text.partition("Beside the electricity")[0]
    assert '<span class="what">Emissions</span> <a href="#zone">' in text


def test_what_is_missing_leads_to_the_field_that_adds_it(browser):
    text = browser.get(IN_FRANCE).text
    for part, field in (("Cooling", "pue"), ("CPU", "host"), ("Network", "network_gb")):
        assert re.search(rf'<span class="what">{part}</span> <a href="#{field}">', text)
        assert f'id="{field}"' in text


def test_equations_evidence_and_equivalents_name_their_sources(browser):
    text = browser.get(IN_FRANCE).text
    assert "576 device-hours x 400 W x 1" in text
    assert "/methods/sources#owid_ember_2026" in text
    assert "counting_carbon_2023, 2023" in text
    assert "epa_equivalencies, 2024" in text


def test_cleaner_grids_are_links_to_the_same_work_there(browser):
    text = browser.get(f"/calculator?{WORK}&region=aws/us-east-1").text
    link = re.search(r'href="(/calculator\?[^"]*aws%2Feu-north-1[^"]*)">Stockholm', text)[1]
    assert "kg CO2e" in browser.get(html.unescape(link)).text


def test_documents_to_copy_are_those_of_the_reports(browser):
    text = html.unescape(browser.get(IN_FRANCE).text)
    assert r"\begin{tabular}{llll}" in text
    assert "| quantity | value | 90 % interval | method |" in text
    assert 'hardware_used: "8 x A100 SXM4 80GB"' in text
    assert "emissions: 9" in text  # 230.4 kWh x 41 g is 9.5 kg, in grams


def test_every_wrong_field_has_its_message_beside_it(browser):
    answer = browser.get("/calculator?accelerator=A1000&hours=-1&year=24&pue=1,2")
    assert answer.status_code == 422
    assert "accelerator 'A1000' is unknown" in said(answer.text, "accelerator")
    assert ">A100</a>" in said(answer.text, "accelerator")
    assert "hours is -1" in said(answer.text, "hours")
    assert "from 1990 to 2050" in said(answer.text, "year")
    assert "'1,2'; expected a number such as 8 or 1.5 or 'provider'" in said(answer.text, "pue")


@pytest.mark.parametrize(
    ("query", "field", "message"),
    [
        ("accelerator=H100", "hours", "no duration is given"),
        ("hours=5", "accelerator", "nothing is given that draws power"),
        ("energy_kwh=5", "energy_at", "not where it was measured"),
        ("accelerator=H100&hours=1&zone=FR&region=aws/us-east-1", "zone", "different places"),
        ("accelerator=H100&hours=1&pue=provider", "pue", "without a region"),
        ("accelerator=H100&hours=1&basis=direct", "basis", "no intensity is looked up"),
        ("accelerator=H100&hours=1&zone=Georgia", "zone", "name of 2 zones"),
        ("accelerator=H100&hours=1&count=40&host=workstation", "hosts", "how many machines"),
        ("accelerator=H100&hours=1&cpu_utilization=0.5", "cpu_utilization", "of nothing"),
        ("accelerator=H100&hours=nan", "hours", "expected a number"),
        ("accelerator=H100&hours=1e13", "hours", "0 to 1e+12"),
        ("accelerator=H100&hours=1&host=mainframe", "host", "is unknown"),
    ],
)
def test_what_contradicts_is_told_at_the_field_that_mends_it(query, field, message):
    pairs = dict(pair.split("=") for pair in query.split("&"))
    assert message in asked(pairs).faults[field].text


def test_a_part_is_answered_with_200_and_the_address_that_asks_the_same(browser):
    answer = browser.get("/calculator?accelerator=A1000&hours=1", **{"hx-request": "true"})
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert 'id="accelerator-said" data-fault-of="accelerator" hx-swap-oob="true"' in answer.text
    good = browser.get(IN_FRANCE, **{"hx-request": "true"})
    assert good.headers["hx-replace-url"] == f"{IN_FRANCE}&factors={label()}"


def test_going_back_is_answered_with_the_whole_page(browser):
    headers = {"hx-request": "true", "hx-history-restore-request": "true"}
    assert "<html" in browser.get(IN_FRANCE, **headers).text


def test_a_link_keeps_its_factor_set_and_another_one_is_told(browser):
    digest = estimate(power_w=1, hours=1).factor_set["sha256"]
    version = label().partition("-")[0]
    for same in ("", version, digest, digest[:12], label()):
        assert vintage(same).is_here, same
    for other in ("2020.1.0", "0" * 64, digest[:4], f"2020.1.0-{digest[:12]}"):
        assert not vintage(other).is_here, other
    assert "made with other factors" in browser.get(f"{IN_FRANCE}&factors=2020.1.0").text
    assert "made with other factors" not in browser.get(f"{IN_FRANCE}&factors={label()}").text


def test_a_misspelt_parameter_is_told(browser):
    assert "parameter &#39;huors&#39; is unknown" in browser.get(f"{IN_FRANCE}&huors=3").text


def test_what_was_typed_is_shown_escaped(browser):
    text = browser.get('/calculator?accelerator="><script>alert(1)</script>&hours=1').text
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text


def test_cpus_are_found_while_one_types(browser):
    text = browser.get("/calculator/cpus?cpu=epyc+7742").text
    assert text.startswith("<option>AMD EPYC 7742")
    assert browser.get("/calculator/cpus?cpu=").text == ""


def test_the_api_gives_the_footprint_of_the_library(hub):
    answer = Client(hub).get(
        "/api/v1/estimate", params={"accelerator": "H100", "hours": 3, "zone": "DE"}
    )
    assert answer.json() == estimate(accelerator="H100", hours=3, zone="DE").as_dict()


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ({}, "accelerator"),
        ({"accelerator": "H100", "hours": "x"}, "hours"),
        ({"accelerator": "H100", "hours": 1, "huors": 1}, "huors"),
        ({"accelerator": "H100", "hours": 1, "factors": "2020.1.0"}, "factors"),
    ],
)
def test_the_api_names_the_parameter_that_it_refuses(hub, query, parameter):
    answer = Client(hub).get("/api/v1/estimate", params=query)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert [fault["parameter"] for fault in answer.json()["errors"]] == [parameter]


def test_the_api_is_described_with_all_that_it_takes(hub):
    paths = Client(hub).get("/api/v1/openapi.json").json()["paths"]
    described = paths["/api/v1/estimate"]["get"]
    assert {one["name"] for one in described["parameters"]} == {*BY_NAME, "factors"}
    assert "application/problem+json" in described["responses"]["422"]["content"]


def test_every_field_is_one_of_the_library_and_stands_on_the_page(browser):
    from inspect import signature

    known, text = signature(estimate).parameters, browser.get("/calculator").text
    for field in FIELDS:
        assert field.name in known
        assert f'name="{field.name}"' in text


def test_who_has_no_token_is_limited_by_the_address(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'hub.db'}")
    migrate(database)
    client = Client(hub_of(database, requests_per_s=1.0))
    query = {"power_w": 1, "hours": 1}
    statuses = [client.get("/api/v1/estimate", params=query).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]  # twice as many at once
    assert client.get("/calculator").status_code == 429
    database.close()


@pytest.mark.parametrize(
    ("other", "status"),
    [("::ffff:192.0.2.2", 200), ("::ffff:192.0.2.1", 429), ("192.0.2.1", 429)],
)
def test_an_address_within_ipv6_is_that_of_its_ipv4(tmp_path, other, status):
    database = Database(f"sqlite:///{tmp_path / 'hub.db'}")
    migrate(database)
    app = application(hub_of(database, requests_per_s=0.5))  # a bucket that holds one
    first, second = (asyncio.run(_status_from(app, of)) for of in ("::ffff:192.0.2.1", other))
    database.close()
    assert (first, second) == (200, status)


async def _status_from(app, address):
    transport = httpx.ASGITransport(app, client=(address, 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://hub.test") as client:
        return (await client.get("/api/v1/estimate?power_w=1&hours=1")).status_code


_TEXTS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["", "1", "-1", "1e999", "nan", "0", "8", "provider", "none", "FR", "H100"]),
    st.sampled_from(["aws/p4d.24xlarge", "gcp/europe-west1", "cloud-vm", "it", "workstation"]),
    st.floats().map(str),
)
_NAMES = st.sampled_from([*BY_NAME, "factors", "other", ""])


@settings(max_examples=150, deadline=None)
@given(query=st.dictionaries(_NAMES, _TEXTS, max_size=9))
def test_whatever_an_address_says_is_answered_or_refused(app, query):
    statuses = asyncio.run(_statuses(app, query))
    assert set(statuses) <= {200, 422}


async def _statuses(app, query):
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://hub.test") as client:
        paths = ("/calculator", "/api/v1/estimate")
        return [(await client.get(path, params=query)).status_code for path in paths]
