"""Who of an OIDC provider may enter a hub, and as whom."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, insert, select

from wattprint.domain.errors import InputError
from wattprint.hub.auth.invitations import join
from wattprint.hub.auth.oidc import LogInRefusedError
from wattprint.hub.auth.oidc_settings import OidcSettings
from wattprint.hub.auth.rights import Principal, checked_user_id
from wattprint.hub.organisations import note
from wattprint.hub.storage.account_tables import identities, invitations
from wattprint.hub.storage.database import Database
from wattprint.hub.storage.schema import memberships

_NOT_INVITED = "Nobody has invited you: ask an admin for an invitation to your e-mail address."
_LONGEST_SUBJECT = 255
_LONGEST_NAME = 200


class _Admitted(NamedTuple):
    by: str
    """'invitation', 'claim' or 'domain'."""
    role: str


def enter(
    database: Database, settings: OidcSettings, claims: Mapping[str, Any], now_ms: int
) -> str:
    """Return the user that a person of the provider is; one who may enter becomes a member.

    A role is given once, at the first log-in; admins change it here. Who came by a claim or a
    domain must have it still.

    Raises:
        LogInRefusedError: The person may not enter.
        StorageError: The database does not do it.
    """
    subject = claims["sub"]
    if not 0 < len(subject) <= _LONGEST_SUBJECT or "\0" in subject:
        raise LogInRefusedError("The provider's name of you is no name.")

    def work(connection: Connection) -> str:
        found = connection.execute(_identity(settings, subject)).first()
        admitted = _by_rules(settings, claims)
        if found is not None and _is_let_in(connection, found):
            if found.admitted_by != "invitation" and admitted is None:
                raise LogInRefusedError("Your account at the provider may not enter any more.")
            return str(found.user_id)
        invited = _by_invitation(connection, settings, claims, now_ms)
        if invited is not None:
            return invited
        if admitted is None or found is not None:  # found: an admin has removed this person
            raise LogInRefusedError(_NOT_INVITED)
        return _made_member(connection, settings, claims, admitted, now_ms)

    return database.write(work)


def _is_let_in(connection: Connection, found: Any) -> bool:
    """Whether a log-in is of a member: not of an earlier one whose name another has now."""
    return found.admitted_by != "removed" and _is_member(connection, found.org_id, found.user_id)


def verified_email(claims: Mapping[str, Any]) -> str | None:
    """Return the e-mail address that a provider has verified; None for none.

    >>> verified_email({"email": "Ann@Example.org", "email_verified": True})
    'ann@example.org'
    >>> verified_email({"email": "ann@example.org"})
    """
    email = claims.get("email")
    is_verified = claims.get("email_verified") in (True, "true")
    if not is_verified or not isinstance(email, str) or email.count("@") != 1:
        return None
    return email.strip().casefold()


def _by_rules(settings: OidcSettings, claims: Mapping[str, Any]) -> _Admitted | None:
    said = claims.get(settings.role_claim) if settings.role_claim else None
    values = {said} if isinstance(said, str) else set(_texts(said))
    for value, role in settings.roles:
        if value in values:
            return _Admitted("claim", role)
    email = verified_email(claims)
    if email is not None and email.rpartition("@")[2] in settings.email_domains:
        return _Admitted("domain", settings.domain_role)
    return None


def _texts(said: Any) -> Iterable[str]:
    return (text for text in said if isinstance(text, str)) if isinstance(said, list) else ()


def _by_invitation(
    connection: Connection, settings: OidcSettings, claims: Mapping[str, Any], now_ms: int
) -> str | None:
    """Use the invitation of the person's e-mail address, and return the user; None for none."""
    email = verified_email(claims)
    if email is None:
        return None
    statement = select(invitations).where(
        invitations.c.org_id == settings.organisation,
        invitations.c.email == email,
        invitations.c.expires_at_ms > now_ms,
    )
    row = connection.execute(statement.order_by(invitations.c.created_at_ms)).first()
    if row is None:
        return None
    org_id, its = settings.organisation, invitations.c.invitation_id == row.invitation_id
    connection.execute(delete(invitations).where(invitations.c.org_id == org_id, its))
    if not _is_member(connection, org_id, row.user_id):
        if row.role is None:
            return None
        name = _name(claims, row.user_id)
        join(connection, org_id, row.user_id, role=row.role, name=name, now_ms=now_ms)
    _link(connection, settings, claims["sub"], row.user_id, ("invitation", now_ms))
    return str(row.user_id)


def _made_member(
    connection: Connection,
    settings: OidcSettings,
    claims: Mapping[str, Any],
    admitted: _Admitted,
    now_ms: int,
) -> str:
    user_id = _user_id(claims)
    if _is_member(connection, settings.organisation, user_id):
        # Never somebody else's account by a name alone.
        raise LogInRefusedError(f"There is a member {user_id!r} already. {_NOT_INVITED}")
    name = _name(claims, user_id)
    org_id, role = settings.organisation, admitted.role
    join(connection, org_id, user_id, role=role, name=name, now_ms=now_ms)
    _link(connection, settings, claims["sub"], user_id, (admitted.by, now_ms))
    return user_id


def _link(
    connection: Connection,
    settings: OidcSettings,
    subject: str,
    user_id: str,
    how: tuple[str, int],
) -> None:
    org_id = settings.organisation
    key = {"org_id": org_id, "issuer": settings.issuer, "subject": subject}
    connection.execute(
        delete(identities).where(*(identities.c[name] == value for name, value in key.items()))
    )
    row = {**key, "user_id": user_id, "admitted_by": how[0], "created_at_ms": how[1]}
    connection.execute(insert(identities), row)
    by = Principal(org_id, user_id, "provider", "viewer", frozenset())
    detail = {"issuer": settings.issuer, "by": how[0]}
    note(connection, by, "identity.link", user_id, detail, now_ms=how[1])


def _identity(settings: OidcSettings, subject: str) -> Any:
    return select(identities).where(
        identities.c.org_id == settings.organisation,
        identities.c.issuer == settings.issuer,
        identities.c.subject == subject,
    )


def _is_member(connection: Connection, org_id: str, user_id: str) -> bool:
    its = memberships.c.org_id == org_id, memberships.c.user_id == user_id
    return connection.execute(select(memberships.c.user_id).where(*its)).first() is not None


def _user_id(claims: Mapping[str, Any]) -> str:
    for name in (verified_email(claims), claims.get("preferred_username")):
        try:
            return checked_user_id(str(name or ""))
        except InputError:
            continue
    raise LogInRefusedError("The provider tells no name that can be yours here. " + _NOT_INVITED)


def _name(claims: Mapping[str, Any], user_id: str) -> str:
    said = claims.get("name")
    name = said.strip()[:_LONGEST_NAME] if isinstance(said, str) else ""
    return name if name and name.isprintable() else user_id
