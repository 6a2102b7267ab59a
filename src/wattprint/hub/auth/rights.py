"""Roles and scopes: a token may do what both its scopes and its owner's role allow."""

import re
from collections.abc import Collection
from typing import NamedTuple, Protocol

from wattprint.domain.checks import one_of
from wattprint.domain.errors import InputError

READ, WRITE, MANAGE, ADMIN = "read", "write", "manage", "admin"
"""Read all of an organisation; send runs; name teams and projects; members, all tokens, audit."""
ROLES = {
    "viewer": frozenset({READ}),
    "member": frozenset({READ, WRITE}),
    "maintainer": frozenset({READ, WRITE, MANAGE}),
    "admin": frozenset({READ, WRITE, MANAGE, ADMIN}),
}
ANY_PROJECT = "write:*"
_SCOPES = "expected read, write:PROJECT, write:* or admin"
_PROJECT = r"[^\x00-\x1f\x7f]*[^\x00-\x20\x7f]"
SCOPE = f"^(read|admin|write:{_PROJECT})$"
"""What every scope looks like; a description of the API says it to its clients."""
_WRITE = re.compile(f"write:(?P<project>{_PROJECT})")
_USER_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")


class OfToken(Protocol):
    """What of a token decides who may take it back."""

    @property
    def user_id(self) -> str:
        """Whose it is."""

    @property
    def token_id(self) -> str:
        """Its name."""

    @property
    def scopes(self) -> str:
        """One a line."""


class Principal(NamedTuple):
    """Who asks, as a token tells."""

    org_id: str
    user_id: str
    token_id: str
    role: str
    scopes: frozenset[str]

    def may(self, right: str) -> bool:
        """Whether it has a right; of `WRITE`, in some project."""
        if right not in ROLES[self.role]:
            return False
        if "admin" in self.scopes or (right == READ and "read" in self.scopes):
            return True
        return right == WRITE and any(scope.startswith("write:") for scope in self.scopes)

    def may_write(self, project: str) -> bool:
        """Whether it may send runs of a project."""
        if WRITE not in ROLES[self.role]:
            return False
        return bool(self.scopes & {"admin", ANY_PROJECT, f"write:{project}"})

    def own_projects(self) -> frozenset[str] | None:
        """Return the projects that it may send runs of; None for all."""
        if self.scopes & {"admin", ANY_PROJECT}:
            return None
        return frozenset(
            scope.removeprefix("write:") for scope in self.scopes if scope.startswith("write:")
        )

    @property
    def is_whole(self) -> bool:
        """Whether it may do all that its owner's role allows."""
        return "admin" in self.scopes

    def may_revoke(self, token: "OfToken") -> bool:
        """Whether it may see a token of its organisation in a list, and take it back.

        An admin, anybody's; others, their own. What may do less than its owner may take back itself
        and what it could have made: whoever finds a narrow token shuts nobody out with it.
        """
        if self.may(ADMIN):
            return True
        if token.user_id != self.user_id:
            return False
        is_itself = token.token_id == self.token_id
        return self.is_whole or is_itself or all(map(self.may_give, token.scopes.split("\n")))

    def may_give(self, scope: str) -> bool:
        """Whether it may give a token this scope: none that is more than its own."""
        if scope == "admin":
            return self.is_whole
        if scope == "read":
            return self.may(READ)
        return self.may_write(scope.removeprefix("write:"))


def checked_role(role: str) -> str:
    """Return a role, or refuse it."""
    return one_of("role", role, ROLES)


def checked_user_id(user_id: str) -> str:
    """Return the name by which a user signs in, or refuse it."""
    if not _USER_ID.fullmatch(user_id):
        allowed = "expected up to 64 letters, digits and . _ @ -, the first a letter or digit"
        raise InputError(f"user {user_id[:80]!r} is no name to sign in with", allowed)
    return user_id


def checked_scopes(scopes: Collection[str]) -> frozenset[str]:
    """Return scopes, or refuse the first that is none.

    Raises:
        InputError: No scope, or one that is unknown.
    """
    if not scopes:
        raise InputError("scopes is empty", _SCOPES)
    for scope in scopes:
        if scope not in ("read", "admin") and not _WRITE.fullmatch(scope):
            raise InputError(f"scope {scope!r} is unknown", _SCOPES)
    return frozenset(scopes)
