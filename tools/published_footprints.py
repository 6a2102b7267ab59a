"""Recompute published footprints from their own inputs, and print what fits.

    python tools/published_footprints.py [../shared/cases/published/published_footprints.csv]

Each row goes through `wattprint.estimate` twice: from the hardware, hours and power it states, and
from the energy it prints. It fits when the energy agrees within half a unit of its last digit, and
the CO2e of either agrees likewise. Exit status 1 when a row that should fit does not, or when one
that should differ does not.
"""

import csv
import sys
from pathlib import Path
from typing import Any, NamedTuple

import wattprint

DEFAULT = Path("../shared/cases/published/published_footprints.csv")
ROUNDING = 1 + 1e-9
JUDGED = ("fits", "differs")

Row = dict[str, str]


class Comparison(NamedTuple):
    """A printed figure beside ours."""

    printed: float
    half_unit: float
    ours: float

    @property
    def fits(self) -> bool:
        return abs(self.ours - self.printed) <= self.half_unit * ROUNDING


class Verdict(NamedTuple):
    """What came of one row."""

    energy: Comparison | None
    co2e_from_inputs: Comparison | None
    co2e_from_energy: Comparison | None

    @property
    def word(self) -> str:
        co2e = [c for c in (self.co2e_from_inputs, self.co2e_from_energy) if c is not None]
        if self.energy is None and not co2e:
            return "no output"
        energy_fits = self.energy is None or self.energy.fits
        return "fits" if energy_fits and (not co2e or any(c.fits for c in co2e)) else "differs"


def main() -> int:
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT
    with path.open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    wrong = 0
    print(
        f"{'row':22} {'energy printed':>15} {'ours kWh':>15} {'CO2e printed':>14} {'ours kg':>14}"
    )
    for row in rows:
        verdict = judge(row)
        is_wrong = row["expect"] in JUDGED and verdict.word != row["expect"]
        wrong += is_wrong
        print(line(row, verdict) + (f"  EXPECTED {row['expect']}" if is_wrong else ""))
    judged = sum(row["expect"] in JUDGED for row in rows)
    print(f"{judged} rows judged, {judged - wrong} as expected, {len(rows) - judged} not judged")
    return 1 if wrong else 0


def judge(row: Row) -> Verdict:
    """Estimate a row from its inputs and from its printed energy, and compare both."""
    described, given = described_work(row), given_energy(row)
    place = place_of(row)
    from_inputs = wattprint.estimate(**described, **place) if described else None
    from_energy = wattprint.estimate(**given, **place) if given else None
    energy = None
    if from_inputs is not None and row["energy_kwh_reported"]:
        boundaries = from_inputs.energy_kwh
        ours = boundaries.facility if row["energy_includes_pue"] == "y" else boundaries.it
        assert ours is not None
        printed = float(row["energy_kwh_reported"])
        energy = Comparison(printed, float(row["energy_half_unit"]), ours.value)
    return Verdict(energy, co2e(row, from_inputs), co2e(row, from_energy))


def described_work(row: Row) -> dict[str, Any]:
    if not row["power_w"]:
        return {}
    if not row["accelerator_hours"] and row["power_scope"] != "system":
        wall = {"hours": float(row["wall_hours"]), "count": float(row["accelerator_count"] or 1)}
        return {"power_w": float(row["power_w"]), **wall} if row["wall_hours"] else {}
    if row["power_scope"] == "system":
        return {"power_w": float(row["power_w"]), "hours": float(row["wall_hours"])}
    return {"power_w": float(row["power_w"]), "device_hours": float(row["accelerator_hours"])}


def given_energy(row: Row) -> dict[str, Any]:
    if not row["energy_kwh_reported"]:
        return {}
    boundary = "facility" if row["energy_includes_pue"] == "y" else "it"
    return {"energy_kwh": float(row["energy_kwh_reported"]), "energy_at": boundary}


def place_of(row: Row) -> dict[str, Any]:
    """PUE and intensity; what a supplier or a contract claims is market-based."""
    place: dict[str, Any] = {"pue": float(row["pue"])} if row["pue"] else {}
    if row["expect"] == "market zero":
        place["market_intensity"] = 0.0
    elif row["intensity_g_per_kwh"]:
        name = "market_intensity" if is_market(row) else "intensity"
        place[name] = float(row["intensity_g_per_kwh"])
    return place


def is_market(row: Row) -> bool:
    return row["basis"].startswith(("supplier claim", "market"))


def co2e(row: Row, footprint: wattprint.Footprint | None) -> Comparison | None:
    if footprint is None or not row["co2e_kg_reported"]:
        return None
    emissions = footprint.emissions_kg
    ours = emissions.market_based if is_market(row) else emissions.location_based
    if ours is None:
        return None
    return Comparison(float(row["co2e_kg_reported"]), float(row["co2e_half_unit"]), ours.value)


def line(row: Row, verdict: Verdict) -> str:
    cells = [
        f"{figure:>15,.6g}" if comparison else " " * 15
        for comparison in (verdict.energy, verdict.co2e_from_inputs or verdict.co2e_from_energy)
        for figure in ((comparison.printed, comparison.ours) if comparison else (0, 0))
    ]
    by = f" by {furthest(verdict):.2%}" if verdict.word == "differs" else ""
    judged = "" if row["expect"] in JUDGED else " (not judged)"
    return f"{row['id']:22} {' '.join(cells)}  {verdict.word}{by}{judged}"


def furthest(verdict: Verdict) -> float:
    """Relative difference of the figure that is furthest from the printed one."""
    compared = (verdict.energy, verdict.co2e_from_inputs)
    return max((abs(c.ours / c.printed - 1) for c in compared if c and c.printed), default=0.0)


if __name__ == "__main__":
    sys.exit(main())
