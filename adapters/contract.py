"""The words between an adapter and its edge: who we are, what came in, what is answered, what became of it. No I/O."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, Literal, Protocol, TypeVar

from adapters.ledger import Ledger
from hub.clock import Clock
from hub.database import Connection
from hub.errors import Code, RefusedError
from hub.register.current import CurrentKeys, CurrentRegister
from hub.wire.names import source_urn
from schemas.identifiers import is_test_bsn
from schemas.messages import Message

M = TypeVar("M", bound=Message)


class OutsideKey(StrEnum):
    """What the outside system offers against acting twice (guarantees.md, promise 2)."""

    KEY = "key"  # it takes the message id and does the act once for it
    LOOK_UP = "look-up"  # the handler can find out whether the act happened
    NEITHER = "neither"  # a crash between act and ledger leaves the row uncertain


@dataclass(frozen=True, slots=True)
class Identity:
    """Who this edge is: its OIN, the name of the system within it, and the name of its inbox at the broker."""

    oin: str
    system: str
    inbox: str
    software: str = "schuldhub"

    @property
    def source(self) -> str:
        """The `source` of what this edge sends."""
        return source_urn(self.oin, self.system)

    @property
    def user(self) -> str:
        """The broker user."""
        return f"p-{self.oin}"


@dataclass(frozen=True, slots=True)
class Office:
    """What an edge acts with: register, keys, time."""

    register: CurrentRegister
    keys: CurrentKeys
    clock: Clock


@dataclass(frozen=True, slots=True)
class Received(Generic[M]):
    """A message to act on.

    `id` is the idempotency key of the outside act; `causation` is the id of the message that this one answers;
    `again` is set when an earlier attempt may have acted.
    """

    message: M
    id: str
    sender: str
    case: str
    conversation: str
    causation: str | None
    sequence: int
    time: datetime
    again: bool


@dataclass(frozen=True, slots=True)
class Reply:
    """A message back to the sender, in the same conversation."""

    message: Message


@dataclass(frozen=True, slots=True)
class Done:
    """The act is done: what to answer, and what to record in the adapter's own tables, in one transaction."""

    replies: tuple[Reply, ...] = ()
    record: Callable[[Connection], None] | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a message that we sent."""

    message_id: str
    type: str
    conversation: str
    to: str
    state: Literal["accepted", "delivered", "refused", "expired"]
    code: str | None
    by: Literal["hub", "recipient"]
    at: datetime


Act = Callable[[Received[M]], Awaitable[Done]]
OnOutcome = Callable[[Connection, Outcome], None]


@dataclass(frozen=True, slots=True)
class Handler(Generic[M]):
    """How one message type is acted on."""

    model: type[M]
    act: Act[M]
    outside: OutsideKey


class Publish(Protocol):
    """`Edge.publish`."""

    def __call__(
        self, tx: Connection, message: Message, *, to: str, case: str, conversation: str, causation: str | None = None
    ) -> str:
        """Puts a message into the outbox, in the caller's transaction; returns its id."""
        ...


class Road(Protocol):
    """What an adapter asks of its edge."""

    @property
    def ledger(self) -> Ledger:
        """Where everything is recorded."""
        ...

    def on(self, model: type[M], act: Act[M], *, outside: OutsideKey = ...) -> None:
        """Acts on messages of this type."""
        ...

    def publish(
        self, tx: Connection, message: Message, *, to: str, case: str, conversation: str, causation: str | None = None
    ) -> str:
        """Sends a message in the caller's transaction; returns its id."""
        ...


def check_fictitious(value: object, environment: str) -> None:
    """Refuses a BSN that may be somebody's where everything is a test.

    Raises:
        RefusedError: bsn_not_allowed.
    """
    if environment == "test" and not all(is_test_bsn(bsn) for bsn in _bsns(value)):
        raise RefusedError(Code.BSN_NOT_ALLOWED, "bsn: not of the test range")


def _bsns(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, member in value.items():
            if name == "bsn" and isinstance(member, str):
                yield member
            else:
                yield from _bsns(member)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _bsns(item)


def holds_bsn(value: object) -> bool:
    """Whether a payload has a `bsn` anywhere in it."""
    if isinstance(value, Mapping):
        return "bsn" in value or any(holds_bsn(member) for member in value.values())
    return isinstance(value, (list, tuple)) and any(holds_bsn(item) for item in value)
