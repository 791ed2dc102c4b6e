"""Bearer tokens of the API: made by a command, kept as a hash, limited in what they allow, revocable at once. Pure."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

#: What every token begins with, so that a search for leaked secrets finds it.
PREFIX: Final = "hub_"
_SECRET_BYTES: Final = 32


class Scope(StrEnum):
    """What a token may allow."""

    READ = "read"
    """Messages, cases, terms, quarantine, recoveries, partners, agreements and alarms: what every role may see."""
    MONITOR = "monitor"
    """Numbers: what needs attention, metrics, whether the hub keeps up, how the log's proof stands."""
    AUDIT = "audit"
    """Who looked at what and who did what: operators stand there by name."""


@dataclass(frozen=True, slots=True)
class Token:
    """One token, without its secret."""

    id: str
    name: str
    scopes: frozenset[Scope]
    made: datetime
    expires: datetime
    revoked: datetime | None = None

    def usable(self, now: datetime) -> bool:
        """Neither revoked nor over."""
        return self.revoked is None and now < self.expires


def new_secret() -> str:
    """A fresh secret; it is shown once and kept nowhere."""
    return PREFIX + secrets.token_urlsafe(_SECRET_BYTES)


def digest_of(secret: str) -> str:
    """What is kept of a secret: 256 random bits need no slow hash, there is nothing to guess."""
    return hashlib.sha256(secret.encode()).hexdigest()
