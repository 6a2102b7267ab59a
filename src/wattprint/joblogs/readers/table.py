"""A plain table of jobs: text or Parquet, with columns that are named by a map or guessed."""

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from wattprint.domain.errors import InputError
from wattprint.domain.jobs import JOB_COLUMNS, NOTE_BITS, PARSED_COLUMNS, STATES
from wattprint.joblogs.base import Batch, LogSettings
from wattprint.joblogs.chunks import Chunk, text_chunks
from wattprint.joblogs.readers import slurm_values as values
from wattprint.joblogs.readers.column_names import Found, found_columns
from wattprint.joblogs.readers.delimited import Header, fields_of, header_of
from wattprint.joblogs.settle import shown
from wattprint.joblogs.sql import identifier, literal, parquet, scratch_folder, text_lines
from wattprint.joblogs.text_source import head_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

PARQUET_MARK = b"PAR1"
_DURATION = ("elapsed_s", "end_s")
_RESOURCES = ("cpus", "gpus", "nodes", "instance", "node_energy_j", "accelerator_energy_j")


class TableReader:
    """Reads text tables (commas, semicolons, tabs, bars) and Parquet."""

    kind = "table"
    title = "a table of jobs"

    def fits(self, head: str, name: str) -> bool:  # noqa: ARG002 - the protocol's signature
        """Tell a table by columns that say how long jobs ran and on what."""
        if head.startswith(PARQUET_MARK.decode()):
            return True
        try:
            names = header_of(_first_line(head)).names
        except InputError:
            return False
        return _lacks(found_columns(names, None)) == ""

    def batches(
        self, connection: "DuckDBPyConnection", path: Path, settings: LogSettings
    ) -> Iterator[Batch]:
        """Yield the rows of a table.

        Raises:
            InputError: It has no header, or lacks what is needed.
            UnknownNameError: The map names a column that is none.
        """
        if _is_parquet(path):
            yield from _parquet_batches(connection, path, settings)
        else:
            yield from _text_batches(connection, path, settings)


READER = TableReader()


def _text_batches(
    connection: "DuckDBPyConnection", path: Path, settings: LogSettings
) -> Iterator[Batch]:
    header = header_of(_first_line(head_of(path)))
    columns = _needed(found_columns(header.names, settings.columns), path)
    texts = {
        target: f"nullif(trim(f[{header.place(column.name)}]), '')"
        for target, column in columns.items()
    }
    for chunk in text_chunks(path, scratch_folder(connection)):
        prepare = partial(_prepare, chunk=chunk, heads=chunk.first_line == 1)
        rows = _text_rows(header, chunk.first_line)
        select = _select(rows, texts, columns, settings)
        yield Batch(select, chunk.rows, chunk.bytes_read, prepare)


def _prepare(connection: "DuckDBPyConnection", *, chunk: Chunk, heads: bool) -> None:
    """Make the table of lines that the query reads."""
    connection.execute(
        f"CREATE OR REPLACE TABLE table_lines AS SELECT line FROM {text_lines(chunk.path)}"
    )
    if heads:
        connection.execute(_DROP_HEADER)


_DROP_HEADER = """
UPDATE table_lines SET line = NULL
WHERE rowid <= (SELECT min(rowid) FROM table_lines WHERE trim(line) <> '')"""


def _text_rows(header: Header, first_line: int) -> str:
    count = len(header.names)
    wrong = (
        f"CASE WHEN len(f) <> {count} THEN 'row of ' || {shown('len(f)')} || "
        f"' columns; expected {count} as in its header' END"
    )
    return (
        f"SELECT number AS line, f, {wrong} AS reject FROM (SELECT rowid + {first_line} AS number, "
        f"{fields_of('line', header.delimiter)} AS f FROM table_lines "
        "WHERE line IS NOT NULL AND trim(line) <> '')"
    )


def _parquet_batches(
    connection: "DuckDBPyConnection", path: Path, settings: LogSettings
) -> Iterator[Batch]:
    source = parquet([path])
    described = connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
    types = {row[0]: str(row[1]) for row in described}
    size, rows = path.stat().st_size, _rows_of(connection, source)
    if {column.name for column in JOB_COLUMNS} <= set(types):
        yield Batch(_own_jobs(source), rows, size)
        return
    columns = _needed(found_columns(list(types), settings.columns), path)
    texts = {
        target: _as_text(column.name, types[column.name]) for target, column in columns.items()
    }
    numbered = f"SELECT *, file_row_number + 1 AS line, NULL AS reject FROM {_numbered(path)}"
    yield Batch(_select(numbered, texts, columns, settings), rows, size)


def _numbered(path: Path) -> str:
    return f"read_parquet({literal(path)}, file_row_number = true)"


