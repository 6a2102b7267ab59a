"""A text log in pieces that the engine reads at once, cut where no job is cut in two."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from wattprint.joblogs.text_source import Utf8Source

if TYPE_CHECKING:
    import re

CHUNK_BYTES = 16 << 20
"""Text of a piece: large enough for the engine to be fast, small enough for flat memory."""

LONGEST_LINE_BYTES = 1 << 20
"""A line that is longer is replaced by `LONG_LINE` and its length."""

LONG_LINE = "\x02"
"""First character of what stands in for a line of absurd length."""

PIECES = 8
"""Pieces that lie on the disk at once, for those who read several beside each other."""

_LONGEST_HEAD = 65536
"""Bytes that are looked at for a header."""

_WIDEST_JOB = 4
"""Pieces that a job's rows may fill before it is cut in two all the same."""


class Chunk(NamedTuple):
    """A piece of a log: UTF-8, one row a line, ended by newlines alone."""

    path: Path
    """Where it lies; a later piece overwrites it, `PIECES` after it."""
    first_line: int
    """Number of its first line in the log, from 1."""
    rows: int
    """Its lines, blank ones included."""
    bytes_read: int
    """Bytes of the log up to its end."""
    head: str
    """Its first two lines."""
    padded: bool
    """Whether `padding` is found in it."""
    delimiters: int
    """How often `delimiter` is in it; 0 where none was given."""


def text_chunks(
    path: Path,
    scratch: Path,
    *,
    job_of: Callable[[bytes], bytes] | None = None,
    is_head: Callable[[bytes], bool] | None = None,
    head_mark: bytes = b"",
    padding: "re.Pattern[bytes] | None" = None,
    delimiter: bytes = b"",
    chunk_bytes: int = CHUNK_BYTES,
) -> Iterator[Chunk]:
    """Yield a log in pieces, each in a file of its own name.

    Args:
        path: The log.
        scratch: Folder to write pieces to.
        job_of: Which job a line belongs to; lines of one job that follow each other stay together.
        is_head: Whether a line is a header: a piece begins at each one. Asked for lines that hold
            `head_mark` alone.
        head_mark: What every header holds; empty if the log has none.
        padding: What is looked for: blanks beside the delimiter.
        delimiter: What is counted.
        chunk_bytes: Text of a piece. [bytes]

    Raises:
        InputError: It cannot be read, or is packed and damaged.
    """
    source = Utf8Source(path)
    line, number = 1, 0
    try:
        for piece in _pieces(source, job_of, chunk_bytes):
            for part in _split_at_heads(piece, is_head, head_mark):
                rows = part.count(b"\n")
                piece_path = scratch / f"piece-{number % PIECES}.txt"
                piece_path.write_bytes(part)
                number += 1
                padded = padding is not None and padding.search(part) is not None
                delimiters = part.count(delimiter) if delimiter else 0
                head = _text(b"\n".join(part[:_LONGEST_HEAD].split(b"\n", 2)[:2]))
                read = source.bytes_read()
                yield Chunk(piece_path, line, rows, read, head, padded, delimiters)
                line += rows
    finally:
        source.close()


def _text(line: bytes) -> str:
    return line.decode("utf-8", "replace")


def _pieces(
    source: Utf8Source, job_of: Callable[[bytes], bytes] | None, chunk_bytes: int
) -> Iterator[bytes]:
    """Yield whole lines of about `chunk_bytes`, cut between jobs."""
    held: list[bytes] = []
    size, wanted = 0, chunk_bytes
    for block in _short_lines(source):
        held.append(block)
        size += len(block)
        if size < wanted:
            continue
        text = b"".join(held)
        cut = _cut_between_jobs(text, job_of)
        if not cut and wanted < _WIDEST_JOB * chunk_bytes:
            held, wanted = [text], 2 * wanted
            continue
        cut = cut or text.rfind(b"\n") + 1
        held = [text[cut:]]
        size, wanted = len(text) - cut, chunk_bytes
        if cut:
            text = text[:cut]
            yield text
        del text
    last = b"".join(held)
    if last:
        yield last if last.endswith(b"\n") else last + b"\n"


def _cut_between_jobs(text: bytes, job_of: Callable[[bytes], bytes] | None) -> int:
    """Return where the last job begins whose rows may go on in what follows; 0 for nowhere."""
    end = text.rfind(b"\n")
    if end < 0 or job_of is None:
        return end + 1
    start = text.rfind(b"\n", 0, end) + 1
    job = job_of(text[start:end])
    while start:
        before = text.rfind(b"\n", 0, start - 1) + 1
        if job_of(text[before : start - 1]) != job:
            return start
        start = before
    return 0


def _short_lines(source: Utf8Source) -> Iterator[bytes]:
    """Yield blocks whose lines end in a newline alone, none longer than is allowed."""
    rest = b""
    skipped = 0
    for block in source.blocks():
        text = rest + block
        rest = b""
        if skipped:  # within a line of absurd length
            end = text.find(b"\n")
            if end < 0:
                skipped += len(text)
                continue
            yield f"{LONG_LINE}{skipped + end}".encode()
            text = text[end:]
            skipped = 0
        if text.endswith(b"\r"):  # the newline may be in the next block
            text, rest = text[:-1], b"\r"
        if b"\r" in text:
            text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        text = _with_long_lines_marked(text)
        end = text.rfind(b"\n") + 1
        if len(text) - end > LONGEST_LINE_BYTES:
            skipped = len(text) - end + len(rest)
            text, rest = text[:end], b""
        else:
            text, rest = text[:end], text[end:] + rest
        if text:
            yield text
    if skipped:
        yield f"{LONG_LINE}{skipped}\n".encode()
    elif rest:
        yield rest.replace(b"\r", b"\n")


def _with_long_lines_marked(text: bytes) -> bytes:
    """Return text in which whole lines of absurd length are replaced by their length."""
    if len(text) <= LONGEST_LINE_BYTES:
        return text
    kept: list[bytes] = []
    start = done = 0
    while len(text) - start > LONGEST_LINE_BYTES:
        newline = text.rfind(b"\n", start, start + LONGEST_LINE_BYTES + 1)
        if newline >= 0:
            start = newline + 1
            continue
        end = text.find(b"\n", start)
        if end < 0:
            break
        kept += [text[done:start], f"{LONG_LINE}{end - start}".encode()]
        start = done = end
        start += 1
    return b"".join([*kept, text[done:]]) if kept else text


def _split_at_heads(
    piece: bytes, is_head: Callable[[bytes], bool] | None, head_mark: bytes
) -> Iterator[bytes]:
    """Yield a piece cut before each header within it."""
    start = 0
    found = piece.find(head_mark) if head_mark and is_head else -1
    while found >= 0 and is_head:
        begin = piece.rfind(b"\n", 0, found) + 1
        end = piece.find(b"\n", found)
        if is_head(piece[begin:end]) and begin > start:
            yield piece[start:begin]
            start = begin
        found = piece.find(head_mark, end)
    yield piece[start:] if start else piece
