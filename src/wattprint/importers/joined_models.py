"""Accelerators of several models as CodeCarbon writes them: one behind another, without a mark."""

import re
from collections.abc import Sequence
from itertools import islice, product

_TIMES = re.compile(r"(\d{1,6}) x ")
_MOST_MODELS = 4


def parted(words: str, count: int) -> list[tuple[int, str]]:
    """Part accelerators into numbers and models.

    A model's name may end in digits as well: the cut is where the numbers add up.

    Args:
        words: As the tool has them.
        count: Number of all accelerators, 0 where it is not said.

    Returns:
        Nothing where the words have no numbers, or none that add up.

    >>> parted("1 x Tesla T42 x Tesla V100", 3)
    [(1, 'Tesla T4'), (2, 'Tesla V100')]
    >>> parted("2 x Tesla T4", 0), parted("Tesla T4", 1)
    ([(2, 'Tesla T4')], [])
    """
    found = [*islice(_TIMES.finditer(words), _MOST_MODELS)]
    if not found or found[0].start():
        return []
    digits = [match[1] for match in found]
    for lengths in product([len(digits[0])], *(range(1, len(d) + 1) for d in digits[1:])):
        numbers = [d[-n:] for d, n in zip(digits, lengths, strict=True)]
        if len(found) == 1 or _add_up(numbers, count):
            ends = [match.end(1) - n for match, n in zip(found, lengths, strict=True)]
            begins = [match.end() for match in found]
            names = (words[b:e] for b, e in zip(begins, [*ends[1:], len(words)], strict=True))
            return [(int(n), name.strip()) for n, name in zip(numbers, names, strict=True)]
    return []


def _add_up(numbers: Sequence[str], count: int) -> bool:
    return sum(map(int, numbers)) == count and not any(n.startswith("0") for n in numbers)
