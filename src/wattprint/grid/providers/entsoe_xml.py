"""Generation by type in the XML of IEC 62325, as the Transparency Platform writes it.

Two traps: a point that is left out means that the one before goes on (curve type A03), and series
of an `outBiddingZone_Domain` are what storage takes from the grid, not generation. A document that
declares entities is refused: a few hundred bytes of them can unfold to gigabytes.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple
from xml.etree import ElementTree

from wattprint.domain.display import printable
from wattprint.grid.answers import Asked, quoted

_STEPS_S = {"PT5M": 300.0, "PT15M": 900.0, "PT30M": 1800.0, "PT60M": 3600.0, "PT1H": 3600.0}
_MOST_POINTS = 200_000
_LARGEST_MW = 1e6
"""All of Europe generates some 400,000 MW: beyond this kW were taken for MW. [MW]"""
_FORBIDDEN = re.compile(r"<!(DOCTYPE|ENTITY)")
_UNIT = "MAW"
_LONGEST_QUOTE = 160


class Generation(NamedTuple):
    """What one type generates in one area."""

    area: str
    psr_type: str
    steps: tuple[tuple[float, float, float], ...]
    """Start, end and mean power. [s, s, MW]"""


class Acknowledgement(NamedTuple):
    """The platform's word that there is no document."""

    code: str
    text: str


def parsed_document(asked: Asked, body: bytes) -> list[Generation] | Acknowledgement:
    """Return the generation in a document, or the acknowledgement that it is.

    Args:
        asked: Service and zone.
        body: The document, in UTF-8.

    Raises:
        BadAnswerError: No XML, XML with entities, another document or unit.
    """
    root = _root(asked, body)
    name = _local(root.tag)
    if name == "Acknowledgement_MarketDocument":
        reason = _child(root, "Reason")
        code = "" if reason is None else _text(reason, "code")
        text = "" if reason is None else " ".join(printable(_text(reason, "text")).split())
        return Acknowledgement(code, text[:_LONGEST_QUOTE])
    if name != "GL_MarketDocument":
        raise asked.bad(f"the answer is a {quoted(name)}, not a GL_MarketDocument")
    return [
        _generation(asked, series)
        for series in _children(root, "TimeSeries")
        if _child(series, "inBiddingZone_Domain.mRID") is not None
    ]


def _root(asked: Asked, body: bytes) -> ElementTree.Element:
    if not body.strip():
        raise asked.bad("the answer is empty")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise asked.bad("the answer is no UTF-8") from None
    if _FORBIDDEN.search(text):
        raise asked.bad("the answer is HTML, or XML that declares entities, which is refused")
    try:
        return ElementTree.fromstring(text)
    except (ElementTree.ParseError, ValueError):
        raise asked.bad("the answer is no XML, or XML that was cut off") from None


def _generation(asked: Asked, series: ElementTree.Element) -> Generation:
    unit = _text(series, "quantity_Measure_Unit.name")
    if unit != _UNIT:
        raise asked.bad(f"the answer is in {quoted(unit)}, not {_UNIT} (megawatts)")
    kind = _child(series, "MktPSRType")
    psr_type = "" if kind is None else _text(kind, "psrType")
    is_held = _text(series, "curveType") == "A03"
    steps = tuple(
        step
        for period in _children(series, "Period")
        for step in _steps(asked, period, is_held=is_held)
    )
    return Generation(_text(series, "inBiddingZone_Domain.mRID"), psr_type, steps)


def _steps(
    asked: Asked, period: ElementTree.Element, *, is_held: bool
) -> Iterator[tuple[float, float, float]]:
    """Yield start, end and power of a period's points; those left out repeat the one before."""
    resolution = _text(period, "resolution")
    if resolution not in _STEPS_S:
        raise asked.bad(f"a step of {quoted(resolution)} in the answer is not known")
    step_s = _STEPS_S[resolution]
    bounds = _child(period, "timeInterval")
    if bounds is None:
        raise asked.bad("a period in the answer has no times")
    start_s, end_s = asked.moment_s(_text(bounds, "start")), asked.moment_s(_text(bounds, "end"))
    count = round((end_s - start_s) / step_s)
    if not 0 < count <= _MOST_POINTS:
        raise asked.bad("a period in the answer is empty or too long")
    points = dict(_point(asked, point) for point in _children(period, "Point"))
    if not all(1 <= position <= count for position in points):
        raise asked.bad("a point in the answer lies outside its period")
    last = None
    for position in range(1, count + 1):
        mw = points.get(position, last if is_held else None)
        if mw is not None:
            yield start_s + (position - 1) * step_s, start_s + position * step_s, mw
        last = mw


def _point(asked: Asked, point: ElementTree.Element) -> tuple[int, float]:
    position, quantity = _text(point, "position"), _text(point, "quantity")
    try:
        place, mw = int(position), float(quantity)
    except ValueError:
        raise asked.bad(f"a point {quoted(position)}: {quoted(quantity)} is none") from None
    if not 0 <= mw <= _LARGEST_MW:
        raise asked.bad(f"a generation of {quoted(quantity)} MW is none")
    return place, mw


def _local(tag: str) -> str:
    """Return a tag's name without its namespace, which changes with the platform's versions."""
    return tag.rpartition("}")[2]


def _children(parent: ElementTree.Element, name: str) -> Iterator[ElementTree.Element]:
    return (child for child in parent if _local(child.tag) == name)


def _child(parent: ElementTree.Element, name: str) -> ElementTree.Element | None:
    return next(_children(parent, name), None)


def _text(parent: ElementTree.Element, name: str) -> str:
    child = _child(parent, name)
    return "" if child is None or child.text is None else child.text.strip()
