"""Who may come in: bearer tokens, made by a command, kept as a hash, limited in what they allow, revocable at once.

There is no way in without one. Every call also names the employee who acts, by an id that says nothing to others.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from stdnum.nl import bsn

from adapters.api.trouble import Trouble, TroubleError
from adapters.haarlem.desk import store
from adapters.haarlem.desk.store import Token
from adapters.haarlem.refusals import ActRefusedError, Fault, invalid
from adapters.haarlem.store import Transaction
from hub.clock import new_pseudonym

EMPLOYEE_HEADER: Final = "Medewerker-Id"
KEY_HEADER: Final = "Idempotency-Key"
#: Opaque ids and keys: no room for a sentence.
OPAQUE: Final = r"^[A-Za-z0-9][A-Za-z0-9._~:-]{0,63}$"
#: What every token begins with, so that a search for leaked secrets finds it.
PREFIX: Final = "shv_"
_SECRET_BYTES: Final = 32


class Scope(StrEnum):
    """What a token may allow."""

    READ = "lezen"
    SEARCH = "zoeken"
    ACT = "handelen"
    IMPORT = "importeren"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: the token, and the employee behind it."""

    token: Token
    employee: str


def make_token(
    tx: Transaction, name: str, scopes: Iterable[Scope], now: datetime, expires_at: datetime | None = None
) -> tuple[str, str]:
    """Makes a token; returns its id and its secret, which is shown once and kept nowhere."""
    secret = PREFIX + secrets.token_urlsafe(_SECRET_BYTES)
    token = Token(new_pseudonym(), name, _digest(secret), frozenset(scope.value for scope in scopes), now, expires_at)
    store.add_token(tx, token)
    return token.id, secret


def _digest(secret: str) -> str:
    # 256 random bits need no slow hash: there is nothing to guess.
    return hashlib.sha256(secret.encode()).hexdigest()


def authenticate(tx: Transaction, secret: str | None, now: datetime) -> Token:
    """The token with this secret, when it may be used now.

    Raises:
        TroubleError: NO_TOKEN.
    """
    found = store.tokens(tx, _digest(secret)) if secret else []
    usable = [one for one in found if one.revoked_at is None and (one.expires_at is None or now < one.expires_at)]
    if not usable:
        raise TroubleError(Trouble.NO_TOKEN)
    return usable[0]


def require(token: Token, scope: Scope) -> None:
    """Refuses a token that does not allow this."""
    if scope.value not in token.scopes:
        raise TroubleError(Trouble.NO_SCOPE)


def employee_of(value: str | None) -> str:
    """The acting employee, named by an id that identifies nobody to others: never by a BSN.

    Raises:
        ActRefusedError: INVALID.
    """
    return _opaque(value, EMPLOYEE_HEADER)


def key_of(value: str | None) -> str:
    """The idempotency key of a POST.

    Raises:
        ActRefusedError: INVALID.
    """
    return _opaque(value, KEY_HEADER)


def _opaque(value: str | None, header: str) -> str:
    if value is None or not re.fullmatch(OPAQUE, value) or bsn.is_valid(value):
        raise _bad_header(header)
    return value


def _bad_header(header: str) -> ActRefusedError:
    return invalid(Fault.HEADER, f"/header/{header}")
