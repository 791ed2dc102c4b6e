"""What one private key is good for now, by the register, and what its owner must do about it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final

from hub.cli.doctor.finding import WARN_BEFORE
from hub.register.model import OPENING_GRACE, Key


class KeyState(StrEnum):
    """Where a key is between its making and its end."""

    UNLISTED = "unlisted"  # the register does not know it (yet): nobody uses it
    MISSING = "missing"  # listed and needed, and its private half is not here
    WAITING = "waiting"  # listed, and its first day has not come
    ACTIVE = "active"
    ENDING = "ending"  # active, and not for long
    OPENING = "opening"  # sealed to no more; opens what was
    RETIRED = "retired"  # signs no more; what it signed is still verified, for which nobody needs the private half
    REVOKED = "revoked"
    OVER = "over"


ADVICE: Final[Mapping[KeyState, str | None]] = {
    KeyState.UNLISTED: "hand public.jwks.json to the governance",
    KeyState.MISSING: "put it back from your copy, or make another with `schuldhub keys rotate`",
    KeyState.WAITING: None,
    KeyState.ACTIVE: None,
    KeyState.ENDING: "make the next one with `schuldhub keys rotate`",
    KeyState.OPENING: "keep it until its last day",
    KeyState.RETIRED: "destroy the private half",
    KeyState.REVOKED: "destroy the private half",
    KeyState.OVER: "destroy the private half",
}


def state_of(key: Key | None, now: datetime) -> KeyState:
    """The state of a private key that is here, by its entry in the register; None where there is none."""
    if key is None:
        return KeyState.UNLISTED
    if key.status == "revoked":
        return KeyState.REVOKED
    if now >= last_use(key):
        return KeyState.OVER
    if now < key.nbf and key.status == "active":
        return KeyState.WAITING
    if key.usable(now):
        return KeyState.ENDING if key.exp - now <= WARN_BEFORE else KeyState.ACTIVE
    return KeyState.OPENING if key.use == "enc" else KeyState.RETIRED


def last_use(key: Key) -> datetime:
    """From when on nothing needs the private half: a key that opens is kept longer (wire.md 9, Rotation)."""
    return key.exp + OPENING_GRACE if key.use == "enc" else key.exp


def is_needed(key: Key, now: datetime) -> bool:
    """Whether a key that is not here should be: it opens what others seal or have sealed, or signs."""
    if key.status == "revoked" or now >= last_use(key):
        return False
    return key.use == "enc" or key.usable(now)
