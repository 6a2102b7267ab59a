"""Storage, network, making, water, contracts and offsets: in every format."""

import pytest

from reports import long_runs
from wattprint.domain.display import footprint_html
from wattprint.domain.hours import ChargedHours
from wattprint.domain.interval import exact
from wattprint.estimator.by_hour import with_year_mean
from wattprint.estimator.per_unit import breakdown_of_run
from wattprint.estimator.place import find_place
from wattprint.estimator.tracked import footprint_of_run
from wattprint.reports.documents import footprint_latex, footprint_markdown
from wattprint.reports.page import run_page
from wattprint.reports.text import footprint_text

SAID = {
    "zone": "FR",
    "pue": 1.2,
    "wue": 0.5,
    "grid_water": 2.0,
    "contract": ["60%@0"],
    "residual_mix": 500.0,
    "offsets_kg": 20.0,
    "offsets_note": "Gold Standard",
    "host": "8-accelerator-server",
}
ROWS = (
    "water consumption, site",
    "water consumption, grid",
    "water consumption, total",
    "emissions, market-based",
    "emissions, embodied",
    "offsets, subtracted from nothing",
    "embodied minerals and metals (ADPe)",
)


@pytest.fixture(scope="module")
def run():
    return long_runs.busy_server()


@pytest.fixture(scope="module")
def footprint(run):
    return footprint_of_run(run, **SAID)


@pytest.mark.parametrize("write", [footprint_text, footprint_markdown, footprint_latex])
def test_every_document_has_a_row_for_each(write, footprint):
    written = write(footprint)
    for row in ROWS:
        assert row in written


def test_a_notebook_shows_each(footprint):
    for row in ROWS:
        assert row in footprint_html(footprint)


def test_the_page_of_a_run_shows_each_and_what_the_place_says(run, footprint):
    page = run_page(run, footprint, breakdown=breakdown_of_run(run, footprint))
    for row in ROWS:
        assert row[0].upper() + row[1:] in page
    for said in ("Grid, site and contracts", "Residual mix", "Water of the electricity"):
        assert said in page


def test_making_has_its_equations_and_its_sources(footprint):
    explained = footprint_text(footprint, explain=True)
    assert "host share of making = embodied x host-hours / (lifetime x lifetime use)" in explained
    assert "5700 kg, ecologits, 2025" in explained
    assert "ecologits" in footprint_markdown(footprint)


@pytest.mark.parametrize("write", [footprint_text, footprint_markdown, footprint_latex])
def test_a_footprint_by_the_hour_shows_the_years_mean_in_every_document(write, run, footprint):
    hours = ChargedHours("FR", "file", "lifecycle", 1.0, exact(40.0), ())
    written = write(with_year_mean(footprint, find_place(zone="FR"), hours, {"zone": "FR"}))
    assert "emissions at year mean" in written and "by hour over year mean" in written
