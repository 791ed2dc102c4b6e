"""Who may come into the portal by program, and who tried: bearer tokens of an office, and the portal's own trail."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

#: What every token begins with, so that a search for leaked secrets finds it.
PREFIX: Final = "kpt_"
_SECRET_BYTES: Final = 32


class Scope(StrEnum):
    """What a token may allow."""

    READ = "lezen"
    WRITE = "versturen"


@dataclass(frozen=True, slots=True)
class Token:
    """A bearer token as it is kept: its SHA-256 only."""

    id: str
    office: str
    name: str
    scopes: frozenset[str]
    made_at: datetime
    made_by: str
    revoked_at: datetime | None = None


def new_secret() -> str:
    """A secret, shown once and kept nowhere."""
    return PREFIX + secrets.token_urlsafe(_SECRET_BYTES)


def digest_of(secret: str) -> str:
    """How the database knows a secret: 256 random bits need no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()
