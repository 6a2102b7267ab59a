"""Charts in a real browser under the pages' policy: drawn, sized, dark, named, swapped, refused."""

import json
import shutil
import threading
from contextlib import suppress
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from wattprint.charts.theme import BLUE, chart
from wattprint.hub.pages.rendering import STATIC

pytest.importorskip("playwright", reason="Playwright is not installed")
from playwright.sync_api import sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'"
)
FIGURE = (
    '<figure class="chart" data-spec="{spec}"><figcaption>A chart</figcaption>'
    '<div class="plot"></div></figure>'
)
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Charts</title>
<meta name="htmx-config" content='{{"includeIndicatorStyles": false, "allowEval": false}}'>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/static/hub.css">
<script src="/static/vendor/htmx.min.js" defer></script>
<script src="/static/charts.js" data-vega="/static/vendor/vega.min.js" defer></script></head>
<body><main>{body}</main></body></html>"""
SPEC = chart(
    {
        "description": "Two bars.",
        "width": "container",
        "height": 80,
        "data": {"values": [{"name": "a", "kg": 3}, {"name": "b", "kg": 1.5}]},
        "mark": {"type": "bar", "color": BLUE.light, "tooltip": True},
        "encoding": {
            "y": {"field": "name", "type": "nominal"},
            "x": {"field": "kg", "type": "quantitative", "axis": {"labelExpr": "datum.label"}},
        },
        "autosize": {"type": "fit-x", "contains": "padding"},
    }
)
TYPES = {".js": "text/javascript", ".css": "text/css", ".json": "application/json"}


class Answers(BaseHTTPRequestHandler):
    """The files of ours, a specification, and pages with figures."""

    def do_GET(self):
        path = urlsplit(self.path).path
        if path.startswith("/static/"):
            file = STATIC / path.removeprefix("/static/")
            self.answer(TYPES.get(file.suffix, "text/plain"), file.read_bytes())
        elif path == "/spec.json":
            self.answer("application/json", json.dumps(SPEC).encode())
        elif path == "/part":
            self.answer("text/html", FIGURE.format(spec="/spec.json?part").encode())
        elif path == "/foreign":
            body = FIGURE.format(spec="http://elsewhere.invalid/spec.json")
            self.answer("text/html", PAGE.format(body=body).encode())
        elif path == "/":
            more = '<button hx-get="/part" hx-target="#more">More</button><div id="more"></div>'
            body = FIGURE.format(spec="/spec.json") + more
            self.answer("text/html", PAGE.format(body=body).encode())
        else:
            self.send_error(404)

    def answer(self, kind, data):
        self.send_response(200)
        self.send_header("content-type", f"{kind}; charset=utf-8")
        self.send_header("content-security-policy", POLICY)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        with suppress(BrokenPipeError):
            self.wfile.write(data)

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture(scope="module")
def address():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        with suppress(Exception):
            browser.close()


@pytest.fixture
def page(chromium):
    """A page whose console must stay empty."""
    context = chromium.new_context(viewport={"width": 900, "height": 700}, color_scheme="light")
    page = context.new_page()
    page.set_default_timeout(30_000)
    page.said = []
    page.on("console", lambda message: page.said.append(message.text))
    page.on("pageerror", lambda error: page.said.append(str(error)))
    yield page
    context.close()


def drawn(page, state="yes", count=1):
    figures = page.locator(f"figure[data-drawn={json.dumps(state)}]")
    figures.nth(count - 1).wait_for()


def fills(page):
    all_fills = "all => all.map(path => path.getAttribute('fill'))"
    return page.eval_on_selector_all("figure svg path", all_fills)


@needs_chromium
def test_a_chart_is_drawn_as_wide_as_its_figure_and_named(page, address):
    page.goto(address)
    drawn(page)
    plot = page.locator("figure .plot")
    assert plot.get_attribute("aria-label") == "Two bars."
    assert plot.get_attribute("role") == "img"
    width = "element => element.clientWidth"
    assert abs(plot.evaluate(width) - plot.locator("svg").evaluate(width)) <= 2
    assert page.said == []


@needs_chromium
def test_a_chart_follows_the_window_and_the_screen(page, address):
    page.goto(address)
    drawn(page)
    assert BLUE.light in fills(page)
    page.emulate_media(color_scheme="dark")
    page.locator(f'figure path[fill="{BLUE.dark}"]').first.wait_for()
    page.set_viewport_size({"width": 390, "height": 700})
    page.wait_for_function("() => document.querySelector('figure svg').clientWidth < 390")
    assert BLUE.light not in fills(page)
    assert page.said == []


@needs_chromium
def test_a_figure_that_htmx_brings_is_drawn_too(page, address):
    page.goto(address)
    page.click("button")
    drawn(page, count=2)
    assert page.said == []


@needs_chromium
def test_the_pointer_is_told_what_it_is_on(page, address):
    page.goto(address)
    drawn(page)
    page.locator("figure svg .mark-rect path").first.hover()
    page.wait_for_selector(".tip:not([hidden])")
    assert page.locator(".tip").inner_text().split("\n") == ["kg 3", "name a"]
    assert page.said == []


@needs_chromium
def test_a_chart_of_another_origin_is_not_asked_for(page, address):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{address}/foreign")
    drawn(page, "a chart comes from this hub or not at all")
    assert "could not be drawn" in page.locator("figure .plot").inner_text()
    assert [url for url in asked if "elsewhere" in url] == []


def test_vendored_files_are_those_that_their_readme_names():
    readme = (STATIC / "vendor" / "README.md").read_text("utf-8")
    files = [path for path in (STATIC / "vendor").iterdir() if path.suffix != ".md"]
    assert sorted(path.name for path in files) == ["htmx.min.js", "vega.min.js", "world.json"]
    for path in files:
        assert f"`{sha256(Path(path).read_bytes()).hexdigest()}`" in readme
