"""Templates into pages: escaped by default, with headers that let nothing foreign in."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from wattprint._version import __version__
from wattprint.domain import units
from wattprint.domain.display import printable
from wattprint.domain.footprint import co2e
from wattprint.domain.units import JOULES_PER_KWH
from wattprint.hub.pages.visitor import VISITOR_COOKIE, Visitor, set_cookie

TEMPLATES = Path(__file__).parent / "templates"
STATIC = Path(__file__).parents[1] / "static"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_UG_PER_G = 1_000_000


def page(
    request: Request, visitor: Visitor, template: str, *, status: int = 200, **parts: Any
) -> Response:
    """Return a page.

    Args:
        request: What asked for it; htmx asks for a part by `HX-Request`, see `is_part`.
        visitor: Who looks.
        template: Name of its template.
        status: HTTP status.
        parts: What it says, by the names that the template uses; texts are escaped.
    """
    text = (
        environment()
        .get_template(template)
        .render(
            **parts,
            visitor=visitor,
            form_key=visitor.form_key,
            path=request.url.path,
            query=dict(request.query_params),
            is_part=is_part(request),
        )
    )
    response = HTMLResponse(text, status, headers={"content-security-policy": _POLICY})
    response.headers["vary"] = "HX-Request"
    if visitor.new_mark is not None:
        set_cookie(request, response, VISITOR_COOKIE, visitor.new_mark)
    return response


def is_part(request: Request) -> bool:
    """Whether htmx asks, so that `main` alone is sent."""
    whole = ("hx-boosted", "hx-history-restore-request")
    return request.headers.get("hx-request") == "true" and not any(
        name in request.headers for name in whole
    )


@cache
def environment() -> Environment:
    """Return what makes pages of templates."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        auto_reload=False,  # they change with the package: no look at each file for each page
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    made.globals.update(static=static_address, version=__version__, address=address)
    made.filters.update(
        plain=units.plain,
        mass=units.mass,
        energy=units.energy,
        signed_mass=signed_mass,
        mass_range_kg=co2e,
        mass_ug=mass_ug,
        mass_range_ug=mass_range_ug,
        energy_j=energy_j,
        energy_range_j=energy_range_j,
        moment=moment,
        verbatim=Verbatim,
        pairs=lambda text: (text, text),
        capitalise=lambda text: text[:1].upper() + text[1:],
        duration_ms=lambda ms: units.duration(ms / 1000),
    )
    return made


class Verbatim(str):
    """A text of several lines, shown as it is: escaped, with its ends of lines."""

    __slots__ = ()


def _shown(value: object) -> object:
    return printable(value) if type(value) is str else value


@cache
def static_address(name: str) -> str:
    """Return the address of a file of ours, which changes with what is in it."""
    return f"/static/{name}?v={sha256((STATIC / name).read_bytes()).hexdigest()[:12]}"


def address(path: str, query: Mapping[str, Any], **changed: Any) -> str:
    """Return an address with parts of its query changed; None and the empty text go.

    >>> address("/runs", {"zone": "FR", "sort": "name"}, sort=None, page=2)
    '/runs?zone=FR&page=2'
    """
    kept = {**query, **changed}
    text = urlencode([(k, v) for k, v in kept.items() if v not in (None, "")])
    return f"{path}?{text}" if text else path


def signed_mass(grams: float) -> str:
    """Write a difference of masses, its sign before it: '+24 g', '-1.2 kg', '0 g'."""
    return f"{'+' if grams > 0 else '-' if grams < 0 else ''}{units.mass(abs(grams))}"


def mass_ug(micrograms: int | None) -> str:
    """Write a mass: '24 g'; 'unknown' where there is none."""
    return "unknown" if micrograms is None else units.mass(micrograms / _UG_PER_G)


def energy_j(joules: int | None) -> str:
    """Write an energy: '420 Wh'; 'unknown' where there is none."""
    return "unknown" if joules is None else units.energy(joules / JOULES_PER_KWH)


def mass_range_ug(bounds: Sequence[int | None]) -> str:
    """Write a mass and its interval, (value, low, high): '24 g CO2e (18-31)'."""
    if bounds[0] is None or bounds[1] is None or bounds[2] is None:
        return "unknown"
    value, low, high = (float(bound or 0) / _UG_PER_G for bound in bounds)
    return units.mass_range((value, low, high))


def energy_range_j(bounds: Sequence[int | None]) -> str:
    """Write an energy and its interval, (value, low, high): '0.42 kWh (0.38-0.47)'."""
    if bounds[0] is None or bounds[1] is None or bounds[2] is None:
        return "unknown"
    value, low, high = (float(bound or 0) / JOULES_PER_KWH for bound in bounds)
    return units.energy_range((value, low, high))


def moment(ms: int) -> str:
    """Write a moment: '2026-11-26 14:05 UTC'."""
    return datetime.fromtimestamp(ms / 1000, timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
