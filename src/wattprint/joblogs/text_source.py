"""The bytes of a log as UTF-8, whatever it was packed and encoded with."""

import codecs
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from wattprint.domain.errors import InputError

_BLOCK = 1 << 20
"""Bytes taken at once."""

_PACKED = {b"\x1f\x8b": "gzip", b"BZh": "bz2", b"\xfd7zXZ\x00": "lzma"}
"""First bytes of a packed file -> the module that unpacks it."""

_ZSTANDARD = b"\x28\xb5\x2f\xfd"

_UTF16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


class Utf8Source:
    """Reads a file block by block as UTF-8 without NULs; lines that are not UTF-8 are taken as
    Windows-1252, so that broken bytes harm no line but their own.

    Args:
        path: The file; packed with gzip, bzip2 or xz it is unpacked.

    Raises:
        InputError: It cannot be read, or is packed and damaged.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with _refused(path):
            self._raw = path.open("rb")
            self._file = _unpacked(self._raw, path)
        self._decode: codecs.IncrementalDecoder | None = None
        self._begun = False

    def close(self) -> None:
        """Give the file back."""
        self._file.close()
        self._raw.close()

    def bytes_read(self) -> int:
        """Return how much of the file as it lies on the disk has been taken."""
        return self._raw.tell()

    def blocks(self) -> Iterator[bytes]:
        """Yield what the file holds, in blocks that end anywhere."""
        rest = b""
        while block := self._take():
            text = self._as_utf8(block)
            cut = text.rfind(b"\n") + 1
            if not cut and len(rest) < _BLOCK:
                rest += text  # a line has to be whole before its encoding can be told
                continue
            yield _repaired(rest + text[:cut] if cut else rest + text)
            rest = text[cut:] if cut else b""
        if self._decode is not None:
            rest += self._decode.decode(b"", final=True).encode("utf-8", "replace")
        if rest:
            yield _repaired(rest)

    def _take(self) -> bytes:
        with _refused(self.path):
            return self._file.read(_BLOCK)

    def _as_utf8(self, block: bytes) -> bytes:
        if not self._begun:
            self._begun = True
            block = self._begin(block)
        if self._decode is None:
            return block
        return self._decode.decode(block).encode("utf-8", "replace")

    def _begin(self, block: bytes) -> bytes:
        """Tell the encoding from the first block, and return it without its mark."""
        if block.startswith(codecs.BOM_UTF8):
            return block[len(codecs.BOM_UTF8) :]
        encoding = _UTF16.get(block[:2], "")
        marked = bool(encoding)
        if not encoding and len(block) > 3:
            # ASCII in UTF-16 has a NUL as every other byte.
            head = block[:200]
            pairs = len(head) // 2
            if head[1::2].count(0) > 0.9 * pairs and head[0::2].count(0) == 0:
                encoding = "utf-16-le"
            elif head[0::2].count(0) > 0.9 * pairs and head[1::2].count(0) == 0:
                encoding = "utf-16-be"
        if encoding:
            self._decode = codecs.getincrementaldecoder(encoding)("replace")
        return block[2:] if marked else block


def head_of(path: Path, at_most: int = 65536) -> str:
    """Return the beginning of a file as text, as readers look at it to tell its kind.

    Raises:
        InputError: It cannot be read, or is packed and damaged.
    """
    source = Utf8Source(path)
    try:
        taken = b""
        for block in source.blocks():
            taken += block[: at_most - len(taken)]
            if len(taken) >= at_most:
                break
        return taken.decode("utf-8", "replace").replace("\r\n", "\n")
    finally:
        source.close()


@contextmanager
def _refused(path: Path) -> Iterator[None]:
    """Turn what goes wrong while a file is read into a refusal that names it."""
    try:
        yield
    except (EOFError, ValueError) as error:
        raise InputError(
            f"{path} is packed and damaged ({error})", "expected a whole file"
        ) from error
    except Exception as error:
        # zlib, bz2 and lzma have errors of their own, and are not loaded for plain files.
        if not isinstance(error, OSError) and type(error).__name__ not in ("error", "LZMAError"):
            raise
        said = getattr(error, "strerror", None) or str(error)
        raise InputError(
            f"{path} cannot be read ({said})", "expected a log that can be read"
        ) from error


def _unpacked(raw: IO[bytes], path: Path) -> IO[bytes]:
    head = raw.read(6)
    raw.seek(0)
    if head.startswith(_ZSTANDARD):
        raise InputError(
            f"{path} is packed with Zstandard", "expected plain text, or .gz, .bz2 or .xz"
        )
    kind = next((kind for mark, kind in _PACKED.items() if head.startswith(mark)), "")
    if kind == "gzip":
        import gzip

        return cast("IO[bytes]", gzip.GzipFile(fileobj=raw))
    if kind == "bz2":
        import bz2

        return cast("IO[bytes]", bz2.BZ2File(raw))
    if kind == "lzma":
        import lzma

        return cast("IO[bytes]", lzma.LZMAFile(raw))
    return raw


_STRAY = b"\x00\x01\x02"
"""Bytes that no log needs, and that this house uses as marks."""


def _repaired(block: bytes) -> bytes:
    """Return a block as valid UTF-8: line by line where it is not, and without stray bytes."""
    if any(bytes([byte]) in block for byte in _STRAY):
        block = block.translate(None, _STRAY)
    if block.isascii():
        return block
    try:
        block.decode("utf-8")
    except UnicodeDecodeError:
        return b"\n".join(map(_line_as_utf8, block.split(b"\n")))
    return block


def _line_as_utf8(line: bytes) -> bytes:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("cp1252", "replace").encode("utf-8")
    return line
