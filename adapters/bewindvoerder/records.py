"""What an office has on record, as the program holds it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from schemas.messages import MODELS, Message

Model = type[Message]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody, as far as a letter named him; without a BSN where the office may have none."""

    surname: str
    birth_date: str
    prefix: str | None = None
    initials: str | None = None
    bsn: str | None = None

    @property
    def name(self) -> str:
        """As one writes it: `J. de Vries`."""
        return " ".join(part for part in (self.initials, self.prefix, self.surname) if part)


@dataclass(frozen=True, slots=True)
class Client:
    """Somebody whom the office knows, under the pseudonym of the case."""

    case: str
    counterpart: str
    person: Person
    since: datetime
    ended: datetime | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter, in or out."""

    id: str
    case: str
    conversation: str
    counterpart: str
    ours: bool
    type: str
    data: dict[str, Any]
    at: datetime
    answers: str | None = None
    by: str | None = None
    opened: datetime | None = None
    answered: datetime | None = None
    outcome: str | None = None
    code: str | None = None
    number: int = 0
    """In the order in which letters came and went."""

    def of(self, model: Model) -> bool:
        """Whether it is of this type."""
        return self.type == model.message_type.type

    @property
    def model(self) -> Model:
        """Its model."""
        return MODELS[self.type]


@dataclass(frozen=True, slots=True)
class Access:
    """A line of the access log: who read or did what."""

    at: datetime
    name: str
    act: str
    page: str
    target: str | None


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who was here for the office."""

    subject: str
    name: str
    last: datetime


@dataclass(frozen=True, slots=True)
class Unread:
    """Letters that nobody of an office opened: how many, and when the oldest and newest came."""

    count: int
    oldest: datetime
    newest: datetime


@dataclass(frozen=True, slots=True)
class Silence:
    """An office that does not read, since when that is known; `told` whoever runs the portal of how it stands now."""

    since: datetime
    over: bool = False
    told: bool = False
