"""What the named sections of a run used."""

from collections.abc import Iterable, Iterator, Sequence
from math import exp, log, sqrt
from typing import Any, NamedTuple

from wattprint.domain import units
from wattprint.domain.evidence import Evidence
from wattprint.domain.footprint import Energy, Footprint
from wattprint.domain.interval import Range, exact, product, sum_independent, sum_shared
from wattprint.domain.readings import SectionUse
from wattprint.domain.run import RunRecord
from wattprint.estimator.tracked import accounted_devices, energy_by_component

MOST_SHOWN = (10, 5, 3)
"""Sections shown by themselves at each depth; what comes on top is one row, 'others'."""


class Rates(NamedTuple):
    """What the energy of devices is multiplied by to give energy and emissions of a footprint."""

    pue: Range | None
    carbon_intensity: Range | None
    """[gCO2e/kWh]"""
    around_chips: Range = exact(1.0)
    """IT energy over that of the chips: the machine's static part and losses fall to what is
    measured in it in proportion to its chips' energy. [ratio]"""

    def energy_kwh(self, chips_kwh: Range) -> Range:
        """Energy at the widest boundary that is known, as in `Footprint.best_energy_kwh` [kWh]."""
        it_kwh = product(chips_kwh, self.around_chips)
        return it_kwh if self.pue is None else product(it_kwh, self.pue)

    def emissions_kg(self, energy_kwh: Range) -> Range | None:
        """Location-based emissions of energy at that boundary [kgCO2e]."""
        if self.carbon_intensity is None:
            return None
        grams = energy_kwh.value * self.carbon_intensity.value
        kilograms = grams / units.GRAMS_PER_KILOGRAM
        return product(energy_kwh, self.carbon_intensity, value=kilograms)


def rates_of(footprint: Footprint) -> Rates:
    """Return the PUE and intensity that a footprint used."""

    def amount(quantity: str) -> Range | None:
        found: Iterator[Evidence] = (e for e in footprint.evidence if e.quantity == quantity)
        return next((evidence.amount for evidence in found), None)

    return Rates(amount("pue"), amount("carbon_intensity"), _around_chips(footprint.energy_kwh))


def _around_chips(energy: Energy) -> Range:
    """Return IT energy over chip energy, as wide as makes chips times it as wide as the former."""
    chips, it = energy.chips, energy.it
    if chips is None or it is None or chips.value == 0:
        return exact(1.0)
    ratio = it.value / chips.value
    down = log(it.value / it.low) ** 2 - log(chips.value / chips.low) ** 2
    up = log(it.high / it.value) ** 2 - log(chips.high / chips.value) ** 2
    return Range(ratio, ratio * exp(-sqrt(max(0.0, down))), ratio * exp(sqrt(max(0.0, up))))


class SectionFigure(NamedTuple):
    """What a section used over the whole run, what is inside it included."""

    path: tuple[str, ...]
    """Its name and the names around it, the outermost first; empty for what is outside of all."""
    entered: int
    duration_s: float
    """How long it was open, all threads together. [s]"""
    energy_kwh: Range | None
    """At the boundary of the run's own figure; None where no device could be read. [kWh]"""
    emissions_kg: Range | None
    """Location-based. [kgCO2e]"""
    share: float | None
    """Share of the run's energy. [0 to 1]"""
    power_w: float | None
    """Mean power of the devices while it was open. [W]"""

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            **self._asdict(),
            "path": list(self.path),
            "energy_kwh": None if self.energy_kwh is None else self.energy_kwh.as_dict(),
            "emissions_kg": None if self.emissions_kg is None else self.emissions_kg.as_dict(),
        }


def sections_of_run(run: RunRecord, footprint: Footprint) -> tuple[SectionFigure, ...]:
    """Add up each section of a run, in the order in which they first appeared.

    The last figure, of an empty path, is what was used while no section was open: it and the
    outermost sections add up to the run. Without sections there is none.

    Args:
        run: The run's record.
        footprint: Its footprint, for PUE and intensity.
    """
    by_path: dict[tuple[str, ...], list[SectionUse]] = {}
    for row in run.sections:
        by_path.setdefault(row.path, []).append(row)
    if not by_path:
        return ()
    adder = _Adder(run, footprint)
    return (*(adder.figure(path, rows) for path, rows in by_path.items()), adder.outside(by_path))


