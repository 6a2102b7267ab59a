"""From a Vega-Lite specification to SVG that can stand in a page, or to PNG, without a browser."""

import re
from contextlib import suppress
from threading import Thread
from typing import Any
from xml.etree import ElementTree as ET

from wattprint.charts.theme import FONT, PAPER, Size
from wattprint.domain.errors import InputError

SVG = "http://www.w3.org/2000/svg"
_NUMBER = re.compile(r"-?\d+\.\d{2,}")
_NEEDLESS = ("class", "font-family", "pointer-events", "role", "stroke-miterlimit", "version")


def refuse_without_extra(what: str) -> None:
    """Refuse at once if what draws is not installed.

    Args:
        what: What needs it: "--plot fit.svg".

    Raises:
        InputError: It is not; it says how to install it.
    """
    try:
        import vl_convert  # noqa: F401 - looked for here, used below
    except ImportError as error:
        raise InputError(
            f"{what} needs the extra 'report', and {error.name} is not installed",
            "install it with `pip install 'wattprint[report]'`",
        ) from error


def warmed_up() -> Thread:
    """Start what draws while something else is at work: a second for the first chart.

    Returns:
        The thread that does it; where what draws is not installed, it does nothing.
    """

    def draw() -> None:
        with suppress(ImportError):
            from vl_convert import vegalite_to_svg

            vegalite_to_svg({"data": {"values": [{}]}, "mark": "text"}, allowed_base_urls=[])

    thread = Thread(target=draw, name="wattprint charts")
    thread.start()
    return thread


def svg(spec: dict[str, Any], *, name: str, title: str, size: Size) -> str:
    """Draw a specification.

    Args:
        spec: The specification; it must hold its data, for nothing is fetched.
        name: Name of the chart, unique in its page; ids are made from it.
        title: What the chart shows, for those who do not see it.
        size: Which of its widths this is.
    """
    from vl_convert import vegalite_to_svg  # the extra `report`; 40 ms, spent when a chart is drawn

    root = ET.fromstring(vegalite_to_svg(spec, allowed_base_urls=[]))
    _slim(root)
    _make_ids_unique(root, f"{name}-{size.name}")
    _name(root, f"{name}-{size.name}-title", title)
    root.set("class", f"chart {size.name}")
    root.set("font-family", FONT)
    ET.register_namespace("", SVG)
    return ET.tostring(root, encoding="unicode")


def _slim(root: ET.Element) -> None:
    """Drop what a page has no use for: empty shapes, hints for a pointer, digits beyond a pixel."""
    for parent in list(root.iter()):
        for child in list(parent):
            if _is_empty(child):
                parent.remove(child)
    for element in root.iter():
        for key in list(element.keys()):
            if key in _NEEDLESS or key.startswith("aria-"):
                del element.attrib[key]
            elif key in ("d", "transform", "x2", "y2"):
                element.set(key, _NUMBER.sub(_to_tenths, element.attrib[key]))


def _is_empty(element: ET.Element) -> bool:
    is_path = element.tag == f"{{{SVG}}}path"
    shape = element.get("d", "")
    is_drawn = element.get("stroke") or element.get("fill")
    return is_path and (not shape or (not is_drawn and element.get("class") == "background"))


def _to_tenths(number: re.Match[str]) -> str:
    return f"{float(number[0]):.1f}".removesuffix(".0")


def _make_ids_unique(root: ET.Element, prefix: str) -> None:
    """Give ids the chart's name: a page holds many charts, and each begins with clip0."""
    for element in root.iter():
        for key, text in element.attrib.items():
            if key == "id":
                element.set(key, f"{prefix}-{text}")
            elif text.startswith("url(#"):
                element.set(key, text.replace("url(#", f"url(#{prefix}-", 1))


def _name(root: ET.Element, title_id: str, title: str) -> None:
    element = ET.Element(f"{{{SVG}}}title", {"id": title_id})
    element.text = title
    root.insert(0, element)
    root.set("role", "img")
    root.set("aria-labelledby", title_id)


def png(spec: dict[str, Any], *, scale: float = 2.0) -> bytes:
    """Draw a specification on paper, as pixels.

    Args:
        spec: The specification; it must hold its data, for nothing is fetched.
        scale: Pixels per pixel of the specification: 2 for sharp text. [ratio]
    """
    from vl_convert import vegalite_to_png  # the extra `report`, as above

    on_paper = {**spec, "background": PAPER.light}
    return bytes(vegalite_to_png(on_paper, scale=scale, allowed_base_urls=[]))
