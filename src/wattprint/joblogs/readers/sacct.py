"""Slurm's `sacct`, in every dress: bars, fixed width, commas or tabs, any columns, or as JSON."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wattprint.domain.errors import InputError
from wattprint.joblogs.base import Batch, LogSettings
from wattprint.joblogs.chunks import Chunk, text_chunks
from wattprint.joblogs.readers import slurm_json
from wattprint.joblogs.readers.slurm_layout import Layout, layout_of, looks_like_header
from wattprint.joblogs.readers.slurm_query import (
    TRES_TABLE,
    cells_query,
    jobs_query,
    new_tres_query,
    no_bad_id,
    quick_cells_query,
    rows_view,
    steps_query,
    tres_query,
)
from wattprint.joblogs.sql import scratch_folder, text_lines
from wattprint.joblogs.text_source import head_of

if TYPE_CHECKING:
    import re

    from duckdb import DuckDBPyConnection

_PREAMBLE_LINES = 200
"""Lines of banners and prompts that may stand before the header."""

_MOST_TRES = 50_000
"""Lists of resources that are kept: where each has an energy of its own, all differ."""

_DURATIONS = ("elapsed", "elapsedraw")

_RESOURCES = (
    *("alloccpus", "ncpus", "alloctres", "allocgres", "cputimeraw", "cputime"),
    *("reqcpus", "reqtres", "reqgres", "allocnodes", "nnodes"),
)


class SacctReader:
    """Reads dumps of Slurm's accounting."""

    kind = "sacct"
    title = "Slurm sacct"

    def fits(self, head: str, name: str) -> bool:  # noqa: ARG002 - a dump has any name
        """Tell a dump by its header, or as JSON by its first job."""
        if slurm_json.is_json(head):
            return True
        layout = _first_layout(head)
        if layout is None:
            return False
        # With commas or tabs it may be any table: what sacct's dumps need is asked for.
        return layout.delimiter in ("|", "") or not _lacks(layout)

    def batches(
        self, connection: "DuckDBPyConnection", path: Path, settings: LogSettings
    ) -> Iterator[Batch]:
        """Yield the jobs of a dump, each with its steps merged into it.

        Raises:
            InputError: No header is found, or it lacks what is needed.
        """
        beginning = head_of(path)
        if slurm_json.is_json(beginning):
            yield from slurm_json.batches(connection, path, settings)
            return
        layout = _first_layout(beginning)
        if layout is None:
            raise InputError(
                f"{path} has no header of sacct",
                "expected the names of its columns, such as JobID|User|Start|Elapsed|AllocTRES, "
                "first: leave out --noheader",
            )
        _check(layout, path)
        head = last = ""

        def is_another_head(line: bytes) -> bool:
            # The same header again is a row that is left out: a piece for each would be slow.
            nonlocal last
            text = line.decode("utf-8", "replace")
            if text == last or not looks_like_header(text):
                return False
            last = text
            return True

        chunks = text_chunks(
            path,
            scratch_folder(connection),
            job_of=_job_of(layout),
            is_head=is_another_head,
            head_mark=layout.mark.encode(),
            padding=_padding(layout.delimiter),
            delimiter=layout.delimiter.encode(),
        )
        begun = False
        for chunk in chunks:
            found = layout_of(*chunk.head.split("\n", 1))
            if found is not None:
                _check(found, path)
                layout, begun, head = found, True, chunk.head.partition("\n")[0]
            if begun:
                prepare = partial(_prepare, chunk=chunk, layout=layout, head=head)
                yield Batch(jobs_query(layout, settings), chunk.rows, chunk.bytes_read, prepare)


READER = SacctReader()


def _prepare(connection: "DuckDBPyConnection", *, chunk: Chunk, layout: Layout, head: str) -> None:
    """Make the tables that the query of jobs reads."""
    connection.execute("DROP TABLE IF EXISTS sacct_cells")
    quick = _parted_at_once(connection, chunk, layout, head)
    if not quick:
        connection.execute(
            f"CREATE OR REPLACE TABLE sacct_lines AS SELECT line FROM {text_lines(chunk.path)}"
        )
        padded = chunk.padded or bool(layout.widths)
        cells = cells_query(layout, head, chunk.first_line, padded=padded)
        connection.execute(f"CREATE OR REPLACE TABLE sacct_cells AS {cells}")
        connection.execute("DROP TABLE sacct_lines")
    connection.execute(f"CREATE OR REPLACE VIEW sacct_rows AS {rows_view(layout, quick=quick)}")
    (any_steps,) = _row(connection, "SELECT bool_or(is_step) FROM sacct_rows")
    steps = steps_query(layout, any_steps=bool(any_steps))
    connection.execute(f"CREATE OR REPLACE TABLE sacct_steps AS {steps}")
    _learn_tres(connection, layout)


