"""A chart as a file of its own: SVG, PNG, PDF, HTML that needs nothing else; or in a notebook."""

from typing import Any, NamedTuple

from wattprint.charts.fluid import EXPORT_PX, sized
from wattprint.charts.theme import PAPER, darkened
from wattprint.domain.checks import one_of
from wattprint.domain.errors import InputError

FORMATS = ("svg", "png", "pdf", "html")
_SCALE = 2.0
"""Pixels of a PNG per pixel of the specification: sharp on today's screens. [ratio]"""
_MIME = "application/vnd.vegalite.v6+json"


def exported(
    spec: dict[str, Any], form: str, *, dark: bool = False, width_px: int = EXPORT_PX
) -> bytes:
    """Return a chart as the content of a file. No browser is needed and no address is read.

    Args:
        spec: A Vega-Lite specification that holds its data, of this package or another.
        form: `svg`, `png`, `pdf`, or `html`: one page with the program that draws it inside.
        dark: Whether it is for a dark screen.
        width_px: Width, if the chart takes that of its place. [px]

    Raises:
        InputError: Another format, or the extra `charts` is not installed.
    """
    one_of("format", form, FORMATS)
    try:
        import vl_convert  # the extra `charts`; 40 ms, spent when a chart is drawn
    except ImportError as error:
        raise InputError(
            f"a chart as {form} needs the extra 'charts', and {error.name} is not installed",
            "install it with `pip install 'wattprint[charts]'`",
        ) from error
    whole = on_paper(sized(spec, width_px), dark=dark)
    if form == "html":
        return vl_convert.vegalite_to_html(whole, bundle=True).encode()
    if form == "svg":
        return vl_convert.vegalite_to_svg(whole, allowed_base_urls=[]).encode()
    if form == "pdf":
        return bytes(vl_convert.vegalite_to_pdf(whole, allowed_base_urls=[]))
    return bytes(vl_convert.vegalite_to_png(whole, scale=_SCALE, allowed_base_urls=[]))


def on_paper(spec: dict[str, Any], *, dark: bool = False) -> dict[str, Any]:
    """Return a specification with a ground of its own, and room around it.

    Args:
        spec: The specification.
        dark: Whether inks and ground are those of a dark screen.
    """
    light = {**spec, "background": PAPER.light, "padding": 14}
    light["usermeta"] = {}  # the names of inks, which would be exchanged too
    return darkened(light) if dark else light


class Chart(NamedTuple):
    """A chart that shows itself in notebooks and saves itself as a file."""

    spec: dict[str, Any]
    """Its Vega-Lite specification."""

    def save(self, path: str, *, dark: bool = False) -> None:
        """Write it to a file, whole or not at all.

        Args:
            path: The file; its ending says the format: `.svg`, `.png`, `.pdf` or `.html`.
            dark: Whether it is for a dark screen.

        Raises:
            InputError: Another ending, or the extra `charts` is not installed.
        """
        import os
        from pathlib import Path

        file = Path(path)
        content = exported(self.spec, file.suffix[1:].lower(), dark=dark)
        unfinished = file.with_name(f".{file.name}.{os.getpid()}")
        try:
            unfinished.write_bytes(content)
            unfinished.replace(file)
        finally:
            unfinished.unlink(missing_ok=True)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        """Return what a notebook may choose from: a picture, what draws one, or words."""
        shown: dict[str, Any] = {"text/plain": self.spec.get("description", "A chart.")}
        try:
            shown["image/svg+xml"] = exported(self.spec, "svg").decode()
        except InputError:  # without the extra the notebook's own program draws it
            shown[_MIME] = on_paper(sized(self.spec, EXPORT_PX))
        return shown
