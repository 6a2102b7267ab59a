"""Which OIDC provider a hub trusts, and whom of it: `hub/oidc.toml`, and variables over it.

The client's secret is read here and goes to the provider alone: not into `Settings`, a log, or a
text of this object.
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from wattprint.domain.errors import InputError, nearest_names
from wattprint.grid.toml_files import read_private_toml
from wattprint.hub.auth.rights import checked_role

PREFIX = "WATTPRINT_HUB_OIDC_"
_TEXTS = (
    *("issuer", "client_id", "client_secret", "client_secret_file", "name", "organisation"),
    *("scopes", "role_claim", "domain_role"),
)
KEYS = (*_TEXTS, "roles", "email_domains")
"""Keys of the file; a variable is one of them in capitals behind the prefix."""
LOOPBACK = ("localhost", "127.0.0.1", "::1")
_SECRET = "client_secret"


class OidcSettings(NamedTuple):
    """A provider, and who of it may enter."""

    issuer: str
    client_id: str
    client_secret: str
    name: str = "single sign-on"
    """Words on the button."""
    organisation: str = "default"
    scopes: str = "openid email profile"
    role_claim: str | None = None
    """Claim that tells groups or roles."""
    roles: tuple[tuple[str, str], ...] = ()
    """Values of that claim and roles here; the first that fits holds."""
    email_domains: tuple[str, ...] = ()
    """Who has a verified address of these may enter."""
    domain_role: str = "viewer"
    """As what."""

    def __repr__(self) -> str:
        return f"OidcSettings({self.issuer!r}, {self.client_id!r})"


def read_oidc_settings(
    path: Path | None, environment: Mapping[str, str] = os.environ
) -> OidcSettings | None:
    """Return the settings; None where no provider is set up.

    Args:
        path: The file, which only its owner can read.
        environment: Environment variables.

    Raises:
        InputError: A setting that is unknown, missing, or cannot be. No message holds the secret.
    """
    said = dict(read_private_toml(path)) if path is not None else {}
    place = str(path)
    for key in said:
        if key not in KEYS:
            allowed = "expected some of " + ", ".join(KEYS)
            raise InputError(f"{place}: {key!r} is unknown", allowed, nearest_names(key, KEYS))
    said.update({key: text for key in KEYS if (text := environment.get(PREFIX + key.upper()))})
    if not said:
        return None
    for key in _TEXTS:
        if not isinstance(said.get(key, ""), str):
            raise InputError(f"OIDC setting {key} is no text", f'expected {key} = "..."')
    texts = {key: str(said[key]) for key in _TEXTS if said.get(key)}
    return _checked(texts, _roles(said.get("roles", {})), _domains(said.get("email_domains", ())))


def check_endpoint(url: Any, of_issuer: str = "") -> str:
    """Return an address of a provider: https, or http where the issuer is on this machine too.

    Raises:
        InputError: It is another.
    """
    allowed = "expected https://..., or http:// for this machine"
    try:
        parts = urlsplit(url if isinstance(url, str) else "")
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.username is not None or parts.fragment or not str(url).isprintable():
        raise InputError(f"OIDC address {str(url)[:200]!r} is none", allowed)
    is_here = host in LOOPBACK and (not of_issuer or urlsplit(of_issuer).hostname in LOOPBACK)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_here):
        raise InputError(f"OIDC address {str(url)[:200]!r} is not safe", allowed)
    return str(url)


def _checked(
    texts: dict[str, str], roles: tuple[tuple[str, str], ...], domains: tuple[str, ...]
) -> OidcSettings:
    file = texts.pop(f"{_SECRET}_file", None)
    if file is not None and _SECRET not in texts:
        texts[_SECRET] = _secret_of(Path(file))
    for key in ("issuer", "client_id", _SECRET):
        if not texts.get(key):
            allowed = f"expected {key} in hub/oidc.toml or ${PREFIX}{key.upper()}"
            raise InputError(f"OIDC setting {key} is missing", allowed)
    check_endpoint(texts["issuer"])
    checked_role(texts.get("domain_role", "viewer"))
    if roles and "role_claim" not in texts:
        raise InputError("OIDC setting roles is without role_claim", 'expected role_claim = "..."')
    if "openid" not in texts.get("scopes", "openid").split():
        raise InputError("OIDC setting scopes is without openid", "expected it among them")
    made: dict[str, Any] = texts
    return OidcSettings(**made, roles=roles, email_domains=domains)


def _secret_of(path: Path) -> str:
    if path.stat().st_mode & 0o077:
        raise InputError(f"{path} is open to others", "expected mode 0600")
    return path.read_text("utf-8").strip()


def _roles(said: Any) -> tuple[tuple[str, str], ...]:
    """Return values of a claim and roles: a table, or a text 'staff=member,ops=admin'."""
    if isinstance(said, str):
        parts = [part.rpartition("=") for part in said.split(",") if part.strip()]
        said = {value.strip(): role.strip() for value, _, role in parts}
    if not isinstance(said, Mapping) or not all(isinstance(r, str) for r in said.values()):
        raise InputError("OIDC setting roles is no table", 'expected "group" = "role"')
    return tuple((str(value), checked_role(role)) for value, role in said.items())


def _domains(said: Any) -> tuple[str, ...]:
    if isinstance(said, str):
        said = [part for part in said.split(",") if part.strip()]
    if not isinstance(said, Sequence) or not all(isinstance(d, str) for d in said):
        raise InputError("OIDC setting email_domains is no list", 'expected ["example.org"]')
    return tuple(domain.strip().removeprefix("@").casefold() for domain in said)
