"""Pages of the registry: found, submitted, reviewed, asked for; nothing that is typed runs."""

import re
from html import unescape

import pytest

from hub.browser import Browser
from hub.made import admin_of, client_of, hub_of
from hub.made_models import accepted, footprint, model, publish
from wattprint.hub.auth.rights import Principal

ROOT = Principal("acme", "root", "0" * 16, "admin", frozenset({"admin"}))
EVIL = "<script>alert(1)</script>\" onload='x"
CARD = """---
license: mit
pipeline_tag: text-classification
co2_eq_emissions:
  emissions: 166
  source: codecarbon
  hardware_used: 1 x A100 PCIe 40GB
  hours_used: 10
  geographical_location: France
---
# A card
"""


@pytest.fixture
def hub(database):
    """A hub whose public organisation is acme."""
    return hub_of(database, public_organisation="acme")


@pytest.fixture
def token(hub):
    """Its admin's token."""
    return admin_of(hub)


@pytest.fixture
def browser(hub, token):
    """A browser in which the admin has signed in."""
    made = Browser(hub)
    made.sign_in(token)
    return made


def form(**changes):
    """What is typed into the form: a footprint that fits."""
    said = {
        "name": "made-up/typed",
        "task": "text-ranking",
        "hardware": "A100 SXM4 80GB",
        "count": "8",
        "hours": "72",
        "zone": "FR",
        "pue": "1.2",
        "trained_in": "2023",
        "emissions": "14.7",
        "emissions_unit": "kg",
    }
    return {**said, **changes}


def test_a_check_says_beside_the_field_what_is_odd_and_stores_nothing(hub, browser):
    browser.get("/models/submit")
    answer = browser.send("/models/submit", **form(emissions_unit="g"), do="check")
    assert answer.status_code == 422
    said = re.search(r'id="emissions-said">([^<]*)<', answer.text)
    assert said is not None
    assert "1,000 times smaller" in said[1]
    assert "14.7 kg CO2e (3.77-22.1)" in answer.text, "our estimate stands beside it"
    assert "Nothing waits" in browser.get("/models/review").text


def test_a_form_becomes_a_model_once(hub, browser):
    browser.get("/models/submit")
    page = browser.page
    for _ in range(2):  # the button pressed twice
        browser.page = page
        answer = browser.send("/models/submit", **form(), do="send")
        assert answer.status_code == 200
        assert "<h1>made-up/typed</h1>" in answer.text
    assert "1 waiting" in browser.get("/models/review").text


def test_a_card_is_read_shown_and_submitted(hub, browser):
    browser.get("/models/submit")
    answer = browser.send("/models/submit/card", card=CARD, card_name="made-up/card")
    assert "text-classification" in answer.text
    assert "emissions: 166" in answer.text
    browser.page = answer
    answer = browser.send("/models/submit/card", card=CARD, card_name="made-up/card", do="send")
    assert "166 g CO2e" in answer.text


def test_a_doubt_of_a_card_waits_for_a_reviewer_and_is_not_accepted_in_bulk(hub, browser):
    browser.get("/models/submit")
    card = "---\nco2_eq_emissions: 0.5\n---\n"  # half a gram, or half a kilogram
    said = {"card": card, "card_name": "made-up/half"}
    browser.page = browser.send("/models/submit/card", **said)
    assert browser.page.text.count("a factor of 1,000 is in doubt") == 1
    browser.send("/models/submit/card", **said, do="send")
    browser.get("/models/submit")
    browser.send("/models/submit", **form(), do="send")
    assert "a factor of 1,000 is in doubt" in browser.get("/models/review").text
    page = browser.send("/models/review/plain").text
    assert "1 waiting, 1 accepted" in page
    assert "made-up/half" in page


def test_a_note_keeps_its_lines(hub, browser):
    accepted(client_of(hub, admin_of(hub)), model(note="one\ntwo"))
    assert "<p>one<br>two</p>" in browser.get("/models/model-0001").text


def test_a_card_without_emissions_is_refused_in_words(hub, browser):
    browser.get("/models/submit")
    answer = browser.send("/models/submit/card", card="---\nlicense: mit\n---\n", card_name="x")
    assert answer.status_code == 422
    assert "has no co2_eq_emissions" in answer.text


def test_a_maintainer_accepts_and_anybody_reads_what_is_published(hub, token, browser):
    client = client_of(hub, token)
    client.post("/api/v1/registry/models", json=model(1))
    odd = footprint(hardware="H1000", emissions=14.7)
    client.post("/api/v1/registry/models", json=model(2, work=odd))
    browser.get("/models/review")
    answer = browser.send("/models/review/plain")
    assert "1 accepted." in answer.text, "the odd one waits on"
    browser.get("/models/review")
    browser.send("/models/review", decision="rejected", reason="which hardware?")
    assert "rejected" in browser.get("/models/model-0002").text
    anybody = Browser(hub)
    assert "not published" in anybody.get("/models").text
    assert anybody.get("/models/model-0001").status_code == 404
    browser.get("/models/review")
    browser.send("/models/review/settings", is_public="yes", attribution="Acme")
    assert "made-up/ranker-1" in anybody.get("/models?q=ranker").text
    page = anybody.get("/models/model-0001").text
    assert "1.00 times as much" in page or "1 times as much" in page
    assert "root" not in page, "no name of a member"
    assert anybody.get("/models/model-0002").status_code == 404


