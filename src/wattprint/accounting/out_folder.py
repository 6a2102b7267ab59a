"""The folder that accounting leaves: figures of every job, sums, how the log was read."""

import csv
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING

from wattprint.accounting.init_site import site_text
from wattprint.accounting.site import Site
from wattprint.accounting.summary import SCHEMA, AccountReport, RollUp, named
from wattprint.domain.errors import InputError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from wattprint.joblogs.read import JobLogs

JOBS, SUMMARY, SITE, REJECTED, REPORT = (
    "jobs.parquet",
    "summary.json",
    "site.toml",
    "rejected.csv",
    "report.html",
)
BY = "by_"
"""How the names of roll-ups begin: 'by_account_quarter.csv'."""


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """Yield a folder beside it to write into, which takes its place once all is written.

    A folder that we filled before is replaced; one that holds anything else is left alone.

    Raises:
        InputError: It holds what is not ours, or is no folder.
    """
    refuse_foreign(folder)
    place = folder.resolve()
    partial = place.with_name(f".{place.name}.{os.getpid()}.partial")
    old = place.with_name(f".{place.name}.{os.getpid()}.old")
    place.parent.mkdir(parents=True, exist_ok=True)
    partial.mkdir()
    try:
        yield partial
        refuse_foreign(folder)
        if place.exists():
            partial.chmod(place.stat().st_mode & 0o777)
            place.rename(old)
        partial.rename(place)
    except BaseException:
        if old.exists() and not place.exists():
            old.rename(place)
        raise
    finally:
        rmtree(partial, ignore_errors=True)
        rmtree(old, ignore_errors=True)


def refuse_foreign(folder: Path) -> None:
    """Refuse a folder with anything in it that accounting did not write.

    Raises:
        InputError: There is something.
    """
    if not folder.exists():
        return
    if not folder.is_dir():
        raise InputError(f"out is {str(folder)!r}, which is a file", "expected a folder")
    inside = sorted(path.name for path in folder.iterdir())
    foreign = [name for name in inside if not _is_ours(name)]
    if inside and not foreign and not _has_summary(folder):
        foreign = inside
    if foreign:
        raise InputError(
            f"out is {str(folder)!r}, which holds {foreign[0]!r}",
            "expected a new folder, an empty one, or one that `wattprint account` wrote",
        )


def _is_ours(name: str) -> bool:
    is_roll_up = name.startswith(BY) and name.endswith((".csv", ".parquet"))
    return is_roll_up or name in (JOBS, SUMMARY, SITE, REJECTED, REPORT)


def _has_summary(folder: Path) -> bool:
    """Tell whether a summary of ours is there, from its beginning."""
    try:
        with (folder / SUMMARY).open(encoding="utf-8") as file:
            return f'"schema": "{SCHEMA}"' in file.read(200)
    except (OSError, UnicodeDecodeError):
        return False


def write_folder(folder: Path, report: AccountReport, logs: "JobLogs", site: Site) -> None:
    """Write all but the figures of the jobs and the page into a folder."""
    import duckdb

    with duckdb.connect() as connection:
        for roll_up in report.roll_ups:
            _roll_up(folder, roll_up, connection)
        _rejected(folder / REJECTED, logs, connection)
    (folder / SITE).write_text(site_text(site), encoding="utf-8")
    (folder / SUMMARY).write_text(
        json.dumps(report.as_dict(), indent=2, ensure_ascii=False, allow_nan=False) + "\n",
        encoding="utf-8",
    )


def _roll_up(folder: Path, roll_up: RollUp, connection: "DuckDBPyConnection") -> None:
    path = folder / f"{BY}{'_'.join(roll_up.by)}.csv"
    rows = named(roll_up)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]) if rows else list(roll_up.by))
        writer.writeheader()
        writer.writerows(rows)
    connection.execute(_as_parquet(path, roll_up.by, list(rows[0]) if rows else roll_up.by))


def _as_parquet(path: Path, labels: Sequence[str], names: Sequence[str]) -> str:
    """Return what writes a roll-up's CSV as Parquet."""
    from wattprint.joblogs.sql import identifier, literal

    types = {
        name: "VARCHAR" if name in labels else "BIGINT" if name.endswith("jobs") else "DOUBLE"
        for name in names
    }
    columns = ", ".join(f"{literal(name)}: {literal(kind)}" for name, kind in types.items())
    texts = ", ".join(f"coalesce({identifier(name)}, '') AS {identifier(name)}" for name in labels)
    return (
        f"COPY (SELECT * REPLACE ({texts}) FROM read_csv({literal(path)}, header = true, "
        f"auto_detect = false, delim = ',', quote = '\"', escape = '\"', new_line = '\\r\\n', "
        f"columns = {{{columns}}})) TO {literal(path.with_suffix('.parquet'))} (FORMAT parquet)"
    )


def _rejected(path: Path, logs: "JobLogs", connection: "DuckDBPyConnection") -> None:
    """Write every rejected row: its file, its line and why."""
    from wattprint.joblogs.sql import literal, parquet

    if not logs.rejected_parts:
        path.write_text("file,line,reason\n", encoding="utf-8")
        return
    names = ", ".join(f"({i}, {literal(one.path)})" for i, one in enumerate(logs.files, 1))
    connection.execute(
        f"COPY (SELECT names.name AS file, line, reason FROM {parquet(logs.rejected_parts)} r "
        f"JOIN (VALUES {names}) AS names(number, name) ON names.number = r.file "
        f"ORDER BY r.file, line) TO {literal(path)} (FORMAT csv, HEADER)"
    )
