"""A partner as the hub can know it: what its edge last reported, what waits for it, when its keys end. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from hub.messagelog.health.store import EdgeReport
from hub.register.model import Organisation
from hub.wire.names import HUB_ROLE

#: Clocks that differ by this much are told of (guarantees.md, *Back-up and restore*).
CLOCK_WARNING_MS: Final = 30_000
#: How long before its end a key is told of: at each step a little louder.
KEY_WARNING: Final = timedelta(days=60)
KEY_ALARM: Final = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What the hub carried to a partner without a receipt so far."""

    count: int
    oldest: datetime


@dataclass(frozen=True, slots=True)
class Seen:
    """When the log last had something from and to a partner, as far as was looked back."""

    sent: datetime | None = None
    got: datetime | None = None


@dataclass(frozen=True, slots=True)
class Partner:
    """Everything on one card."""

    organisation: Organisation
    report: EdgeReport | None
    waiting: Waiting | None
    seen: Seen
    troubles: tuple[str, ...]
    away: bool
    """Silent, or its own system is away."""

    @property
    def first_key_end(self) -> datetime | None:
        """When it first has no valid key of a kind any more."""
        return first_key_end(self.organisation)


def first_key_end(organisation: Organisation) -> datetime | None:
    """Of each kind the last active key counts; of the kinds the one that ends first. None without active keys."""
    ends: dict[str, datetime] = {}
    for key in organisation.keys:
        if key.status == "active":
            ends[key.use] = max(key.exp, ends.get(key.use, key.exp))
    return min(ends.values(), default=None)


def partners_of(
    organisations: Iterable[Organisation],
    reports: dict[str, EdgeReport],
    waiting: dict[str, Waiting],
    seen: dict[str, Seen],
    now: datetime,
) -> list[Partner]:
    """Every organisation but the hub; who needs attention first, then by name."""
    found = [
        Partner(
            one,
            reports.get(one.oin),
            waiting.get(one.oin),
            seen.get(one.oin, Seen()),
            tuple(_troubles(one, reports.get(one.oin), now)),
            (report := reports.get(one.oin)) is not None and report.unreachable(now),
        )
        for one in organisations
        if HUB_ROLE not in one.roles
    ]
    return sorted(
        found, key=lambda partner: (not partner.away, not partner.troubles, partner.organisation.name.lower())
    )


def _troubles(organisation: Organisation, report: EdgeReport | None, now: datetime) -> Iterable[str]:
    """What is wrong, in words; nothing for who does not take part any more."""
    if not organisation.active:
        return
    if report is None:
        yield "heeft zich nog nooit gemeld"
    else:
        if report.silent(now):
            yield "meldt zich niet meer"
        if report.circuit == "open":
            yield "achterliggend systeem is weg"
        if report.uncertain:
            yield "iemand moet over onzekere handelingen beslissen"
        if abs(report.clock_offset_ms) >= CLOCK_WARNING_MS:
            yield "klok wijkt af"
    end = first_key_end(organisation)
    if end is None:
        yield "heeft geen geldige sleutel"
    elif end - now <= KEY_WARNING:
        yield "sleutel loopt af" if end > now else "sleutel is verlopen"
