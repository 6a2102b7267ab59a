"""The elements of a JSON document one by one, however long it is: only one is held at a time.

Elements are the objects of a list at the root, of `items` (Kubernetes), of `jobs` (Slurm) or of
`data.result` (Prometheus), or where there is no such list, the objects at the root one after the
other.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from wattprint.joblogs.text_source import Utf8Source

LONGEST_ELEMENT_BYTES = 1_000_000
DEEPEST = 100
"""Levels of nesting; what people write has ten to twenty."""

_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|["{}\[\]]', re.DOTALL)
_LISTS = {1: (b"items", b"jobs"), 2: (b"result",)}
"""Depth at which a list of elements may begin -> its keys."""


class Element(NamedTuple):
    """An object of a list, or what is wrong with what stands there."""

    number: int
    """Which it is in its document, from 1."""
    text: bytes
    """The object on one line; empty if there is a fault."""
    fault: str
    """Why it cannot be read."""


class JsonElements:
    """Cuts a document into its elements.

    Args:
        path: The document, packed or not.

    Raises:
        InputError: It cannot be read, or is packed and damaged.
    """

    def __init__(self, path: Path) -> None:
        self._source = Utf8Source(path)
        self._text = b""
        self._at = 0
        self._line, self._line_at = 1, 0
        self._elements = 0
        self._reset()

    def close(self) -> None:
        """Give the file back."""
        self._source.close()

    def bytes_read(self) -> int:
        """Return how much of the file has been taken."""
        return self._source.bytes_read()

    def __iter__(self) -> Iterator[Element]:
        for block in self._source.blocks():
            self._text += block
            yield from self._scan(last=False)
            self._forget()
        yield from self._scan(last=True)
        if self._open:
            yield self._element(b"", "JSON breaks off; expected all of the document")

    def _reset(self) -> None:
        self._open = b""
        self._list_depth = -1
        self._begin = -1
        self._dropped = 0
        self._key = b""
        self._key_end = 0

    def _scan(self, *, last: bool) -> Iterator[Element]:
        """Take the tokens of what has been read; the last one may go on in the next block."""
        begun = -1
        while begun < self._at:
            begun = self._at
            for token in _TOKEN.finditer(self._text, begun):
                at, end, found = token.start(), token.end(), token[0]
                if len(found) > 1:
                    self._key, self._key_end, self._at = found, end, end
                elif element := self._take(found, at, last=last):
                    yield element
                    if element.fault:
                        break  # it goes on at another place
                elif found == b'"':
                    return

    def _take(self, found: bytes, at: int, *, last: bool) -> Element | None:
        """Take a bracket, or the beginning of a string whose end has not been read."""
        if found == b'"':
            # One that is too long is no string.
            if last or len(self._text) - at > LONGEST_ELEMENT_BYTES:
                return self._fault("a string has no end", at)
            return None
        self._at = at + 1
        if found in b"{[":
            if len(self._open) >= DEEPEST:
                return self._fault(f"nested deeper than {DEEPEST} levels", at)
            self._enter(found, at)
            return None
        if self._open[-1:] + found not in (b"{}", b"[]"):
            return self._fault(f"'{found.decode()}' has no beginning", at)
        return self._leave(at + 1)

    def _enter(self, bracket: bytes, at: int) -> None:
        depth = len(self._open)
        if bracket == b"{" and self._begin < 0 and depth in (0, self._list_depth):
            self._begin, self._dropped = at, 0
        elif bracket == b"[" and self._list_depth < 0 and (depth == 0 or self._is_list(depth, at)):
            self._list_depth, self._begin = depth + 1, -1
        self._open += bracket

    def _is_list(self, depth: int, at: int) -> bool:
        key = self._key.strip(b'"')
        return (
            self._key_end >= 0
            and key in _LISTS.get(depth, ())
            and self._text[self._key_end : at].strip() == b":"
        )

    def _leave(self, end: int) -> Element | None:
        self._open = self._open[:-1]
        depth = len(self._open)
        if depth < self._list_depth:
            self._list_depth = -1
        if self._begin < 0 or depth not in (0, self._list_depth):
            return None
        size = self._dropped + end - self._begin
        text = b"" if self._dropped else self._text[self._begin : end]
        self._begin = -1
        if size > LONGEST_ELEMENT_BYTES:
            fault = f"element of {size} bytes; expected {LONGEST_ELEMENT_BYTES} bytes at most"
            return self._element(b"", fault)
        return self._element(text.replace(b"\n", b" ").replace(b"\r", b" "), "")

    def _element(self, text: bytes, fault: str) -> Element:
        self._elements += 1
        return Element(self._elements, text, fault)

    def _fault(self, words: str, at: int) -> Element:
        """Say what is wrong, and go on at the next line that begins with an object."""
        line = self._count_lines(at)
        found = self._text.find(b"\n{", at)
        self._reset()
        self._at = found + 1 if found >= 0 else len(self._text)
        return self._element(b"", f"line {line}: {words}; expected JSON")

    def _count_lines(self, at: int) -> int:
        self._line += self._text.count(b"\n", self._line_at, at)
        self._line_at = max(at, self._line_at)
        return self._line

    def _forget(self) -> None:
        """Drop what has been taken, and of an element that is too long, all there is."""
        keep = self._begin if self._begin >= 0 else self._at
        if self._begin >= 0 and self._at - self._begin > LONGEST_ELEMENT_BYTES:
            self._dropped += self._at - self._begin
            keep = self._begin = self._at
        # A key may stand before a list that begins in the next block.
        if self._begin < 0 and self._key_end <= keep and keep - self._key_end < 1000:
            keep = max(0, min(keep, self._key_end))
        self._count_lines(keep)
        self._text = self._text[keep:]
        self._at -= keep
        self._key_end -= keep
        self._line_at -= keep
        if self._begin >= 0:
            self._begin -= keep
