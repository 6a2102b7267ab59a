"""Who looks at a page: a member who has signed in, or anybody; and that a form is one of ours.

A form carries a key that only a page of ours knows: it is made from the visitor's cookie, under the
server's key. A page of another origin can make a browser send the cookie, and cannot read the key.
"""

import hmac
import secrets
from typing import Annotated, NamedTuple
from urllib.parse import quote, urlsplit

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from wattprint.hub.api.address_limit import take_by_address
from wattprint.hub.api.asked import AskedHub, Hub
from wattprint.hub.api.problems import ProblemError
from wattprint.hub.auth.passwords import LONGEST
from wattprint.hub.auth.rights import ADMIN, MANAGE, READ, ROLES, WRITE, Principal
from wattprint.hub.auth.sessions import LASTS_S

SESSION_COOKIE = "wattprint_session"
VISITOR_COOKIE = "wattprint_visitor"
FORM_KEY = "form_key"
"""Name of the hidden field of every form."""
_FORM = "This form cannot be taken"
_MOST_FIELDS = 500
_MOST_BYTES = 1024 * 1024
_RIGHTS = {READ: "read", WRITE: "send runs", MANAGE: "maintain", ADMIN: "administer"}


class Visitor(NamedTuple):
    """Who looks at a page."""

    principal: Principal | None
    form_key: str
    """What a form on the page must carry."""
    new_mark: str | None
    """Cookie that this browser is given, where it had none."""
    org_id: str
    """Whose public pages it sees: its own organisation's, else the hub's public one's."""

    def may(self, right: str) -> bool:
        """Whether it has signed in and has a right."""
        return self.principal is not None and self.principal.may(right)

    def who(self) -> Principal:
        """Return who has signed in.

        Raises:
            SignInNeededError: Nobody has.
        """
        if self.principal is None:
            raise SignInNeededError
        return self.principal


class SignInNeededError(Exception):
    """The page is for members."""


async def visitor_of(request: Request, hub: AskedHub) -> Visitor:
    """Return who looks at a page; without a thread of its own where memory answers."""
    if hub.sessions.is_remembered(request.cookies.get(SESSION_COOKIE, "")):
        return _visitor(request, hub)
    return await run_in_threadpool(_visitor, request, hub)


def _visitor(request: Request, hub: Hub) -> Visitor:
    """Return who looks at a page.

    Raises:
        ProblemError: Too many requests.
        StorageError: The database cannot be asked.
    """
    cookie = request.cookies.get(SESSION_COOKIE, "")
    principal = hub.sessions.check(cookie)
    if principal is not None:
        request.state.principal = principal
        hub.limit.take(principal.token_id)
        key = hub.sessions.form_key(cookie)
        return Visitor(principal, key, None, principal.org_id)
    if cookie:
        take_by_address(request, hub)  # to find that it is none may have cost a question
    mark = request.cookies.get(VISITOR_COOKIE, "")
    new_mark = None if 20 <= len(mark) <= 100 else secrets.token_urlsafe(24)
    key = hub.sessions.form_key(new_mark or mark)
    return Visitor(None, key, new_mark, hub.settings.public_organisation)


AnyVisitor = Annotated[Visitor, Depends(visitor_of)]


async def member_of(visitor: AnyVisitor) -> Visitor:
    """Return a visitor who has signed in and may read.

    Raises:
        SignInNeededError: Nobody has signed in.
    """
    return checked(visitor, READ)


Member = Annotated[Visitor, Depends(member_of)]


async def manager_of(visitor: AnyVisitor) -> Visitor:
    """Return a visitor who may name teams and projects.

    Raises:
        SignInNeededError: Nobody has signed in.
        ProblemError: The role does not allow it.
    """
    return checked(visitor, MANAGE)


async def admin_of(visitor: AnyVisitor) -> Visitor:
    """Return a visitor who may administer the organisation.

    Raises:
        SignInNeededError: Nobody has signed in.
        ProblemError: The role does not allow it.
    """
    return checked(visitor, ADMIN)


Manager = Annotated[Visitor, Depends(manager_of)]
Admin = Annotated[Visitor, Depends(admin_of)]


