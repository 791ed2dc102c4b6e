"""A loopback OpenID Connect issuer for the demo and tests, so that the console's real sign-in runs: no passwords.

Whoever can reach it picks who to be; it listens on loopback only and is of no use outside a demo. It keeps to what a
client must be able to count on: codes are good once and for a minute, bound to client, redirect address and PKCE.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import html
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import parse_qs, urlencode

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from hub.clock import Clock
from hub.wire import jose, strictjson
from hub.wire.jwk import load_private, public_jwk
from hub.wire.keys import PrivateKey, new_private_jwk

KID: Final = "issuer"
ALGORITHM: Final = "ES256"
CODE_TERM: Final = timedelta(minutes=1)
TOKEN_TERM: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can sign in."""

    subject: str
    name: str
    roles: tuple[str, ...]


#: One of each role, and one whom the console does not know.
PEOPLE: Final = (
    Person("lezer", "Lies Lezer", ("reader",)),
    Person("behandelaar", "Hans Behandelaar", ("handler",)),
    Person("vrijgever", "Vera Vrijgever", ("handler", "releaser")),
    Person("beheerder", "Bea Beheerder", ("administrator",)),
    Person("auditor", "Otto Auditor", ("auditor",)),
    Person("gast", "Gijs Gast", ()),
)


@dataclass(frozen=True, slots=True)
class _Grant:
    person: Person
    redirect_uri: str
    challenge: str
    nonce: str
    until: datetime


class DemoIssuer:
    """The issuer as an ASGI application."""

    def __init__(
        self,
        url: str,
        clock: Clock,
        *,
        client_id: str,
        client_secret: str,
        redirect_uri: str,
        people: Sequence[Person] = PEOPLE,
    ) -> None:
        """One client is known, at one address to send browsers back to; `people` are who can be picked."""
        self._people = people
        self.url = url
        self._clock = clock
        self._client = (client_id, client_secret)
        self._redirect_uri = redirect_uri
        jwk = new_private_jwk(KID, ALGORITHM)
        self._key = PrivateKey(KID, "sig", ALGORITHM, load_private(jwk))
        self._jwk = public_jwk(jwk)
        self._grants: dict[str, _Grant] = {}
        self.app = Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._metadata),
                Route("/jwks", self._jwks),
                Route("/authorize", self._authorize),
                Route("/token", self._token, methods=["POST"]),
            ]
        )

    async def _metadata(self, _request: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/jwks",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": [ALGORITHM],
                "code_challenge_methods_supported": ["S256"],
                "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            }
        )

    async def _jwks(self, _request: Request) -> Response:
        return JSONResponse({"keys": [dict(self._jwk)]})

    async def _authorize(self, request: Request) -> Response:
        """A page to pick somebody; with `person` picked, the way back with a code."""
        query = request.query_params
        known = query.get("client_id") == self._client[0] and query.get("redirect_uri") == self._redirect_uri
        if not known or query.get("response_type") != "code" or query.get("code_challenge_method") != "S256":
            return Response("unknown client or flow", 400)
        person = next((one for one in self._people if one.subject == query.get("person")), None)
        if person is None:
            return HTMLResponse(_page(dict(query), self._people))
        code = secrets.token_urlsafe(32)
        self._grants[code] = _Grant(
            person,
            query["redirect_uri"],
            query.get("code_challenge", ""),
            query.get("nonce", ""),
            self._clock.now() + CODE_TERM,
        )
        back = urlencode({"code": code, "state": query.get("state", "")})
        return RedirectResponse(f"{self._redirect_uri}?{back}", 303)

    async def _token(self, request: Request) -> Response:
        """A signed token for a code that is good."""
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode("ascii")).items()}
        grant = self._grants.pop(form.get("code", ""), None)
        if not self._is_client(request.headers.get("authorization", "")):
            return JSONResponse({"error": "invalid_client"}, 401)
        if grant is None or not self._fits(grant, form):
            return JSONResponse({"error": "invalid_grant"}, 400)
        token = self._id_token(grant)
        return JSONResponse(
            {"access_token": secrets.token_urlsafe(16), "token_type": "Bearer", "expires_in": 60, "id_token": token}
        )

    def _is_client(self, authorization: str) -> bool:
        wanted = "Basic " + base64.b64encode(":".join(self._client).encode()).decode()
        return hmac.compare_digest(authorization.encode(), wanted.encode())

    def _fits(self, grant: _Grant, form: dict[str, str]) -> bool:
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        return (
            grant.until > self._clock.now()
            and form.get("grant_type") == "authorization_code"
            and form.get("redirect_uri") == grant.redirect_uri
            and hmac.compare_digest(challenge, grant.challenge)
        )

    def _id_token(self, grant: _Grant) -> str:
        now = int(self._clock.now().timestamp())
        claims = {
            "iss": self.url,
            "aud": self._client[0],
            "sub": grant.person.subject,
            "name": grant.person.name,
            "roles": list(grant.person.roles),
            "nonce": grant.nonce,
            "iat": now,
            "exp": now + int(TOKEN_TERM.total_seconds()),
            "jti": os.urandom(8).hex(),
        }
        return jose.sign_jws(strictjson.dumps(claims), self._key, "JWT").decode()


def _page(query: dict[str, str], people: Sequence[Person]) -> str:
    """Who do you want to be? Links, because this issuer asks for nothing."""
    items = "".join(
        f'<li><a href="/authorize?{html.escape(urlencode(query | {"person": one.subject}))}">'
        f"{html.escape(one.name)}</a> ({html.escape(', '.join(one.roles) or 'geen rol')})</li>"
        for one in people
    )
    return (
        '<!DOCTYPE html><html lang="nl"><head><meta charset="utf-8"><title>Demo-aanmelding</title></head>'
        f"<body><h1>Wie wilt u zijn?</h1><p>Alleen voor de demo: niemand vraagt om een wachtwoord.</p><ul>{items}</ul>"
        "</body></html>"
    )
