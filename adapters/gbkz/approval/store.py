"""Rows of what waits for a person, and the two things that a person can do about each: let it through, or refuse it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from sqlalchemy import Row, insert, inspect, select, update

from adapters.contract import Received
from adapters.gbkz.approval.tables import APPROVAL
from adapters.gbkz.store import Transaction
from hub.database import instant, moment
from hub.errors import Code, HubError, RefusedError
from schemas.codes import NoCooperationReason
from schemas.messages import Message, PublicNotice

M = TypeVar("M", bound=Message)


class ApprovalState(StrEnum):
    """Where a message that needs a person stands."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"
    FAILED = "failed"
    DONE = "done"


OPEN = (ApprovalState.WAITING, ApprovalState.APPROVED, ApprovalState.REFUSED)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One message that waits, or that was decided and is to be acted on."""

    id: str
    conversation: str
    case: str
    sender: str
    sequence: int
    time: datetime
    message_type: str
    data: str
    state: ApprovalState
    refused_because: NoCooperationReason | None
    note: str | None = None  # why it waits again: what the tax system said to it

    def received(self, model: type[M]) -> Received[M]:
        """The message as the edge handed it over."""
        return Received(
            message=model.from_wire(json.loads(self.data)),
            id=self.id,
            sender=self.sender,
            case=self.case,
            conversation=self.conversation,
            causation=None,  # what waits for approval opens or changes a pause; it answers nothing
            sequence=self.sequence,
            time=self.time,
            again=True,
        )


def is_office(tx: Transaction) -> bool:
    """Whether this ledger is that of a local tax office."""
    return inspect(tx).has_table(APPROVAL.name)


def add(tx: Transaction, received: Received[M]) -> None:
    """The message waits for a person; added once."""
    if tx.execute(select(APPROVAL.c.id).where(APPROVAL.c.id == received.id)).first() is not None:
        return
    row = {
        "id": received.id,
        "conversation": received.conversation,
        "case": received.case,
        "sender": received.sender,
        "sequence": received.sequence,
        "time": instant(received.time),
        "type": received.message.message_type.type,
        "data": json.dumps(received.message.to_wire()),
        "state": ApprovalState.WAITING.value,
    }
    tx.execute(insert(APPROVAL).values(row))


def is_waiting(tx: Transaction, conversation: str) -> bool:
    """Whether a message of this conversation waits: later ones wait behind it."""
    query = select(APPROVAL.c.id).where(APPROVAL.c.conversation == conversation, APPROVAL.c.state.in_(_values(OPEN)))
    return tx.execute(query.limit(1)).first() is not None


def unfinished(tx: Transaction) -> list[Waiting]:
    """What waits for a person or was decided and is not done yet, in the order of its turn; it holds personal data."""
    query = select(APPROVAL).where(APPROVAL.c.state.in_(_values(OPEN)))
    return [_waiting(row) for row in tx.execute(query.order_by(APPROVAL.c.sequence))]


def waiting(tx: Transaction) -> list[Waiting]:
    """What waits for a person; it holds personal data."""
    return [one for one in unfinished(tx) if one.state is ApprovalState.WAITING]


def decided(tx: Transaction) -> list[Waiting]:
    """What was decided and has its turn: of each conversation the first open message, if it was decided."""
    firsts: dict[str, Waiting] = {}
    for one in unfinished(tx):
        firsts.setdefault(one.conversation, one)
    return [one for one in firsts.values() if one.state is not ApprovalState.WAITING]


def approve(tx: Transaction, message_id: str, *, by: str, now: datetime) -> None:
    """A person lets the act through; the office carries it out at its next tick and answers.

    Args:
        tx: a transaction of the edge's ledger.
        message_id: as listed by `waiting`.
        by: opaque id of the employee.
        now: the present instant.

    Raises:
        RefusedError: `not_found` when it does not wait (any more).
    """
    _decide(tx, message_id, ApprovalState.APPROVED, by, now)


def refuse(tx: Transaction, message_id: str, reason: NoCooperationReason, *, by: str, now: datetime) -> None:
    """A person refuses a notice; its sender is answered with `reason`. Only a notice can be refused.

    Raises:
        RefusedError: `not_found` when no notice of this id waits (any more).
    """
    _decide(tx, message_id, ApprovalState.REFUSED, by, now, reason.value, PublicNotice.message_type.type)


def close_by_hand(tx: Transaction, message_id: str, *, by: str, reason: str, now: datetime) -> None:
    """A person closes what the tax system does not want; later messages of its conversation go on, nobody is answered.

    Raises:
        RefusedError: `not_found` when nothing of this id waits that the tax system refused.
    """
    values = {"state": ApprovalState.DONE.value, "data": None, "reason": reason}
    refused_there = (
        (APPROVAL.c.id == message_id) & (APPROVAL.c.state == ApprovalState.WAITING.value) & APPROVAL.c.note.is_not(None)
    )
    decided_now = {"decided_by": by, "decided_at": instant(now)}
    if tx.execute(update(APPROVAL).where(refused_there).values(values | decided_now)).rowcount != 1:
        raise RefusedError(Code.NOT_FOUND, "approval")


def fail(tx: Transaction, message_id: str, error: HubError) -> None:
    """The tax system refuses the act: it waits for a person again, with the reason."""
    values = {"state": ApprovalState.WAITING.value, "note": str(error)[:64]}
    tx.execute(update(APPROVAL).where(APPROVAL.c.id == message_id).values(values))


def close(tx: Transaction, message_id: str) -> None:
    """The act was done and answered: its content is not needed any more."""
    values = {"state": ApprovalState.DONE.value, "data": None}
    tx.execute(update(APPROVAL).where(APPROVAL.c.id == message_id).values(values))


def _decide(
    tx: Transaction,
    message_id: str,
    state: ApprovalState,
    by: str,
    now: datetime,
    note: str | None = None,
    only: str | None = None,
) -> None:
    query = update(APPROVAL).where(APPROVAL.c.id == message_id, APPROVAL.c.state == ApprovalState.WAITING.value)
    if only is not None:
        query = query.where(APPROVAL.c.type == only)
    values = {"state": state.value, "decided_by": by, "decided_at": instant(now), "note": note}
    if tx.execute(query.values(values)).rowcount != 1:
        raise RefusedError(Code.NOT_FOUND, "approval")


def _values(states: tuple[ApprovalState, ...]) -> list[str]:
    return [state.value for state in states]


def _waiting(row: Row[tuple[object, ...]]) -> Waiting:
    state = ApprovalState(row.state)
    return Waiting(
        id=row.id,
        conversation=row.conversation,
        case=row.case,
        sender=row.sender,
        sequence=row.sequence,
        time=moment(row.time),
        message_type=row.type,
        data=row.data,
        state=state,
        refused_because=NoCooperationReason(row.note) if state is ApprovalState.REFUSED else None,
        note=row.note if state is ApprovalState.WAITING else None,
    )
