"""Cases and their open questions, from headers alone: who was asked what, who answered, what is overdue."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from hub.api.answers import Answer, Count, Instant, Kind, Mark, Oin, Page, Slug, Uuid

Progress = Literal["on_its_way", "delivered", "in_danger", "overdue", "answered", "refused", "expired", "closed"]
Hours = float


class QuestionAnswer(Answer):
    """A question to an organisation, with its term."""

    dossierkenmerk: Mark
    to: Oin
    type: Kind
    progress: Progress
    asked: Instant
    delivered: Instant | None
    due: Instant | None
    code: Slug | None
    id: Uuid


class CaseLine(QuestionAnswer):
    """A case, by the question in it that asks for attention first."""

    case: Uuid


class CaseList(Answer):
    """The cases with an open question, the one that asks for attention first in front."""

    cases: tuple[CaseLine, ...]


class LaneAnswer(Answer):
    """What one organisation was sent in a case, and what came of it."""

    organisation: Oin
    sent: Count
    delivered: Count
    questions: Count
    confirmed: Count
    overdue: Count
    failed: Count
    hours_without_rest: Hours | None = Field(description="How long rest was asked of it without an answer.")


class CaseAnswer(Answer):
    """One case. The hub says that somebody answered; whether that means rest is known to who asked."""

    dossierkenmerk: Mark
    case: Uuid
    messages: Count
    rest_asked: Instant | None
    hours_since: Hours | None
    lanes: tuple[LaneAnswer, ...]
    questions: tuple[QuestionAnswer, ...]
    cut: bool = Field(description="It has more messages than these; only the oldest are counted.")


class TermPage(Page):
    """Open questions, the one that asks for attention first in front."""

    terms: tuple[CaseLine, ...]
