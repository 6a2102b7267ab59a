"""One file of another tool, into the ledger: found out, read, written whole, or refused."""

import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import BinaryIO, NamedTuple

from wattprint._version import __version__
from wattprint.domain.errors import InputError
from wattprint.domain.imported import Counts, ImportedRecord, ImportHeader, RejectedRow
from wattprint.domain.totals import Total
from wattprint.importers.cells import clean
from wattprint.importers.kinds import kind_named, kind_of
from wattprint.importers.reading import Kind, Reading, Rows
from wattprint.importers.recomputed import is_place, place_of, quick_g
from wattprint.importers.source import CountedBytes, text_stream
from wattprint.ledger.imports import Imports, ImportWriter, Tally, new_id

_SHOWN = 5
"""Rejected rows and doubts that an outcome holds; the file has all of them."""
_CHUNK_BYTES = 1 << 20
_GZIP_MARK = b"\x1f\x8b"


class Asked(NamedTuple):
    """How files are to be imported."""

    kind: str | None = None
    project: str | None = None
    zone: str | None = None
    region: str | None = None
    """Place for recomputing records that have none of their own."""
    keep_location: bool = False
    force: bool = False
    """Whether an earlier import of the same bytes is replaced."""
    dry_run: bool = False

    @property
    def place(self) -> dict[str, str]:
        """Zone or region, if one is said."""
        said = {"zone": self.zone, "region": self.region}
        return {name: place for name, place in said.items() if place is not None}


class Doubted(NamedTuple):
    """A sort of doubt: how many records have it, and the first of them."""

    code: str
    records: int
    first: int
    """Number of the first record that has it."""
    text: str
    """What is said of that record."""


class Outcome(NamedTuple):
    """What became of a file."""

    source: str
    status: str
    """`imported`, `would import`, `present` or `refused`."""
    reason: str = ""
    import_id: str | None = None
    kind: str | None = None
    counts: Counts | None = None
    rejected: tuple[RejectedRow, ...] = ()
    """The first few."""
    doubts: tuple[Doubted, ...] = ()
    """One for each sort of doubt."""
    without_place: int = 0
    """Records with no place, where none was said either."""
    compared: int = 0
    """Records that have both figures: the two sums below are over these."""
    reported_g: float = 0.0
    recomputed_g: float = 0.0


def import_file(
    path: Path,
    asked: Asked,
    *,
    home: str | os.PathLike[str] | None,
    imported_at: str,
    on_bytes: Callable[[int], object] | None = None,
) -> Outcome:
    """Import a file, and say what became of it; one that is refused leaves nothing behind.

    Args:
        path: The file; one that is compressed by gzip is read as what it holds.
        asked: How it is to be imported.
        home: Home folder; None takes $WATTPRINT_HOME, else ~/.wattprint.
        imported_at: The time, RFC 3339 in UTC.
        on_bytes: Told how many bytes of it have been read so far.

    Raises:
        InputError: The kind that is asked for, or the home folder, is none.
        OSError: The import cannot be written.
    """
    imports = Imports(home)
    kind = None if asked.kind is None else kind_named(asked.kind)
    try:
        with _opened(path) as file:
            sha256 = _sha256(file)
            before = imports.of_bytes(sha256)
            if before is not None and not asked.force:
                there = before.header.import_id
                return Outcome(
                    _name(path),
                    "present",
                    f"the same bytes are there as {there}",
                    there,
                    before.header.kind,
                    before.counts,
                )
            header = ImportHeader(
                import_id=new_id(imported_at, sha256),
                kind="" if kind is None else kind.kind,
                source=_name(path),
                source_bytes=os.fstat(file.fileno()).st_size,
                sha256=sha256,
                imported_at=imported_at,
                software={"wattprint": __version__},
                keeps_location=asked.keep_location,
                place=asked.place,
            )
            outcome = _Import(imports, header, asked).read(file, kind, on_bytes)
    except InputError as error:
        return Outcome(_name(path), "refused", f"{error.given}; {error.allowed}")
    if before is not None and outcome.status == "imported":
        there = before.header.import_id
        if there != outcome.import_id:
            imports.remove(there)
        return outcome._replace(reason=f"in the place of {there}")
    return outcome


