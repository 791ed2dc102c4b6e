"""What needs attention now, alarms, whether the hub keeps up, how the log's proof stands."""

from __future__ import annotations

from typing import Self

from pydantic import Field

from hub.alarms.kinds import AlarmClass, AlarmKind
from hub.api.answers import Answer, Count, Instant, Oin, Page
from hub.messagelog.auditing.store import Verification


class QuestionCounts(Answer):
    """Open questions that ask for attention; each is counted to the limit."""

    in_danger: Count
    overdue: Count
    rest_undelivered: Count
    rest_failed: Count
    rest_overdue: Count


class OverviewAnswer(Answer):
    """The first screen in numbers."""

    quarantined: Count
    questions: QuestionCounts
    away: tuple[Oin, ...] = Field(description="Partners that are silent, or whose own system is away.")
    waiting: Count = Field(description="Messages without a receipt after a quarter of an hour.")
    alarms: dict[AlarmClass, Count] = Field(examples=[{"nu": 0, "werkdag": 2, "week": 0}])
    counted: Count = Field(description="No number counts further than this.")


class AlarmAnswer(Answer):
    """An alarm; it stands as long as `until` is null."""

    class_: AlarmClass = Field(alias="class")
    kind: AlarmKind
    since: Instant
    until: Instant | None
    title: str = Field(examples=["Ketenpartner onbereikbaar: VISH"])
    advice: str = Field(examples=["Bel de ketenpartner."])


class AlarmPage(Page):
    """Alarms, newest first."""

    alarms: tuple[AlarmAnswer, ...]


class Health(Answer):
    """Whether the hub keeps up with itself, as its database shows it."""

    keeps_up: bool
    unsequenced: Count = Field(description="Entries of the log that have no index after a minute.")
    overdue: Count = Field(description="Messages that should have been offered again a minute ago.")
    quarantined: Count


class Head(Answer):
    """The newest signed head of the message log (C2SP tlog-checkpoint)."""

    origin: str = Field(examples=["hub.example/log/2026"])
    size: Count
    made: Instant
    note: str


class WitnessAnswer(Answer):
    """A partner as a witness of the log."""

    oin: Oin
    confirmed_size: Count | None
    confirmed_at: Instant | None
    sent_size: Count | None
    sent_at: Instant | None
    silent: bool = Field(description="It confirmed before, and has not for two days what it was sent.")


class WitnessList(Answer):
    """Everybody who confirmed or was sent a head."""

    witnesses: tuple[WitnessAnswer, ...]


class VerificationAnswer(Answer):
    """A full audit of the log; `problems` is null while it runs."""

    begun: Instant
    ended: Instant | None
    done: Count
    total: Count
    problems: tuple[str, ...] | None

    @classmethod
    def of(cls, one: Verification) -> Self:
        """The same."""
        return cls(begun=one.begun, ended=one.ended, done=one.done, total=one.total, problems=one.problems)


class VerificationList(Answer):
    """The newest full audits, newest first."""

    verifications: tuple[VerificationAnswer, ...]
