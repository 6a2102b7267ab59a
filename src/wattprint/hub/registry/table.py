"""Models as rows of a table: read from CSV line by line, and written so that no cell is a formula.

A program that opens a CSV takes a cell that begins with =, +, -, @, a tab or a carriage return for
a formula; such a cell is written with a ' in front, which is taken off when it is read again.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from typing import Any, NamedTuple

from wattprint.domain.errors import InputError, nearest_names
from wattprint.hub.csv_cells import FORMULA, csv_line

OF_MODEL = ("id", "name", "version", "task", "dataset", "licence", "publisher", "year", "note")
OF_SCORE = ("metric", "score", "higher_is_better", "score_dataset")
OF_FOOTPRINT = (
    *("stage", "method", "emissions", "emissions_low", "emissions_high", "emissions_unit"),
    *("energy", "energy_unit", "energy_at", "hardware", "count", "hours", "device_hours"),
    *("power_w", "zone", "region", "intensity_g_per_kwh", "pue", "trained_in", "source"),
)
COLUMNS = (*OF_MODEL, "link", *OF_SCORE, *OF_FOOTPRINT)
"""Columns of a table that is submitted; all but `name` may be missing or empty."""
MORE = {"more_scores": "scores", "more_footprints": "footprints"}
"""Columns of all but the first score and piece of work: lists as the API takes them, in JSON."""
SHOWN = (
    *("zones", "evidence", "shown_method", "origin"),
    *("energy_kwh", "energy_low_kwh", "energy_high_kwh"),
    *("emissions_kg", "emissions_low_kg", "emissions_high_kg", "computed_emissions_kg"),
    *("accepted_at", "registry_licence", "attribution"),
)
"""Columns of a download that follow from the others, or are its hub's: not read back."""
_SCORE_NAMES = {"score": "value", "score_dataset": "dataset"}
_FOOTPRINT_NAMES = {"trained_in": "year"}
_LONGEST_CELL, _LONGEST_LIST = 4000, 100_000


class Row(NamedTuple):
    """A row of a table: a submission as JSON has it, or why it is none."""

    line: int
    said: dict[str, Any] | None
    fault: str = ""


def read_table(text: str) -> Iterator[Row]:
    """Yield the rows of a table of models.

    Raises:
        InputError: The first line names no columns that we know.
    """
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    try:
        head = [name.strip() for name in next(reader, [])]
    except csv.Error as error:
        raise InputError(f"line 1 is no CSV: {error}", "expected names of columns") from None
    _check_head(head)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Row(line, None, f"no CSV: {error}")
            return
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(head):
            yield Row(line, None, f"{len(cells)} cells; expected {len(head)}")
        else:
            yield _row(line, dict(zip(head, cells, strict=True)))


def _row(line: int, cells: Mapping[str, str]) -> Row:
    for name, cell in cells.items():
        if len(cell) > (most := _LONGEST_LIST if name in MORE else _LONGEST_CELL):
            return Row(line, None, f"a cell of more than {most:,} letters")
    said = submission_of({n: _plain(cell) for n, cell in cells.items() if n not in SHOWN})
    for column, name in MORE.items():
        if text := cells.get(column, "").strip():
            try:
                said[name] = [*said.get(name, []), *json.loads(text)]
            except (ValueError, TypeError, RecursionError):
                return Row(line, None, f"{column} is no list in JSON")
    return Row(line, with_id(said))


def _check_head(head: list[str]) -> None:
    if "name" not in head:
        raise InputError("the table has no column 'name'", "expected " + ", ".join(COLUMNS))
    for name in head:
        if name not in (*COLUMNS, *MORE, *SHOWN):
            raise InputError(
                f"column {name!r} is unknown",
                "expected some of " + ", ".join(COLUMNS),
                nearest_names(name, COLUMNS, count=1),
            )
    if len(set(head)) < len(head):
        raise InputError("a column is there twice", "expected each once")


def _plain(cell: str) -> str:
    cell = cell.strip()
    return cell[1:] if cell.startswith("'") and cell[1:2] in FORMULA else cell


def submission_of(cells: Mapping[str, str]) -> dict[str, Any]:
    """Return a submission as JSON has it, of texts by column; empty ones say nothing.

    Without an id it gets one that follows from what it says, so that the same row is there once.

    >>> made = submission_of({"name": "m", "hours": "2", "metric": "", "trained_in": "2024"})
    >>> made["footprints"], len(made["id"])
    ([{'hours': '2', 'year': '2024'}], 24)
    """
    said = {name: text for name, text in cells.items() if text != ""}
    model: dict[str, Any] = {name: said[name] for name in OF_MODEL if name in said}
    if "link" in said:
        model["links"] = said["link"].split()
    score = {_SCORE_NAMES.get(name, name): said[name] for name in OF_SCORE if name in said}
    if score:
        model["scores"] = [score]
    of_footprint = [name for name in OF_FOOTPRINT if name in said]
    model["footprints"] = [{_FOOTPRINT_NAMES.get(n, n): said[n] for n in of_footprint}]
    return with_id(model)


def cells_of(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return the cells of a submission, as `read_table` reads them.

    >>> cells_of({"name": "m", "footprints": [{"hours": 2.0, "year": 2024}, {"hours": 1.0}]})
    {'name': 'm', 'hours': 2.0, 'trained_in': 2024, 'more_footprints': '[{"hours": 1.0}]'}
    """
    cells = {name: said[name] for name in OF_MODEL if name in said}
    if said.get("links"):
        cells["link"] = " ".join(said["links"])
    (score,), (work,) = said.get("scores", [])[:1] or ({},), said["footprints"][:1]
    cells |= _named(score, OF_SCORE, _SCORE_NAMES) | _named(work, OF_FOOTPRINT, _FOOTPRINT_NAMES)
    if "higher_is_better" in cells:
        cells["higher_is_better"] = "true" if cells["higher_is_better"] else "false"
    for column, name in MORE.items():
        if more := said.get(name, [])[1:]:
            cells[column] = json.dumps(more, ensure_ascii=False)
    return cells


def _named(
    part: Mapping[str, Any], columns: Iterable[str], names: Mapping[str, str]
) -> dict[str, Any]:
    return {n: part[names.get(n, n)] for n in columns if part.get(names.get(n, n)) is not None}


def with_id(said: dict[str, Any]) -> dict[str, Any]:
    """Return a submission with an id: its own, or one that follows from what it says."""
    if said.get("id"):
        return said
    text = json.dumps({**said, "id": None}, sort_keys=True, ensure_ascii=False)
    return {**said, "id": sha256(text.encode(errors="replace")).hexdigest()[:24]}


def csv_lines(names: Iterable[str], rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield the lines of a CSV, each cell safe."""
    columns = tuple(names)
    yield csv_line(columns)
    for row in rows:
        yield csv_line(row.get(name) for name in columns)
