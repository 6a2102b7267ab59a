"""The block of a model card that says its emissions, as text: every scalar letter for letter.

Only the lines below `co2_eq_emissions:` are read, whatever else the card says. They go through
PyYAML's loader that makes nothing but texts, lists and mappings, and knows no anchors; what it
refuses is read line by line where it is plain 'key: value', and that is said.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from wattprint.domain.errors import InputError

KEY = "co2_eq_emissions"
_LARGEST_BLOCK = 64 * 1024
_DEEPEST = 8
_LONGEST_VALUE = 500
_TOP_KEY = re.compile(rf"""^(["']?){KEY}\1\s*:""", re.MULTILINE)
_OTHER_KEY = re.compile(r"""^(["']?)([\w-]*(?:co2|carbon|emission)[\w-]*)\1\s*:""", re.M | re.I)
_PLAIN = re.compile(r"""^[\t ]*-?[\t ]*["']?([A-Za-z][\w ./-]{0,60}?)["']?[\t ]*:[\t ]+(.*)$""")
_COMMENT = re.compile(r"(?:^|\s)#\s*(.{1,200})$")


class Block(NamedTuple):
    """What a card says below its key."""

    at_line: int
    value: Any
    """Texts, lists and mappings."""
    comments: Mapping[str, str]
    """Comment beside a key's value: parsers lose it."""
    fault: str = ""
    """Why YAML refused the block; empty where it did not."""


class NoBlockError(InputError):
    """A card without emissions; it may say them under another name."""


def block_of(text: str) -> Block:
    """Return the block of a card.

    Raises:
        NoBlockError: The card has none.
        InputError: It is larger than any, or nothing in it can be read, or PyYAML is missing.
    """
    front, first_line = _front_matter(text)
    match = _TOP_KEY.search(front)
    if match is None:
        raise _no_block(front)
    lines = front[match.start() :].split("\n")
    end = next((i for i, line in enumerate(lines) if i and _is_outside(line)), len(lines))
    lines = lines[:end]
    block = "\n".join(lines)
    at_line = first_line + front.count("\n", 0, match.start())
    if len(block) > _LARGEST_BLOCK:
        raise InputError(f"{KEY} has {len(block):,} characters", f"expected {_LARGEST_BLOCK:,}")
    comments = _comments(lines)
    try:
        return Block(at_line, _loaded(block), comments)
    except _RefusedError as error:
        plain = _plain_lines(lines)
        if not plain:
            raise InputError(f"{KEY} is no YAML: {error}", "expected 'emissions: 12.3'") from None
        return Block(at_line, plain, comments, str(error))


class _RefusedError(Exception):
    """YAML that the parser refuses."""


def _front_matter(text: str) -> tuple[str, int]:
    """Return the metadata at the head of a card, and the line that it begins at."""
    lines = text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    start = next((i for i, line in enumerate(lines) if line.strip()), 0)
    if lines[start].strip() != "---":
        return "\n".join(lines), 1
    end = next(
        (i for i in range(start + 1, len(lines)) if lines[i].rstrip() in ("---", "...")),
        len(lines),
    )
    return "\n".join(lines[start + 1 : end]), start + 2


def _is_outside(line: str) -> bool:
    """Tell a line of the next key: not indented, no item of a list, no comment."""
    return bool(line) and not line.startswith((" ", "\t", "-", "#", "]", "}"))


def _no_block(front: str) -> NoBlockError:
    other = _OTHER_KEY.search(front)
    if other is None:
        return NoBlockError(f"the card has no {KEY}", "expected it in its metadata")
    given = f"the card has {other[2]!r} and no {KEY}"
    return NoBlockError(given, "the Hub's key is taken alone: it means grams")


def _loaded(block: str) -> Any:
    """Parse YAML, and return what stands below the key as texts, lists and mappings.

    Raises:
        InputError: PyYAML is missing.
        _RefusedError: It is no YAML, or has anchors, or is nested too deeply.
    """
    try:
        import yaml  # the extra `import`: only cards need it
    except ImportError:
        raise InputError(
            "PyYAML is missing, which reads model cards",
            "expected the extra 'import': pip install 'wattprint[import]'",
        ) from None
    try:
        _refuse_tricks(yaml.parse(block, Loader=yaml.BaseLoader), yaml)
        found = yaml.load(block, Loader=yaml.BaseLoader)
    except (yaml.YAMLError, ValueError, RecursionError, TypeError, AttributeError) as error:
        raise _RefusedError(" ".join(str(error).split())[:160]) from None
    # 'key:5' without a blank is a text, and 'key?: 5' another key.
    if not isinstance(found, dict) or KEY not in found:
        raise _RefusedError("it is no mapping of the key")
    return found[KEY]


def _refuse_tricks(events: Any, yaml: Any) -> None:
    """Refuse anchors, which can make much of little, and deep nesting."""
    depth = 0
    for event in events:
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _RefusedError("it has anchors or aliases")
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise _RefusedError(f"it is nested more than {_DEEPEST} deep")


def _plain_lines(lines: Sequence[str]) -> dict[str, str] | str:
    """Return what can be read of a refused block: its lines 'key: value', or its own value."""
    own = lines[0].partition(":")[2].partition("#")[0].strip().strip("\"'")
    if own and own[0] not in "&*|>[{":
        return own[:_LONGEST_VALUE]
    found: dict[str, str] = {}
    for line in lines[1:]:
        match = _PLAIN.match(line)
        if match is not None:
            value = re.sub(r"\s+#.*$", "", match[2]).strip().strip("\"'")
            found.setdefault(match[1].strip(), value[:_LONGEST_VALUE])
    return found


def _comments(lines: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in lines:
        key, colon, rest = line.partition(":")
        match = _COMMENT.search(rest)
        if colon and match is not None:
            found[key.strip(" \t-\"'")] = match[1].strip()
    return found
