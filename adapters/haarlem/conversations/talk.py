"""The facts of a conversation whose facts are the messages themselves: what Haarlem said and what it heard. Pure.

Settling, referring, an administration and the questions of others are kept so. Like the facts of a pause it is a set
that grows: nothing that comes twice, late or in another order changes where it ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from adapters.haarlem.facts import Carried, Fact, Sent
from schemas.catalogue import type_named
from schemas.messages import MODELS, Message

M = TypeVar("M", bound=Message)


class TalkKind(StrEnum):
    """What a conversation is about."""

    SETTLEMENT = "schuldregeling"
    REFERRAL = "verwijzing"
    ADMINISTRATION = "bewind"
    REST_REQUEST = "rustverzoek"
    STATUS_REQUEST = "statusverzoek"
    PHASES = "fase"


def name_of(model: type[Message]) -> str:
    """The kebab name by which a message stands in the facts."""
    return model.message_type.name


class Said(Sent):
    """A message of Haarlem.

    `person` tells apart what is asked for each person of a case. `term_days` are the working days that were agreed for
    the answer when it was said. `by_hand` is a letter that somebody posts, because the other side is not on the road.
    """

    name: str
    data: dict[str, Any]
    person: str | None = None
    answers: str | None = None
    term_days: int | None = None
    by_hand: bool = False

    def message(self, model: type[M]) -> M:
        """It as its model."""
        return model.from_wire(self.data)

    @property
    def anew(self) -> Message:
        """The same message, to be said again."""
        known = type_named(self.name)
        assert known is not None  # noqa: S101 - it was said by this very catalogue
        return MODELS[known.type].from_wire(self.data)


class Heard(Fact):
    """A message of the other side. `answers` is the id of what it answers, when it says so; `by` who wrote it down."""

    id: str
    sequence: int
    at: datetime
    name: str
    data: dict[str, Any]
    answers: str | None = None
    by: str | None = None

    def message(self, model: type[M]) -> M:
        """It as its model."""
        return model.from_wire(self.data)

    def is_to(self, said: Said) -> bool:
        """Whether it answers that message; one that does not say so, when it was written after that was there."""
        if self.answers is not None:
            return self.answers == said.id
        return said.carried_at is not None and self.at >= said.carried_at


class Talk(Fact):
    """One conversation.

    Args:
        kind: what it is about.
        began: when it began.
        urgent: whether the short terms hold.
        clock: when the first balance of the case was asked; the long terms of an arrangement count from there.
        fetches: whether the other side fetches its messages, so that its terms count from `opgehaald`.
        corrected: when details were put right that the other side still has as they were; none once it was told.
    """

    kind: TalkKind
    began: datetime
    urgent: bool = False
    clock: datetime | None = None
    fetches: bool = False
    corrected: datetime | None = None
    said: tuple[Said, ...] = ()
    heard: tuple[Heard, ...] = ()

    def saying(self, said: Said) -> Talk:
        """With one more message of Haarlem."""
        if any(known.id == said.id for known in self.said):
            return self
        return self.model_copy(update={"said": tuple(sorted((*self.said, said), key=lambda one: one.number))})

    def hearing(self, heard: Heard) -> Talk:
        """With one more message of the other side."""
        if any(known.id == heard.id for known in self.heard):
            return self
        kept = sorted((*self.heard, heard), key=lambda one: (one.sequence, one.id))
        return self.model_copy(update={"heard": tuple(kept)})

    def carried(self, message_id: str, carried: Carried, at: datetime, code: str | None = None) -> Talk:
        """With news of how far a message came; news of one that is not in this conversation changes nothing."""
        said = (one.seen(carried, at, code) if one.id == message_id else one for one in self.said)
        return self.model_copy(update={"said": tuple(said)})

    @property
    def next_number(self) -> int:
        """The number of Haarlem's next message."""
        return self.said[-1].number + 1 if self.said else 1

    @property
    def last(self) -> Said | None:
        """Haarlem's newest message."""
        return self.said[-1] if self.said else None

    def last_said(self, *models: type[Message]) -> Said | None:
        """Haarlem's newest message of these types."""
        names = {name_of(model) for model in models}
        return next((one for one in reversed(self.said) if one.name in names), None)

    def all_heard(self, *models: type[Message]) -> Iterator[Heard]:
        """What was heard of these types, the newest first."""
        names = {name_of(model) for model in models}
        return (one for one in reversed(self.heard) if one.name in names)

    def newest(self, *models: type[Message]) -> Heard | None:
        """The newest of what was heard of these types, by its sender's `sequence`."""
        return next(self.all_heard(*models), None)

    def is_needed(self, said: Said) -> bool:
        """Whether nothing was said since that took its place; what is asked for another person takes no place."""
        later = (one for one in self.said if one.number > said.number)
        return all(one.name == said.name and one.person != said.person for one in later)
