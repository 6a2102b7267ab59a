"""What a sweep comes to, in the words of a page."""

from collections.abc import Iterator
from typing import NamedTuple

from wattprint.domain import units
from wattprint.hub.pages.rendering import address, energy_range_j, mass_range_ug
from wattprint.hub.sweeps import LOST, Extremes, Sweep


class Tile(NamedTuple):
    """A figure of a sweep."""

    label: str
    figure: str
    note: str
    lacks: str


def tiles(sweep: Sweep) -> Iterator[Tile]:
    """Yield a sweep's number of runs by outcome, its sums, and what was lost."""
    outcomes = ", ".join(f"{count:,} {name}" for name, count in sorted(sweep.outcomes.items()))
    yield Tile("Runs", count_of(sweep), outcomes, _left_out(sweep))
    yield _tile("Energy of the IT", energy(sweep), _lacks(sweep, "it_j"))
    yield _tile("Emissions, location-based", emissions(sweep), _lacks(sweep, "location_ug"))
    lost = sum(sweep.outcomes.get(name, 0) for name in LOST)
    runs = "1 run" if lost == 1 else f"{lost:,} runs"
    yield Tile("Lost in runs that failed", lost_share(sweep), f"of the energy, in {runs}", "")


def count_of(sweep: Sweep) -> str:
    """Say how many runs a sweep has, with a + where only the newest were read."""
    return f"{sweep.runs:,}{'+' if sweep.is_cut else ''}"


def energy(sweep: Sweep) -> str:
    """Say a sweep's energy of the IT, with its interval."""
    return energy_range_j(sweep.figure("it", "j"))


def emissions(sweep: Sweep) -> str:
    """Say a sweep's location-based emissions, with their interval."""
    return mass_range_ug(sweep.figure("location", "ug"))


def lost_share(sweep: Sweep) -> str:
    """Say which share of a sweep's energy runs used that failed or were interrupted."""
    if not sweep.sums["it_j"]:
        return "not known"
    percent = 100 * sweep.lost["it_j"] / sweep.sums["it_j"]
    return "< 0.1 %" if 0 < percent < 0.1 else f"{units.plain(percent, 2)} %"


def compare_address(found: Extremes) -> str:
    """Return the address where the cheapest and the dearest run stand side by side."""
    ends = (found.cheapest, found.dearest)
    parts = (address("", {"run": f"{one['project_id']}/{one['run_id']}"})[1:] for one in ends)
    return f"/compare?{'&'.join(parts)}"


def _tile(label: str, words: str, lacks: str) -> Tile:
    figure, _, bounds = words.replace(" CO2e", "").partition(" (")
    if figure == "unknown":
        return Tile(label, "not known", "of any run", "")
    return Tile(label, figure, f"90 %: {bounds[:-1]}" if bounds else "exact", lacks)


def _lacks(sweep: Sweep, name: str) -> str:
    count = sweep.unknown[name]
    return f"not known of {count:,} of {sweep.runs:,} runs" if count else ""


def _left_out(sweep: Sweep) -> str:
    return f"{sweep.excluded:,} excluded, in no sum" if sweep.excluded else ""
