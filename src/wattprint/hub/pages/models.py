"""The registry for readers: models found by words and filters, and one model whole."""

import json
from collections.abc import Mapping
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import Response

from wattprint.domain import units
from wattprint.domain.errors import InputError
from wattprint.hub.api.address_limit import take_by_address
from wattprint.hub.api.asked import AskedHub, Hub, own_origin
from wattprint.hub.api.problems import ProblemError
from wattprint.hub.api.registry import shown_model
from wattprint.hub.api.registry_asked import Registry
from wattprint.hub.api.registry_files import link_of
from wattprint.hub.auth.rights import MANAGE
from wattprint.hub.pages.rendering import page
from wattprint.hub.pages.sharing import shared_page
from wattprint.hub.pages.visitor import AnyVisitor, Visitor
from wattprint.hub.registry import files
from wattprint.hub.registry.computed import equations
from wattprint.hub.registry.messages import METHODS, STAGES
from wattprint.hub.registry.search import SORTS, Asked, list_models
from wattprint.hub.registry.settings import settings_of
from wattprint.hub.registry.shown import evidence, ratio, said_of

router = APIRouter(include_in_schema=False, dependencies=[Depends(take_by_address)])
ModelPath = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{7,63}$")]
_PER_PAGE = 50
_TEXTS = ("q", "task", "dataset", "publisher", "zone", "stage", "method", "sort", "cursor")
_LONGEST = 200


def registry_for(hub: Hub, visitor: Visitor) -> Registry:
    """Return the registry that a visitor sees: the own organisation's, else the public one.

    Raises:
        ProblemError: Nobody has signed in, and it is not published.
    """
    settings = settings_of(hub.database, visitor.org_id)
    if visitor.principal is None and not settings.is_public:
        raise ProblemError(404, "This hub's registry is not published; members sign in.")
    return Registry(visitor.org_id, settings, visitor.principal)


class Filters(NamedTuple):
    """What is asked for by the address, and what is wrong with it."""

    asked: Asked
    faults: Mapping[str, str]


def filters_of(query: Mapping[str, str]) -> Filters:
    """Read filters as the form sends them: what is empty asks for nothing."""
    said = {name: query.get(name, "").strip()[:_LONGEST].replace("\0", "") for name in _TEXTS}
    faults: dict[str, str] = {}
    cursor = query.get("cursor", "")[:2000] or None
    sort = said["sort"] if said["sort"].removeprefix("-") in SORTS else "-changed_at_ms"
    most_kg = _number(query, "most_kg", faults)
    asked = Asked(
        words=said["q"],
        task=said["task"] or None,
        dataset=said["dataset"] or None,
        publisher=said["publisher"] or None,
        zone=said["zone"] or None,
        stage=said["stage"] or None,
        method=said["method"] or None,
        first_year=_whole(query, "first_year", faults),
        last_year=_whole(query, "last_year", faults),
        most_g=None if most_kg is None else most_kg * 1000,
        sort=sort,
        cursor=cursor,
        limit=_PER_PAGE,
    )
    return Filters(asked, faults)


def _number(query: Mapping[str, str], name: str, faults: dict[str, str]) -> float | None:
    text = query.get(name, "").strip()
    if not text:
        return None
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 1e9:
        faults[name] = "Expected a number, 0 or more."
        return None
    return number


def _whole(query: Mapping[str, str], name: str, faults: dict[str, str]) -> int | None:
    number = _number(query, name, faults)
    if number is not None and (not number.is_integer() or not 1900 <= number <= 2200):
        faults[name] = "Expected a year."
        return None
    return None if number is None else int(number)


