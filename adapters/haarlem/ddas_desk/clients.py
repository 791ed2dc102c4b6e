"""Who may fetch deliveries: OAuth 2.0 client credentials (RFC 6749, 4.4), made by a command, of which we keep a hash.

A secret and a token are 256 random bits: there is nothing to guess, so they need no slow hash.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import unquote_plus

from adapters.haarlem.ddas import store
from adapters.haarlem.ddas.store import Client
from adapters.haarlem.ddas_desk.trouble import Denial, DeniedError
from adapters.haarlem.store import Transaction
from hub.clock import new_pseudonym

SECRET_PREFIX: Final = "shd_"  # noqa: S105 what a secret begins with, so that a search for leaked ones finds it
TOKEN_PREFIX: Final = "sht_"  # noqa: S105
SCOPE: Final = "read"
_SECRET_BYTES: Final = 32


def make_client(tx: Transaction, name: str, now: datetime) -> tuple[str, str]:
    """Makes a client; returns its id and its secret, which is shown once and kept nowhere."""
    secret = SECRET_PREFIX + secrets.token_urlsafe(_SECRET_BYTES)
    client = Client(new_pseudonym(), name, digest_of(secret), now)
    store.add_client(tx, client)
    return client.id, secret


def digest_of(secret: str) -> str:
    """What is kept of a secret or a token."""
    return hashlib.sha256(secret.encode()).hexdigest()


def credentials_of(authorization: str | None, form: Mapping[str, str]) -> tuple[str, str] | None:
    """Id and secret, from the header (Basic) or else from the form; never from both (RFC 6749, 2.3)."""
    if authorization is None:
        found = form.get("client_id"), form.get("client_secret")
        return (found[0], found[1]) if found[0] and found[1] else None
    kind, _, rest = authorization.partition(" ")
    if kind.lower() != "basic" or "client_secret" in form:
        return None
    try:
        client_id, colon, secret = base64.b64decode(rest, validate=True).decode("ascii").partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return (unquote_plus(client_id), unquote_plus(secret)) if colon else None


def issue(tx: Transaction, credentials: tuple[str, str] | None, now: datetime, lasts: timedelta) -> str | None:
    """A fresh access token for this client; nothing where its credentials are not those of one that may come in."""
    if credentials is None:
        return None
    client_id, secret = credentials
    for client in store.clients(tx, client_id):
        if client.revoked_at is None and hmac.compare_digest(client.digest, digest_of(secret)):
            token = TOKEN_PREFIX + secrets.token_urlsafe(_SECRET_BYTES)
            store.add_access_token(tx, digest_of(token), client.id, now, now + lasts)
            return token
    return None


def client_of(tx: Transaction, authorization: str | None, now: datetime) -> str:
    """The id of the client behind a bearer token.

    Raises:
        DeniedError: no token, one that we did not give, or one that has ended.
    """
    kind, _, token = (authorization or "").partition(" ")
    if kind.lower() != "bearer" or not token:
        raise DeniedError(Denial.MISSING)
    found = store.access_token(tx, digest_of(token.strip()))
    if found is None:
        raise DeniedError(Denial.INVALID)
    client_id, expires_at = found
    if now >= expires_at:
        raise DeniedError(Denial.EXPIRED)
    return client_id
