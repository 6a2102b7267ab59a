"""Published footprints come out of their own inputs, or differ by what their source says."""

import csv
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PUBLISHED = ROOT.parent / "shared/cases/published/published_footprints.csv"
TOOL = runpy.run_path(str(ROOT / "tools/published_footprints.py"), run_name="published_footprints")


def test_every_published_row_that_can_be_judged_is_as_expected():
    if not PUBLISHED.exists():
        pytest.skip(f"published footprints are kept beside the checkout: no {PUBLISHED}")
    with PUBLISHED.open(newline="", encoding="utf-8") as stream:
        rows = [row for row in csv.DictReader(stream) if row["expect"] in TOOL["JUDGED"]]
    words = {row["id"]: TOOL["judge"](row).word for row in rows}
    assert words == {row["id"]: row["expect"] for row in rows}
    assert len(rows) >= 27


def row(**changes):
    """The worked example of DESIGN section 3, as the table writes it."""
    worked = {
        "power_w": "300",
        "power_scope": "accelerator",
        "accelerator_hours": "100",
        "wall_hours": "100",
        "pue": "1",
        "intensity_g_per_kwh": "500",
        "energy_kwh_reported": "30",
        "energy_half_unit": "0.5",
        "energy_includes_pue": "y",
        "co2e_kg_reported": "15",
        "co2e_half_unit": "0.5",
        "basis": "location",
        "expect": "fits",
    }
    return {**worked, **changes}


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        pytest.param({}, "fits", id="0.3 kW x 100 h x 500 g = 15 kg"),
        pytest.param({"co2e_kg_reported": "16"}, "differs", id="16 kg are not 15"),
        pytest.param({"energy_kwh_reported": "33"}, "differs", id="33 kWh are not 30"),
        pytest.param({"energy_kwh_reported": "30.4"}, "fits", id="within half a unit"),
        pytest.param(
            {"energy_kwh_reported": "", "co2e_kg_reported": ""}, "no output", id="nothing printed"
        ),
    ],
)
def test_a_row_is_judged_by_half_a_unit_of_its_last_digit(changes, word):
    assert TOOL["judge"](row(**changes)).word == word
