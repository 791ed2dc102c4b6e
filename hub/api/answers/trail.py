"""Who looked at what and who did what. Operators stand here by name: it takes a scope of its own."""

from __future__ import annotations

from typing import Self

from pydantic import Field

from hub.api.answers import Answer, Count, Instant, Page, Uuid
from hub.console.audit import Act, Visit
from hub.operations.acts import Done


class ActAnswer(Answer):
    """Something that an operator did; `reason` is null where none was asked, or once it was blanked."""

    id: Uuid
    act: str = Field(examples=["partner-paused"])
    time: Instant
    by: str = Field(examples=["Bea Beheerder"])
    target: str | None = Field(examples=["00000099000000001000"])
    reason: str | None = Field(examples=["hun systeem wordt vervangen"])
    blanked: bool

    @classmethod
    def of(cls, one: Done) -> Self:
        """The same."""
        who = one.doer.name
        return cls(
            id=one.id, act=one.name, time=one.at, by=who, target=one.target, reason=one.reason, blanked=one.blanked
        )


class ActPage(Page):
    """Acts, newest first."""

    acts: tuple[ActAnswer, ...]


class VisitAnswer(Answer):
    """A line of the trail; `by` is null for who had not signed in."""

    line: Count
    time: Instant
    by: str | None = Field(examples=["Bea Beheerder"])
    act: Act
    page: str = Field(examples=["dossier"])
    target: str | None
    detail: str | None

    @classmethod
    def of(cls, line: int, one: Visit) -> Self:
        """The same."""
        return cls(
            line=line, time=one.at, by=one.name, act=Act(one.act), page=one.page, target=one.target, detail=one.detail
        )


class TrailPage(Page):
    """Lines, newest first."""

    lines: tuple[VisitAnswer, ...]
