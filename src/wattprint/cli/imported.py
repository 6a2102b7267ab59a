"""Imported records as `wattprint runs` and `wattprint show` print them."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import click

from wattprint.cli.output import print_json, print_table
from wattprint.cli.places import found_place
from wattprint.domain import units
from wattprint.domain.errors import ContradictionError
from wattprint.domain.imported import ImportedRecord
from wattprint.importers.kinds import label_of
from wattprint.importers.recomputed import Recomputed, recomputed
from wattprint.ledger.imports import Imports, StoredImport
from wattprint.reports.text import footprint_text

_SHOWN = 25
_OF_PLACE = ("zone", "region", "intensity", "pue", "year", "basis", "grid_source")
"""What can be said of an imported record's place; a machine and hours are a run's."""


def listed_rows(
    imports: Imports, project: str | None, most: int | None
) -> tuple[list[tuple[str, ...]], int]:
    """Return a row for each import, or for its record where it has one, and how many are left."""
    rows = _rows(imports, project)
    shown = list(islice(rows, most))
    return shown, sum(1 for _ in rows)


def _rows(imports: Imports, project: str | None) -> Iterator[tuple[str, ...]]:
    for stored in imports.all():
        if stored.counts.records == 1 or project is not None:
            found = [
                (n, record)
                for n, record in imports.records(stored.header.import_id)
                if project in (None, record.project)
            ]
            yield from (record_cells(stored, n, record) for n, record in found)
        else:
            yield _cells_of_all(stored)


def records_of(
    imports: Imports, project: str | None
) -> Iterator[tuple[StoredImport, int, ImportedRecord]]:
    """Yield all imported records, those of the newest import first."""
    for stored in imports.all():
        for n, record in imports.records(stored.header.import_id):
            if project in (None, record.project):
                yield stored, n, record


def record_dict(stored: StoredImport, n: int, record: ImportedRecord) -> dict[str, Any]:
    """Return the JSON form of a record, with the import that it is of."""
    header = stored.header
    return {
        "id": f"{header.import_id}:{n}",
        "state": "imported",
        "kind": header.kind,
        "source": header.source,
        **record.as_dict(),
    }


def import_dict(stored: StoredImport) -> dict[str, Any]:
    """Return the JSON form of an import, without its records."""
    header = stored.header.as_dict()
    return {**header, "state": "imported", "counts": stored.counts._asdict()}


def show_imported(asked: tuple[str, int | None], home: str | None, **options: Any) -> None:
    """Print a record, or what an import holds.

    Args:
        asked: Import, and number of the record; None for the import, or its only record.
        home: Home folder.
        options: Those of `wattprint show`.

    Raises:
        InputError: No such import or record, or an option that a record of it cannot take.
    """
    imports = Imports(home)
    import_id, n = imports.find_id(asked[0]), asked[1]
    stored = imports.stored(import_id)
    explain, as_json = options.pop("explain"), options.pop("as_json")
    if n is None and stored.counts.records != 1:
        _show_import(imports, stored, as_json=as_json)
        return
    n = n or 1
    record = imports.record(import_id, n)
    said = _place_said(options)
    ours = recomputed(record, said, stored.header.place or found_place(said))
    if as_json:
        print_json({**record_dict(stored, n, record), "recomputed": _recomputed_dict(record, ours)})
        return
    _print_record(stored, n, record, ours, explain=explain)


def _place_said(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is said of the place.

    Raises:
        ContradictionError: Something else is said, which an imported record cannot take.
    """
    given = {name: value for name, value in options.items() if value not in (None, False)}
    for name in given.keys() - set(_OF_PLACE):
        raise ContradictionError(
            f"--{name.replace('_', '-')} is given for an imported record",
            "expected it with a tracked run: of a record place, year and PUE can be said",
        )
    return given


def _recomputed_dict(record: ImportedRecord, ours: Recomputed) -> dict[str, Any]:
    return {
        "how": ours.how,
        "emissions_g": ours.emissions_g,
        "ratio": _ratio(record, ours),
        "footprint": None if ours.footprint is None else ours.footprint.as_dict(),
    }


def _ratio(record: ImportedRecord, ours: Recomputed) -> float | None:
    if record.emissions_g is None or not ours.emissions_g:
        return None
    return record.emissions_g / ours.emissions_g


