"""The default workstation against a real meter at the wall: error, coverage, width of interval."""

import csv
from pathlib import Path
from statistics import fmean, median

import pytest

from wattprint import estimate

RUNS = Path(__file__).resolve().parents[3] / "shared/cases/wall_meter/wall_meter_runs.csv"
JOULES_PER_KWH = 3.6e6

pytestmark = pytest.mark.skipif(not RUNS.exists(), reason=f"{RUNS.parent} is not here")


@pytest.fixture(scope="module")
def compared():
    """Wall energy by the default workstation and by the meter, of each run [kWh]."""
    with RUNS.open(newline="", encoding="utf-8") as rows:
        return [
            (
                estimate(
                    energy_kwh=float(row["software_energy_j"]) / JOULES_PER_KWH,
                    energy_at="chips",
                    hours=float(row["duration_s"]) / 3600,
                    host="workstation",
                ).energy_kwh.it,
                float(row["wall_energy_j"]) / JOULES_PER_KWH,
            )
            for row in csv.DictReader(rows)
        ]


def test_the_mean_error_at_the_wall_is_at_most_12_percent(compared):
    assert fmean(abs(ours.value - wall) / wall for ours, wall in compared) <= 0.12


def test_nine_runs_in_ten_lie_inside_the_interval(compared):
    assert fmean(ours.low <= wall <= ours.high for ours, wall in compared) >= 0.90


def test_the_interval_is_narrow_enough_to_say_something(compared):
    assert median(ours.high / ours.low for ours, _ in compared) <= 1.6
