"""What a person wants to know of a cluster's jobs, as plain data that reports only read.

Energy is in kWh, emissions in kgCO2e, water in L; None is not known, never zero.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from wattprint.domain.evidence import Evidence

SCHEMA = "wattprint.accounting/1"


class Amount(NamedTuple):
    """A sum and its 90 % interval. Jobs share causes of error, so that bounds add up as well."""

    value: float
    low: float
    high: float

    def as_dict(self) -> dict[str, float]:
        """Return the JSON form."""
        return {"value": self.value, "low": self.low, "high": self.high}


class Unused(NamedTuple):
    """Something that was set aside and not used."""

    known_jobs: int
    """Jobs whose log tells how much they used; nothing is said of all others."""
    facility_kwh: float | None = None
    location_kg: float | None = None
    """None without a place."""
    hours: float | None = None
    """Hours of accelerators; None for what is no accelerator. [h]"""


class Sums(NamedTuple):
    """The figures of some jobs together."""

    jobs: int
    located_jobs: int
    """Jobs whose place is known: the others have energy alone."""
    elapsed_h: float
    accelerator_h: float
    cpu_h: float
    parts_kwh: Mapping[str, float]
    """IT energy by part: accelerator, cpu, memory, static, metered, losses (of the supply)."""
    it_kwh: Amount
    facility_kwh: Amount
    """With cooling where a PUE is known; IT energy where it is not."""
    location_kg: Amount | None
    location_at_year_mean_kg: float | None
    """The same energy at the means of years, beside charging by the hour."""
    market_kg: Amount | None
    embodied_kg: Amount
    site_water_l: Amount | None
    grid_water_l: Amount | None
    unused_memory: Unused
    unused_cpu: Unused
    idle_accelerator: Unused


class Row(NamedTuple):
    """Jobs that have some columns in common."""

    labels: tuple[str, ...]
    """As people read them: '' is not in the log, a quarter is '2024-Q1'."""
    sums: Sums


class RollUp(NamedTuple):
    """Sums of all jobs by one or more of their columns."""

    by: tuple[str, ...]
    rows: tuple[Row, ...]
    """By time where it is rolled up by time, else by emissions, or energy, the largest first."""


class Elsewhere(NamedTuple):
    """The same energy in another grid, at the mean intensity of its years."""

    place: str
    """Zone, or cloud region."""
    name: str
    location_kg: float
    saved_kg: float
    saved_share: float
    """Of the emissions at the jobs' own grid, at the means of years as well. [0 to 1]"""


class Cleaner(NamedTuple):
    """What cleaner grids would have saved."""

    basis_kg: float
    """Emissions of the jobs that could be compared, at the means of years."""
    places: tuple[Elsewhere, ...]
    """The cleanest first."""
    chosen: str
    """How these were chosen."""


class State(NamedTuple):
    """Jobs that ended, or not, in one way."""

    state: str
    is_waste: bool
    sums: Sums
    energy_share: float
    """Of the energy of all jobs. [0 to 1]"""


class LogFile(NamedTuple):
    """One file of the log."""

    name: str
    kind: str
    rows: int


class Reason(NamedTuple):
    """Why rows were rejected."""

    reason: str
    rows: int
    first_file: str
    first_line: int | None
    """Line of the first of them; None where that is beyond the first hundred rejected rows."""


class Noted(NamedTuple):
    """Something adjusted in jobs that are accounted for all the same."""

    name: str
    words: str
    jobs: int


class Reading(NamedTuple):
    """How the log was read: `rows` is the sum of jobs, steps, never_started, duplicates, rejected
    and skipped.
    """

    files: tuple[LogFile, ...]
    rows: int
    jobs: int
    steps: int
    never_started: int
    duplicates: int
    rejected: int
    skipped: tuple[tuple[str, int], ...]
    """What rows are that are no jobs, such as the storage of a bill, and how many."""
    reasons: tuple[Reason, ...]
    notes: tuple[Noted, ...]
    first_s: int | None
    """Start of the first job. [s since 1970]"""
    last_s: int | None
    """End of the last job. [s since 1970]"""


class Hardware(NamedTuple):
    """What the machines of a partition were taken for."""

    cluster: str
    partition: str
    jobs: int
    energy_share: float
    machine: str
    """Class of the machine."""
    accelerators: tuple[str, ...]
    """Names of the accelerators; 'unknown accelerator' where nobody named them."""
    cpus_per_node: float
    accelerators_per_node: float
    memory_gb_per_node: float
    assumed: tuple[str, ...]
    """Keys of site.toml that would replace an assumption."""


class UsedFactors(NamedTuple):
    """The factors of one kind of job in one year, in which jobs really began."""

    kind: int
    year: int
    cluster: str
    partition: str
    accelerator: str
    machine: str
    jobs: int
    evidence: tuple[Evidence, ...]


class AccountReport(NamedTuple):
    """All there is to say of a cluster's jobs."""

    headline: str
    """The line that a person can quote."""
    total: Sums
    roll_ups: tuple[RollUp, ...]
    """Those asked for first; by month, partition and user as well where these differ."""
    asked: tuple[tuple[str, ...], ...]
    """What was asked to be rolled up by."""
    states: tuple[State, ...]
    wasted: Sums | None
    """Of all jobs whose work was lost; None where there is none."""
    wasted_share: float
    """Of the energy of all jobs. [0 to 1]"""
    cleaner: Cleaner | None
    """None without a place, or where the intensity was given."""
    reading: Reading
    hardware: tuple[Hardware, ...]
    """Those that used most energy first."""
    factors: tuple[UsedFactors, ...]
    methods: Mapping[str, Sums]
    """By how the energy is known: measured, modelled."""
    missing: tuple[str, ...]
    """What is not counted."""
    is_by_hour: bool
    place_source: str
    """Who said where the jobs ran: 'option', 'site', 'log', a file or variable; '' for nobody."""
    factor_set: Mapping[str, str]

    def rolled_up(self, *by: str) -> RollUp | None:
        """Return the roll-up by these names, if it is among those that were made."""
        return next((one for one in self.roll_ups if one.by == by), None)

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form, `wattprint.accounting/1`."""
        from wattprint.accounting.summary_json import report_dict

        return report_dict(self)


def named(roll_up: RollUp) -> Sequence[dict[str, Any]]:
    """Return the rows of a roll-up with their labels by name, for data frames."""
    from wattprint.accounting.summary_json import sums_row

    return [
        {**dict(zip(roll_up.by, row.labels, strict=True)), **sums_row(row.sums)}
        for row in roll_up.rows
    ]
