"""Ten runs of a real machine with a wall meter foretell the wall energy of its other runs."""

import runpy
from pathlib import Path

import pytest

from processes import WHOLE_PROOF

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
TOOL = runpy.run_path(str(ROOT / "benchmarks" / "calibration.py"))
DRAWS = 1000 if WHOLE_PROOF else 25


@pytest.fixture(scope="module")
def comparisons():
    if not (SHARED / TOOL["RUNS"]).exists():
        pytest.skip(f"runs with a wall meter are kept beside the checkout: no {SHARED}")
    return {label: runs for label, *runs in TOOL["comparisons"](SHARED)}


@pytest.mark.proof
@pytest.mark.parametrize(
    ("label", "median", "percentile_95"),
    [
        ("all runs, all others", 0.07, 0.11),
        ("GPU runs, the other GPU runs", 0.07, 0.11),
        ("CPU runs, the other CPU runs", 0.07, 0.11),
    ],
)
def test_ten_runs_foretell_the_others(comparisons, label, median, percentile_95):
    found = TOOL["draws"](*comparisons[label], DRAWS)
    assert found.median <= median
    assert found.percentile_95 <= percentile_95
    assert found.inside >= 0.9
    assert found.width <= 1.6
    assert sum(found.refused.values()) <= 0.1 * DRAWS


@pytest.mark.proof
@pytest.mark.parametrize("label", ["GPU runs, CPU runs", "CPU runs, GPU runs"])
def test_runs_of_another_kind_are_inside_the_interval_as_well(comparisons, label):
    # Another workload on other chips of that machine, mostly outside the power that was read.
    found = TOOL["draws"](*comparisons[label], DRAWS)
    assert found.median <= 0.10
    assert found.inside >= 0.85


def test_ten_runs_that_lie_too_close_together_are_refused(comparisons):
    runs = sorted(comparisons["CPU runs, the other CPU runs"][0], key=lambda run: run.chip_energy_j)
    with pytest.raises(TOOL["InputError"], match=r"spans 2.* W; expected the highest to be 1.5"):
        TOOL["calibrate"](runs[-TOOL["DRAWN"] :])
