"""A real browser walks every page: desktop and phone, light and dark, by eye, by ear and by key.

On each page: no fault on the console (one of the content security policy included), no request to
another origin, nothing wider than a phone's screen, and nothing serious that axe-core finds.
"""

import os
import shutil
from contextlib import suppress
from itertools import islice
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import demo_hub
from hub.made import sent_run, served
from hub.made_models import footprint, model

pytest.importorskip("playwright", reason="Playwright is not installed")
from playwright.sync_api import sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
AXE = Path(__file__).parent / "vendor" / "axe.min.js"
WHOLE = os.environ.get("WATTPRINT_PROOF") == "whole"

DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
LOOKS = {
    "desktop, light": (DESKTOP, "light"),
    "phone, dark": (PHONE, "dark"),
    **({"desktop, dark": (DESKTOP, "dark"), "phone, light": (PHONE, "light")} if WHOLE else {}),
}
CALCULATED = "/calculator?accelerator=H100&count=8&hours=72&region=aws/us-east-1&pue=provider"
NOWHERE = "/no-such-page"
PUBLIC = (
    *("/sign-in", NOWHERE, "/calculator", f"{CALCULATED}&host=8-accelerator-server"),
    *("/zones?sort=intensity", "/zones/FR", "/zones/IS"),
    *("/methods", "/methods/formulas/transformer", "/methods/glossary", "/methods/sources"),
    *("/models", "/models/model-0001", "/leaderboards", "/leaderboards/text-ranking"),
)
RUN, OTHER = islice(demo_hub.made_runs(readings=12), 2)
MEMBERS = (
    *("/dashboard?period=year", "/dashboard?period=all&by=zone&step=quarter", "/runs"),
    *(f"/runs/{RUN.run_id}", "/runs/walked-search", "/runs?parent=walked-search"),
    *("/sweeps", "/sweeps?project=none"),
    f"/compare?run={RUN.project}/{RUN.run_id}&run={OTHER.project}/{OTHER.run_id}",
    *("/models", "/models/made-up-00003", "/models/submit", "/models/review"),
    *("/leaderboards", "/leaderboards/translation", "/requests"),
    *("/account", "/admin", "/admin/members", "/admin/members/admin"),
    "/admin/members/admin/remove",
    *("/admin/teams", "/admin/tokens", "/admin/audit", "/admin/factor-sets"),
)
_MOST_WAIT_MS = 30_000


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    """A hub in a process of its own, with a made-up team's year in it."""
    with served(tmp_path_factory.mktemp("walk")) as hub:
        demo_hub.fill(hub.url, hub.token, readings=12)
        demo_hub.fill_models(hub.url, hub.token, 60)
        fill_registry(hub)
        fill_sweep(hub)
        yield hub


def fill_sweep(hub):
    """A search and its trials, each of more energy than the one before, every fourth failed."""
    rows = [sent_run("walked-search", joules=7.2e6, name="learning rates of the ranker")]
    for i in range(12):
        more = {"name": f"lr=1e-{i}", "outcome": "completed" if i % 4 else "failed"}
        rows.append(sent_run(f"t{i}", joules=1e6 + 1e5 * i, parent="walked-search", **more))
    assert hub.request("POST", "/api/v1/runs:batch", {"runs": rows})[0] == 200


def fill_registry(hub):
    """Publish some models, and leave one with something odd about it for review."""
    path = "/api/v1/registry"
    said = {"is_public": True, "attribution": "Made-up Lab"}
    assert hub.request("PUT", f"{path}/settings", said)[0] == 200
    models = [model(i, work=footprint(emissions=10 + i % 7)) for i in range(30)]
    assert hub.request("POST", f"{path}/models:batch", {"models": models})[0] == 200
    ids = [one["id"] for one in models]
    hub.request("POST", f"{path}/models:review", {"ids": ids, "decision": "accepted"})
    hub.request("POST", f"{path}/models", model(99, work=footprint(hardware="H1000")))
    hub.request("POST", f"{path}/requests", {"model": "made-up/asked"})


@pytest.fixture(scope="module")
def chromium():
    """A browser without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        with suppress(Exception):
            browser.close()


@pytest.fixture(scope="module", params=LOOKS)
def context(request, chromium):
    """A person's window."""
    size, scheme = LOOKS[request.param]
    context = chromium.new_context(viewport=size, color_scheme=scheme, bypass_csp=False)
    context.set_default_timeout(_MOST_WAIT_MS)
    yield context
    context.close()


@pytest.fixture(scope="module")
def signed_in(context, hub):
    """The same window, signed in by the form."""
    page = context.new_page()
    page.goto(f"{hub.url}/sign-in")
    with suppress(Exception):
        page.locator("details > summary").first.click(timeout=1000)
    page.fill("input[name=token]", hub.token)
    page.locator("form:has(input[name=token]) button").click()
    page.wait_for_url(f"{hub.url}/**")
    page.close()
    return context


def faults_of(context, url):
    """All that is wrong with a page."""
    page, said = context.new_page(), []
    page.on("console", lambda m: said.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda asked: said.append(asked.url) if is_foreign(asked.url, url) else None)
    status = page.goto(url, wait_until="networkidle").status
    page.wait_for_selector("figure.chart:not([data-drawn])", state="detached")
    if url.endswith(NOWHERE):
        said = [text for text in said if "404" not in text]
    elif status != 200:
        said.append(f"status {status}")
    said += sticking_out(page)
    said += serious_of(page)
    page.close()
    return said


def is_foreign(address, of):
    """Whether a request goes to another origin."""
    return not address.startswith("data:") and urlsplit(address).netloc != urlsplit(of).netloc


def sticking_out(page):
    """What makes a page wider than its window: a reader would have to push it sideways."""
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return [f"{wide} px wider than the window"] if wide > 0 else []


def serious_of(page):
    """What axe-core finds that keeps somebody from reading or using a page."""
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{fault['id']}: {fault['help']}: {node['html'][:200]}"
        for fault in found["violations"]
        if fault["impact"] in ("serious", "critical")
        for node in fault["nodes"]
    ]


@pytest.mark.parametrize("path", PUBLIC)
def test_a_page_for_anybody_is_without_fault(hub, context, path):
    assert faults_of(context, hub.url + path) == []


@pytest.mark.parametrize("path", MEMBERS)
def test_a_page_for_members_is_without_fault(hub, signed_in, path):
    assert faults_of(signed_in, hub.url + path) == []
