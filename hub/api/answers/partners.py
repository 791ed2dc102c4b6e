"""Partners as the hub can know them, and what was agreed between them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Self

from pydantic import Field

from hub.api.answers import Answer, Count, Instant, Oin
from hub.console.administration import Route
from hub.console.partners import Partner
from hub.messagelog.health.store import EdgeReport
from hub.messagelog.pauses.store import PartnerPause
from hub.operations.partners import Window
from hub.register.model import Agreement, OrganisationStatus


class ReportAnswer(Answer):
    """What an edge last said of itself."""

    time: Instant
    waiting: Count
    oldest_waiting: Instant | None
    uncertain: Count
    circuit: str = Field(examples=["closed"])
    software: str = Field(examples=["schuldhub 0.1.0"])
    types: tuple[str, ...]
    register_version: Count
    clock_offset_ms: int

    @classmethod
    def of(cls, one: EdgeReport) -> Self:
        """The same."""
        return cls(
            time=one.received,
            waiting=one.waiting,
            oldest_waiting=one.oldest_waiting,
            uncertain=one.uncertain,
            circuit=one.circuit,
            software=one.software,
            types=one.types,
            register_version=one.register_version,
            clock_offset_ms=one.clock_offset_ms,
        )


class WindowAnswer(Answer):
    """When a partner said to be away."""

    begins: Instant
    ends: Instant


class PartnerAnswer(Answer):
    """An organisation of the register, what its edge says, and what waits for it here."""

    oin: Oin
    name: str = Field(examples=["Schuldhulp Haarlem"])
    roles: tuple[str, ...]
    status: OrganisationStatus
    away: bool = Field(description="It is silent, or its own system is away.")
    unreceipted: Count = Field(description="Messages for it that have no receipt yet.")
    oldest_unreceipted: Instant | None
    last_sent: Instant | None
    last_got: Instant | None
    key_ends: Instant | None = Field(description="When it first has no valid key of a kind any more.")
    paused_since: Instant | None
    window: WindowAnswer | None
    report: ReportAnswer | None

    @classmethod
    def of(cls, one: Partner, pause: PartnerPause | None, window: Window | None) -> Self:
        """The same as its card."""
        return cls(
            oin=one.organisation.oin,
            name=one.organisation.name,
            roles=tuple(sorted(one.organisation.roles)),
            status=one.organisation.status,
            away=one.away,
            unreceipted=one.waiting.count if one.waiting else 0,
            oldest_unreceipted=one.waiting.oldest if one.waiting else None,
            last_sent=one.seen.sent,
            last_got=one.seen.got,
            key_ends=one.first_key_end,
            paused_since=pause.since if pause else None,
            window=WindowAnswer(begins=window.begins, ends=window.ends) if window else None,
            report=ReportAnswer.of(one.report) if one.report else None,
        )


class PartnerList(Answer):
    """The partners, who needs attention first."""

    partners: tuple[PartnerAnswer, ...]


class AgreementAnswer(Answer):
    """An agreement that was in force."""

    id: str
    name: str
    begins: Instant
    ends: Instant | None

    @classmethod
    def of(cls, one: Agreement) -> Self:
        """The same."""
        return cls(id=one.id, name=one.name, begins=one.begins, ends=one.ends)


class RouteAnswer(Answer):
    """One kind of message, from whom to whom, by which agreement."""

    type: str = Field(examples=["nl.schuldhulpverlening.kennisgeving-publiek.v1"])
    agreement: str
    senders: tuple[Oin, ...]
    recipients: tuple[Oin, ...]
    reply_types: tuple[str, ...]
    reply_term_working_days: Count | None

    @classmethod
    def of(cls, one: Route) -> Self:
        """The same."""
        return cls(
            type=one.line.type,
            agreement=one.agreement.id,
            senders=tuple(sender.oin for sender in one.senders),
            recipients=tuple(recipient.oin for recipient in one.recipients),
            reply_types=tuple(sorted(one.line.reply_types)),
            reply_term_working_days=one.line.reply_term_working_days,
        )


class AgreementsOn(Answer):
    """What was agreed on a day; the lists are empty where the register of that day is not kept."""

    day: date = Field(alias="date", examples=["2026-11-23"])
    register_version: Count | None
    in_use_since: Instant | None
    agreements: tuple[AgreementAnswer, ...]
    routes: tuple[RouteAnswer, ...]


class CalendarAnswer(Answer):
    """The days from today on that are no working days, weekends apart; this year's and the next's."""

    holidays: tuple[date, ...]
    known_until: int = Field(description="The last year whose exceptional days are known.", examples=[2027])

    @classmethod
    def of(cls, holidays: Iterable[date], known_until: int) -> Self:
        """The same."""
        return cls(holidays=tuple(holidays), known_until=known_until)