def _name(path: Path) -> str:
    """Return a file's name as a text that can be shown: it may hold any bytes."""
    return clean(path.name)


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """Open a file that can be read twice.

    Raises:
        InputError: There is none, or it is a folder, a pipe or a device: those may never end.
    """
    try:
        is_file = stat.S_ISREG(path.stat().st_mode)
        if is_file:
            file = path.open("rb")
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"it cannot be read: {reason}", "expected the name of a file") from error
    if not is_file:
        raise InputError("it is no file", "expected the name of one")
    with file:
        yield file


def _sha256(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    while chunk := file.read(_CHUNK_BYTES):
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


class _Import:
    """The reading of one file into the ledger, or for show alone."""

    def __init__(self, imports: Imports, header: ImportHeader, asked: Asked) -> None:
        self._imports = imports
        self._header = header
        self._asked = asked
        self._tally = Tally()
        self._rejected: list[RejectedRow] = []
        self._doubts: dict[str, Doubted] = {}
        self._without_place = 0
        self._reported_g, self._recomputed_g = Total(), Total()

    def read(
        self, file: BinaryIO, kind: Kind | None, on_bytes: Callable[[int], object] | None
    ) -> Outcome:
        """Read the file.

        Raises:
            InputError: It is of no known kind.
        """
        is_gzip = file.read(2) == _GZIP_MARK
        file.seek(0)
        source = CountedBytes(file, is_gzip=is_gzip, on_bytes=on_bytes)
        stream, head = text_stream(source)
        name = self._header.source
        kind = kind_of(name, head) if kind is None else kind
        self._header = self._header._replace(kind=kind.kind)
        reading = Reading(name.removesuffix(".gz"), keep_location=self._asked.keep_location)
        target = (
            nullcontext() if self._asked.dry_run else ImportWriter(self._imports.home, self._header)
        )
        with stream, target as writer:
            for row in _with_end(kind.parse(stream, reading), source):
                found = self._take(row)
                if writer is not None:
                    writer.write(found)
            counts = self._tally.counts(superseded=reading.superseded, dropped=reading.dropped)
            if counts.records and writer is not None:
                writer.finish(counts)
        return self._outcome(counts)

    def _take(self, row: ImportedRecord | RejectedRow) -> ImportedRecord | RejectedRow:
        if isinstance(row, RejectedRow):
            self._tally.take(row)
            if len(self._rejected) < _SHOWN:
                self._rejected.append(row)
            return row
        if self._asked.project is not None:
            row = row._replace(project=self._asked.project)
        self._tally.take(row)
        self._compare(row)
        for doubt in row.doubts:
            before = self._doubts.get(doubt.code, Doubted(doubt.code, 0, self._tally.records, ""))
            text = before.text or doubt.text
            self._doubts[doubt.code] = before._replace(records=before.records + 1, text=text)
        return row

    def _compare(self, record: ImportedRecord) -> None:
        place = place_of(record, self._asked.place)
        if not is_place(place):
            self._without_place += 1
        elif record.part_of is None and record.emissions_g is not None:
            ours_g = quick_g(record, **place)
            if ours_g is not None:
                self._reported_g.add(record.emissions_g)
                self._recomputed_g.add(ours_g)

    def _outcome(self, counts: Counts) -> Outcome:
        status = "would import" if self._asked.dry_run else "imported"
        return Outcome(
            self._header.source,
            status if counts.records else "refused",
            "" if counts.records else self._why_nothing(),
            None if self._asked.dry_run or not counts.records else self._header.import_id,
            self._header.kind,
            counts,
            tuple(self._rejected),
            tuple(self._doubts.values()),
            self._without_place,
            self._recomputed_g.count,
            self._reported_g.value,
            self._recomputed_g.value,
        )

    def _why_nothing(self) -> str:
        """Say why a file holds no record: its one reason where there is one."""
        if self._tally.rejected == 1:
            return self._rejected[0].reason
        return "nothing in it is a record"


def _with_end(rows: Rows, source: CountedBytes) -> Rows:
    """Yield rows, and why the source ended before its end, if it did."""
    last = 1
    for row in rows:
        last = max(last, row.at_line)
        yield row
    if source.broken:
        yield RejectedRow(last, source.broken)
