"""What every parser takes and gives: an open text in, records and rejected rows out."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple, TextIO

from wattprint.domain.imported import ImportedRecord, RejectedRow

PLACE_FROM_IP = "place found from the IP address"


class Reading:
    """What a parser is told of its source, and what it counts beside its rows.

    Args:
        name: Name of the file, without its folder.
        keep_location: Whether places found from an IP address are kept.
    """

    def __init__(self, name: str = "", *, keep_location: bool = False) -> None:
        self.name = name
        self.keep_location = keep_location
        self.superseded = 0
        """Earlier rows of runs whose rows are cumulative."""
        self.dropped: Counter[str] = Counter()
        """Records from which something was left out, by what it was."""


Rows = Iterator[ImportedRecord | RejectedRow]
Parser = Callable[[TextIO, Reading], Rows]


class Kind(NamedTuple):
    """A kind of source: how it is told from others, and read."""

    kind: str
    """One of `wattprint.domain.imported.KINDS`."""
    label: str
    """The tool's name as its makers write it."""
    is_one: Callable[[str, str], bool]
    """Tells by a file's name and its beginning whether it is of this kind."""
    parse: Parser


def is_dropped(reading: Reading) -> bool:
    """Tell whether a place found from an IP address is to be left out of a record, and count it."""
    if reading.keep_location:
        return False
    reading.dropped[PLACE_FROM_IP] += 1
    return True
