"""An OIDC provider for tests, played at the wire level: a server with real keys and signatures.

It answers as OpenID Connect Core 1.0 and Discovery 1.0 say, checks what a provider has to (client,
redirect address, PKCE), and does on demand what a bad one would.
"""

import base64
import hashlib
import hmac
import json
import secrets
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from hub.made import NOW_S

CLIENT, SECRET = "wattprint", "s3cret/with+signs="


def made_key():
    """A new key with a name of its own."""
    return RSAKey.generate_key(2048, {"kid": secrets.token_hex(4), "use": "sig"})


FIRST_KEY = made_key()


class PlayedProvider:
    """A provider on a port of this machine.

    `person` are the claims it makes of whoever logs in, `change` is what happens to them before
    they are signed, `basic` whether the client's secret comes in a header.
    """

    def __init__(self):
        self.person = {"sub": "ann-1", "email": "ann@example.org", "email_verified": True}
        self.change = {}
        self.header = {"alg": "RS256"}
        self.signs_with = None
        self.basic = True
        self.in_userinfo = {}
        self.asked = []
        self.codes = {}
        self.more = {}
        self.key = FIRST_KEY
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.issuer = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def new_key(self):
        """Sign with another key from now on; the one before is not published any more."""
        self.key = made_key()

    def stop(self):
        """Go away."""
        self._server.shutdown()
        self._server.server_close()

    def document(self):
        """How it describes itself."""
        methods = ["client_secret_basic" if self.basic else "client_secret_post"]
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "token_endpoint_auth_methods_supported": methods,
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            **self.more,
        }

    def log_in(self, address):
        """What a person does there: returns the address that the browser is sent back to."""
        asked = {k: v[0] for k, v in parse_qs(urlsplit(address).query).items()}
        assert asked["response_type"] == "code" and "openid" in asked["scope"].split()
        assert asked["client_id"] == CLIENT and asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        answer = {"code": code, "state": asked["state"], "iss": self.issuer}
        back = f"{asked['redirect_uri']}?{urlencode(answer)}"
        return urlsplit(back)._replace(scheme="", netloc="").geturl()

    def id_token(self, nonce):
        """What it says of who logged in, signed."""
        now_s = int(NOW_S)
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now_s,
            "exp": now_s + 300,
            "nonce": nonce,
            **self.person,
            **self.change,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        if self.header["alg"] in ("none", "HS256"):
            text = ".".join(_b64(json.dumps(part).encode()) for part in (self.header, claims))
            is_signed = self.header["alg"] == "HS256"
            mac = hmac.digest(self.signs_with, text.encode(), "sha256") if is_signed else b""
            return f"{text}.{_b64(mac)}"
        key = self.signs_with or self.key
        header = {**self.header, "kid": self.header.get("kid", self.key.kid)}
        return jwt.encode(header, claims, key, algorithms=[self.header["alg"]])

    def tokens(self, form, authorization):
        """Exchange a code, as RFC 6749, section 4.1.3, and RFC 7636, section 4.6, say."""
        if self.basic:
            pair = base64.b64decode(authorization.removeprefix("Basic ")).decode().split(":")
            client = tuple(unquote(part) for part in pair)
        else:
            client = form.get("client_id"), form.get("client_secret")
        asked = self.codes.pop(form["code"], None)
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        if client != (CLIENT, SECRET) or asked is None:
            return 401, {"error": "invalid_client"}
        if _b64(digest) != asked["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        if form["redirect_uri"] != asked["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        token = self.id_token(asked["nonce"])
        return 200, {"access_token": "at", "token_type": "Bearer", "id_token": token}

    def _handler(provider):  # noqa: N805 - the handler has a self of its own
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                provider.asked.append(self.path)
                answers = {
                    "/.well-known/openid-configuration": provider.document,
                    "/keys": lambda: KeySet([provider.key]).as_dict(private=False),
                    "/userinfo": lambda: {"sub": provider.person["sub"], **provider.in_userinfo},
                }
                found = answers.get(self.path)
                self.answer(*((200, found()) if found else (404, {})))

            def do_POST(self):
                provider.asked.append(self.path)
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                form = {k: v[0] for k, v in parse_qs(body).items()}
                self.answer(*provider.tokens(form, self.headers.get("authorization", "")))

            def answer(self, status, document):
                if isinstance(document, str):
                    status, document = 302, {"location": document}
                body = json.dumps(document).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        return Handler


def _b64(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
