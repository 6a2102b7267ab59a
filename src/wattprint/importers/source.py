"""The bytes of another tool's file as lines of text, whatever its encoding and however it is torn.

Memory does not depend on the file: lines are read one by one, and one without an end is cut.
"""

import codecs
import gzip
import io
import zlib
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, NamedTuple, TextIO

LONGEST_LINE = 1 << 20
"""Characters of a line beyond which it is no row of a table. A card of a model fits as well."""
_HEAD_BYTES = 64 * 1024
_LARGEST_RATIO = 200
"""Decompressed over compressed bytes: tables reach 20, beyond this a file is a bomb. [ratio]"""
_BOMB_FROM_BYTES = 64 << 20
_FALLBACK = "wattprint-single-bytes"


class Line(NamedTuple):
    """A line of a source without its end."""

    number: int
    text: str | None
    """None where it is longer than `LONGEST_LINE`."""


class CountedBytes(io.RawIOBase):
    """A source's bytes, decompressed; counts what was read, and survives torn compression.

    Args:
        file: The open file.
        is_gzip: Whether to decompress it.
        on_bytes: Told how many bytes of the file have been read so far.
    """

    def __init__(
        self, file: BinaryIO, *, is_gzip: bool, on_bytes: Callable[[int], object] | None = None
    ) -> None:
        self._file = file
        self._bytes: BinaryIO = gzip.open(file) if is_gzip else file  # type: ignore[assignment]  # noqa: SIM115 - lives as long as this
        self._is_gzip = is_gzip
        self._on_bytes = on_bytes
        self._given_bytes = 0
        self.broken = ""
        """Why the source ended before its end; empty where it did not."""

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read into a buffer; 0 at the end, and where what follows cannot be decompressed."""
        view = memoryview(buffer).cast("B")
        if self.broken:
            return 0
        try:
            found = self._bytes.read(len(view))
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            self.broken = f"the compressed file is torn: {error}"
            return 0
        view[: len(found)] = found
        self._given_bytes += len(found)
        read_bytes = self._file.tell()
        limit = max(_BOMB_FROM_BYTES, _LARGEST_RATIO * read_bytes)
        if self._is_gzip and self._given_bytes > limit:
            self.broken = f"it decompresses to more than {_LARGEST_RATIO} times its size"
        if self._on_bytes is not None:
            self._on_bytes(read_bytes)
        return len(found)


def text_stream(source: io.RawIOBase) -> tuple[TextIO, str]:
    """Open bytes as text, and return its beginning as well, which stays to be read.

    UTF-8, UTF-16 or UTF-32 by their mark, else UTF-8. A byte that is no UTF-8 is read as the
    Western European letter that it stands for in Latin-1.
    """
    buffered = io.BufferedReader(source, _HEAD_BYTES)
    beginning = buffered.peek(_HEAD_BYTES)[:_HEAD_BYTES]
    encoding = _encoding(beginning)
    decoder = codecs.getincrementaldecoder(encoding)(_FALLBACK)
    stream = io.TextIOWrapper(buffered, encoding=encoding, errors=_FALLBACK, newline="")
    return stream, decoder.decode(beginning)


def lines_of(stream: TextIO) -> Iterator[Line]:
    """Yield the lines of a text with their numbers, without NULs and ends."""
    number = 0
    while text := stream.readline(LONGEST_LINE):
        number += 1
        if len(text) == LONGEST_LINE and not text.endswith(("\n", "\r")):
            while (rest := stream.readline(LONGEST_LINE)) and not rest.endswith(("\n", "\r")):
                pass
            yield Line(number, None)
            continue
        yield Line(number, text.rstrip("\r\n").replace("\0", ""))


def whole_text(stream: TextIO, most: int) -> tuple[str, bool]:
    """Return a text of at most so many characters, and whether that is all of it."""
    text = stream.read(most + 1).replace("\0", "")
    return text[:most].replace("\r\n", "\n"), len(text) <= most


def _encoding(head: bytes) -> str:
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF32_LE, "utf-32"),
        (codecs.BOM_UTF32_BE, "utf-32"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if head.startswith(mark):
            return encoding
    # Latin letters in UTF-16 have a NUL in every other byte.
    for start, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        every_other = head[start:512:2]
        if len(every_other) > 8 and every_other.count(0) > 0.8 * len(every_other):
            return encoding
    return "utf-8"


def _single_bytes(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    if error.encoding.startswith(("utf-16", "utf-32", "utf16", "utf32")):
        return "\ufffd", error.end
    return error.object[error.start : error.end].decode("latin-1"), error.end


codecs.register_error(_FALLBACK, _single_bytes)
