"""A chart as a file: each format is what it says, needs nothing else, and is whole or not there."""

import re
import sys

import pytest

from charts.hub_charts import MADE
from wattprint.charts import altair_theme
from wattprint.charts.export import FORMATS, Chart, exported
from wattprint.charts.theme import BLUE, PAPER, log_axis
from wattprint.domain.errors import InputError

BEGINS = {"svg": b"<svg", "png": b"\x89PNG\r\n", "pdf": b"%PDF-", "html": b"<!DOCTYPE html>"}
_SPEC = MADE["ranked"]()[0]


@pytest.mark.parametrize("form", FORMATS)
def test_a_file_is_of_the_format_that_was_asked_for(form):
    assert exported(_SPEC, form).lstrip().startswith(BEGINS[form])


def test_a_page_loads_nothing_from_elsewhere():
    page = exported(_SPEC, "html").decode()
    # Addresses within the program are names of languages and of its own pages of help.
    assert re.findall(r"<(?:script|link)[^>]*(?:src|href)=", page) == []
    assert "ranker" in page


def test_a_dark_file_has_dark_ground_and_dark_inks():
    drawn = exported(_SPEC, "svg", dark=True).decode()
    assert PAPER.dark in drawn
    assert BLUE.dark in drawn
    assert BLUE.light not in drawn


def test_a_file_is_as_wide_as_was_asked_for():
    # 2 pixels of PNG for each; bytes 16 to 20 of a PNG are its width.
    png = exported(_SPEC, "png", width_px=400)
    assert int.from_bytes(png[16:20], "big") == pytest.approx(800, abs=20)


@pytest.mark.parametrize("form", ["jpg", "SVG", ""])
def test_another_format_is_refused(form):
    with pytest.raises(InputError, match=r"format is .*expected one of html, pdf, png, svg"):
        exported(_SPEC, form)


def test_a_chart_saves_itself_by_the_ending_of_the_file(tmp_path):
    Chart(_SPEC).save(str(tmp_path / "ranked.svg"))
    assert (tmp_path / "ranked.svg").read_bytes().startswith(b"<svg")
    with pytest.raises(InputError, match="format is 'txt'"):
        Chart(_SPEC).save(str(tmp_path / "ranked.txt"))
    assert [path.name for path in tmp_path.iterdir()] == ["ranked.svg"]


def test_a_notebook_gets_a_picture_and_words():
    shown = Chart(_SPEC)._repr_mimebundle_()
    assert shown["image/svg+xml"].startswith("<svg")
    assert shown["text/plain"] == _SPEC["description"]


def test_without_the_extra_a_file_is_refused_and_a_notebook_draws_itself(monkeypatch):
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    with pytest.raises(InputError, match=r"pip install 'wattprint\[charts\]'"):
        exported(_SPEC, "svg")
    shown = Chart(_SPEC)._repr_mimebundle_()
    assert shown["application/vnd.vegalite.v6+json"]["width"] == 760


def test_without_altair_its_theme_is_refused(monkeypatch):
    monkeypatch.setitem(sys.modules, "altair", None)
    with pytest.raises(InputError, match=r"the theme needs the extra 'charts'"):
        altair_theme.enable()


@pytest.fixture
def altair():
    altair = pytest.importorskip("altair", reason="Altair is not installed")
    before = altair.theme.active
    yield altair
    altair.theme.enable(before)


def points(altair):
    x = altair.X("kg:Q", **log_axis(1.0, 300.0, "emissions [kg CO2e]"))
    data = altair.Data(values=[{"kg": 2, "of": "a"}, {"kg": 300, "of": "b"}])
    return altair.Chart(data).mark_point(filled=True).encode(x=x, y="of:N", color="of:N")


@pytest.mark.parametrize(("dark", "shade"), [(False, "light"), (True, "dark")])
def test_charts_of_altair_take_the_same_look(altair, dark, shade):
    altair_theme.enable(dark=dark)
    drawn = exported(points(altair).to_dict(), "svg").decode()
    assert getattr(BLUE, shade) in drawn
    assert altair.theme.active == altair_theme.NAME


def test_charts_of_altair_are_exported_as_ours_are(altair):
    altair_theme.enable()
    assert exported(points(altair).to_dict(), "pdf").startswith(b"%PDF-")
