"""A run's page: whole, escaped, alone, and its figures are those of the footprint."""

import itertools
import re
import sys
from html.parser import HTMLParser

import pytest

from reports import long_runs
from wattprint.charts.theme import SIZES
from wattprint.domain.display import printable
from wattprint.domain.errors import InputError
from wattprint.domain.figures import figures
from wattprint.estimator.per_unit import breakdown_of_run
from wattprint.estimator.tracked import footprint_of_run
from wattprint.reports.page import run_page

LARGEST_USUAL_BYTES = 300_000
VOID = {"meta", "br", "hr", "img", "input", "link"}
MADE = {
    "busy": (long_runs.busy_server, {"zone": "FR", "pue": 1.2}),
    "no place": (long_runs.busy_server, {}),
    "no interval": (long_runs.empty, {}),
    "nothing readable": (long_runs.unreadable, {"zone": "DE"}),
    "0.2 s": (long_runs.shortest, {"zone": "DE"}),
    "16 devices": (long_runs.sixteen_devices, {"zone": "DE"}),
    "200 sections": (long_runs.many_sections, {"zone": "DE"}),
    "traps": (long_runs.nasty, {"zone": "DE"}),
}


class Page(HTMLParser):
    """A page as it was read: elements, attributes, words, tables by their caption."""

    def __init__(self, html):
        super().__init__()
        self.open, self.elements, self.words, self.tables = [], [], [], {}
        self._cell = self._caption = self._row = None
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "caption":
            self._caption = ""
        elif tag == "tr":
            self._row = []
        elif tag in ("td", "th"):
            self._cell = ""

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, f"{tag} closes another element"
        if tag == "caption":
            self.rows = self.tables.setdefault(self._caption, [])
            self._caption = None
        elif tag == "tr":
            self.rows.append(self._row)
        elif tag in ("td", "th"):
            self._row.append(" ".join(self._cell.split()))
            self._cell = None

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.words.append(data)
        if self._caption is not None:
            self._caption += data
        if self._cell is not None and data not in "●◐◌■○":
            self._cell += data

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())

    def attributes(self, name):
        return [attrs[name] for _, attrs in self.elements if name in attrs]


@pytest.fixture(scope="module")
def pages():
    """Each made run with its footprint and its page, read."""
    found = {}
    for name, (make, place) in MADE.items():
        run = make()
        footprint = footprint_of_run(run, **place)
        html = run_page(run, footprint)
        found[name] = run, footprint, html, Page(html)
    return found


@pytest.fixture(params=MADE)
def made(request, pages):
    return pages[request.param]


def test_a_page_is_balanced_and_its_ids_are_unique(made):
    *_, page = made
    assert page.open == []
    ids = page.attributes("id")
    assert len(ids) == len(set(ids))
    for labelled in page.attributes("aria-labelledby"):
        assert labelled in ids


def test_a_page_needs_nothing_from_elsewhere_and_runs_nothing(made):
    _, _, html, page = made
    tags = {tag for tag, _ in page.elements}
    assert tags.isdisjoint({"script", "link", "img", "iframe", "object", "embed", "a", "form"})
    for name in ("href", "xlink:href", "src", "srcset", "action", "style"):
        assert page.attributes(name) == []
    assert not any(key.startswith("on") for _, attrs in page.elements for key in attrs)
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)[1]
    assert "url(" not in style and "@import" not in style
    assert all(target.startswith("#") for target in re.findall(r"url\(([^)]*)\)", html))


