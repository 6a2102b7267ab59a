"""`wattprint import`: other tools' runs into the ledger, beside what is recomputed of them."""

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from wattprint.cli.import_output import print_outcomes
from wattprint.cli.options import home_option, json_option
from wattprint.cli.output import print_json
from wattprint.cli.places import found_place
from wattprint.cli.progress import bytes_progress
from wattprint.domain.errors import ContradictionError, InputError
from wattprint.factors.regions import regions
from wattprint.factors.zones import zones
from wattprint.importers.carbontracker import OUTPUT_SUFFIX, STANDARD_NAME
from wattprint.importers.cells import clean
from wattprint.importers.files import Asked, Outcome, import_file
from wattprint.importers.kinds import KINDS, kind_named
from wattprint.ledger.imports import Imports
from wattprint.ledger.prune import rfc3339

_SUFFIXES = frozenset(
    {
        ".csv",
        ".log",
        ".json",
        ".jsonl",
        ".md",
        ".markdown",
        ".yml",
        ".yaml",
        ".tex",
        ".html",
        ".txt",
    }
)
"""Files of a folder that are looked into; a file that is named is always."""
_MOST_FILES = 100_000


@click.command("import", epilog="Example: wattprint import emissions.csv --zone DE")
@click.argument("files", nargs=-1, metavar="FILE...")
@click.option(
    "--kind",
    metavar="KIND",
    help="Tool that wrote them: " + ", ".join(kind.kind for kind in KINDS) + ". [default: found]",
)
@click.option("--project", metavar="TEXT", help="Project of all records. [default: as they say]")
@click.option(
    "--zone", metavar="ZONE", help="Where records without a place were made, to recompute them."
)
@click.option("--region", metavar="REGION", help="The same, as a cloud region: gcp/europe-west1.")
@click.option(
    "--keep-location",
    is_flag=True,
    help="Keep places that the tool found from an IP address, and their coordinates.",
)
@click.option("--force", is_flag=True, help="Import again what is there; the earlier import goes.")
@click.option("--dry-run", is_flag=True, help="Read and show, write nothing.")
@click.option("--remove", metavar="IMPORT", help="Delete an import instead.")
@home_option
@json_option
def import_records(
    *, files: tuple[str, ...], remove: str | None, home: str | None, as_json: bool, **said: Any
) -> int:
    """Read other tools' records into the ledger: each FILE, and the files of each folder.

    CodeCarbon, eco2AI, carbontracker, experiment-impact-tracker, zeus, model cards and sentences of
    the ML CO2 Impact calculator; .gz is read as it is. Figures are kept as reported. The same bytes
    are imported once.
    """
    if remove is not None:
        return _removed(remove, files, home, as_json=as_json)
    if not files:
        raise InputError("no file is given", "expected FILE..., such as emissions.csv")
    asked = _asked(said)
    outcomes, passed = _outcomes(files, asked, home)
    print_outcomes(outcomes, passed, asked, as_json=as_json)
    return 0 if any(outcome.status != "refused" for outcome in outcomes) else 2


def _removed(asked: str, files: Sequence[str], home: str | None, *, as_json: bool) -> int:
    if files:
        raise ContradictionError("--remove is given with files", "expected one of them")
    imports = Imports(home)
    import_id = imports.find_id(asked)
    imports.remove(import_id)
    if as_json:
        print_json({"removed": import_id})
    else:
        click.echo(f"Removed {import_id}.")
    return 0


def _asked(said: dict[str, Any]) -> Asked:
    """Return how files are to be imported, its names checked before anything is read."""
    if said["kind"] is not None:
        kind_named(said["kind"])
    if said["zone"] is not None and said["region"] is not None:
        raise ContradictionError("--zone and --region are given", "expected one of them")
    if said["project"] is not None and not said["project"].strip():
        raise InputError("project is ''", "expected its name as text")
    place = found_place(said)
    zone, region = said["zone"] or place.get("zone"), said["region"] or place.get("region")
    return Asked(
        **{
            **said,
            "zone": None if zone is None else zones().find(zone).zone,
            "region": None if region is None else regions().find(region).region,
        }
    )


def _outcomes(
    given: Sequence[str], asked: Asked, home: str | None
) -> tuple[list[Outcome], list[Outcome]]:
    """Return what became of the files, and of those of folders that no tool of ours wrote."""
    files = list(dict.fromkeys(_files(given)))
    doubled = _standard_logs(path for path, _ in files)
    outcomes: list[Outcome] = []
    passed: list[Outcome] = []
    sizes = [_size(path) for path, _ in files]
    with bytes_progress(sum(sizes), "Importing") as progress:
        done = 0
        for (path, is_named), size in zip(files, sizes, strict=True):
            if path in doubled:
                passed.append(
                    Outcome(clean(path.name), "passed over", "its output log says the same run")
                )
            else:
                outcome = import_file(
                    path,
                    asked,
                    home=home,
                    imported_at=rfc3339(time.time()),
                    on_bytes=_from(done, progress),
                )
                is_other = outcome.status == "refused" and not is_named
                (passed if is_other else outcomes).append(outcome)
            done += size
            progress(done)
    return outcomes, passed


def _from(start: int, progress: Callable[[int], None]) -> Callable[[int], None]:
    return lambda read: progress(start + read)


def _files(given: Sequence[str]) -> Iterator[tuple[Path, bool]]:
    """Yield files with whether each was named; those of a folder by their names.

    Raises:
        InputError: Too many of them.
    """
    for name in given:
        path = Path(name)
        if not path.is_dir():
            yield path, True
            continue
        inside = sorted(_within(path))
        if len(inside) > _MOST_FILES:
            raise InputError(
                f"{name!r} holds {len(inside):,} files", f"expected at most {_MOST_FILES:,}"
            )
        yield from ((each, False) for each in inside)


def _within(folder: Path) -> Iterator[Path]:
    """Yield the files of a folder and of those below it that may be records; no hidden ones."""
    for path in folder.iterdir():
        if path.name.startswith(".") or path.is_symlink():
            continue
        if path.is_dir():
            yield from _within(path)
        elif Path(path.name.removesuffix(".gz")).suffix.casefold() in _SUFFIXES:
            yield path


def _standard_logs(paths: Iterator[Path]) -> set[Path]:
    """Return carbontracker's standard logs whose output logs are there as well."""
    names = set(paths)
    return {
        path
        for path in names
        if path.name.endswith(STANDARD_NAME)
        and path.with_name(path.name.removesuffix(".log") + OUTPUT_SUFFIX) in names
    }


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
