"""A run's energy and emissions per unit of what it did, and its share of the machine."""

from bisect import bisect_left
from collections.abc import Iterator
from typing import Any, NamedTuple

from wattprint.domain import units
from wattprint.domain.evidence import Method
from wattprint.domain.footprint import Footprint
from wattprint.domain.interval import Range, product
from wattprint.domain.run import RunRecord
from wattprint.estimator.sections import (
    SectionFigure,
    rates_of,
    sections_of_run,
    sum_of_components,
)
from wattprint.estimator.tracked import accounted_devices, energy_by_component


class PerUnit(NamedTuple):
    """Energy and emissions of one unit of what a run did."""

    unit: str
    """`sample`, `step` or `score`."""
    divisor: float
    """Units that the energy was divided by."""
    basis: str
    """Which energy that was."""
    energy_kwh: Range
    """Of one unit. [kWh]"""
    emissions_kg: Range | None
    """Of one unit, location-based. [kgCO2e]"""

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            **self._asdict(),
            "energy_kwh": self.energy_kwh.as_dict(),
            "emissions_kg": None if self.emissions_kg is None else self.emissions_kg.as_dict(),
        }


class CpuShare(NamedTuple):
    """How much of the machine's busy CPU time was that of the tracked processes."""

    share: float
    """[0 to 1]"""
    is_energy_of_all: bool
    """Whether the run's CPU energy is that of the whole package, whoever used it."""


class Breakdown(NamedTuple):
    """What a footprint of a run is made of, beyond its components."""

    sections: tuple[SectionFigure, ...] = ()
    per_unit: tuple[PerUnit, ...] = ()
    cpu_share: CpuShare | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "sections": [section.as_dict() for section in self.sections],
            "per_unit": [figure.as_dict() for figure in self.per_unit],
            "cpu_share": None if self.cpu_share is None else self.cpu_share._asdict(),
        }


def breakdown_of_run(run: RunRecord, footprint: Footprint) -> Breakdown:
    """Return a run's figures by section, per unit and of the machine, as far as it has them.

    Args:
        run: The run's record.
        footprint: Its footprint: the figures are at its boundary, with its intensity.
    """
    return Breakdown(
        sections_of_run(run, footprint),
        tuple(_per_units(run, footprint)),
        cpu_share(run),
    )


def _per_units(run: RunRecord, footprint: Footprint) -> Iterator[PerUnit]:
    energy_kwh, emissions_kg = footprint.best_energy_kwh, footprint.emissions_kg.location_based
    if energy_kwh is None:
        return
    samples = sum(logged.samples for logged in run.logged)
    if samples > 0:
        yield _shared_out("sample", samples, "the whole run", energy_kwh, emissions_kg)
    if (of_steps := _per_step(run, footprint)) is not None:
        yield of_steps
    scores = [logged.values["score"] for logged in run.logged if "score" in logged.values]
    if scores and scores[-1] > 0:
        yield _shared_out("score", scores[-1], "the whole run", energy_kwh, emissions_kg)


def _per_step(run: RunRecord, footprint: Footprint) -> PerUnit | None:
    """Share out what was used between the first and the last step that were logged."""
    said = [(log.at_s, log.values["step"]) for log in run.logged if "step" in log.values]
    if not said:
        return None
    (first_s, first), (last_s, last) = said[0], said[-1]
    devices = accounted_devices(run)
    energy_j = [_used_between(run, i, first_s, last_s) for i in range(len(devices))]
    chips_kwh = sum_of_components(energy_by_component(devices, energy_j))
    if last <= first or chips_kwh is None:
        return None
    rates = rates_of(footprint)
    energy_kwh = rates.energy_kwh(chips_kwh)
    basis = f"steps {units.plain(first, 12)} to {units.plain(last, 12)}"
    return _shared_out("step", last - first, basis, energy_kwh, rates.emissions_kg(energy_kwh))


def _shared_out(
    unit: str, divisor: float, basis: str, energy_kwh: Range, emissions_kg: Range | None
) -> PerUnit:
    """Divide by an exact number: it scales the whole interval."""
    each_kwh = product(energy_kwh, value=energy_kwh.value / divisor)
    each_kg = None
    if emissions_kg is not None:
        each_kg = product(emissions_kg, value=emissions_kg.value / divisor)
    return PerUnit(unit, divisor, basis, each_kwh, each_kg)


def _used_between(run: RunRecord, device: int, start_s: float, end_s: float) -> float | None:
    """Energy of a device between two times, at constant power between its readings [J]."""
    times_s, energy_j = [run.intervals[0].start_s] if run.intervals else [], [0.0]
    for interval in run.intervals:
        used_uj = interval.energy_uj[device]
        if used_uj is not None:  # a reading spans those that failed before it
            times_s.append(interval.end_s)
            energy_j.append(energy_j[-1] + used_uj / units.MICROJOULES_PER_JOULE)
    if len(energy_j) == 1:
        return None
    return _at(end_s, times_s, energy_j) - _at(start_s, times_s, energy_j)


def _at(moment_s: float, times_s: list[float], energy_j: list[float]) -> float:
    """Interpolate cumulative energy; before the first reading and after the last it is constant."""
    i = bisect_left(times_s, moment_s)
    if i == 0 or i == len(times_s):
        return energy_j[min(i, len(times_s) - 1)]
    passed = (moment_s - times_s[i - 1]) / (times_s[i] - times_s[i - 1])
    return energy_j[i - 1] + passed * (energy_j[i] - energy_j[i - 1])


def cpu_share(run: RunRecord) -> CpuShare | None:
    """Return the tracked processes' share of the CPU time that the machine was busy.

    None where the machine did not say: it takes both, in the same interval.
    """
    both = [
        (interval.host["tree_s"], interval.host["busy_s"])
        for interval in run.intervals
        if {"tree_s", "busy_s"} <= interval.host.keys()
    ]
    busy_s = sum(busy for _, busy in both)
    if busy_s <= 0:
        return None
    # The two are counted in ticks, each at its own moment: the part may come out above the whole.
    share = min(1.0, max(0.0, sum(tree for tree, _ in both) / busy_s))
    is_energy_of_all = any(
        device.component == "cpu" and device.method is Method.MEASURED for device in run.devices
    )
    return CpuShare(share, is_energy_of_all)
