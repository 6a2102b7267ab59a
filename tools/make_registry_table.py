"""Write a table of made-up models for a hub's registry: `make_registry_table.py FOLDER`.

Every name begins with `made-up/`: no model of this table exists. Hardware, hours, places and scores
are drawn from a seed, and the figures follow from them by our own estimator, with a spread such as
meters and other tools have; so the hub finds nothing wrong with most of them. A few in a hundred
are off on purpose (grams for kilograms, hours that contradict each other), as real tables have.
"""

import csv
import sys
from pathlib import Path
from random import Random
from typing import Any

from wattprint.estimator.describe import estimate
from wattprint.hub.registry.table import COLUMNS

MODELS = 1_400
SEED = 20_261_126
FILE_NAME = "made_up_models.csv"
_HARDWARE = (
    ("V100 SXM2 32GB", 2018, (1, 2, 4, 8)),
    ("A100 SXM4 80GB", 2021, (1, 4, 8, 16, 64)),
    ("RTX 3090", 2021, (1, 2, 4)),
    ("H100 SXM", 2023, (8, 16, 64, 256)),
)
_ZONES = ("FR", "DE", "SE", "PL", "US-CA", "US-TX", "IN", "CN", "CA-QC", "GB")
_TASKS = {
    "text-classification": ("accuracy", True, 0.72, 0.97),
    "text-ranking": ("ndcg@10", True, 0.25, 0.62),
    "translation": ("bleu", True, 14.0, 42.0),
    "image-classification": ("top-1", True, 0.55, 0.90),
    "speech-recognition": ("wer", False, 0.04, 0.35),
    "language-modelling": ("perplexity", False, 5.0, 45.0),
}
_KINDS = ("llm", "ranker", "vision", "speech", "mt")
_LABS = tuple(f"Made-up Lab {i}" for i in range(1, 41))
_WRONG_SHARE = 0.02


def rows(models: int = MODELS, seed: int = SEED) -> list[dict[str, Any]]:
    """Return the rows of a table.

    Args:
        models: How many.
        seed: The same seed makes the same table.
    """
    chance = Random(seed)
    per_hour: dict[tuple[str, str, int], tuple[float, float]] = {}
    return [_row(chance, number, per_hour) for number in range(1, models + 1)]


def _row(
    chance: Random, number: int, per_hour: dict[tuple[str, str, int], tuple[float, float]]
) -> dict[str, Any]:
    hardware, first_year, counts = chance.choice(_HARDWARE)
    count, zone = chance.choice(counts), chance.choice(_ZONES)
    year = chance.randint(first_year, 2025)
    hours = round(chance.lognormvariate(3.6, 1.1), 1) + 1
    task = chance.choice(tuple(_TASKS))
    metric, is_higher, worst, best = _TASKS[task]
    # Larger trainings score better, with chance: so that there is a front to look at.
    skill = min(1.0, max(0.0, 0.12 * len(str(int(count * hours))) + chance.gauss(0.15, 0.15)))
    low, high = (worst, best) if is_higher else (best, worst)
    key = hardware, zone, year
    if key not in per_hour:
        per_hour[key] = _of_an_hour(*key)
    kwh, kg = (
        amount * count * hours * chance.lognormvariate(-0.1, 0.2) for amount in per_hour[key]
    )
    is_measured = chance.random() < 0.3
    row = {
        "id": f"made-up-{number:05}",
        "name": f"made-up/{chance.choice(_KINDS)}-{number:04}",
        "version": f"{chance.randint(1, 3)}.0",
        "task": task,
        "dataset": f"made-up-{task.split('-', maxsplit=1)[0]}",
        "publisher": chance.choice(_LABS),
        "licence": chance.choice(("Apache-2.0", "MIT", "CC-BY-4.0")),
        "year": year,
        "note": "Made up by tools/make_registry_table.py: no such model exists.",
        "metric": metric,
        "score": f"{low + (high - low) * skill:.4g}",
        "higher_is_better": str(is_higher).lower(),
        "stage": chance.choice(("pretrain", "finetune")),
        "method": "measured" if is_measured else "modelled",
        "hardware": hardware,
        "count": count,
        "hours": f"{hours:.1f}",
        "zone": zone,
        "trained_in": year,
        "emissions": f"{kg:.4g}",
        "emissions_unit": "kg",
    }
    if is_measured:
        row |= {"energy": f"{kwh:.4g}", "energy_unit": "kWh", "energy_at": "it"}
        row["emissions"] = f"{kwh * kg_per_kwh(per_hour[key]):.4g}"
    return _wrong(chance, row) if chance.random() < _WRONG_SHARE else row


def kg_per_kwh(of_an_hour: tuple[float, float]) -> float:
    """Return the intensity behind what an hour comes to [kg/kWh]."""
    return of_an_hour[1] / of_an_hour[0]


def _of_an_hour(hardware: str, zone: str, year: int) -> tuple[float, float]:
    """Return energy [kWh] and emissions [kg] of an accelerator for an hour."""
    found = estimate(accelerator=hardware, device_hours=1, zone=zone, year=year)
    energy, mass = found.energy_kwh.it, found.emissions_kg.location_based
    if energy is None or mass is None:
        raise ValueError(f"no estimate of {hardware} in {zone}")
    return energy.value, mass.value


def _wrong(chance: Random, row: dict[str, Any]) -> dict[str, Any]:
    """Make a slip of the pen, as tables have them."""
    slip = chance.randrange(3)
    if slip == 0:
        return {**row, "emissions_unit": "g"}
    if slip == 1 and row["count"] > 1:
        return {**row, "device_hours": row["hours"]}
    return {**row, "hardware": "H1000 Ultra"}


def write(folder: Path, models: int = MODELS, seed: int = SEED) -> Path:
    """Write the table into a folder, and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE_NAME
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="")
        writer.writeheader()
        writer.writerows(rows(models, seed))
    return path


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        raise SystemExit("usage: make_registry_table.py FOLDER [MODELS]")
    print(write(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) == 3 else MODELS))
