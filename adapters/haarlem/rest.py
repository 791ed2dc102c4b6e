"""Whether a person has rest: one word out of the standing of every party that must know (issue field `rust`). Pure.

Only a confirmed stop counts as rest. Silence, a part, a refusal and an end that comes near unasked are all danger:
behind each of them somebody may be at the door.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Rust(StrEnum):
    """The one word, as the API says it."""

    FULL = "volledig"
    PARTIAL = "gedeeltelijk"
    NOT_YET = "nog-niet"
    IN_DANGER = "in-gevaar"
    ENDED = "beeindigd"


class Standing(StrEnum):
    """What a party's state means for rest."""

    CONFIRMED = "bevestigd"
    WAITING = "wacht"
    ENDANGERED = "in-gevaar"
    ENDED = "beeindigd"


@dataclass(frozen=True, slots=True)
class Callee:
    """Somebody to call about a party, and why."""

    party: str
    reason: str
    name: str | None = None
    phone: str | None = None
    email: str | None = None
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class PartyRest:
    """How it stands at one party: since when, until when (last day of rest), and whom to call when it is not well."""

    standing: Standing
    since: datetime
    end: date | None = None
    calls: tuple[Callee, ...] = ()


@dataclass(frozen=True, slots=True)
class Rest:
    """Whether a person has rest, since when, the first day on which a party's rest ends, and whom to call."""

    rust: Rust
    since: datetime | None
    first_end: date | None
    calls: tuple[Callee, ...]


def rest(parties: Iterable[PartyRest]) -> Rest:
    """The rest of one person, from the standing at every party.

    Somebody with no party at all has no rest yet. `since` is the moment at which the parties came to stand so.
    """
    everyone = tuple(parties)
    open_ones = [party for party in everyone if party.standing is not Standing.ENDED]
    rust = _rust(open_ones, any_ended=bool(everyone))
    ends = [party.end for party in open_ones if party.end is not None]
    calls = tuple(call for party in open_ones if party.standing is Standing.ENDANGERED for call in party.calls)
    return Rest(rust, _since(rust, everyone), min(ends, default=None), calls)


def _rust(open_ones: list[PartyRest], *, any_ended: bool) -> Rust:
    standings = {party.standing for party in open_ones}
    if not standings:
        return Rust.ENDED if any_ended else Rust.NOT_YET
    if Standing.ENDANGERED in standings:
        return Rust.IN_DANGER
    if standings == {Standing.CONFIRMED}:
        return Rust.FULL
    return Rust.PARTIAL if Standing.CONFIRMED in standings else Rust.NOT_YET


def _since(rust: Rust, everyone: tuple[PartyRest, ...]) -> datetime | None:
    # All must agree for full and ended, so the last to come decides; one is enough for the others, so the first does.
    if rust is Rust.ENDED:
        return max((party.since for party in everyone), default=None)
    if rust is Rust.FULL:
        return max(party.since for party in everyone if party.standing is Standing.CONFIRMED)
    deciding = {
        Rust.PARTIAL: Standing.CONFIRMED,
        Rust.NOT_YET: Standing.WAITING,
        Rust.IN_DANGER: Standing.ENDANGERED,
    }[rust]
    return min((party.since for party in everyone if party.standing is deciding), default=None)
