"""The documentation as pages: whole, safe, found by their titles, and in the wheel."""

import html
import re
from pathlib import Path

import pytest

from hub.browser import Browser
from hub.made import hub_of
from wattprint.hub import manual
from wattprint.hub.storage.database import Database
from wattprint.hub.storage.migrate import migrate

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    """Somebody who has not signed in."""
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('methods') / 'hub.db'}")
    migrate(database)
    yield Browser(hub_of(database))
    database.close()


def test_the_contents_list_every_formula_and_methodology():
    listed = {name for chapter in manual.CHAPTERS for name in chapter.pages}
    kinds = ("formulas", "methodologies")
    assert {name for name in manual.names() if name.partition("/")[0] in kinds} <= listed
    assert listed <= set(manual.names())


def test_a_page_is_shown_with_its_contents(browser):
    answer = browser.get("/methods/formulas/facility-energy")
    assert answer.status_code == 200
    assert "<h1" in answer.text and "ISO/IEC 30134-2" in answer.text
    assert '<a href="#by-hand">By hand</a>' in answer.text
    assert 'aria-current="page"' in answer.text


def test_every_link_within_the_manual_leads_to_a_page_and_a_heading_that_exist():
    pages = {name: manual.manual_page(name) for name in manual.names()}
    ids = {name: set(re.findall(r'id="([^"]+)"', page.html)) for name, page in pages.items()}
    for name, page in pages.items():
        for link in re.findall(r'href="/methods/([^"]+)"', page.html):
            target, _, anchor = html.unescape(link).partition("#")
            assert target in pages, (name, link)
            assert not anchor or anchor in ids[target], (name, link)


def test_no_page_holds_a_style_a_script_or_foreign_pictures():
    for name in manual.names():
        page = manual.manual_page(name).html
        assert not re.search(r"<(script|iframe|style|object)|\\sstyle=|\\son\\w+=", page), name
        for source in re.findall(r'<img[^>]*src="([^"]+)"', page):
            assert source.startswith("/methods/pictures/"), name


@pytest.mark.parametrize(
    "name", ["nothing", "../pyproject", "formulas/../hub", "formulas//water", ""]
)
def test_a_page_that_is_not_there_is_said_so(browser, name):
    if name in ("nothing", "formulas//water"):  # a client takes the dots out itself
        assert browser.get(f"/methods/{name}").status_code == 404
    with pytest.raises(LookupError, match="is unknown"):
        manual.manual_page(name)


def test_titles_and_headings_are_found(browser):
    text = browser.get("/methods?q=water").text
    assert 'href="/methods/formulas/water"' in text
    assert "Nothing is titled" in browser.get("/methods?q=zzz").text
    text = browser.get("/methods?q=<b>").text
    assert "&lt;b&gt;" in text


def test_every_source_has_its_place_in_a_list(browser):
    text = browser.get("/methods/sources").text
    assert 'id="counting_carbon_2023"' in text


def test_a_picture_of_the_documentation_is_shown(browser):
    answer = browser.get("/methods/pictures/estimate.svg")
    assert answer.headers["content-type"].startswith("image/svg+xml")
    assert browser.get("/methods/pictures/nothing.svg").status_code == 404


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("water.md", "/methods/formulas/water"),
        ("../glossary.md#method", "/methods/glossary#method"),
        ("index.md", "/methods/formulas"),
        ("../index.md", "/methods"),
        ("#source", "#source"),
        ("https://doi.org/10.1", "https://doi.org/10.1"),
        ("../../README.md", None),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("//evil.test/x.md", None),
    ],
)
def test_a_link_leads_to_a_page_of_the_hub_or_openly_outside(link, expected):
    assert manual.address_of("formulas/sci.md", link) == expected