class _Adder:
    """Adds up rows of one run under the rates of its footprint."""

    def __init__(self, run: RunRecord, footprint: Footprint) -> None:
        self._devices = accounted_devices(run)
        self._run_j = run.device_energy_j()
        self._duration_s = run.duration_s
        self._rates = rates_of(footprint)

    def figure(self, path: tuple[str, ...], rows: Sequence[SectionUse]) -> SectionFigure:
        entered = sum(row.entered for row in rows)
        return self._figure(path, entered, sum(row.duration_s for row in rows), self._joules(rows))

    def outside(self, by_path: dict[tuple[str, ...], list[SectionUse]]) -> SectionFigure:
        """Return what the outermost sections leave over; threads may have filled all the time."""
        outermost = [rows for path, rows in by_path.items() if len(path) == 1]
        inside_j = self._joules([row for rows in outermost for row in rows])
        rest_j = [
            None if total is None else max(0.0, total - (inside or 0.0))
            for total, inside in zip(self._run_j, inside_j, strict=True)
        ]
        open_s = sum(row.duration_s for rows in outermost for row in rows)
        return self._figure((), 0, max(0.0, self._duration_s - open_s), rest_j)

    def _joules(self, rows: Sequence[SectionUse]) -> list[float | None]:
        totals: list[float | None] = []
        for i in range(len(self._devices)):
            read = [uj for row in rows if (uj := row.energy_uj[i]) is not None]
            totals.append(sum(read) / units.MICROJOULES_PER_JOULE if read else None)
        return totals

    def _figure(
        self,
        path: tuple[str, ...],
        entered: int,
        duration_s: float,
        energy_j: Sequence[float | None],
    ) -> SectionFigure:
        chips_kwh = sum_of_components(energy_by_component(self._devices, energy_j))
        energy_kwh = None if chips_kwh is None else self._rates.energy_kwh(chips_kwh)
        used_j, run_j = _total(energy_j), _total(self._run_j)
        return SectionFigure(
            path,
            entered,
            duration_s,
            energy_kwh,
            None if energy_kwh is None else self._rates.emissions_kg(energy_kwh),
            used_j / run_j if run_j else None,
            used_j / duration_s if duration_s and chips_kwh is not None else None,
        )


def sum_of_components(by_component: dict[str, Range]) -> Range | None:
    """Add up the components, whose errors have nothing to do with each other [kWh]."""
    return sum_independent(*by_component.values()) if by_component else None


def _total(energy_j: Iterable[float | None]) -> float:
    return sum(joules for joules in energy_j if joules is not None)


class SectionRow(NamedTuple):
    """A row of a table of sections."""

    depth: int
    label: str
    figure: SectionFigure
    is_rest: bool = False
    """Whether it stands for several sections, or for what is outside of all."""


def section_rows(sections: Sequence[SectionFigure]) -> tuple[SectionRow, ...]:
    """Return sections as a table: the largest first, what is inside below what is around it.

    At each depth `MOST_SHOWN` are shown and the others are one row; the rows of depth 0 add up to
    the run.
    """
    inside: dict[tuple[str, ...], list[SectionFigure]] = {}
    for section in sections:
        if section.path:
            inside.setdefault(section.path[:-1], []).append(section)
    outside = [s for s in sections if not s.path and s.energy_kwh is not None]
    rows = list(_rows_inside((), inside))
    return (*rows, *(SectionRow(0, "outside all sections", s, True) for s in outside))


def _rows_inside(
    path: tuple[str, ...], inside: dict[tuple[str, ...], list[SectionFigure]]
) -> Iterator[SectionRow]:
    depth = len(path)
    if depth >= len(MOST_SHOWN):
        return
    largest = sorted(inside.get(path, ()), key=_size, reverse=True)
    # One left over is shown by itself: 'others' would take the same line and say less.
    most = MOST_SHOWN[depth] + (len(largest) == MOST_SHOWN[depth] + 1)
    for section in largest[:most]:
        yield SectionRow(depth, section.path[-1], section)
        yield from _rows_inside(section.path, inside)
    if others := largest[most:]:
        yield SectionRow(depth, f"{len(others)} other sections", _merged(path, others), True)


def _size(section: SectionFigure) -> tuple[float, float]:
    return (section.energy_kwh.value if section.energy_kwh else 0.0, section.duration_s)


def _merged(path: tuple[str, ...], sections: Sequence[SectionFigure]) -> SectionFigure:
    """Add sections up: they were read by the same meters, so their errors are shared."""
    duration_s = sum(section.duration_s for section in sections)
    used_j = sum((s.power_w or 0.0) * s.duration_s for s in sections)
    return SectionFigure(
        path,
        sum(section.entered for section in sections),
        duration_s,
        _sum([section.energy_kwh for section in sections]),
        _sum([section.emissions_kg for section in sections]),
        sum(section.share or 0.0 for section in sections),
        used_j / duration_s if duration_s else None,
    )


def _sum(ranges: Sequence[Range | None]) -> Range | None:
    known = [figure for figure in ranges if figure is not None]
    return sum_shared(known) if known else None
