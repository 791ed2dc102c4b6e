"""Where a message stands: its state in a word, who must act, the next automatic step and its time. Pure.

The first question at every desk is *where is this message now, and who must act?* (console.md). The hub cannot say what
a message means, so *delivered* is not *safe*: whether an answer brings rest is known only to who sent the question.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Literal

from hub.errors import ADVICE, Code
from hub.messagelog.tables import State

#: After `expirytime`, before the hub says `expired` (wire.md 8, T1).
EXPIRED_AFTER: Final = timedelta(hours=24)
#: How late the keeper may be before somebody should look whether it runs.
LATE: Final = timedelta(minutes=10)

Cause = Literal["none", "partner", "us", "policy", "data"]


class MessageState(StrEnum):
    """Where a message is, in the words of the command line."""

    ACCEPTED = "accepted"
    FORWARDED = "forwarded"
    DELIVERED = "delivered"
    REFUSED = "refused"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a standing follows from; instants are aware, in UTC.

    `code` is that of a refusal, `by` who refused.
    """

    state: MessageState
    by: Literal["hub", "recipient"] | None
    code: str | None
    attempts: int
    next_attempt: datetime | None
    expirytime: datetime | None
    paused: bool = False
    """Its recipient is paused by an operator: what is not in its inbox yet stays at the hub."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Why it stands there, who must act, and what happens by itself; `at` is None where nothing does."""

    cause: Cause
    who: str
    why: str
    next_step: str
    at: datetime | None


_BY_RECIPIENT: Final[dict[Code, tuple[Cause, str]]] = {
    Code.OPEN_FAILED: ("partner", "recipient"),
    Code.UNKNOWN_TYPE: ("partner", "recipient"),
    Code.INNER_SIGNATURE: ("partner", "sender"),
    Code.IDENTITY_MISMATCH: ("partner", "sender"),
    Code.ATTRIBUTE_MISMATCH: ("partner", "sender"),
    Code.SCHEMA_INVALID: ("data", "sender"),
    Code.BSN_NOT_ALLOWED: ("policy", "sender"),
    Code.EXPIRED: ("partner", "sender"),
    Code.OUT_OF_ORDER_EXPIRED: ("partner", "sender"),
}
_BY_HUB_POLICY: Final = frozenset(
    {Code.UNKNOWN_RECIPIENT, Code.RECIPIENT_INACTIVE, Code.SCHEMA_UNKNOWN, Code.NO_AGREEMENT}
)
_CODES: Final = {code.value: code for code in Code}
_OFFERED_AGAIN: Final = frozenset({Code.QUOTA_EXCEEDED, Code.CLOCK_SKEW})


def decided_by(state: MessageState) -> Literal["hub", "recipient"] | None:
    """Who decided that an accepted message stands so; None while nobody has."""
    if state is MessageState.EXPIRED:
        return "hub"
    return "recipient" if state in {MessageState.DELIVERED, MessageState.REFUSED} else None


def state_of(state: State, outcome: str | None) -> MessageState:
    """The word for a row of the message table."""
    match state:
        case State.ACCEPTED:
            return MessageState.ACCEPTED
        case State.FORWARDED:
            return MessageState.FORWARDED
        case State.EXPIRED:
            return MessageState.EXPIRED
        case State.ANSWERED:
            return MessageState.REFUSED if outcome == "refused" else MessageState.DELIVERED


def standing_of(facts: Facts, now: datetime) -> Standing:
    """Where this leaves everybody."""
    match facts.state:
        case MessageState.ACCEPTED:
            return _on_its_way(facts, now, "The hub keeps it; the broker has not confirmed it in the inbox yet.")
        case MessageState.FORWARDED:
            return _unread(facts, now)
        case MessageState.DELIVERED:
            why = "The recipient opened, checked and stored it. What it means is known to sender and recipient only."
            return Standing("none", "nobody", why, "nothing: the road has done its work", None)
        case MessageState.EXPIRED:
            why = "No receipt came within a day after its expiry time."
            step = (
                "a receipt that still comes replaces this once; the sender makes a new message while the case asks it"
            )
            return Standing("partner", "sender", why, step, None)
        case MessageState.REFUSED:
            return _refused(facts)


def _on_its_way(facts: Facts, now: datetime, why: str) -> Standing:
    if facts.paused:
        kept = "The hub keeps it, because an operator paused its recipient."
        return Standing("us", "administrator", kept, "none before the recipient is resumed; it goes on then", None)
    if facts.next_attempt is not None and facts.next_attempt + LATE < now:
        late = f"{why} The keeper should have offered it again already."
        return Standing("us", "hub", late, "none while the keeper stands still; run `schuldhub check`", None)
    return Standing("us", "nobody yet", why, "the keeper offers the bytes to the inbox again", facts.next_attempt)


def _unread(facts: Facts, now: datetime) -> Standing:
    why = "It is in the recipient's inbox; the recipient has not sent a receipt."
    if facts.expirytime is not None and facts.expirytime <= now:
        at = facts.expirytime + EXPIRED_AFTER
        return Standing(
            "partner", "sender", f"{why} It may no longer be stored.", "the hub tells the sender: expired", at
        )
    if facts.paused:
        return Standing(
            "partner", "recipient", why, "none while the recipient is paused: it is not offered again", None
        )
    if facts.next_attempt is not None and facts.next_attempt + LATE < now:
        return _on_its_way(facts, now, why)
    step = "offered again if the recipient has emptied its inbox by then"
    return Standing("partner", "recipient", why, step, facts.next_attempt)


def _refused(facts: Facts) -> Standing:
    code = _CODES.get(facts.code or "")
    why = ADVICE[code] if code else "It was refused."
    if facts.by == "recipient":
        cause, who = _BY_RECIPIENT.get(code, ("partner", "sender")) if code else ("partner", "sender")
        return Standing(cause, who, why, "none: the sender makes a new message", None)
    if code in _OFFERED_AGAIN:
        return Standing("partner", "nobody yet", why, "the sender offers the same bytes again by itself", None)
    cause = "policy" if code in _BY_HUB_POLICY else "partner"
    return Standing(cause, "sender", why, "none: refusals are not remembered, the sender may offer it again", None)
