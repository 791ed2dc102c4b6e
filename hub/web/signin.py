"""Signing in at an OpenID Connect issuer with a code and PKCE; who somebody is, is the issuer's word, never ours.

The answer must fit what was asked: state and nonce are random and good once, the code is bound by PKCE, the ID token
is signed with a key of the issuer by an algorithm of this list, whatever the issuer says that it supports.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.starlette_client import StarletteOAuth2App
from joserfc.errors import JoseError

from hub.errors import Code, RefusedError, UnavailableError
from hub.web.addresses import encrypted_or_loopback
from hub.web.sessions import SignIn, User, new_token

ALGORITHMS: Final = ("ES256", "PS256", "RS256", "Ed25519", "EdDSA")
TIMEOUT_S: Final = 10.0
MAX_NAME_CHARS: Final = 80
DISCOVERY: Final = "/.well-known/openid-configuration"
PLACE: Final = "issuer"


class Issuer:
    """Who says who our users are."""

    def __init__(
        self,
        issuer: str,
        client: tuple[str, str],
        redirect_uri: str,
        *,
        roles_claim: str,
        roles: Mapping[str, str],
        part: str,
    ) -> None:
        """Does not ask the issuer anything yet: it may be away while we start.

        Args:
            issuer: its address, as its tokens name it.
            client: what it calls us, and the secret that it gave us.
            redirect_uri: where it sends a browser back to.
            roles_claim: the claim that names what somebody is.
            roles: its names and ours; a name of ours has no white space.
            part: name of the part of the settings that this comes from.

        Raises:
            RefusedError: settings_invalid, for http that leaves this machine.
        """
        if not encrypted_or_loopback(issuer):
            raise RefusedError(Code.SETTINGS_INVALID, f"{part}.issuer")
        self._issuer = issuer
        self._redirect_uri = redirect_uri
        self._roles_claim = roles_claim
        self._roles = roles
        self._app: Any = StarletteOAuth2App(
            framework=None,  # its keeping of state in a signed cookie is not used
            name="schuldhub",
            client_id=client[0],
            client_secret=client[1],
            server_metadata_url=issuer.rstrip("/") + DISCOVERY,
            client_kwargs={
                "scope": "openid profile",
                "code_challenge_method": "S256",
                "timeout": TIMEOUT_S,
                "follow_redirects": False,
            },
        )

    async def begin(self, return_to: str, now: datetime) -> tuple[str, str, SignIn]:
        """Where to send the browser, the state that comes back with it, and what the answer must fit.

        Raises:
            UnavailableError: the issuer does not answer.
            RefusedError: outside_refused, it does not say what an issuer must say.
        """
        state, nonce, verifier = new_token(), new_token(), new_token()
        await self._metadata()
        asked = await self._app.create_authorization_url(
            self._redirect_uri, state=state, nonce=nonce, code_verifier=verifier
        )
        return str(asked["url"]), state, SignIn(nonce, verifier, return_to, now)

    async def finish(self, code: str, sign_in: SignIn) -> User:
        """Who signed in.

        Raises:
            UnavailableError: the issuer does not answer.
            RefusedError: outside_refused, the code or the token is not good.
        """
        await self._metadata()
        try:
            token = await self._app.fetch_access_token(self._redirect_uri, code=code, code_verifier=sign_in.verifier)
            claims = await self._app.parse_id_token(
                token, sign_in.nonce, claims_options={"iss": {"essential": True, "value": self._issuer}}
            )
        except httpx2.TransportError:
            raise UnavailableError(Code.OUTSIDE_UNAVAILABLE, PLACE) from None
        except (AuthlibBaseError, JoseError, httpx2.HTTPStatusError, ValueError):
            raise RefusedError(Code.OUTSIDE_REFUSED, PLACE) from None
        if not claims or not claims.get("sub"):
            raise RefusedError(Code.OUTSIDE_REFUSED, PLACE)
        subject = str(claims["sub"])
        name = str(claims.get("name") or claims.get("preferred_username") or subject)
        return User(subject, name[:MAX_NAME_CHARS], roles_of(claims.get(self._roles_claim), self._roles))

    async def _metadata(self) -> None:
        """What the issuer says of itself, asked once, narrowed to algorithms that we take."""
        try:
            metadata = await self._app.load_server_metadata()
        except httpx2.TransportError:
            raise UnavailableError(Code.OUTSIDE_UNAVAILABLE, PLACE) from None
        except (httpx2.HTTPStatusError, ValueError):
            raise RefusedError(Code.OUTSIDE_REFUSED, PLACE) from None
        offered = metadata.get("id_token_signing_alg_values_supported", ["RS256"])
        taken = [algorithm for algorithm in ALGORITHMS if algorithm in offered]
        if metadata.get("issuer") != self._issuer or not taken:
            raise RefusedError(Code.OUTSIDE_REFUSED, PLACE)
        metadata["id_token_signing_alg_values_supported"] = taken


def roles_of(claim: object, mapping: Mapping[str, str]) -> frozenset[str]:
    """The roles that an issuer's claim gives: a list of names, or one. Names that the mapping lacks give nothing."""
    names = claim if isinstance(claim, list) else [claim]
    found = (mapping.get(name) for name in names if isinstance(name, str))
    return frozenset(role for role in found if role is not None)
