"""Plans, made by asking the road's own rules what they would do now. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import assert_never

from hub.database import Connection
from hub.errors import Code, HubError
from hub.messagelog import store
from hub.messagelog.pauses.store import paused_oins
from hub.messagelog.tables import State
from hub.operations.evidence import Evidence, arrival_of, attributes_of
from hub.operations.recovery import Item, Kind, Plan, Skip
from hub.operations.waiting.store import Waiting
from hub.register.model import Register
from hub.relay.checks import Authenticated, authenticate
from hub.relay.decide import Batch
from hub.relay.decisions import Accepted, Decision, Duplicate, Receipted, Refused, Reported, Witnessed
from hub.wire.envelope import check_clock, parse_envelope
from hub.wire.link import Arrival
from hub.wire.postmark import BY_HUB


def plan_release(connection: Connection, register: Register, evidence: Sequence[Evidence], now: datetime) -> Plan:
    """What releasing this evidence would send, in this order."""
    return Plan(Kind.RELEASE, tuple(_released(connection, register, one, now) for one in evidence))


def _released(connection: Connection, register: Register, one: Evidence, now: datetime) -> Item:
    found = attributes_of(one.body) if one.body is not None else None
    skipped = _why_not(connection, register, one, now)
    return Item(
        one.refhash,
        one.row_id,
        found.source_oin if found else None,
        found.id if found else None,
        skipped,
    )


def _why_not(connection: Connection, register: Register, one: Evidence, now: datetime) -> str | None:
    if not one.open:
        return Skip.TAKEN
    if one.body is None:
        return Skip.ONLY_HASH
    found = attributes_of(one.body)
    if found is not None and found.typ in BY_HUB:
        return Skip.OF_HUB
    arrival = arrival_of(one)
    if arrival is None:
        return Skip.UNREADABLE
    checked = _checked(arrival, register, now)
    decision = Batch(connection, register, now).decide([checked])[0]
    return _after(decision, register, now)


def _checked(arrival: Arrival, register: Register, now: datetime) -> Authenticated | Refused:
    try:
        return authenticate(arrival, register, now)
    except HubError as error:
        return Refused(arrival, error, None)


def _after(decision: Decision, register: Register, now: datetime) -> str | None:
    """None where the road would carry it; else why sending it is of no use."""
    match decision:
        case Accepted() | Receipted():
            return None
        case Refused():
            code = decision.error.code
            return Skip.EXPIRED if code is Code.EXPIRED else code.value
        case Reported() | Witnessed():
            return Skip.STATUS
        case Duplicate():
            if decision.held.state is State.ANSWERED:
                return Skip.ANSWERED
            return Skip.EXPIRED if _expired(decision, register, now) else None
        case _:
            assert_never(decision)


def _expired(decision: Duplicate, register: Register, now: datetime) -> bool:
    """Held already, but past its expiry: its recipient would refuse it, its sender must make it anew."""
    if decision.held.state is State.EXPIRED:
        return True
    try:
        check_clock(parse_envelope(decision.message.postmark.payload, register), now)
    except HubError as error:
        return error.code is Code.EXPIRED
    return False


def plan_forward(connection: Connection, messages: Sequence[Waiting], now: datetime) -> Plan:
    """What laying these messages into their inbox again would send, in this order."""
    held = store.sealed(connection, [one.message.key for one in messages]).keys()
    paused = paused_oins(connection)

    def why_not(one: Waiting) -> str | None:
        message = one.message
        if message.state is State.ANSWERED:
            return Skip.ANSWERED
        if message.state is State.EXPIRED or one.expirytime <= now:
            return Skip.EXPIRED
        if message.recipient_oin in paused:
            return Skip.PAUSED
        return None if message.key in held else Skip.GONE

    return Plan(
        Kind.FORWARD,
        tuple(Item(one.message.refhash, None, *one.message.key, why_not(one)) for one in messages),
    )
