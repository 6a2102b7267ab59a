"""How figures come about: the documentation's formulas, methodologies, sources."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import FileResponse, Response
from markupsafe import Markup

from wattprint.domain.errors import UnknownNameError
from wattprint.factors.tables import shipped, sources
from wattprint.hub.api.address_limit import take_by_address
from wattprint.hub.api.problems import ProblemError
from wattprint.hub.manual import CHAPTERS, folder, manual_page, search
from wattprint.hub.pages.rendering import page
from wattprint.hub.pages.sharing import shared_page
from wattprint.hub.pages.visitor import AnyVisitor, Visitor

router = APIRouter(include_in_schema=False, dependencies=[Depends(take_by_address)])
_MOST_FOUND = 100
_PICTURES = {".svg": "image/svg+xml", ".png": "image/png"}


@router.get("/methods")
async def get_methods(
    request: Request, visitor: AnyVisitor, q: Annotated[str, Query(max_length=200)] = ""
) -> Response:
    """Show the contents, or what a search of titles finds."""
    return await shared_page(request, visitor, lambda who: _methods(request, who, q))


def _methods(request: Request, visitor: Visitor, q: str) -> Response:
    found = list(search(q))
    return page(
        request,
        visitor,
        "methods.html.jinja",
        q=q.strip(),
        found=found[:_MOST_FOUND],
        more=max(0, len(found) - _MOST_FOUND),
        chapters=[(c.title, [manual_page(name) for name in c.pages]) for c in CHAPTERS],
    )


@router.get("/methods/sources")
def get_sources(request: Request, visitor: AnyVisitor) -> Response:
    """Show every publication that figures come from."""
    listed = sorted(sources().values(), key=lambda source: source.key)
    return page(
        request,
        visitor,
        "sources.html.jinja",
        sources=listed,
        factor_set=f"{shipped().version} ({shipped().sha256[:12]})",
    )


@router.get("/methods/pictures/{name}")
def get_picture(name: str) -> Response:
    """Return a picture of the documentation."""
    known = {path.name: path for path in (folder() / "images").glob("*.*")}
    if name not in known or known[name].suffix not in _PICTURES:
        raise ProblemError(404, "No such picture.")
    return FileResponse(known[name], media_type=_PICTURES[known[name].suffix])


@router.get("/methods/{name:path}")
async def get_method(request: Request, visitor: AnyVisitor, name: str) -> Response:
    """Show a page of the documentation."""
    return await shared_page(request, visitor, lambda who: _method(request, who, name))


def _method(request: Request, visitor: Visitor, name: str) -> Response:
    try:
        shown = manual_page(name)
    except UnknownNameError as error:
        raise ProblemError(404, str(error)) from None
    return page(
        request,
        visitor,
        "method.html.jinja",
        shown=shown,
        body=Markup(shown.html),  # of files of ours, in which raw HTML is text
        chapters=[(c.title, [manual_page(of) for of in c.pages]) for c in CHAPTERS],
    )
