"""One organisation, whole, as files that other programs read, a table each."""

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.schema import Table

from wattprint._version import __version__
from wattprint.domain.checks import one_of
from wattprint.domain.errors import InputError
from wattprint.hub.storage.database import Database
from wattprint.hub.storage.schema import organisations
from wattprint.hub.transfer.backup import Told, checked_revision
from wattprint.hub.transfer.organisation import (
    FORMATS,
    MANIFEST,
    SCHEMA,
    exported_tables,
    is_whole,
    sha256_of,
)

_PIECE = 2_000
_ROW_GROUP = 50_000


def export_organisation(
    database: Database, org_id: str, folder: Path, form: str, *, now: str, told: Told
) -> dict[str, Any]:
    """Write an organisation into a new folder, whole or not at all, as it is at one moment.

    Args:
        database: The hub's database.
        org_id: The tenant.
        folder: The folder; it must be new, or empty.
        form: 'json' or 'parquet'.
        now: The time, for the manifest.
        told: Is told of the progress.

    Returns:
        The manifest.

    Raises:
        InputError: Another form, no new folder, an unknown organisation, no pyarrow.
        StorageError: The database cannot be read.
        OSError: The folder cannot be written.
    """
    one_of("format", form, FORMATS)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{folder} is not empty", "expected a new folder")
    revision = checked_revision(database)
    partial = folder.with_name(f".{folder.name}.{os.getpid()}.partial")
    partial.mkdir(mode=0o700, parents=True)
    try:
        with database.snapshot() as connection:
            files = _written(connection, org_id, partial, form, told)
        manifest = {"schema": SCHEMA, "organisation": org_id, "format": form, "made_at": now}
        manifest |= {"revision": revision, "wattprint": __version__, "tables": files}  # type: ignore[dict-item]
        (partial / MANIFEST).write_text(json.dumps(manifest, indent=1))
        partial.replace(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return manifest


def _written(
    connection: Connection, org_id: str, folder: Path, form: str, told: Told
) -> dict[str, dict[str, Any]]:
    known = list(connection.scalars(select(organisations.c.org_id).order_by("org_id")))
    one_of("organisation", org_id, known)
    tables = exported_tables()
    counts = {
        table.name: int(
            connection.scalar(
                select(func.count()).select_from(table).where(table.c.org_id == org_id)
            )
            or 0
        )
        for table in tables
    }
    done, total, files = 0, sum(counts.values()), {}
    for table in tables:
        path = folder / f"{table.name}.{'jsonl' if form == 'json' else 'parquet'}"
        write = _write_json if form == "json" else _write_parquet
        for count in write(path, table, _rows(connection, table, org_id)):
            done += count
            told(done, total)
        files[table.name] = {
            "file": path.name,
            "rows": counts[table.name],
            "columns": table.columns.keys(),
            "sha256": sha256_of(path),
        }
    return files


def _rows(connection: Connection, table: Table, org_id: str) -> Iterator[Sequence[Any]]:
    """Yield an organisation's rows of a table, in the order of their keys, in pieces."""
    statement = select(table).where(table.c.org_id == org_id).order_by(*table.primary_key.columns)
    found = connection.execution_options(yield_per=_PIECE).execute(statement)
    yield from (list(piece) for piece in found.mappings().partitions())


def _write_json(path: Path, table: Table, pieces: Iterator[Sequence[Any]]) -> Iterator[int]:
    _ = table
    with path.open("x", encoding="utf-8") as file:
        for rows in pieces:
            file.writelines(json.dumps(dict(row), ensure_ascii=False) + "\n" for row in rows)
            yield len(rows)


def _write_parquet(path: Path, table: Table, pieces: Iterator[Sequence[Any]]) -> Iterator[int]:
    pa, pq = pyarrow_modules()
    names = table.columns.keys()
    schema = pa.schema(
        [(name, pa.int64() if is_whole(table, name) else pa.string()) for name in names]
    )
    with closing(pq.ParquetWriter(path, schema, compression="snappy")) as writer:
        for rows in pieces:
            columns = [[row[name] for row in rows] for name in names]
            arrays = [pa.array(c, f.type) for c, f in zip(columns, schema, strict=True)]
            writer.write_table(pa.table(arrays, schema=schema), row_group_size=_ROW_GROUP)
            yield len(rows)


def pyarrow_modules() -> tuple[Any, Any]:
    """Return pyarrow and its part for Parquet.

    Raises:
        InputError: It is not installed.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise InputError(
            "Parquet needs pyarrow", "expected the extra: pip install 'wattprint[parquet]'"
        ) from None
    return pa, pq
