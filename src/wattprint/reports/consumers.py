"""Who and what used the energy of a cluster's jobs: the largest, and the rest in one row."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from wattprint.accounting.summary import Amount, RollUp, Sums
from wattprint.domain import units
from wattprint.domain.interval import Range
from wattprint.reports.breakdowns import NONE, percent

MOST_ROWS = 20
"""Rows of a table; the others are one row together."""
NOT_IN_LOG = "(not in the log)"
CPU_HOURS, ACCELERATOR_HOURS = "CPU h", "Accelerator h"


class Line(NamedTuple):
    """The figures of some jobs that a table of consumers has."""

    label: str
    jobs: int
    cpu_h: float
    accelerator_h: float
    facility_kwh: Amount
    location_kg: Amount | None

    def plus(self, other: "Line") -> "Line":
        """Return both together, under this one's label; bounds add up as well."""
        return Line(
            self.label,
            self.jobs + other.jobs,
            self.cpu_h + other.cpu_h,
            self.accelerator_h + other.accelerator_h,
            _added(self.facility_kwh, other.facility_kwh),
            _known(self.location_kg, other.location_kg),
        )


def _added(one: Amount, other: Amount) -> Amount:
    return Amount(*(a + b for a, b in zip(one, other, strict=True)))


def _known(one: Amount | None, other: Amount | None) -> Amount | None:
    if one is None or other is None:
        return one or other
    return _added(one, other)


def line_of(label: str, sums: Sums) -> Line:
    """Return the figures of some jobs under a label; '' is what the log does not say."""
    return Line(
        label or NOT_IN_LOG,
        sums.jobs,
        sums.cpu_h,
        sums.accelerator_h,
        sums.facility_kwh,
        sums.location_kg,
    )


def lines_of(roll_up: RollUp) -> list[Line]:
    """Return a line for each row of a roll-up, in its order."""
    return [line_of(label_of(row.labels), row.sums) for row in roll_up.rows]


def label_of(labels: Sequence[str]) -> str:
    """Return the columns of a row as one name."""
    return ", ".join(label or NOT_IN_LOG for label in labels)


def together(label: str, lines: Iterable[Line]) -> Line:
    """Return the sum of lines under a label; there must be one."""
    first, *others = lines
    whole = first._replace(label=label)
    for line in others:
        whole = whole.plus(line)
    return whole


def with_rest(lines: Sequence[Line], most: int = MOST_ROWS) -> list[Line]:
    """Return the first lines, and the others as one more."""
    if len(lines) <= most + 1:  # one alone has a row of its own
        return list(lines)
    rest = lines[most:]
    return [*lines[:most], together(f"{len(rest):,} others", rest)]


class Measure(NamedTuple):
    """By what consumers are compared: emissions where all jobs have a place, else energy."""

    name: str
    of: Callable[[Line], Amount]
    said: Callable[[Amount], str]
    unit_of: Callable[[float], tuple[float, str]]
    """From the largest amount to the unit of an axis: its size, and its name."""
    total: float

    def share(self, line: Line) -> str:
        """Return the share of the total."""
        return percent(self.of(line).value / self.total) if self.total else NONE


def measure_of(total: Sums) -> Measure:
    """Return by what the jobs with this total are compared."""
    if total.location_kg is not None and total.located_jobs == total.jobs:
        return Measure("emissions", _emissions, mass_words, _mass_unit, total.location_kg.value)
    return Measure("energy", _energy, energy_words, units.energy_unit, total.facility_kwh.value)


def _emissions(line: Line) -> Amount:
    return line.location_kg or Amount(0.0, 0.0, 0.0)


def _energy(line: Line) -> Amount:
    return line.facility_kwh


def _mass_unit(kilograms: float) -> tuple[float, str]:
    grams, name = units.mass_unit(kilograms * units.GRAMS_PER_KILOGRAM)
    return grams / units.GRAMS_PER_KILOGRAM, f"{name} CO2e"


def jobs_words(number: int) -> str:
    """Return a number of jobs: '1 job', '2,000 jobs'."""
    return "1 job" if number == 1 else f"{number:,} jobs"


def range_of(amount: Amount, scale: float = 1.0) -> Range:
    """Return a sum as a range, in units of `scale`."""
    return Range(*(figure / scale for figure in amount))


def energy_words(amount: Amount | None) -> str:
    """Return an energy in kWh with its interval: '33.2 MWh (12.6-54.2)'."""
    return NONE if amount is None else units.energy_range(amount)


def _value_alone(amount: Amount) -> str:
    """Return an energy without its interval, where that of emissions stands beside it."""
    return units.energy(amount.value)


def mass_words(amount: Amount | None) -> str:
    """Return kilograms with their interval, in a column that says of what: '33.2 t (12.6-54.2)'."""
    if amount is None:
        return NONE
    value, low, high = (kg * units.GRAMS_PER_KILOGRAM for kg in amount)
    return units.mass_range((value, low, high)).replace(" CO2e", "", 1)


def kilograms(amount: float | None) -> str:
    """Return kilograms without an interval."""
    return NONE if amount is None else units.mass(amount * units.GRAMS_PER_KILOGRAM)


def cells_of(line: Line, measure: Measure, head: Sequence[str]) -> tuple[str, ...]:
    """Return a row of a table under `head_of`."""
    energy_said = _value_alone if "CO2e" in head else energy_words
    cells = {
        "Jobs": f"{line.jobs:,}",
        CPU_HOURS: units.plain(line.cpu_h),
        ACCELERATOR_HOURS: units.plain(line.accelerator_h),
        "Energy": energy_said(line.facility_kwh),
        "CO2e": mass_words(line.location_kg),
        "Share": measure.share(line),
    }
    return (line.label, *(cells[name] for name in head[1:]))


def head_of(first: str, total: Sums) -> tuple[str, ...]:
    """Return the head of a table of consumers: what no job has is no column."""
    return (
        first,
        "Jobs",
        *([CPU_HOURS] if total.cpu_h else []),
        *([ACCELERATOR_HOURS] if total.accelerator_h else []),
        "Energy",
        *(["CO2e"] if total.location_kg is not None else []),
        "Share",
    )
