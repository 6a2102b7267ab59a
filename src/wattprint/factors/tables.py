"""The factor set: the dated version of all reference tables, as shipped in this package."""

import csv
import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from wattprint.domain.errors import RecordError

# hashlib loads OpenSSL, 3 MB of memory that a tracked program would carry for one checksum; the
# interpreter's own module has the same function, under a name that changed in Python 3.12.
try:
    from _sha2 import sha256  # type: ignore[import-not-found]
except ImportError:
    try:
        from _sha256 import sha256  # type: ignore[import-not-found]
    except ImportError:  # an interpreter that was built without it
        from hashlib import sha256

Row = dict[str, str]

UNVERIFIED = "entered by hand, not yet compared with the publication"
"""What is said of a figure whose row is not verified."""

ODBL_FOLDER = "odbl"
"""Tables under the Open Database License stand apart, beside their licence."""


class FactorSet:
    """Reads tables from a folder, and refuses one that is not what the manifest says.

    Args:
        root: Folder with `manifest.json` and the tables.

    Raises:
        RecordError: No readable manifest.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        try:
            manifest = json.loads((root / "manifest.json").read_text(encoding="utf-8"))
            self.version: str = manifest["version"]
            self.sha256: str = manifest["sha256"]
            self._tables: Mapping[str, Mapping[str, str]] = manifest["tables"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise RecordError(f"factor set {root} has no readable manifest: {error}.") from error

    @property
    def year(self) -> int:
        """Year of the factor set's version."""
        return int(self.version.split(".")[0])

    @property
    def identity(self) -> dict[str, str]:
        """What a footprint says of the factor set it used."""
        return {"version": self.version, "sha256": self.sha256}

    def rows(self, table: str, holding: Sequence[str] = ()) -> list[Row]:
        """Return the rows of a table, those under the ODbL included.

        Args:
            table: Name without ending, e.g. 'intensity_yearly'.
            holding: Lower-case texts that a row must hold, all of them, anywhere in its line: to
                look up one of thousands without keeping them all.

        Raises:
            RecordError: The file differs from the one the factor set was published with.
        """
        file_name = f"{table}.csv"
        parts = [name for name in (file_name, f"{ODBL_FOLDER}/{file_name}") if name in self._tables]
        return [row for name in parts for row in self._read(name, holding)]

    def _read(self, name: str, holding: Sequence[str]) -> list[Row]:
        content = (self._root / name).read_bytes()
        if sha256(content).hexdigest() != self._tables[name]["sha256"]:
            raise RecordError(
                f"table {name} differs from factor set {self.version}: "
                "a figure from it would not be the published one. Reinstall wattprint."
            )
        header, *lines = content.decode("utf-8").splitlines()
        if holding:
            lines = [line for line in lines if all(map(line.casefold().__contains__, holding))]
        return list(csv.DictReader([header, *lines]))


@lru_cache(maxsize=1)
def shipped() -> FactorSet:
    """Return the factor set inside this package."""
    return FactorSet(Path(__file__).parent / "tables")


class Source(NamedTuple):
    """A publication that figures come from."""

    key: str
    title: str
    publisher: str
    licence: str
    locator: str
    """Document, DOI, address or commit, by which it can be found."""


@lru_cache(maxsize=1)
def sources() -> Mapping[str, Source]:
    """Return all sources by key."""
    return {
        row["key"]: Source(
            row["key"], row["title"], row["publisher"], row["licence"], row["locator"]
        )
        for row in shipped().rows("sources")
    }


def optional_float(text: str) -> float | None:
    """Return the number in a cell, or None for an empty one."""
    return float(text) if text else None


def optional_int(text: str) -> int | None:
    """Return the whole number in a cell, or None for an empty one."""
    return int(text) if text else None


def nearest_year(years: Sequence[int], year: int) -> int:
    """Return the year closest to the one asked for; the later of two as close."""
    return min(years, key=lambda candidate: (abs(candidate - year), -candidate))
