"""Pages that visitors of the same rights share: made once, with what is one's own put in after."""

import secrets
from collections.abc import Callable, Hashable

from fastapi import Request
from fastapi.responses import Response
from markupsafe import escape

from wattprint.domain.display import printable
from wattprint.hub.answers import PAGE_S
from wattprint.hub.api.asked import hub_of, own_origin
from wattprint.hub.pages.rendering import is_part
from wattprint.hub.pages.visitor import VISITOR_COOKIE, Visitor, set_cookie

_FORM_KEY, _USER = secrets.token_hex(16), secrets.token_hex(16)
"""Stand in a shared page for what is one's own; nobody outside this process knows them."""


async def shared_page(
    request: Request,
    visitor: Visitor,
    make: Callable[[Visitor], Response],
    *,
    is_own: bool = False,
) -> Response:
    """Return a page, made once for all visitors of the same rights who ask at a time.

    Args:
        request: What asks for it.
        visitor: Who looks.
        make: Makes it, by `page`, for a visitor of these rights.
        is_own: Whether the page differs by who looks, beyond name and rights.
    """
    own = visitor.principal
    # The name is that of the token or session, too: a page may not depend on it.
    anyone = own if own is None or is_own else own._replace(user_id=_USER, token_id=_USER)
    seen_by = visitor._replace(principal=anyone, form_key=_FORM_KEY, new_mark=None)
    key = (*_address(request), visitor.org_id, anyone)
    made = await hub_of(request).answers.of(key, lambda: make(seen_by), lasts_s=PAGE_S)
    body = bytes(made.body).replace(_FORM_KEY.encode(), visitor.form_key.encode())
    if own is not None:
        body = body.replace(_USER.encode(), str(escape(printable(own.user_id))).encode())
    headers = {name: text for name, text in made.headers.items() if name != "content-length"}
    response = Response(body, made.status_code, headers)
    if visitor.new_mark is not None:
        set_cookie(request, response, VISITOR_COOKIE, visitor.new_mark)
    return response


async def shared_chart(
    request: Request, visitor: Visitor, make: Callable[[], Response]
) -> Response:
    """Return data of a chart, made once for all of an organisation who ask at a time."""
    key = (*_address(request), visitor.org_id)
    made = await hub_of(request).answers.of(key, make, lasts_s=PAGE_S)
    return Response(made.body, made.status_code, dict(made.headers))


def _address(request: Request) -> tuple[Hashable, ...]:
    return own_origin(request), request.url.path, request.url.query, is_part(request)
