"""What notebooks show: whole, escaped, without anything from elsewhere, and never an error."""

from html.parser import HTMLParser

import pytest
from hypothesis import given

import wattprint
from good_and_broken import RUN
from reports.long_runs import NASTY, busy_server, empty, nasty, unreadable
from strategies import footprints, run_records
from wattprint.domain.derived import Derived
from wattprint.domain.display import escaped, fenced, footprint_html, printable, run_html
from wattprint.domain.evidence import Method
from wattprint.domain.footprint import Footprint
from wattprint.domain.interval import exact


class Reader(HTMLParser):
    """Reads HTML: elements must close in their order."""

    def __init__(self, html):
        super().__init__()
        self.open, self.words, self.attributes, self.tags = [], [], [], set()
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        self.tags.add(tag)
        self.attributes += attrs

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self):
        return " ".join(self.words)


@pytest.fixture(scope="module")
def footprint():
    """8 x 400 W x 120 h = 384 kWh; x 1.2 = 460.8 kWh; x 350 g = 161.28 kg."""
    return wattprint.estimate(count=8, power_w=400, hours=120, pue=1.2, intensity=350)


def test_a_footprint_leads_with_its_figures_and_says_what_is_not_counted(footprint):
    text = Reader(footprint._repr_html_()).text
    assert "460.8 kWh" in text and "161.28 kg CO2e" in text
    assert "Not counted: cpu, memory," in text
    assert f"Factor set {footprint.factor_set['version']}" in text


def test_a_footprint_without_a_place_says_how_to_give_one():
    html = wattprint.estimate(power_w=300, hours=1)._repr_html_()
    assert "give a zone, a region or an intensity" in html


def test_a_footprint_shows_what_was_derived_from_it(footprint):
    each = Derived("energy_per_request", exact(0.0003), "kWh", Method.MODELLED)
    text = Reader(footprint_html(footprint._replace(derived=(each,)))).text
    assert "energy per request 300 mWh exact modelled" in text


def test_a_run_shows_its_devices_their_energy_and_its_faults():
    text = Reader(RUN._repr_html_()).text
    # 1.5 J + 2.5 J of CPU = 1.11 mWh; the GPU could never be read.
    assert "package-0 (cpu) 1.11 mWh measured" in text
    assert "A100 (accelerator) not read measured" in text
    assert "1 fault; the last: lost" in text


def test_a_running_run_shows_its_figures_so_far(footprint):
    text = Reader(run_html(busy_server(outcome=None), footprint=footprint, state="running")).text
    assert "460.8 kWh" in text and "running, 2026-03-16 08:00 UTC, 32 min" in text


@pytest.mark.parametrize("make", [empty, unreadable, nasty, busy_server])
def test_any_run_is_shown_without_anything_from_elsewhere(make):
    reader = Reader(make()._repr_html_())
    assert reader.tags <= {"div", "span", "strong", "table", "thead", "tbody", "tr", "th", "td"}
    assert {name for name, _ in reader.attributes} <= {"style", "role", "aria-label", "scope"}
    assert not any("url(" in value for _, value in reader.attributes)


@given(footprints)
def test_any_footprint_is_well_formed(footprint):
    Reader(footprint_html(footprint))


@given(run_records())
def test_any_run_is_well_formed(run):
    Reader(run_html(run))


def test_markup_in_a_name_is_text():
    html = nasty()._repr_html_()
    assert "<script" not in html and "\x00" not in html and "\u202e" not in html
    assert "<script>alert('x')</script>" in Reader(html).text


def test_what_cannot_be_shown_is_left_to_the_plain_text():
    broken = Footprint({}, None, None, None, None, {}, ())
    assert broken._repr_html_() is None
    assert RUN._replace(devices=5)._repr_html_() is None
    assert fenced(lambda: "shown") == "shown"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        pytest.param("née Ωμέγα 中文", "née Ωμέγα 中文", id="letters"),
        pytest.param("a\tb\r\nc", "a b  c", id="line ends"),
        pytest.param("\x00\x1b\x7f\x85", "\ufffd" * 4, id="controls"),
        pytest.param("\u202e\u2066\u200f", "\ufffd" * 3, id="turns of direction"),
        pytest.param("\ud800\uffff\ufdd0", "\ufffd" * 3, id="no characters"),
        pytest.param(5, "5", id="no text"),
    ],
)
def test_a_text_is_made_printable(given, shown):
    assert printable(given) == shown


def test_escaping_leaves_no_mark():
    assert set(escaped(NASTY)).isdisjoint("<>\"'")
