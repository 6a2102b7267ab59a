"""Logging in at an OIDC provider: the authorization code flow with PKCE, state and nonce.

Source: OpenID Connect Core 1.0, sections 3.1.2 and 3.1.3.7; RFC 7636 (PKCE, S256); RFC 9207 (the
issuer in the answer). What a log-in began with stays in a cookie of the browser that began it,
signed with the server's key, so that any worker process finishes it.
"""

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode, urlsplit

from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from wattprint.domain.errors import InputError
from wattprint.hub.auth.oidc_fetch import ProviderAwayError, fetch_json
from wattprint.hub.auth.oidc_settings import OidcSettings, check_endpoint

FLOW_S = 600
"""How long one may take at the provider. [s]"""
_DOCUMENT_S, _KEYS_S, _AGAIN_S = 3600.0, 600.0, 10.0
"""How long the provider's description and keys are kept, and the least time between two looks for
a key that is not among them. [s]"""
_LEEWAY_S = 60
"""How far the provider's clock may be off. [s]"""
_SIGNED_BY = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
"""Signatures by a private key alone: neither `none` nor one that the client's secret makes."""


class LogInRefusedError(Exception):
    """A log-in that is not what it claims to be. The text is for people, and holds no secret."""


class Begun(NamedTuple):
    """A log-in that has begun."""

    address: str
    """Where the browser goes."""
    cookie: str
    """What it brings back."""


class Finished(NamedTuple):
    """A log-in that was checked."""

    claims: Mapping[str, Any]
    back: str
    """Where the person wanted to go."""