def _parted_at_once(
    connection: "DuckDBPyConnection", chunk: Chunk, layout: Layout, head: str
) -> bool:
    """Make the table of cells if every line has as many as its header, and tell whether."""
    whole = chunk.rows * (layout.fields - 1)
    if layout.delimiter != "|" or chunk.padded or chunk.delimiters != whole:
        return False
    import duckdb

    cells = quick_cells_query(layout, head, chunk.first_line, chunk.path)
    try:
        connection.execute(f"CREATE OR REPLACE TABLE sacct_cells AS {cells}")
    except duckdb.InvalidInputException:  # one line has fewer columns, and another one more
        return False
    query = f"SELECT max(line), {no_bad_id(layout)} FROM sacct_cells"
    last, are_jobs = _row(connection, query)
    # The engine leaves out blank lines, and lines are counted.
    return bool(are_jobs) and last == chunk.first_line + chunk.rows - 1


def _learn_tres(connection: "DuckDBPyConnection", layout: Layout) -> None:
    """Add lists of resources that were not seen before to the table of what they say."""
    connection.execute(TRES_TABLE)
    (known,) = _row(connection, "SELECT count(*) FROM sacct_tres")
    if known > _MOST_TRES:
        connection.execute("DELETE FROM sacct_tres")
    connection.execute(f"CREATE OR REPLACE TABLE sacct_new AS {new_tres_query(layout)}")
    (new,) = _row(connection, "SELECT count(*) FROM sacct_new")
    if new:
        connection.execute(f"INSERT INTO sacct_tres {tres_query('sacct_new')}")


def _row(connection: "DuckDBPyConnection", query: str) -> tuple[Any, ...]:
    return connection.execute(query).fetchone() or ()


def _padding(delimiter: str) -> "re.Pattern[bytes]":
    """Return what finds a blank at the edge of a value; it looks at blanks alone."""
    import re

    edge = b"[" + re.escape(delimiter.encode()) + b"\n]"
    return re.compile(b" (?:" + edge + b"|(?<=" + edge + b" ))")


def _first_layout(head: str) -> Layout | None:
    lines = head.split("\n", _PREAMBLE_LINES)[:_PREAMBLE_LINES]
    for line, after in zip(lines, [*lines[1:], ""], strict=True):
        if layout := layout_of(line, after):
            return layout
    return None


def _check(layout: Layout, path: Path) -> None:
    """Refuse a dump that says nothing of how long jobs ran, or of what they ran on."""
    if lacking := _lacks(layout):
        raise _missing(path, *lacking)


def _lacks(layout: Layout) -> tuple[str, ...]:
    if not layout.place(*_DURATIONS) and not (layout.place("start") and layout.place("end")):
        return "how long its jobs ran", "Elapsed, ElapsedRaw, or Start and End"
    if not layout.place(*_RESOURCES):
        return "what its jobs ran on", "AllocTRES, AllocCPUS, NCPUS or NNodes"
    if not layout.place("jobid", "jobidraw") and not _blank_in_steps(layout):
        return "which of its rows are steps of a job", "JobID, or User and Partition"
    return ()


def _blank_in_steps(layout: Layout) -> bool:
    """Tell whether there are the columns that are blank in the rows of steps."""
    return bool(layout.place("user", "uid") and layout.place("partition"))


def _missing(path: Path, what: str, columns: str) -> InputError:
    return InputError(
        f"{path} does not say {what}",
        f"expected a column {columns}; name them in sacct's --format",
    )


def _job_of(layout: Layout) -> Callable[[bytes], bytes] | None:
    """Return what tells a line's job; None where lines have no id."""
    place = layout.place("jobid", "jobidraw") - 1
    if place < 0:
        return None
    if layout.widths:
        begin = sum(layout.widths[:place]) + place
        end = begin + layout.widths[place]
        return lambda line: line[begin:end].strip().partition(b".")[0]
    delimiter = layout.delimiter.encode()

    def job_of(line: bytes) -> bytes:
        fields = line.split(delimiter, place + 1)
        return fields[place].strip().partition(b".")[0] if place < len(fields) else b""

    return job_of
