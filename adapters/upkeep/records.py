"""One thing in a ledger as a person needs it: where it is, who must act, what happens next. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from adapters.tables import Sent, Taken
from hub.errors import ADVICE, Code

#: How long a body is held that could not be read through what may be our own fault (wire.md 8).
HELD_FOR: Final = timedelta(hours=24)


class Kind(StrEnum):
    """Where in the ledger it is."""

    IN = "in"
    OUT = "out"
    HELD = "held"
    EVIDENCE = "evidence"


class ItemState(StrEnum):
    """Where a message is, in both directions, in the words of the command line."""

    WAITING = "waiting"
    READY = "ready"
    ACTING = "acting"
    UNCERTAIN = "uncertain"
    FAILED = "failed"
    DONE = "done"
    OVERTAKEN = "overtaken"
    QUEUED = "queued"
    PUBLISHED = "published"
    ACCEPTED = "accepted"
    EXPIRED = "expired"
    DELIVERED = "delivered"
    REFUSED = "refused"
    HELD = "held"
    EVIDENCE = "evidence"


@dataclass(frozen=True, slots=True)
class Item:
    """One row; `code` is that of a refusal or says why a person must look, `at` is when it came or was made."""

    kind: Kind
    id: str
    state: ItemState
    at: datetime
    type: str | None = None
    counterpart: str | None = None
    case: str | None = None
    conversation: str | None = None
    sequence: int | None = None
    attempts: int = 0
    next_attempt: datetime | None = None
    expirytime: datetime | None = None
    refhash: str | None = None
    code: str | None = None
    by: str | None = None
    ended: datetime | None = None
    receipt_due: bool = False


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last item of a page; the next page begins after it."""

    at: int
    id: str

    def __str__(self) -> str:
        """As `--before` takes it."""
        return f"{self.at}.{self.id}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which items; `unfinished` leaves out what nobody need look at any more."""

    kinds: frozenset[Kind] = frozenset(Kind)
    states: frozenset[ItemState] | None = None
    cases: tuple[str, str] | None = None
    before: Cursor | None = None
    unfinished: bool = True


@dataclass(frozen=True, slots=True)
class Standing:
    """Who must act, why, and what happens by itself; `at` is None where nothing does or its time is not fixed."""

    who: str
    why: str
    next_step: str
    at: datetime | None = None


TAKEN_STATES: Final = {taken: ItemState[taken.name] for taken in Taken}
SENT_STATES: Final = {sent: ItemState[sent.name] for sent in Sent if sent is not Sent.SETTLED}
#: What is over, and well.
FINISHED: Final = frozenset({ItemState.DONE, ItemState.OVERTAKEN, ItemState.DELIVERED})
_RESOLVE: Final = "`schuldhub edge resolve ID --done` or `--redo`, with --reason"
_CODES: Final = {code.value: code for code in Code}

_FIXED: Final = {
    ItemState.ACTING: Standing(
        "nobody yet", "The act is being done.", "its result is recorded; after a crash it is judged anew"
    ),
    ItemState.UNCERTAIN: Standing(
        "you",
        "The act may or may not have happened, and the outside system cannot tell.",
        f"none: look there, then {_RESOLVE}",
    ),
    ItemState.DONE: Standing("nobody", "The act is done and recorded.", "nothing"),
    ItemState.OVERTAKEN: Standing("nobody", "A newer message of its conversation was applied first.", "nothing"),
    ItemState.DELIVERED: Standing("nobody", "The recipient opened, checked and stored it.", "nothing"),
    ItemState.EXPIRED: Standing(
        "you",
        "No receipt of the recipient came in time.",
        "a receipt that still comes replaces this; the case may need a new message, and the recipient a call",
    ),
    ItemState.EVIDENCE: Standing(
        "you",
        "Nobody may be told of it: an outer layer that does not hold, another's message or an id used twice.",
        "none: kept for ever; call the hub",
    ),
}

#: Who must act, why (empty: what the code says) and the next step, whose time is in the item.
_WORDS: Final = {
    ItemState.WAITING: (
        "sender",
        "An earlier message of its conversation has not come; its receipt is withheld.",
        "acted on when that comes; refused when it expires",
    ),
    ItemState.READY: (
        "nobody yet",
        "It is stored and receipted; the act is not done yet.",
        "tried when due, after what is older in its conversation",
    ),
    ItemState.FAILED: ("you", "", f"none: mend it there, then {_RESOLVE}"),
    ItemState.QUEUED: ("nobody yet", "It is sealed and waits for the broker.", "published"),
    ItemState.PUBLISHED: ("hub", "The broker has it; the hub has not answered.", "the same bytes are published again"),
    ItemState.ACCEPTED: (
        "recipient",
        "The hub keeps it; the recipient has not sent a receipt.",
        "the hub is asked again what became of it",
    ),
    ItemState.HELD: ("you", "", "tried again every 30 s; judged for good when its day is over"),
}


def standing_of(item: Item) -> Standing:
    """Where this leaves everybody."""
    if item.state in _FIXED:
        return _FIXED[item.state]
    if item.state is ItemState.REFUSED:
        return _refused(item)
    who, why, next_step = _WORDS[item.state]
    at = {ItemState.WAITING: item.expirytime, ItemState.HELD: item.at + HELD_FOR}.get(item.state, item.next_attempt)
    return Standing(who, why or _why(item), next_step, at)


def _refused(item: Item) -> Standing:
    if item.kind is Kind.IN:
        return Standing("sender", _why(item), "none: the sender makes a new message")
    who = "recipient" if item.code in {Code.OPEN_FAILED, Code.UNKNOWN_TYPE} else "you"
    return Standing(who, _why(item), "none: mend the cause, then the case may need a new message")


def _why(item: Item) -> str:
    code = _CODES.get((item.code or "").partition(":")[0])
    return ADVICE[code] if code else "The software stopped at it more than once; its maintainers must look."