def test_a_page_can_be_read_by_those_who_do_not_see_it(made):
    *_, page = made
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels.count(1) == 1 and levels[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    assert all("scope" in attrs for tag, attrs in page.elements if tag == "th")
    charts = [attrs for tag, attrs in page.elements if tag == "svg"]
    assert all(chart["role"] == "img" and chart["aria-labelledby"] for chart in charts)
    assert ("html", {"lang": "en"}) in page.elements


def test_each_chart_is_there_in_each_width(made):
    *_, page = made
    widths = [attrs["class"].split()[1] for tag, attrs in page.elements if tag == "svg"]
    assert [widths.count(size.name) for size in SIZES] == [len(widths) / 2] * 2


def test_every_figure_of_the_page_is_that_of_the_footprint(made):
    run, footprint, _, page = made
    shown = [tuple(row[1:]) for row in page.tables["All figures"][1:]]
    assert shown == [tuple(figure[1:]) for figure in figures(footprint)]
    assert len(page.tables["Every figure that entered, and why"]) == 1 + len(footprint.evidence)
    if footprint.best_energy_kwh is not None:
        assert f"This run used {footprint.summary()}." in page.text
    assert " ".join(printable(run.run_id).split()) in page.text


def test_what_is_missing_is_said(made):
    _, footprint, _, page = made
    rows = page.tables["What is counted and what is not"][1:]
    assert len(rows) == len(footprint.coverage)
    uncounted = [row for row in rows if row[1] == "not counted"]
    assert len(uncounted) == sum(m.value == "missing" for m in footprint.coverage.values())


def test_equations_meters_faults_and_facts_are_there(pages):
    run, footprint, _, page = pages["busy"]
    for equation in footprint.equations:
        assert equation.numbers in page.text and equation.result in page.text
    assert [row[1] for row in page.tables["Meters"][1:]] == ["used", "used", "not used", "used"]
    assert page.tables["Faults"][2] == ["2", "25 min", "nvml", run.faults[1].message]
    for fact in (run.run_id, "AMD EPYC 7763 64-Core Processor", "1,020 GiB", "pretrain"):
        assert fact in page.text
    # 08:00 + 32 min + 3 h 12 min of sleep.
    assert "Ended 2026-03-16 11:44:00 UTC" in page.text


def test_sections_units_and_the_share_of_the_machine_are_there(pages):
    run, footprint, _, page = pages["busy"]
    breakdown = breakdown_of_run(run, footprint)
    labels = [row[0] for row in page.tables["Energy by section"][1:]]
    assert labels == [
        "epoch",
        "train",
        "evaluate",
        "load data",
        "checkpoint",
        "outside all sections",
    ]
    units = [row[0] for row in page.tables["Energy and emissions per unit"][1:]]
    assert units == [figure.unit for figure in breakdown.per_unit] == ["sample", "step", "score"]
    # 512 of 640 CPU seconds.
    assert "This run had 80.0 % of the CPU time that its machine was busy." in page.text


def test_the_rows_of_many_sections_add_up_to_the_run(pages):
    *_, page = pages["200 sections"]
    rows = page.tables["Energy by section"][1:]
    assert [row[0] for row in rows[-2:]] == ["190 other sections", "outside all sections"]
    shares = [float(row[2].removesuffix(" %")) for row in rows]
    assert sum(shares) == pytest.approx(100.0, abs=0.05 * len(shares))  # each is rounded


def test_the_intensity_that_was_used_is_there_with_its_source(pages):
    _, footprint, _, page = pages["busy"]
    (intensity,) = [e for e in footprint.evidence if e.quantity == "carbon_intensity"]
    assert f"{intensity.source}, {intensity.year}; {intensity.note}" in page.text
    assert "Carbon intensity of electricity generation" in page.text, "the source by its title"


def test_without_a_place_the_page_says_how_to_give_one(pages):
    run, _, _, page = pages["no place"]
    command = f"wattprint report {run.run_id} --format html --zone FR -o run.html"
    assert "no place was given and none is assumed" in page.text
    assert command in page.text
    given = run_page(run, footprint_of_run(run), for_emissions="wattprint this")
    assert "wattprint this" in given


def test_markup_in_any_field_is_text(pages):
    _, _, html, page = pages["traps"]
    assert "<script" not in html.lower()
    assert page.text.count("<script>alert('x')</script>") > 20
    assert "{{ 7*7 }}" in page.text and "49" not in page.tables["Faults"][1][3]


def test_controls_and_turns_of_direction_are_shown_as_such(pages):
    _, _, html, _ = pages["traps"]
    assert set(html).isdisjoint("\x00\x1b\u202e\ud800")
    html.encode("utf-8")


@pytest.mark.parametrize(
    ("state", "note"),
    [
        ("running", "This run still goes on"),
        ("interrupted", "This run was interrupted"),
        ("failed", "This run failed"),
        ("completed", None),
    ],
)
def test_a_run_that_did_not_complete_says_so(state, note):
    run = long_runs.shortest()
    text = Page(run_page(run, footprint_of_run(run), state=state)).text
    assert f" · {state} · " in text
    assert (note in text) if note else ("This run still" not in text)


def test_a_run_without_an_end_says_so():
    run = long_runs.shortest()._replace(outcome=None, exit_code=None)
    assert "This run has no end on record" in run_page(run, footprint_of_run(run))


def test_no_reading_and_no_device_are_said(pages):
    for name in ("no interval", "nothing readable"):
        *_, page = pages[name]
        assert "The energy of this run is not known." in page.text
        assert "Nothing was read, so there is nothing to draw." in page.text
        assert "This run used" not in page.text


def test_a_page_is_small_enough_to_be_mailed(pages):
    sizes = {name: len(html.encode()) for name, (_, _, html, _) in pages.items()}
    assert max(sizes.values()) < LARGEST_USUAL_BYTES, sizes


def test_a_page_of_ten_days_is_not_larger_than_one_of_an_hour():
    run = long_runs.ten_days()
    html = run_page(run, footprint_of_run(run, zone="DE"))
    assert len(html.encode()) < LARGEST_USUAL_BYTES
    assert "86,400 readings are drawn as means over equal times" in html


@pytest.mark.parametrize("package", ["jinja2", "vl_convert"])
def test_without_the_extra_the_page_is_refused_and_the_extra_is_named(monkeypatch, package):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(InputError, match=r"pip install 'wattprint\[report\]'"):
        run_page(long_runs.empty(), footprint_of_run(long_runs.empty()))
