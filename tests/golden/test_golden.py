"""The package gives the figures that make_golden.py worked out on its own."""

import json
import runpy
from pathlib import Path

import pytest

import wattprint

HERE = Path(__file__).resolve().parent
JOBS = [json.loads(line) for line in (HERE / "jobs.jsonl").read_text("utf-8").splitlines()]


def approximately(figure):
    """Relative to 1e-9 and nothing absolute: 6e-05 kg must not pass for 0."""
    return figure and {bound: pytest.approx(x, rel=1e-9, abs=0) for bound, x in figure.items()}


@pytest.mark.parametrize("job", [pytest.param(job, id=job["id"]) for job in JOBS])
def test_the_package_gives_the_golden_figures(job):
    footprint = wattprint.estimate(**job["inputs"]).as_dict()
    for block in ("energy_kwh", "components_kwh", "emissions_kg"):
        expected = {name: approximately(figure) for name, figure in job["expected"][block].items()}
        assert footprint[block] == expected, f"{block} of {job['kind']} {job['inputs']}"
    water = dict(job["expected"]["water_l"])
    kind = water.pop("kind")
    expected = {name: approximately(figure) for name, figure in water.items()}
    assert footprint["water_l"] == {"kind": kind, **expected}, job["inputs"]
    assert footprint["coverage"] == job["expected"]["coverage"]


def test_the_golden_file_is_what_its_script_writes():
    script = runpy.run_path(str(HERE / "make_golden.py"))
    written = (HERE / "jobs.jsonl").read_text("utf-8")
    assert written == script["golden_text"](), (
        "run python tests/golden/make_golden.py and read the diff"
    )


def test_the_worked_values_of_the_design_are_among_the_jobs():
    # 0.3 kW x 100 h x 500 g = 15 kg; 8 x 0.4 kW x 120 h = 384 kWh, x 1.2 = 460.8, x 350 g = 161.28.
    first, second = JOBS[0]["expected"], JOBS[1]["expected"]
    assert first["emissions_kg"]["location_based"]["value"] == pytest.approx(15, rel=1e-12)
    assert second["energy_kwh"]["it"]["value"] == pytest.approx(384, rel=1e-12)
    assert second["energy_kwh"]["facility"]["value"] == pytest.approx(460.8, rel=1e-12)
    assert second["emissions_kg"]["location_based"]["value"] == pytest.approx(161.28, rel=1e-12)
