"""What lies in quarantine, and recoveries: plans, and how far their jobs are. Nobody is named."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, Self

from pydantic import Field

from hub.api.answers import Answer, Count, Hash, Instant, Kind, Mark, Oin, Page, Slug, Uuid
from hub.operations.acts import Done
from hub.operations.evidence import Cause, Group
from hub.operations.recovery import Kind as RecoveryKind
from hub.operations.recovery import Recovery, Stage, Step


class GroupAnswer(Answer):
    """Everything of one cause that is not settled."""

    cause: Cause
    count: Count
    first: Instant
    last: Instant
    note: str | None = Field(examples=["fout in versie 0.4.1, hersteld in 0.4.2"])
    taken_on: bool

    @classmethod
    def of(cls, one: Group) -> Self:
        """The same, without who."""
        note = one.note.reason if one.note else None
        taken = one.assignee is not None
        return cls(cause=one.cause, count=one.count, first=one.first, last=one.last, note=note, taken_on=taken)


class GroupList(Answer):
    """The groups of quarantine, the largest first."""

    groups: tuple[GroupAnswer, ...]


class EvidenceAnswer(Answer):
    """One piece of evidence; what it says of itself is not verified by being here."""

    number: Count
    cause: Cause
    time: Instant
    from_: Oin | None = Field(alias="from")
    to: Oin | None
    type: Kind | None
    dossierkenmerk: Mark | None
    id: Uuid | None
    state: Literal["open", "claimed", "released", "rejected", "archived"]
    refhash: Hash


class EvidencePage(Page):
    """Evidence, newest first."""

    evidence: tuple[EvidenceAnswer, ...]


class RecoveryAnswer(Answer):
    """A recovery: its plan and how far it is."""

    id: Uuid
    kind: RecoveryKind
    stage: Stage
    planned: Instant
    hash: Hash
    to_send: Count
    to_skip: Count
    settled: Count
    per_minute: Count | None
    next_at: Instant | None
    confirmed: Instant | None
    approved: Instant | None
    cancelled: Instant | None
    finished: Instant | None

    @classmethod
    def of(cls, one: Recovery) -> Self:
        """The same, without who."""
        return cls(
            id=one.id,
            kind=one.kind,
            stage=one.stage,
            planned=one.planned,
            hash=one.hash,
            to_send=one.to_send,
            to_skip=one.to_skip,
            settled=one.settled,
            per_minute=one.per_minute,
            next_at=one.next_at,
            confirmed=_when(one.confirmed),
            approved=_when(one.approved),
            cancelled=_when(one.cancelled),
            finished=one.finished,
        )


class ItemAnswer(Answer):
    """One message or piece of evidence of a plan, in the order of the plan."""

    position: Count
    evidence: Count | None
    from_: Oin | None = Field(alias="from")
    message: Uuid | None
    refhash: Hash
    skipped: Slug | None = Field(description="Why it is not sent.")
    outcome: Slug | None
    outcome_at: Instant | None

    @classmethod
    def of(cls, one: Step) -> Self:
        """The same."""
        return cls(
            position=one.position,
            evidence=one.item.evidence,
            from_=one.item.source_oin,
            message=one.item.message_id,
            refhash=one.item.refhash,
            skipped=one.item.skipped,
            outcome=one.outcome,
            outcome_at=one.outcome_at,
        )


class RecoveryPage(Page):
    """Recoveries, newest first."""

    recoveries: tuple[RecoveryAnswer, ...]


class WholeRecovery(Answer):
    """A recovery with everything in its plan."""

    recovery: RecoveryAnswer
    items: tuple[ItemAnswer, ...]


def _when(act: Done | None) -> datetime | None:
    return None if act is None else act.at