def test_what_is_typed_is_shown_and_never_run(hub, token, browser):
    publish(hub, ROOT, attribution=EVIL)
    typed = ("name", "version", "task", "dataset", "publisher", "licence", "note")
    evil = dict.fromkeys(typed, EVIL)
    scores = [{"metric": EVIL, "value": 0.5}]
    client = client_of(hub, token)
    accepted(client, model(1, **evil, scores=scores))
    client.post("/api/v1/registry/models", json=model(2, **evil))
    client.post("/api/v1/registry/requests", json={"model": EVIL, "note": EVIL})
    for path in (
        "/models",
        f"/models?q={EVIL}&task={EVIL}&most_kg={EVIL}&sort={EVIL}&cursor={EVIL}",
        "/models/model-0001",
        "/models/review",
        "/leaderboards",
        "/requests",
    ):
        text = browser.get(path).text
        assert "<script>alert" not in text, path
        assert "onload='x" not in text, path


def test_a_leaderboard_is_a_chart_and_a_table(hub, token, browser):
    accepted(client_of(hub, token), *(model(number) for number in range(3)))
    text = browser.get("/leaderboards/text-ranking").text
    assert text.count("on the front") == 1
    spec = re.search(r'data-spec="([^"]+)"', text)
    assert spec is not None
    chart = browser.get(spec[1].replace("&amp;", "&")).json()
    assert "vega-lite" in chart["$schema"]


def test_an_author_answers_once_and_without_an_account(hub, browser):
    browser.get("/requests")
    fields = {"form_key": key_of(browser), "model": "made-up/asked", "note": "Please."}
    link = re.search(r"/request/[\w.-]+", browser.post("/requests", fields).text)
    assert link is not None
    author = Browser(hub)
    assert "Three questions about made-up/asked" in author.get(link[0]).text
    said = {"zone": "France", "hardware": "A100 SXM4 80GB", "count": "4", "hours": "10"}
    answer = author.send(link[0], **said, do="check")
    # 4 x 0.4 kW x 10 h = 16 kWh
    assert "16 kWh" in answer.text
    assert "Thank you" in author.send(link[0], **said, do="send").text
    assert author.get(link[0]).status_code == 404, "the link is used up"
    assert "made-up/asked" in browser.get("/models/review").text
    assert "answered" in browser.get("/requests").text


@pytest.fixture
def link(browser):
    """A link that asks an author."""
    browser.get("/requests")
    fields = {"form_key": key_of(browser), "model": "made-up/asked"}
    return re.search(r"/request/[\w.-]+", browser.post("/requests", fields).text)[0]


@pytest.mark.parametrize("place", ["gcp/europe-west1", "europe-west1", "BE"])
def test_an_author_names_a_country_or_a_cloud_region(hub, link, place):
    author = Browser(hub)
    author.get(link)
    answer = author.send(link, zone=place, hardware="H100", hours="10", do="check")
    # 0.7 kW x 10 h = 7 kWh, in Belgium
    assert (answer.status_code, "7 kWh" in answer.text) == (200, True)
    assert "CO2e" in answer.text.split("card")[1]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"zone": "gcp/europe-west11"}, "region 'gcp/europe-west11' is unknown; nearest: "),
        ({"zone": "Belgica"}, "zone 'Belgica' is unknown; nearest: "),
    ],
)
def test_an_author_is_told_of_a_place_that_is_none_beside_its_field(hub, link, said, words):
    author = Browser(hub)
    author.get(link)
    answer = author.send(link, hardware="H100", hours="10", do="check", **said)
    assert answer.status_code == 422
    beside = unescape(answer.text).split('id="zone-said">')[1].split("</p>")[0]
    assert beside.startswith(words)


def test_an_author_is_not_told_of_commands(hub, link):
    author = Browser(hub)
    author.get(link)
    answer = author.send(link, zone="FR", hardware="H1000x", hours="10", do="check")
    text = unescape(answer.text)
    assert "accelerator 'H1000x' is unknown; expected a name such as 'H100' or" in text
    assert "--power-w" not in text and "wattprint factors" not in text


def key_of(browser):
    """The key of the open page's forms."""
    found = re.search(r'name="form_key" value="(\w+)"', browser.page.text)
    assert found is not None
    return found[1]


def test_a_link_that_was_taken_back_is_too_old_or_guessed_opens_nothing(hub, token, browser):
    client = client_of(hub, token)
    path = "/api/v1/registry/requests"
    made = [client.post(path, json={"model": "made-up/asked"}).json() for _ in range(2)]
    assert client.delete(f"{path}/{made[0]['request_id']}").status_code == 204
    assert client.delete(f"{path}/{made[0]['request_id']}").status_code == 404
    author = Browser(hub)
    assert author.get(made[0]["path"]).status_code == 404
    assert author.get(made[1]["path"]).status_code == 200
    assert author.get(made[1]["path"][:-1] + "!").status_code == 404
    hub.wall_clock_s.now_s += 31 * 24 * 3600
    assert author.get(made[1]["path"]).status_code == 404
    secret = made[1]["path"].rpartition(".")[2]
    assert secret not in client.get(path).text
