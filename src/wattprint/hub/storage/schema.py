"""The hub's tables: plain types, text keys, the tenant first in every key.

What distributed PostgreSQL (Citus) asks for is kept to: every primary and unique key begins with
`org_id`, the column by which rows would be spread. Moments are whole milliseconds since 1970, days
whole days; figures are whole joules and micrograms, rounded once per run, so that a sum is the same
in any order of rows. A figure is a value with the bounds of its 90 % interval; null is not known.
"""

from sqlalchemy import BigInteger, Column, Index, Table, Text

from wattprint.hub.storage.metadata import METADATA

FIGURES = tuple(
    f"{quantity}{bound}_{unit}"
    for quantity, unit in (
        ("it", "j"),
        ("facility", "j"),
        ("location", "ug"),
        ("market", "ug"),
        ("embodied", "ug"),
    )
    for bound in ("", "_low", "_high")
)
"""What a footprint comes to: energy at two boundaries [J], emissions of three kinds [ugCO2e]."""
READINGS = ("accelerator_j", "cpu_j", "memory_j")
"""What a run's devices used, as they were read. [J]"""
TIMED = ("timed_j", "cleaner_j", "saved_ug")
"""Of a run that is charged by its own hours: its energy as far as they cover it [J]; that again, if
they were cleaner than the year's mean of its zone, else 0; and what they saved beside it, below 0
what they cost [ugCO2e]. Null where they are compared with no mean.
"""
SUMMED = ("duration_ms", *READINGS, *FIGURES, *TIMED)
"""Columns of a run that the roll-ups of its day and month add up."""
COUNTED = {
    "runs_without_energy": "it_j",
    "runs_without_facility": "facility_j",
    "runs_without_location": "location_ug",
    "runs_without_market": "market_ug",
    "runs_without_embodied": "embodied_ug",
    "runs_without_hours": "timed_j",
}
"""How many runs lack a figure, by the column that is null: no sum passes over them silently."""


def _key(name: str) -> "Column[str]":
    return Column(name, Text, primary_key=True)


def _whole_key(name: str) -> "Column[int]":
    return Column(name, BigInteger, primary_key=True, autoincrement=False)


def _text(name: str, *, nullable: bool = False) -> "Column[str]":
    return Column(name, Text, nullable=nullable)


def _whole(name: str, *, nullable: bool = False) -> "Column[int]":
    return Column(name, BigInteger, nullable=nullable)


organisations = Table(
    "organisations", METADATA, _key("org_id"), _text("name"), _whole("created_at_ms")
)

users = Table(
    "users",
    METADATA,
    _key("org_id"),
    _key("user_id"),
    _text("name"),
    _whole("created_at_ms"),
)
"""People and services, each of one organisation: a person of two has two rows."""

memberships = Table(
    "memberships",
    METADATA,
    _key("org_id"),
    _key("user_id"),
    _text("role"),
    _whole("created_at_ms"),
)

tokens = Table(
    "tokens",
    METADATA,
    _key("org_id"),
    _key("token_id"),
    _text("user_id"),
    _text("name"),
    _text("scopes"),
    _text("secret_hash"),
    _whole("created_at_ms"),
    _whole("revoked_at_ms", nullable=True),
    _whole("last_used_at_ms", nullable=True),
)

teams = Table(
    "teams", METADATA, _key("org_id"), _key("team_id"), _text("name"), _whole("created_at_ms")
)

projects = Table(
    "projects",
    METADATA,
    _key("org_id"),
    _key("project_id"),
    _text("team_id", nullable=True),
    _whole("created_at_ms"),
)

runs = Table(
    "runs",
    METADATA,
    _key("org_id"),
    _key("project_id"),
    _key("run_id"),
    _text("name"),
    _text("stage", nullable=True),
    _text("outcome"),
    _text("parent_id", nullable=True),
    _text("within_id", nullable=True),
    _text("zone", nullable=True),
    _text("region", nullable=True),
    _text("hardware", nullable=True),
    _whole("started_at_ms"),
    _whole("day"),
    _whole("duration_ms"),
    *(_whole(name, nullable=True) for name in (*READINGS, *FIGURES, *TIMED)),
    _text("factor_set_version", nullable=True),
    _text("factor_set_sha256", nullable=True),
    _text("rank"),
    _text("record"),
    _whole("received_at_ms"),
    Index("runs_by_start", "org_id", "started_at_ms", "project_id", "run_id", "outcome"),
    Index("runs_of_project_by_start", "org_id", "project_id", "started_at_ms", "run_id", "outcome"),
    Index("runs_by_id", "org_id", "run_id", "project_id"),
    Index("runs_by_duration", "org_id", "duration_ms", "project_id", "run_id"),
    Index("runs_by_energy", "org_id", "it_j", "project_id", "run_id"),
    Index("runs_by_emissions", "org_id", "location_ug", "project_id", "run_id"),
)
"""`record` is the `wattprint.run/1` as it came; `rank` says which of two records of a run holds;
`within_id` is the run whose measurement holds this one's, so that no sum counts it twice;
`hardware` is the name of its main accelerator, or CPU; of a run without devices its host's
`hardware`, else null. The outcome stands in two indexes for those who look for runs that failed: no
row has to be read to see it."""

footprints = Table(
    "footprints",
    METADATA,
    _key("org_id"),
    _key("project_id"),
    _key("run_id"),
    _key("factor_set_sha256"),
    _text("factor_set_version"),
    _text("rank"),
    _text("document"),
    _whole("received_at_ms"),
)
"""Every footprint of a run, one for each factor set that it was computed with."""

intervals = Table(
    "intervals",
    METADATA,
    _key("org_id"),
    _key("project_id"),
    _key("run_id"),
    _key("device_id"),
    _whole_key("start_ms"),
    _whole("end_ms"),
    _whole("energy_uj"),
    sqlite_with_rowid=False,  # its key is the table: half the size, and one run lies together
)
"""Raw readings. No key to `runs`: an interval may come before its run."""

DAY_KEY = ("org_id", "project_id", "day", "outcome", "zone", "hardware")
"""Columns of a run that say to which of its roll-ups it belongs."""


def roll_up_of_runs(name: str, *more: Index) -> Table:
    """Return a table of sums over runs that began on a day, under their `DAY_KEY`.

    A zone or hardware that is not known is empty in it, as no key may be null.
    """
    return Table(
        name,
        METADATA,
        *(_whole_key(column) if column == "day" else _key(column) for column in DAY_KEY),
        _whole("runs"),
        *(_whole(column) for column in (*COUNTED, *SUMMED)),
        *more,
    )


daily_runs = roll_up_of_runs("daily_runs", Index("daily_runs_by_day", "org_id", "day"))
monthly_runs = roll_up_of_runs("monthly_runs")
"""`daily_runs` by months: `day` is the first of the month. A page that adds up years reads a
thirtieth of the rows."""

daily_intervals = Table(
    "daily_intervals",
    METADATA,
    _key("org_id"),
    _key("project_id"),
    _whole_key("day"),
    _whole("intervals"),
    _whole("covered_ms"),
    _whole("energy_j"),
    _whole("energy_rest_uj"),
)
"""Sums over the intervals that began on a day. The energy is `energy_j` x 1,000,000 +
`energy_rest_uj` microjoules, exactly: microjoules alone would end at 2.56 GWh."""

audit = Table(
    "audit",
    METADATA,
    _key("org_id"),
    _key("event_id"),
    _whole("at_ms"),
    _text("token_id"),
    _text("user_id"),
    _text("action"),
    _text("subject"),
    _text("detail"),
    Index("audit_by_time", "org_id", "at_ms", "event_id"),
)
