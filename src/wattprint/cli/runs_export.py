"""`wattprint runs export`: whole runs, to be kept elsewhere or read by other programs."""

import csv
import io
import os
import secrets
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import click

from wattprint.cli.moments import parsed_date
from wattprint.cli.options import home_option
from wattprint.cli.output import say
from wattprint.cli.progress import with_progress
from wattprint.cli.runs import as_utf8, json_line
from wattprint.domain.checks import one_of
from wattprint.domain.errors import InputError
from wattprint.domain.readings import METERED_COMPONENTS
from wattprint.estimator.tracked import footprint_of_run
from wattprint.ledger.runs import Ledger, LedgerEntry

_FORMATS = ("jsonl", "json", "csv")
_OF_RUN = (
    "id",
    "project",
    "name",
    "stage",
    "state",
    "started_at",
    "duration_s",
    "exit_code",
    "parent",
)
_FIGURES = ("kwh", "low_kwh", "high_kwh", "method")
COLUMNS = (
    *_OF_RUN,
    *(f"{component}_{figure}" for component in METERED_COMPONENTS for figure in _FIGURES),
    "intervals",
    "faults",
    "tags",
)


@click.command(epilog="Example: wattprint runs export --project ranker --format csv")
@click.argument("runs", nargs=-1, metavar="[RUN]...")
@click.option(
    "--format",
    "form",
    metavar="|".join(_FORMATS),
    help="[default: as the file's name ends, else jsonl]",
)
@click.option("--project", metavar="TEXT", help="Only runs of this project.")
@click.option("--since", metavar="DATE", help="Only runs that started then (UTC) or later.")
@click.option(
    "--imported", is_flag=True, help="Records of other tools instead; RUN is then an import."
)
@click.option("--output", "-o", metavar="FILE", help="Write to a file. [default: standard output]")
@click.option("--force", is_flag=True, help="Replace FILE if it is there already.")
@home_option
def export(
    *,
    runs: tuple[str, ...],
    form: str | None,
    project: str | None,
    since: str | None,
    output: str | None,
    force: bool,
    imported: bool,
    home: str | None,
) -> None:
    """Write every RUN, or all of them, oldest first.

    JSON and JSON lines hold whole records, `wattprint.run/1`. CSV has one row a run, with the
    energy of each component in kWh and its 90 % interval.
    """
    form = _format(form, output)
    since = None if since is None else parsed_date("since", since)
    if imported:
        from wattprint.cli.imported_export import found_records

        with _opened(output, force=force) as file:
            for part in _imported_parts(found_records(home, runs, project, since), form):
                file.write(as_utf8(part))
        return
    ledger = Ledger(home)
    run_ids = _run_ids(ledger, runs)
    with _opened(output, force=force) as file:
        entries = _entries(ledger, run_ids, project, since, is_asked_for=bool(runs))
        for part in _WRITERS[form](entries):
            file.write(as_utf8(part))
    for run_id, reason in ledger.unreadable.items():
        say(f"Not read: {run_id}: {reason}")


def _format(form: str | None, output: str | None) -> str:
    if form is not None:
        return one_of("format", form, _FORMATS)
    suffix = Path(output or "").suffix.removeprefix(".").lower()
    return suffix if suffix in _FORMATS else "jsonl"


def _run_ids(ledger: Ledger, asked: Sequence[str]) -> list[str]:
    """Return the ids of the runs asked for, each once; all of them if none is."""
    return list(dict.fromkeys(map(ledger.find_id, asked))) if asked else ledger.run_ids()


def _entries(
    ledger: Ledger,
    run_ids: Sequence[str],
    project: str | None,
    since: str | None,
    *,
    is_asked_for: bool,
) -> Iterator[LedgerEntry]:
    """Yield whole runs. One that was asked for by name must be readable."""
    found: Iterable[LedgerEntry] = (
        map(ledger.entry, run_ids)
        if is_asked_for
        else ledger.entries(with_progress(run_ids, "Exporting"), project=project)
    )
    for entry in found:
        fits = project in (None, entry.run.project)
        if fits and (since is None or entry.run.started_at >= since):
            yield entry


def _imported_parts(found: Iterable[Any], form: str) -> Iterator[str]:
    """Yield imported records in a format, part by part."""
    from wattprint.cli.imported_export import COLUMNS as IMPORTED
    from wattprint.cli.imported_export import exported_dict, exported_row

    if form == "csv":
        yield _csv_line(IMPORTED)
        yield from (_csv_line(exported_row(each)) for each in found)
        return
    lines = (json_line(exported_dict(each)) + "\n" for each in found)
    yield from _in_list(lines) if form == "json" else lines


def _jsonl(entries: Iterable[LedgerEntry]) -> Iterator[str]:
    return (json_line(entry.run.as_dict()) + "\n" for entry in entries)


def _json(entries: Iterable[LedgerEntry]) -> Iterator[str]:
    return _in_list(_jsonl(entries))


def _in_list(lines: Iterable[str]) -> Iterator[str]:
    yield "["
    for i, line in enumerate(lines):
        yield (",\n" if i else "\n") + line.rstrip("\n")
    yield "\n]\n"


def _csv(entries: Iterable[LedgerEntry]) -> Iterator[str]:
    yield _csv_line(COLUMNS)
    for entry in entries:
        row = _row(entry)
        yield _csv_line([row[column] for column in COLUMNS])


def _csv_line(cells: Sequence[Any]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(cells)
    return line.getvalue()


def _row(entry: LedgerEntry) -> dict[str, Any]:
    run = entry.run
    record = {**run._asdict(), "id": run.run_id, "state": entry.state}
    row = {column: record[column] for column in _OF_RUN}
    # Energy does not depend on the place, and one that nobody knows any more must not matter.
    footprint = footprint_of_run(run._replace(place={}))
    for component in METERED_COMPONENTS:
        energy = getattr(footprint.components_kwh, component)
        bounds = (None, None, None) if energy is None else energy.as_tuple()
        cells = (*bounds, footprint.coverage[component].value)
        row.update({f"{component}_{k}": cell for k, cell in zip(_FIGURES, cells, strict=True)})
    counts = {"intervals": len(run.intervals), "faults": len(run.faults)}
    return {**row, **counts, "tags": json_line(dict(run.tags))}


_WRITERS: dict[str, Callable[[Iterable[LedgerEntry]], Iterator[str]]] = {
    "jsonl": _jsonl,
    "json": _json,
    "csv": _csv,
}


@contextmanager
def _opened(output: str | None, *, force: bool) -> Iterator[BinaryIO]:
    """Open standard output, or a file that takes its place only once it is whole.

    Raises:
        InputError: The file is there already, or is no file.
        OSError: It cannot be written there.
    """
    if output in (None, "-"):
        yield sys.stdout.buffer
        return
    path = Path(output or "")
    _refuse_to_replace(path, force=force)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        file = beside.open("xb")
    except OSError as error:
        raise OSError(error.errno, error.strerror, output) from error
    try:
        with file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:  # Ctrl-C as well: what is half written is of use to nobody
        beside.unlink(missing_ok=True)
        raise


def _refuse_to_replace(path: Path, *, force: bool) -> None:
    if not path.name or (os.path.lexists(path) and not path.is_file()):
        raise InputError(f"output {str(path)!r} is no file", "expected the name of one")
    if path.is_file() and not force:
        allowed = "expected another name, or --force to replace it"
        raise InputError(f"output {str(path)!r} is there already", allowed)
