"""The calculator: hardware, hours and place in the address, a footprint with its reasons below."""

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response
from markupsafe import Markup, escape

from wattprint.factors.accelerators import accelerators
from wattprint.factors.cpus import cpus
from wattprint.factors.instances import instances
from wattprint.factors.machines import machine_classes
from wattprint.factors.regions import regions
from wattprint.factors.zones import all_intensities, all_mixes, zones
from wattprint.hub.api.address_limit import take_by_address
from wattprint.hub.api.asked import own_origin
from wattprint.hub.calculator.answer import answer_of
from wattprint.hub.calculator.asked import Asked, Fault, asked, unread_words
from wattprint.hub.calculator.factor_link import vintage
from wattprint.hub.calculator.fields import FACTORS, FIELDS
from wattprint.hub.pages.rendering import is_part, page
from wattprint.hub.pages.sharing import shared_page
from wattprint.hub.pages.visitor import AnyVisitor, Visitor

router = APIRouter(include_in_schema=False, dependencies=[Depends(take_by_address)])
PATH = "/calculator"
_MOST_CPUS = 20
_WATTS = re.compile(r" \((?:[\d.]+ W|power not published)\)$")
"""What names are followed by where several fit."""
EXAMPLES = (
    (
        "8 H100 for three days in a cloud in Belgium",
        "accelerator=H100&count=8&hours=72&host=8-accelerator-server"
        "&region=gcp%2Feurope-west1&pue=provider",
    ),
    (
        "A workstation's RTX 4090 for a night in Germany",
        "accelerator=RTX+4090&hours=12&host=workstation&zone=DE",
    ),
    (
        "384 A100 for 2,820 hours in France, as for BLOOM",
        "accelerator=A100+SXM4+80GB&count=384&hours=2820"
        "&host=8-accelerator-server&zone=FR&year=2022&pue=1.2",
    ),
    ("12.4 kWh read from a wall meter in Quebec", "energy_kwh=12.4&energy_at=it&zone=CA-QC"),
)


class Near(NamedTuple):
    """A name that may have been meant, and the address that takes it."""

    words: str
    value: str


def warm() -> None:
    """Read the tables that every answer needs, so that the first one is as fast as the others."""
    all_intensities()
    all_mixes()
    asked({"accelerator": "H100", "hours": "1", "region": "gcp/europe-west1"})
    _lists()


@router.get(PATH)
async def get_calculator(request: Request, visitor: AnyVisitor) -> Response:
    """Show the form, and the footprint of what the address describes."""
    return await shared_page(request, visitor, lambda who: _calculator(request, who))


def _calculator(request: Request, visitor: Visitor) -> Response:
    found = asked(request.query_params)
    is_answer = is_part(request)
    made = page(
        request,
        visitor,
        "calculator.html.jinja",
        status=422 if found.faults and not is_answer else 200,
        asked=found,
        answer=None if found.footprint is None else answer_of(found.footprint),
        vintage=vintage(request.query_params.get(FACTORS, "")),
        near=_near(found),
        unread=[unread_words(name) for name in found.unread],
        field_names=[field.name for field in FIELDS],
        lists=_lists(),
        hosts=_hosts(),
        examples=EXAMPLES,
        link=_link(request, found),
    )
    if is_answer:
        made.headers["hx-replace-url"] = _path(found)
    return made


@router.get(f"{PATH}/cpus")
def get_cpus(cpu: str = "") -> Response:
    """Return options of CPUs whose names hold every word that was typed."""
    words = cpu[:200].casefold().split()
    fitting = (one.name for one in cpus().entries if words and _holds(one.name.casefold(), words))
    first = [name for name, _ in zip(fitting, range(_MOST_CPUS), strict=False)]
    return HTMLResponse("".join(f"<option>{escape(name)}</option>" for name in first))


def _holds(name: str, words: list[str]) -> bool:
    return all(word in name for word in words)


def _path(found: Asked) -> str:
    return PATH if found.is_blank else f"{PATH}?{found.query}"


def _link(request: Request, found: Asked) -> str:
    return f"{own_origin(request)}{_path(found)}"


def _near(found: Asked) -> dict[str, list[Near]]:
    return {name: list(_nearest(fault)) for name, fault in found.faults.items()}


def _nearest(fault: Fault) -> Iterator[Near]:
    for words in fault.nearest:
        yield Near(words, _WATTS.sub("", words))


@cache
def _lists() -> dict[str, Markup]:
    """Return the options of the search boxes: they are the same for everybody."""
    places = [(zone.zone, zone.name) for zone in zones().entries]
    return {
        "accelerators": _options(
            (one.name, "" if one.tdp_w is None else f"{one.tdp_w:g} W")
            for one in accelerators().entries
        ),
        "zones": _options(sorted(places, key=lambda place: place[1])),
        "regions": _options(
            (one.region, f"{one.city}, {one.country}") for one in regions().entries
        ),
        "instances": _options((one.name, "") for one in instances().entries),
    }


def _options(pairs: "Iterator[tuple[str, str]] | list[tuple[str, str]]") -> Markup:
    return Markup("").join(
        Markup('<option value="{}">{}</option>').format(value, words) for value, words in pairs
    )


def _hosts() -> list[tuple[str, str]]:
    return [("", "none: the chips alone"), *((name, name) for name in machine_classes())]