def shown_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a model as a row of a page."""
    return {
        **row,
        "mass": files.mass_words(row),
        "energy": files.energy_words(row),
        "evidence": evidence(row["origin"], row["method"]),
    }


@router.get("/models")
async def get_models(request: Request, hub: AskedHub, visitor: AnyVisitor) -> Response:
    """List models."""
    return await shared_page(request, visitor, lambda who: _models(request, hub, who))


def _models(request: Request, hub: Hub, visitor: Visitor) -> Response:
    try:
        registry = registry_for(hub, visitor)
    except ProblemError as problem:
        if problem.status != 404:
            raise
        return page(request, visitor, "models_unpublished.html.jinja")
    filters = filters_of(request.query_params)
    faults = dict(filters.faults)
    try:
        found = list_models(hub.database, registry.org_id, filters.asked)
    except InputError as error:  # an old address: its list begins anew
        faults["cursor"] = str(error)
        found = list_models(hub.database, registry.org_id, filters.asked._replace(cursor=None))
    return page(
        request,
        visitor,
        "models.html.jinja",
        rows=[shown_row(row) for row in found.rows],
        next_cursor=found.next_cursor,
        asked=filters.asked,
        faults=faults,
        settings=registry.settings,
        stages=STAGES,
        method_options=[("", "any"), *((name, name) for name in METHODS)],
        may_review=visitor.may(MANAGE),
    )


@router.get("/models/{model}")
async def get_model(
    request: Request, hub: AskedHub, visitor: AnyVisitor, model: ModelPath
) -> Response:
    """Show a model: its figures beside ours, how far they are apart, and why."""
    return await shared_page(
        request, visitor, lambda who: _model(request, hub, who, model), is_own=True
    )


def _model(request: Request, hub: Hub, visitor: Visitor, model: str) -> Response:
    registry = registry_for(hub, visitor)
    found = shown_model(hub, registry, model)
    link = link_of(request, model)
    badge_path = f"/api/v1/registry/models/{model}/badge.svg?organisation={registry.org_id}"
    badge = f"{own_origin(request)}{badge_path}"
    return page(
        request,
        visitor,
        "model.html.jinja",
        model=shown_row(found),
        title=files.full_name(found),
        links=json.loads(found["links"]),
        findings=json.loads(found["findings"]),
        pieces=[_piece(row) for row in found["footprints"]],
        scores=found["scores"],
        history=found["history"],
        others=found["others"],
        badge_svg=badge_path
        if found["state"] == "accepted" and registry.settings.is_public
        else None,
        badge_markdown=f"[![Carbon footprint]({badge})]({link})",
        citation=files.citation(found, registry.settings, link),
        bibtex=files.bibtex(found, registry.settings, link),
        settings=registry.settings,
        is_mine=_is_mine(visitor, found),
        may_review=visitor.may(MANAGE),
    )


def _is_mine(visitor: Visitor, found: Mapping[str, Any]) -> bool:
    return visitor.principal is not None and visitor.principal.user_id == found["submitter"]


def _piece(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a piece of work with both figures and what lies between them."""
    ours = {
        f"location{bound}_ug": row[f"computed_location{bound}_ug"]
        for bound in ("", "_low", "_high")
    } | {f"energy{bound}_j": row[f"computed_energy{bound}_j"] for bound in ("", "_low", "_high")}
    said = said_of(row)
    apart = ratio(row["computed_location_ug"], row["reported_ug"])
    return {
        "stage": row["stage"] or "work",
        "method": row["method"],
        "zone": row["zone"],
        "said": [
            (name.replace("_", " "), value)
            for name, value in said.model_dump(exclude_unset=True).items()
            if name not in ("stage", "method", "source", "doubts") and value is not None
        ],
        "source": said.source,
        "reported": None if row["reported_ug"] is None else _as_said(said),
        "mass": files.mass_words(ours),
        "energy": files.energy_words(ours),
        "is_computed": row["computed_energy_j"] is not None,
        "how": row["computed_how"],
        "apart": None if apart is None else _apart(apart),
        "is_within": is_within(row),
        "factor_set": row["factor_set_version"],
        "equations": equations(said),
    }


def _as_said(said: Any) -> str:
    return f"{units.plain(said.emissions, 6)} {said.emissions_unit} CO2e"


def _apart(apart: float) -> str:
    """Write how far ours is from what is reported: '1.02 times as much'."""
    return f"{units.plain(apart)} times as much"


def is_within(row: Mapping[str, Any]) -> bool | None:
    """Tell whether a reported figure lies within our range; None where one is missing."""
    low, high = row["computed_location_low_ug"], row["computed_location_high_ug"]
    reported = row["reported_ug"]
    if reported is None or low is None or high is None:
        return None
    return bool(low <= reported <= high)
