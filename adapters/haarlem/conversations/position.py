"""Where a conversation stands: the state, who must act, until when, and whether somebody must be alarmed. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from adapters.haarlem.conversations.letters import term_passed
from adapters.haarlem.conversations.talk import Said, Talk
from adapters.haarlem.facts import Carried
from hub.workdays import LAST_SECOND, local_day, local_instant, term_end


class Actor(StrEnum):
    """Who must act."""

    HELPER = "schuldhulpverlener"
    PARTY = "partij"
    NOBODY = "niemand"


class Alarm(StrEnum):
    """Why somebody must look now, in the words of the API."""

    NOT_RECEIVED = "geen-ontvangst"
    NOT_DELIVERED = "niet-bezorgd"
    TERM_PASSED = "termijn-verstreken"
    OWN_TERM_PASSED = "eigen-termijn-verstreken"
    LATE_DECISION = "besluit-na-termijn"
    CLOCK_PASSED = "120-dagen-verstreken"
    OUTER_LIMIT = "8-maanden-verstreken"
    SILENT = "lang-geen-bericht"
    LATE_NOTICE = "te-laat-gemeld"
    CASE_CLOSED = "zaak-gesloten"
    OLD_DETAILS = "oude-gegevens"


@dataclass(frozen=True, slots=True)
class Position:
    """Where a conversation stands.

    `due` is the last instant of the term of whoever must act; `over` says that nothing more is waited for.
    """

    state: StrEnum
    actor: Actor
    since: datetime
    due: datetime | None = None
    alarm: Alarm | None = None
    over: bool = False

    def at(self, now: datetime) -> Position:
        """The same, with an alarm when the term has passed: a party's silence is then for Haarlem to act on."""
        if self.over or self.due is None or now <= self.due:
            return self
        if self.actor is Actor.PARTY:
            return replace(self, actor=Actor.HELPER, alarm=self.alarm or Alarm.TERM_PASSED)
        return replace(self, alarm=self.alarm or Alarm.OWN_TERM_PASSED)

    def alarmed(self, alarm: Alarm) -> Position:
        """The same, with a reason to look; one that was there already stays."""
        return replace(self, actor=Actor.HELPER, alarm=self.alarm or alarm)


def within(since: datetime | None, days: int) -> datetime | None:
    """The end of a term of working days that began on the local day of `since`; none where it has not begun."""
    return None if since is None else term_end(local_day(since), days)


def on_day(day: date) -> datetime:
    """The last instant of a day: for terms in calendar days."""
    return local_instant(day, LAST_SECOND)


def days_after(since: datetime, days: int) -> datetime:
    """The end of a term of calendar days that began on the local day of `since`."""
    return on_day(local_day(since) + timedelta(days=days))


def delivered_at(said: Said) -> datetime | None:
    """When it was there, if it is."""
    return said.carried_at if said.carried is Carried.DELIVERED else None


def carriage(talk: Talk, receipt_days: int, now: datetime) -> Alarm | None:
    """What is wrong with the way out: a message that still counts was not taken, or nobody said that it was."""
    counting = [one for one in talk.said if talk.is_needed(one)]
    if any(one.carried in {Carried.EXPIRED, Carried.REFUSED} for one in counting):
        return Alarm.NOT_DELIVERED
    on_the_road = (one for one in counting if one.carried in {Carried.SENT, Carried.ACCEPTED})
    late = any(term_passed(one.sent, receipt_days, now) for one in on_the_road)
    return Alarm.NOT_RECEIVED if late else None
