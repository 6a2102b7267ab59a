"""A real browser types into the calculator: the answer follows, the address with it."""

import shutil

import pytest

from hub.made import served

pytest.importorskip("playwright", reason="Playwright is not installed")
from playwright.sync_api import expect, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    with served(tmp_path_factory.mktemp("typed") / "home") as hub:
        yield hub


@pytest.fixture(scope="module")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(hub, chromium):
    page, said = chromium.new_page(), []
    page.set_default_timeout(30_000)
    expect.set_options(timeout=30_000)
    page.on("console", lambda m: said.append(m.text) if m.type in ("error", "warning") else None)
    page.goto(f"{hub.url}/calculator")
    yield page
    page.close()
    assert said == []


def test_the_answer_follows_what_is_typed_and_the_address_too(page):
    page.fill("#accelerator", "A100 SXM4 80GB")
    expect(page.locator("#hours-said")).to_contain_text("no duration is given")
    expect(page.locator("#hours")).to_have_attribute("aria-invalid", "true")
    page.fill("#hours", "72")
    expect(page.locator("#summary")).to_contain_text("28.8 kWh")  # 0.4 kW x 72 h
    expect(page.locator("#hours")).not_to_have_attribute("aria-invalid", "true")
    page.fill("#zone", "FR")
    expect(page.locator("#summary")).to_contain_text("kg CO2e")
    assert "zone=FR" in page.url
    assert "factors=" in page.url
    page.reload()
    expect(page.locator("#summary")).to_contain_text("28.8 kWh")


def test_what_is_missing_leads_into_its_field_even_a_folded_one(page):
    page.fill("#accelerator", "A100 SXM4 80GB")
    page.fill("#hours", "1")
    page.locator("#answer a[href='#network_gb']").click()
    expect(page.locator("#network_gb")).to_be_focused()
    page.keyboard.type("100")
    expect(page.locator("#answer")).to_contain_text("Network")


def test_a_nearest_name_is_taken_by_a_click(page):
    page.fill("#hours", "1")
    page.fill("#accelerator", "A1000")
    page.locator("#accelerator-said a", has_text="A100").first.click()
    expect(page.locator("#accelerator")).to_have_value("A100")
    expect(page.locator("#summary")).to_contain_text("Wh")