def _as_text(name: str, sql_type: str) -> str:
    """Return SQL for a value of Parquet as the text that it would be in a table."""
    column = identifier(name)
    if sql_type == "TIMESTAMP WITH TIME ZONE":
        return f"CAST(epoch_us({column}) // 1000000 AS VARCHAR)"
    if sql_type == "INTERVAL":
        return f"CAST(epoch({column}) AS VARCHAR)"
    return f"nullif(trim(CAST({column} AS VARCHAR)), '')"


def _own_jobs(source: str) -> str:
    """Return Wattprint's own table of jobs as it is: the store numbers kinds and days again."""
    own = {column.name for column in JOB_COLUMNS}
    kept = [column.name for column in PARSED_COLUMNS if column.name in own]
    return f"SELECT {', '.join(kept)}, NULL AS job_key, NULL AS reject FROM {source}"


def _select(
    rows: str, texts: Mapping[str, str], columns: Mapping[str, Found], settings: LogSettings
) -> str:
    """Return the query that turns texts into the columns of the table of jobs."""
    named = ", ".join(f"{text} AS t_{target}" for target, text in texts.items())
    given = {target: _value(column, settings) for target, column in columns.items()}
    submit = given.pop("submit_s", None)
    if submit is not None and not {"start_s", "end_s"} & set(given):
        given["start_s"] = submit
        given["notes"] = str(NOTE_BITS["start_from_submit"])
    if "cluster" not in given:
        given["cluster"] = literal(settings.cluster)
    # Tasks of an array may share id, start and end: rows of a table are never taken for the same.
    given["job_key"] = "NULL"
    parsed = ", ".join(f"{value} AS {name}" for name, value in given.items())
    return (
        f"SELECT line, {_unreadable(columns, given)} AS reject, {parsed} "
        f"FROM (SELECT line, reject, {named} FROM ({rows}))"
    )


def _value(column: Found, settings: LogSettings) -> str:
    text = f"t_{column.target}"
    if column.target == "state":
        known = ", ".join(map(literal, STATES))
        word = values.state(f"upper({text})")
        return f"CASE WHEN lower({text}) IN ({known}) THEN lower({text}) ELSE {word} END"
    if column.meaning == "text":
        return text
    if column.meaning == "moment":
        return _moment(text, column.factor, settings.timezone)
    number = f"try_cast({text} AS DOUBLE)"
    if column.meaning == "seconds":
        scaled = f"coalesce({number} * {column.factor!r}, {values.seconds(text)})"
        return f"CAST(round({scaled}) AS BIGINT)" if column.target == "elapsed_s" else scaled
    if column.meaning == "memory":
        return f"coalesce({number} * {column.factor!r}, {values.memory_gb(text)})"
    return number if column.factor == 1.0 else f"{number} * {column.factor!r}"


def _moment(text: str, factor: float, timezone: str) -> str:
    if factor != 1.0:
        return f"CAST(floor(try_cast({text} AS DOUBLE) * {factor!r}) AS BIGINT)"
    return values.moment(text, timezone)


def _unreadable(columns: Mapping[str, Found], given: Mapping[str, str]) -> str:
    """Return SQL for why a row cannot be read: its columns, or an amount that is none."""
    cases = [
        f"WHEN t_{target} IS NOT NULL AND {given[target]} IS NULL AND lower(t_{target}) NOT IN "
        f"({_NOTHING}) THEN {literal(column.name + ' is ')} || {shown(f't_{target}')} || "
        f"{literal('; expected ' + _EXPECTED[column.meaning])}"
        for target, column in columns.items()
        if column.meaning != "text" and target in given
    ]
    return f"coalesce(reject, CASE {' '.join(cases)} ELSE NULL END)" if cases else "reject"


_NOTHING = "'unknown', 'none', 'null', 'nan', 'n/a', 'na', '-', 'invalid', 'unlimited'"
_EXPECTED = {
    "moment": "a time such as 2026-01-31T18:00:00 or seconds since 1970",
    "seconds": "seconds or [d-]hh:mm:ss",
    "number": "a number",
    "memory": "a number, or one with K, M, G or T",
    "energy": "a number",
    "share": "a number",
}


def _needed(columns: dict[str, Found], path: Path) -> dict[str, Found]:
    """Refuse a table that does not say how long jobs ran, or on what."""
    lacking = _lacks(columns)
    if lacking:
        raise InputError(
            f"{path} does not say {lacking}",
            "expected a column for it, or a map such as --columns elapsed=seconds,cpus=cores; "
            f"understood: {', '.join(column.name for column in columns.values()) or 'no column'}",
        )
    return columns


def _lacks(columns: Mapping[str, Found]) -> str:
    if not any(name in columns for name in _DURATION):
        return "how long its jobs ran"
    if not any(name in columns for name in _RESOURCES):
        return "what its jobs ran on"
    return ""


def _first_line(head: str) -> str:
    return next((line for line in head.split("\n") if line.strip()), "").rstrip("\r")


def _is_parquet(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(len(PARQUET_MARK)) == PARQUET_MARK


def _rows_of(connection: "DuckDBPyConnection", source: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM {source}").fetchone()
    return int(row[0]) if row else 0
