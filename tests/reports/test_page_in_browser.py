"""A run's page as a browser lays it out: nothing is cut, at a desk and on a phone."""

import json
import re
import shutil
import subprocess

import pytest

import wattprint
from made_logs import MEASURED, MODELLED, sacct_log
from reports.long_runs import busy_server, nasty
from wattprint.estimator.tracked import footprint_of_run
from wattprint.reports.accounting import account_page
from wattprint.reports.page import run_page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium to read the page with")

QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--allow-file-access-from-files",
]
LOOK = """<!doctype html><body><iframe src="page.html" width="{width}" height="900"></iframe>
<pre id="seen"></pre><script>
window.onload = () => {{
  const frame = document.querySelector("iframe"), page = frame.contentDocument
  const shown = [...page.querySelectorAll("svg.chart")].filter(s => s.getBoundingClientRect().width)
  document.getElementById("seen").textContent = JSON.stringify({{
    width: frame.clientWidth,
    needed: page.documentElement.scrollWidth,
    charts: [...new Set(shown.map(s => s.classList[1]))],
    smallest: Math.min(...shown.flatMap(s => [...s.querySelectorAll("text")].map(
      t => parseFloat(getComputedStyle(t).fontSize) *
        s.getBoundingClientRect().width / s.viewBox.baseVal.width))),
    title: page.title,
  }})
}}
</script>"""


def page_of_run(run):
    return run_page(run, footprint_of_run(run, zone="FR", pue=1.2))


def seen(folder, page, width):
    """Return what a browser sees of a page at a width."""
    (folder / "page.html").write_text(page, "utf-8")
    (folder / "look.html").write_text(LOOK.format(width=width), "utf-8")
    command = [CHROMIUM, *QUIET, f"--user-data-dir={folder / 'profile'}", "--dump-dom"]
    done = subprocess.run(
        [*command, "--window-size=1400,1000", (folder / "look.html").as_uri()],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return json.loads(re.search(r'<pre id="seen">(.*?)</pre>', done.stdout, re.DOTALL)[1])


@pytest.mark.parametrize(
    ("make", "width", "size"),
    [
        pytest.param(busy_server, 390, "narrow", id="phone"),
        pytest.param(nasty, 390, "narrow", id="phone, long names"),
        pytest.param(busy_server, 760, "wide", id="tablet"),
        pytest.param(busy_server, 1200, "wide", id="desk"),
    ],
)
def test_a_page_fits_its_screen_and_its_charts_can_be_read(tmp_path, make, width, size):
    found = seen(tmp_path, page_of_run(make()), width)
    assert found["needed"] <= found["width"] <= width, "the page scrolls sideways"
    assert found["charts"] == [size]
    assert found["smallest"] >= 9.0, "a chart's letters are too small [px]"


@pytest.mark.parametrize(("width", "size"), [(390, "narrow"), (760, "wide"), (1200, "wide")])
def test_the_page_of_a_cluster_fits_its_screen_with_long_names_too(tmp_path, width, size):
    rows = [row.replace("chem", "a_very_long_account_" * 4) for row in (*MEASURED, *MODELLED)]
    log = sacct_log(tmp_path / "sacct.txt", *rows)
    report = wattprint.account(log, zone="FR", pue=1.2, by=["account,quarter", "state"]).report
    found = seen(tmp_path, account_page(report), width)
    assert found["needed"] <= found["width"] <= width, "the page scrolls sideways"
    assert found["charts"] == [size]
    assert found["smallest"] >= 9.0, "a chart's letters are too small [px]"
