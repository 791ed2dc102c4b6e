"""What the message log says, as operators read it: frozen records, no SQL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from hub.messagelog.reading.standing import Facts, MessageState

CarriedKey = tuple[str, str]  # (source OIN, message id)


@dataclass(frozen=True, slots=True)
class Filters:
    """Which messages; what is None does not matter.

    `cases` is the first and the last case pseudonym wanted, `type` a kebab name or a full type name. They arrived from
    `since` on and before `until`; `before` is an index of the log.
    """

    cases: tuple[str, str] | None = None
    oin: str | None = None
    type: str | None = None
    states: frozenset[MessageState] | None = None
    since: datetime | None = None
    before: int | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """One message as a line: accepted, or refused by the hub, of which less is known."""

    index: int | None
    at: datetime
    id: str | None
    case: str | None
    type: str | None
    sender: str | None
    recipient: str | None
    state: MessageState
    by: Literal["hub", "recipient"] | None
    code: str | None


@dataclass(frozen=True, slots=True)
class Carried:
    """Everything that the hub holds of one accepted message; none of it is content."""

    id: str
    source: str
    source_oin: str
    recipient_oin: str
    type: str
    dataschema: str
    case: str
    conversation: str
    causation: str | None
    sequence: int
    kid: str
    refhash: str
    time: datetime
    expirytime: datetime
    received: datetime
    forwarded: datetime | None
    outcome_at: datetime | None
    facts: Facts

    @property
    def key(self) -> CarriedKey:
        """(source OIN, id)."""
        return (self.source_oin, self.id)


@dataclass(frozen=True, slots=True)
class LogLine:
    """One entry of the message log."""

    index: int | None
    at: datetime
    kind: str
    id: str | None
    ref: str | None
    type: str | None
    sender: str | None
    recipient: str | None
    result: str | None
    code: str | None
    case: str | None = None

    @property
    def message_id(self) -> str | None:
        """The message that the entry is about: a receipt names another, an operator's act one or none."""
        return self.ref if self.kind == "operator" else self.ref or self.id
