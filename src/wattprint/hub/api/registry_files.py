"""The registry as files under a stated licence, its feed, badges and citations."""

from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response, StreamingResponse

from wattprint.hub.api.asked import AskedHub, Hub, own_origin, problems
from wattprint.hub.api.parquet_extra import check_parquet
from wattprint.hub.api.registry import NOT_MODIFIED, shown_model
from wattprint.hub.api.registry_asked import (
    AskedRegistry,
    ModelPath,
    Registry,
    has_it,
    kept,
    tagged,
)
from wattprint.hub.registry import files
from wattprint.hub.registry.search import Asked, list_models
from wattprint.hub.registry.table import csv_lines

router = APIRouter(prefix="/api/v1/registry", tags=["registry"])
_FEED = 50


def _described(media_type: str, *statuses: int) -> dict[int | str, dict[str, Any]]:
    content = {media_type: {"schema": {"type": "string"}}}
    described = {"description": "The file", "content": content}
    return {200: described, **NOT_MODIFIED, **problems(404, *statuses)}


@router.get("/registry.csv", response_class=PlainTextResponse, responses=_described("text/csv"))
def get_csv(request: Request, hub: AskedHub, registry: AskedRegistry) -> Response:
    """Download all accepted models as CSV; the licence is in the header `Link` and in each row."""
    tag = _tag(hub, registry, "csv")
    headers = {**kept(tag, registry), **_licensed(registry, "registry.csv")}
    if has_it(request, tag):
        return Response(status_code=304, headers=headers)
    return StreamingResponse(_csv(hub, registry), headers=headers, media_type="text/csv")


def _csv(hub: Hub, registry: Registry) -> Iterator[bytes]:
    rows = files.rows(hub.database, registry.org_id, registry.settings)
    piece: list[str] = []
    for line in csv_lines(files.COLUMNS, rows):
        piece.append(line)
        if len(piece) == 1000:
            yield "".join(piece).encode()
            piece = []
    yield "".join(piece).encode()


@router.get(
    "/registry.parquet",
    response_class=Response,
    responses=_described("application/vnd.apache.parquet", 415),
)
def get_parquet(request: Request, hub: AskedHub, registry: AskedRegistry) -> Response:
    """Download all accepted models as Parquet; the licence is in its metadata and in each row."""
    check_parquet()
    tag = _tag(hub, registry, "parquet")
    headers = {**kept(tag, registry), **_licensed(registry, "registry.parquet")}
    if has_it(request, tag):
        return Response(status_code=304, headers=headers)
    rows = list(files.rows(hub.database, registry.org_id, registry.settings))
    body = files.parquet(rows, registry.settings)
    return Response(body, headers=headers, media_type="application/vnd.apache.parquet")


def _tag(hub: Hub, registry: Registry, kind: str) -> str:
    said = (files.version_of(hub.database, registry.org_id), *registry.settings)
    return f'"{kind}-{sha256(repr(said).encode()).hexdigest()[:32]}"'


def _licensed(registry: Registry, name: str) -> dict[str, str]:
    return {
        "Link": f'<{registry.settings.licence_link}>; rel="license"',
        "Content-Disposition": f'attachment; filename="{name}"',
    }


@router.get(
    "/feed.atom", response_class=PlainTextResponse, responses=_described("application/atom+xml")
)
def get_feed(request: Request, hub: AskedHub, registry: AskedRegistry) -> Response:
    """Return the newest accepted models as an Atom feed."""
    found = list_models(hub.database, registry.org_id, Asked(limit=_FEED))
    origin, asked = own_origin(request), request.query_params.get("organisation")
    query = f"?{urlencode({'organisation': asked})}" if asked else ""
    body = files.atom(
        found.rows,
        registry.org_id,
        registry.settings,
        origin=origin,
        own=f"{origin}{request.url.path}{query}",
    ).encode()
    return tagged(request, body, "application/atom+xml", registry)


@router.get(
    "/models/{model}/badge.svg", response_class=Response, responses=_described("image/svg+xml")
)
def get_badge(
    request: Request, hub: AskedHub, registry: AskedRegistry, model: ModelPath
) -> Response:
    """Return a model's badge: what it emitted, and whether that is measured."""
    body = files.badge(shown_model(hub, registry, model)).encode()
    return tagged(request, body, "image/svg+xml", registry)


@router.get(
    "/models/{model}/citation.bib",
    response_class=PlainTextResponse,
    responses=_described("application/x-bibtex"),
)
def get_bibtex(
    request: Request, hub: AskedHub, registry: AskedRegistry, model: ModelPath
) -> Response:
    """Return how a model's entry is cited, as BibTeX."""
    text = _cited(request, hub, registry, model, files.bibtex)
    return tagged(request, text, "application/x-bibtex", registry)


@router.get(
    "/models/{model}/citation.txt",
    response_class=PlainTextResponse,
    responses=_described("text/plain"),
)
def get_citation(
    request: Request, hub: AskedHub, registry: AskedRegistry, model: ModelPath
) -> Response:
    """Return how a model's entry is cited, as a sentence."""
    text = _cited(request, hub, registry, model, files.citation)
    return tagged(request, text, "text/plain; charset=utf-8", registry)


def _cited(
    request: Request, hub: Hub, registry: Registry, model: str, write: Callable[..., str]
) -> bytes:
    found = shown_model(hub, registry, model)
    return write(found, registry.settings, link_of(request, model)).encode()


def link_of(request: Request, model_id: str) -> str:
    """Return the whole address of a model's page, as people know the hub."""
    return f"{own_origin(request)}/models/{model_id}"
