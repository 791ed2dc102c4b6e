"""What was agreed on a day, who may say what to whom by it, who may do what here, and which days count. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from hub.register.model import Agreement, AgreementLine, Organisation, Register
from hub.workdays import holidays_of, local_day, local_instant


@dataclass(frozen=True, slots=True)
class Route:
    """One kind of message, from whom to whom, by which agreement."""

    agreement: Agreement
    line: AgreementLine
    senders: tuple[Organisation, ...]
    recipients: tuple[Organisation, ...]


@dataclass(frozen=True, slots=True)
class RegisterVersion:
    """A version of the register and when the hub began to use it; `register` is None where its bytes are not kept."""

    version: int
    loaded: datetime
    register: Register | None


def instant_on(day: date, now: datetime) -> datetime:
    """The instant of a day that counts: now for today, else its last."""
    return now if day == local_day(now) else local_instant(day, time(23, 59, 59))


def agreements_on(register: Register, at: datetime) -> list[Agreement]:
    """The agreements in force at that instant, by name."""
    return sorted((one for one in register.agreements if one.in_force(at)), key=lambda one: (one.name, one.id))


def routes_of(register: Register, agreements: Sequence[Agreement]) -> list[Route]:
    """Who may send what to whom by these agreements: only organisations that are active."""

    def with_role(role: str) -> tuple[Organisation, ...]:
        return tuple(one for one in register.with_role(role) if one.active)

    return [
        Route(agreement, line, with_role(line.sender_role), with_role(line.recipient_role))
        for agreement in agreements
        for line in sorted(agreement.lines, key=lambda line: (line.type, line.sender_role, line.recipient_role))
    ]


def holidays_from(day: date) -> list[date]:
    """The days of this year and the next that are no working days, weekends apart, from `day` on."""
    return sorted(one for year in (day.year, day.year + 1) for one in holidays_of(year) if one >= day)