class Provider:
    """An OIDC provider.

    Args:
        settings: Which, and the client that we are there.
        public_url: The hub's own address, as browsers know it.
        key: The server's key.
        clock_s: A clock that does not jump. [s]
        wall_clock_s: Seconds since 1970. [s]
    """

    def __init__(
        self,
        settings: OidcSettings,
        public_url: str,
        key: bytes,
        *,
        clock_s: Callable[[], float] = time.monotonic,
        wall_clock_s: Callable[[], float] = time.time,
    ) -> None:
        self.settings = settings
        self._redirect_uri = public_url.rstrip("/") + "/sign-in/oidc/callback"
        self._key = key
        self._clock_s = clock_s
        self._wall_clock_s = wall_clock_s
        self._kept: dict[str, tuple[float, Any]] = {}
        self._lock = threading.Lock()

    def begin(self, back: str) -> Begun:
        """Begin a log-in.

        Args:
            back: Local address to go to afterwards.

        Raises:
            ProviderAwayError: The provider does not describe itself.
        """
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        digest = hashlib.sha256(verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": self._redirect_uri,
            "scope": self.settings.scopes,
            "state": state,
            "nonce": nonce,
            "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
            "code_challenge_method": "S256",
        }
        address = self._endpoint("authorization_endpoint")
        joint = "&" if urlsplit(address).query else "?"
        begun = {"s": state, "n": nonce, "v": verifier, "b": back, "t": self._wall_clock_s()}
        return Begun(f"{address}{joint}{urlencode(asked)}", self._sealed(begun))

    def finish(self, cookie: str, answer: Mapping[str, str]) -> Finished:
        """Check the provider's answer, and exchange its code for who it is.

        Args:
            cookie: What the browser was given at the beginning.
            answer: The query of the address that the provider sent it back to.

        Raises:
            LogInRefusedError: It is no answer to this browser's question, or the person was not
                let in there.
            ProviderAwayError: The provider does not answer.
        """
        begun = self._unsealed(cookie)
        if begun is None or not hmac.compare_digest(
            answer.get("state", "").encode(), str(begun["s"]).encode()
        ):
            raise LogInRefusedError("This log-in was not begun in this browser, or too long ago.")
        if answer.get("iss", self.settings.issuer) != self.settings.issuer:
            raise LogInRefusedError("Another provider answered than was asked.")
        if "error" in answer or not answer.get("code"):
            raise LogInRefusedError("The provider did not let you in.")
        tokens = self._exchanged(answer["code"], begun["v"])
        claims = self._checked_claims(str(tokens.get("id_token", "")), begun["n"])
        return Finished(self._with_profile(claims, tokens), begun["b"])

    def _exchanged(self, code: str, verifier: str) -> Mapping[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect_uri,
            "code_verifier": verifier,
        }
        said = self._document().get("token_endpoint_auth_methods_supported")
        secret, authorization = self.settings.client_secret, None
        if isinstance(said, list) and "client_secret_basic" not in said:
            form |= {"client_id": self.settings.client_id, "client_secret": secret}
        else:  # the method that holds where a provider names none
            pair = f"{quote(self.settings.client_id, safe='')}:{quote(secret, safe='')}"
            authorization = "Basic " + base64.b64encode(pair.encode()).decode()
        address = self._endpoint("token_endpoint")
        return fetch_json(address, form=form, authorization=authorization)

    def _checked_claims(self, id_token: str, nonce: str) -> Mapping[str, Any]:
        try:
            claims = self._decoded(id_token)
            jwt.JWTClaimsRegistry(
                now=int(self._wall_clock_s()),
                leeway=_LEEWAY_S,
                iss={"essential": True, "value": self.settings.issuer},
                aud={"essential": True, "value": self.settings.client_id},
                sub={"essential": True},
                exp={"essential": True},
                iat={"essential": True},
                nonce={"essential": True, "value": nonce},
            ).validate(claims)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            name = type(error).__name__
            raise LogInRefusedError(f"The provider's word is not accepted ({name}).") from None
        is_for_many = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if (is_for_many or "azp" in claims) and claims.get("azp") != self.settings.client_id:
            raise LogInRefusedError("The provider's word is for another client.")
        return claims

    def _decoded(self, id_token: str) -> dict[str, Any]:
        """Return the claims of a token that one of the provider's keys has signed."""
        try:
            return jwt.decode(id_token, self._keys(), algorithms=_SIGNED_BY).claims
        except (InvalidKeyIdError, BadSignatureError):
            # Keys are changed now and then: look once whether there is a new one.
            keys = self._keys(most_age_s=_AGAIN_S)
            return jwt.decode(id_token, keys, algorithms=_SIGNED_BY).claims

    def _with_profile(
        self, claims: Mapping[str, Any], tokens: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """Add what some providers tell at their userinfo endpoint alone."""
        wanted = {"email", self.settings.role_claim} - {None}
        address = self._document().get("userinfo_endpoint")
        if wanted <= set(claims) or not address or not tokens.get("access_token"):
            return claims
        authorization = f"Bearer {tokens['access_token']}"
        profile = fetch_json(self._endpoint("userinfo_endpoint"), authorization=authorization)
        return {**profile, **claims} if profile.get("sub") == claims["sub"] else claims

    def _keys(self, most_age_s: float = _KEYS_S) -> KeySet:
        def fetched() -> KeySet:
            document: Any = fetch_json(self._endpoint("jwks_uri"))
            try:
                keys: KeySet = KeySet.import_key_set(document)
            except (JoseError, ValueError, TypeError, KeyError, AttributeError):
                raise ProviderAwayError("The provider's keys cannot be read.") from None
            return keys

        keys: KeySet = self._keep("keys", most_age_s, fetched)
        return keys

    def _document(self) -> Mapping[str, Any]:
        def fetched() -> Mapping[str, Any]:
            issuer = self.settings.issuer
            address = issuer.rstrip("/") + "/.well-known/openid-configuration"
            document = fetch_json(address)
            if document.get("issuer") != issuer:
                raise ProviderAwayError("The provider calls itself by another name.")
            return document

        document: Mapping[str, Any] = self._keep("document", _DOCUMENT_S, fetched)
        return document

    def _endpoint(self, name: str) -> str:
        try:
            return check_endpoint(self._document().get(name), self.settings.issuer)
        except InputError:
            raise ProviderAwayError(f"The provider names no safe {name}.") from None

    def _keep(self, name: str, most_age_s: float, fetched: Callable[[], Any]) -> Any:
        """Return what is kept if it is new enough, else what is fetched."""
        with self._lock:
            kept = self._kept.get(name)
        if kept is not None and self._clock_s() - kept[0] < most_age_s:
            return kept[1]
        made = fetched()
        with self._lock:
            self._kept[name] = (self._clock_s(), made)
        return made

    def _sealed(self, begun: Mapping[str, Any]) -> str:
        text = base64.urlsafe_b64encode(json.dumps(begun).encode()).decode()
        return f"{text}.{self._seal(text)}"

    def _unsealed(self, cookie: str) -> dict[str, Any] | None:
        text, _, seal = cookie.rpartition(".")
        if not hmac.compare_digest(seal.encode(), self._seal(text).encode()):
            return None
        begun: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text))
        return begun if 0 <= self._wall_clock_s() - begun["t"] < FLOW_S else None

    def _seal(self, text: str) -> str:
        return hmac.digest(self._key, f"oidc {text}".encode(), "sha256").hex()
