"""`wattprint.import/1`: what another tool reported of its runs, kept as it said it.

An import is one file of one other tool: a header, one line per record, one per row that could not
be read, and an end line with the counts. No factor is applied: figures are recomputed when they
are shown.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from wattprint.domain.checks import number, one_of, text, whole_number
from wattprint.domain.errors import RecordError

SCHEMA = "wattprint.import/1"
KINDS = (
    "codecarbon",
    "eco2ai",
    "carbontracker",
    "experiment-impact-tracker",
    "zeus",
    "model-card",
    "mlco2",
)
ENERGY_BOUNDARIES = ("accelerator", "chips", "facility")
"""Where another tool's energy was read: devices alone, all chips, or those times a PUE."""

LARGEST_KWH = 1e10
"""10 TWh: a hundred times what all of the largest provider's data centres use in a week. [kWh]"""
LARGEST_G = 1e13
"""10 Mt CO2e: beyond it a figure is no training's. [gCO2e]"""
LARGEST_S = 3.2e9
"""A century. [s]"""


class Reported(NamedTuple):
    """One figure as the other tool wrote it."""

    quantity: str
    """`emissions`, `energy`, `duration`, `intensity`, `hours`, or the tool's own word for it."""
    raw: str
    """As it stands in the file, letter for letter."""
    unit: str
    """Unit of the raw figure; empty where neither file nor tool says one."""


class Doubt(NamedTuple):
    """What is odd about a record, said and not mended."""

    code: str
    """For programs: `unit`, `zero`, `intensity`, `yaml`, `time`, `place`, ..."""
    text: str
    """For people."""


class ImportedRecord(NamedTuple):
    """A run, or a task of one, as another tool reported it."""

    at_line: int
    """Line of the source that says it; 1 is the first."""
    project: str | None = None
    name: str | None = None
    run_id: str | None = None
    """The other tool's own id."""
    recorded_at: str | None = None
    """ISO 8601, without a zone where the source has none; None where it cannot be read."""
    stage: str | None = None
    duration_s: float | None = None
    energy_kwh: float | None = None
    energy_at: str | None = None
    """One of `ENERGY_BOUNDARIES`."""
    emissions_g: float | None = None
    """Kept as reported, in grams; None where the tool reports none, or says that it is unknown."""
    meant_g: tuple[float, ...] = ()
    """What may have been meant where the unit is doubtful; one value where it is plain. [gCO2e]"""
    place: Mapping[str, Any] = {}
    """What the source says of the place, and the zone or region that it stands for."""
    hardware: Mapping[str, Any] = {}
    software: Mapping[str, str] = {}
    reported: tuple[Reported, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    part_of: int | None = None
    """Line of the record that this one is a part of: it is not added up."""

    @property
    def year(self) -> int | None:
        """Year in which it was recorded, if that is known."""
        return None if self.recorded_at is None else int(self.recorded_at[:4])

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form: a record's line, without what it does not say."""
        said = {
            name: value for name, value in self._asdict().items() if value not in (None, (), {})
        }
        for name in ("reported", "doubts"):
            if name in said:
                said[name] = [each._asdict() for each in getattr(self, name)]
        for name in ("place", "hardware", "software"):
            if name in said:
                said[name] = dict(said[name])
        if "meant_g" in said:
            said["meant_g"] = list(self.meant_g)
        return said

    @classmethod
    def from_dict(cls, line: Mapping[str, Any]) -> "ImportedRecord":
        """Read the JSON form back.

        Raises:
            RecordError: A part of it is missing or malformed.
        """
        try:
            said = {name: line[name] for name in cls._fields if name in line}
            said["reported"] = tuple(Reported(**each) for each in line.get("reported", ()))
            said["doubts"] = tuple(Doubt(**each) for each in line.get("doubts", ()))
            said["meant_g"] = tuple(line.get("meant_g", ()))
            record = cls(**said)
            _check(record)
        except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as error:
            raise RecordError(f"{SCHEMA} record is malformed: {error!r}.") from error
        return record


class RejectedRow(NamedTuple):
    """A row, or a whole file, that is no record."""

    at_line: int
    reason: str


class Counts(NamedTuple):
    """What an import holds, as its end line says it."""

    records: int
    rejected: int
    superseded: int
    """Earlier rows of runs whose rows are cumulative: the last one counts."""
    dropped: Mapping[str, int]
    """Records from which something was left out, by what it was."""
    energy_kwh: float
    emissions_g: float
    """Sums as reported. [gCO2e]"""
    duration_s: float


class ImportHeader(NamedTuple):
    """Where an import came from."""

    import_id: str
    kind: str
    """One of `KINDS`."""
    source: str
    """Name of the file, without its folder."""
    source_bytes: int
    sha256: str
    """Of the file's bytes."""
    imported_at: str
    """RFC 3339 in UTC."""
    software: Mapping[str, str]
    keeps_location: bool = False
    """Whether places found from an IP address were kept."""
    place: Mapping[str, str] = {}
    """Zone or region that was said when it was imported, for records that have none."""

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form: the header's line."""
        said = {
            **self._asdict(),
            "software": dict(self.software),
            "place": dict(self.place),
        }
        return {"schema": SCHEMA, "id": said.pop("import_id"), **said}

    @classmethod
    def from_dict(cls, line: Mapping[str, Any]) -> "ImportHeader":
        """Read the JSON form back.

        Raises:
            RecordError: Not a `wattprint.import/1`, or a part of it is missing or malformed.
        """
        if line.get("schema") != SCHEMA:
            raise RecordError(f"schema is {line.get('schema')!r}; expected {SCHEMA!r}.")
        try:
            said = {name: line[name] for name in cls._fields[1:] if name in line}
            header = cls(import_id=line["id"], **said)
            one_of("kind", header.kind, KINDS)
            for name in ("import_id", "source", "sha256", "imported_at"):
                text(name, getattr(header, name))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise RecordError(f"{SCHEMA} header is malformed: {error!r}.") from error
        return header


def _check(record: ImportedRecord) -> None:
    """Refuse a field of another kind than its own: a TypeError or ValueError names it."""
    whole_number("at_line", record.at_line, at_least=1)
    for name, most in (
        ("duration_s", LARGEST_S),
        ("energy_kwh", LARGEST_KWH),
        ("emissions_g", LARGEST_G),
    ):
        if getattr(record, name) is not None:
            number(name, getattr(record, name), at_most=most)
    for amount in record.meant_g:
        number("meant_g", amount)
    if record.energy_at is not None:
        one_of("energy_at", record.energy_at, ENERGY_BOUNDARIES)
    if record.recorded_at is not None:
        int(record.recorded_at[:4])  # the year that chooses the factors
    for name in ("place", "hardware", "software"):
        if not isinstance(getattr(record, name), Mapping):
            raise TypeError(f"{name} is {getattr(record, name)!r}; expected a mapping")
