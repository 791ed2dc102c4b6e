"""Who is signed in: a random token in a cookie, and a row that can be revoked. Nothing is kept in the cookie itself."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from dataclasses import dataclass
from datetime import datetime
from typing import Final

TOKEN_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class User:
    """Somebody as the issuer names him, with the names of the roles that it gave."""

    subject: str
    name: str
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class Session:
    """A session in force."""

    user: User
    csrf: str
    begun: datetime
    ends: datetime

    def confirms(self, token: object) -> bool:
        """Whether a form carries this session's CSRF token."""
        return isinstance(token, str) and hmac.compare_digest(token.encode(), self.csrf.encode())


@dataclass(frozen=True, slots=True)
class SignIn:
    """A sign-in under way: what the issuer's answer must fit."""

    nonce: str
    verifier: str
    return_to: str
    begun: datetime


def new_token() -> str:
    """256 random bits, base64url."""
    return base64.urlsafe_b64encode(os.urandom(TOKEN_BYTES)).rstrip(b"=").decode()


def hash_of(token: str) -> str:
    """How the database knows a token."""
    return hashlib.sha256(token.encode()).hexdigest()