def _show_import(imports: Imports, stored: StoredImport, *, as_json: bool) -> None:
    records = imports.records(stored.header.import_id)
    if as_json:
        rows = [record_dict(stored, n, record) for n, record in records]
        print_json({**import_dict(stored), "records": rows})
        return
    header, counts = stored.header, stored.counts
    when = header.imported_at[:16].replace("T", " ")
    click.echo(
        f"Import {header.import_id}: {label_of(header.kind)}, {header.source}, {when} UTC: "
        f"{counts.records:,} records, {counts.rejected:,} rows rejected.\n"
    )
    shown = [record_cells(stored, n, record) for n, record in islice(records, _SHOWN)]
    print_table(HEAD, shown)
    if counts.records > len(shown):
        more = counts.records - len(shown)
        click.echo(f"{more:,} more: `wattprint runs --imported --all` lists them.")
    for what, count in counts.dropped.items():
        click.echo(f"Dropped: {what}, of {count:,} records.")
    for n, row in enumerate(imports.rejected(header.import_id)):
        if n == _SHOWN:
            click.echo("...")
            break
        click.echo(f"Rejected: line {row.at_line}: {row.reason}")


HEAD = ("run", "project", "name", "state", "started", "duration", "energy", "reported")
"""Head of the table of imported records."""


def record_cells(stored: StoredImport, n: int, record: ImportedRecord) -> tuple[str, ...]:
    """Return a record's row of the table."""
    return (
        f"{stored.header.import_id}:{n}",
        record.project or "-",
        record.name or stored.header.source,
        "imported",
        (record.recorded_at or "-")[:16].replace("T", " "),
        "-" if record.duration_s is None else units.duration(record.duration_s),
        "-" if record.energy_kwh is None else units.energy(record.energy_kwh),
        _grams(record.emissions_g),
    )


def _cells_of_all(stored: StoredImport) -> tuple[str, ...]:
    header, counts = stored.header, stored.counts
    return (
        header.import_id,
        f"{counts.records:,} records",
        header.source,
        "imported",
        "-",
        units.duration(counts.duration_s) if counts.duration_s else "-",
        units.energy(counts.energy_kwh) if counts.energy_kwh else "-",
        _grams(counts.emissions_g or None),
    )


def _grams(grams: float | None) -> str:
    return "-" if grams is None else f"{units.mass(grams)} CO2e"


def _print_record(
    stored: StoredImport, n: int, record: ImportedRecord, ours: Recomputed, *, explain: bool
) -> None:
    header = stored.header
    about = [
        record.project and f"project {record.project}",
        record.name,
        record.recorded_at and record.recorded_at.replace("T", " "),
    ]
    where = f"line {record.at_line} of {header.source} ({label_of(header.kind)})"
    click.echo(f"Record {header.import_id}:{n}, {where}" + _joined(", ", about) + ".\n")
    print_table(("", "reported", "recomputed", "reported / recomputed"), _compared(record, ours))
    click.echo("\nAs it was written: " + "; ".join(_raw(record)) + ".")
    if record.part_of is not None:
        click.echo(f"It is a part of the record of line {record.part_of}.")
    if record.meant_g:
        readings = " or ".join(units.mass(grams) for grams in record.meant_g)
        click.echo(f"Meant may be: {readings}.")
    for doubt in record.doubts:
        click.echo(f"Doubt: {doubt.text}.")
    if ours.footprint is None:
        click.echo(f"Not recomputed: {ours.how}.")
        return
    click.echo(f"\nRecomputed from {ours.how}:\n")
    click.echo(footprint_text(ours.footprint, explain=explain))
    if ours.emissions_g is None:
        of = f"{header.import_id}:{n}"
        click.echo(f"\nFor emissions give a place, for example:\n  wattprint show {of} --zone FR")


def _joined(mark: str, parts: list[str | None]) -> str:
    return "".join(mark + part for part in parts if part)


def _raw(record: ImportedRecord) -> Iterator[str]:
    for each in record.reported:
        yield f"{each.quantity} {each.raw}" + (f" {each.unit}" if each.unit else "")


def _compared(record: ImportedRecord, ours: Recomputed) -> Iterator[tuple[str, str, str, str]]:
    """Yield energy and emissions: reported, recomputed, and how many times the second the first."""
    footprint = ours.footprint
    best = None if footprint is None else footprint.best_energy_kwh
    kwh = record.energy_kwh
    yield (
        "energy",
        "-" if kwh is None else units.energy(kwh),
        "-" if best is None else units.energy_range(best.as_tuple()),
        "-" if kwh is None or best is None or not best.value else units.plain(kwh / best.value),
    )
    location = None if footprint is None else footprint.emissions_kg.location_based
    ratio = _ratio(record, ours)
    grams = None
    if location is not None:
        value, low, high = (part * units.GRAMS_PER_KILOGRAM for part in location.as_tuple())
        grams = units.mass_range((value, low, high))
    yield (
        "emissions",
        _grams(record.emissions_g),
        grams or "-",
        "-" if ratio is None else units.plain(ratio),
    )