def checked(visitor: Visitor, right: str) -> Visitor:
    """Return a visitor who has a right.

    Raises:
        SignInNeededError: Nobody has signed in.
        ProblemError: The role does not allow it.
    """
    if visitor.principal is None:
        raise SignInNeededError
    if not visitor.principal.may(right):
        raise not_allowed(visitor.principal, right)
    return visitor


def not_allowed(who: Principal, right: str, of: str = "") -> ProblemError:
    """Return the refusal of who has signed in: by its role, else by the token it signed in with."""
    words = f"expected one that may {_RIGHTS[right]}{of}."
    if right not in ROLES[who.role]:
        title = "Your role does not allow this"
        return ProblemError(403, f"Your role is {who.role}; {words}", title=title)
    scopes = ", ".join(sorted(who.scopes))
    detail = f"You signed in with a token of the scope {scopes}; {words}"
    return ProblemError(403, detail, title="The token you signed in with does not allow this")


async def form_of(request: Request, visitor: AnyVisitor) -> FormData:
    """Return the fields of a form that one of our pages sent.

    Raises:
        ProblemError: It is of another origin, carries no key of ours, or is too large.
    """
    said = request.headers.get("content-length", "")
    if not said.isdecimal() or int(said) > _MOST_BYTES:
        raise ProblemError(413, f"The form is larger than {_MOST_BYTES:,} bytes, or of no length.")
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise ProblemError(403, "The form was sent by a page of another origin.", title=_FORM)
    form = await request.form(max_files=1, max_fields=_MOST_FIELDS, max_part_size=_MOST_BYTES)
    sent = form.get(FORM_KEY)
    if not isinstance(sent, str) or not hmac.compare_digest(
        sent.encode(), visitor.form_key.encode()
    ):
        detail = "The form is too old, or none of ours; load the page again."
        raise ProblemError(403, detail, title=_FORM)
    return form


Form = Annotated[FormData, Depends(form_of)]


def text_of(form: FormData, name: str, most: int = 500) -> str:
    """Return a field of a form without the blanks around it; empty where there is none.

    Raises:
        ProblemError: It is a file, too long, or holds what is no text.
    """
    value = form.get(name, "")
    if not isinstance(value, str) or len(value) > most or "\0" in value:
        raise ProblemError(422, f"{name} is refused; expected a text of at most {most} letters.")
    return value.strip()


def to_sign_in(request: Request) -> Response:
    """Send a browser to the page of signing in, and back here afterwards."""
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    back = here if request.method == "GET" else "/"
    return RedirectResponse(f"/sign-in?next={quote(back, safe='')}", status_code=303)


def local_path(text: str) -> str:
    """Return an address of this hub, whatever was asked: nobody is sent elsewhere."""
    parts = urlsplit(text)
    is_local = text.startswith("/") and not text.startswith(("//", "/\\"))
    is_local = is_local and not parts.scheme and not parts.netloc and text.isprintable()
    return text if is_local and "\\" not in text else "/"


def secret_of(form: FormData, name: str) -> str:
    """Return a password of a form, as it was typed: blanks are part of it.

    Raises:
        ProblemError: It is a file, too long, or holds what is no text.
    """
    value = form.get(name, "")
    if not isinstance(value, str) or len(value) > LONGEST or "\0" in value:
        raise ProblemError(422, f"{name} is refused; expected at most {LONGEST} characters.")
    return value


def address_of(request: Request) -> str:
    """Return the address that a request comes from, as uvicorn has it of a trusted proxy."""
    return request.client.host if request.client else ""


def browser_of(request: Request) -> str:
    """Return what the browser calls itself."""
    return request.headers.get("user-agent", "")


def set_cookie(
    request: Request, response: Response, name: str, text: str, *, lasts_s: int = LASTS_S
) -> None:
    """Give a browser a cookie that no script reads and no other site's form sends."""
    hub: Hub = request.app.state.hub
    response.set_cookie(
        name,
        text,
        max_age=lasts_s,
        httponly=True,
        samesite="lax",
        secure="https" in (request.url.scheme, hub.settings.own_url.partition(":")[0]),
        path="/",
    )
