"""`wattprint runs export --imported`: other tools' records, as they were reported."""

from collections.abc import Iterator, Sequence
from typing import Any

from wattprint.cli.imported import record_dict, records_of
from wattprint.domain.imported import ImportedRecord
from wattprint.ledger.imports import Imports, StoredImport

COLUMNS = (
    "id",
    "kind",
    "source",
    "at_line",
    "project",
    "name",
    "run_id",
    "recorded_at",
    "stage",
    "duration_s",
    "energy_kwh",
    "energy_at",
    "emissions_g",
    "meant_g",
    "zone",
    "region",
    "part_of",
    "doubts",
)
Found = tuple[StoredImport, int, ImportedRecord]


def found_records(
    home: str | None, asked: Sequence[str], project: str | None, since: str | None
) -> Iterator[Found]:
    """Yield the records of the imports asked for, or of all of them.

    Args:
        home: Home folder.
        asked: Ids of imports, or the beginning of one; none means all.
        project: Only records of this project.
        since: Only records of this time or later, RFC 3339; one without a time is none of them.

    Raises:
        UnknownNameError: No such import.
    """
    imports = Imports(home)
    wanted = {imports.find_id(import_id) for import_id in asked}
    for found in records_of(imports, project):
        stored, _, record = found
        is_wanted = not wanted or stored.header.import_id in wanted
        if is_wanted and (since is None or (record.recorded_at or "") >= since[:19]):
            yield found


def exported_dict(found: Found) -> dict[str, Any]:
    """Return what is exported of a record as JSON."""
    return record_dict(*found)


def exported_row(found: Found) -> list[Any]:
    """Return what is exported of a record as a row of `COLUMNS`."""
    stored, n, record = found
    said = {
        **record_dict(stored, n, record),
        "zone": record.place.get("zone"),
        "region": record.place.get("region"),
        "meant_g": " or ".join(f"{grams:.15g}" for grams in record.meant_g),
        "doubts": "; ".join(doubt.text for doubt in record.doubts),
    }
    return [said.get(column) for column in COLUMNS]
