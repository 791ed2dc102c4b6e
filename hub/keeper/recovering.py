"""Recoveries carried out: what operators confirmed, item by item, through the road that every delivery takes.

What will be sent is written down before it is sent, and what became of it after. So a crash between leaves an item that
was begun and has no outcome: it is looked at first, and what would end the process every time is left to a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, assert_never

from hub.database import Connection
from hub.events import Event, log
from hub.failpoints import Failpoint, reached
from hub.keeper.redelivery import offer
from hub.messagelog import store
from hub.messagelog.store import Known
from hub.messagelog.tables import State
from hub.operations.acts import OvertakenError
from hub.operations.evidence import arrival_of
from hub.operations.evidence.store import evidence_by_id
from hub.operations.recovery import TRIES, Kind, Outcome, Recovery, Stage, Step
from hub.operations.recovery.store import due, forwarded_since, refuse_altered, settle, take
from hub.relay.decisions import Accepted, Decision, Duplicate, Receipted, Refused, Reported, Witnessed
from hub.relay.office import Office
from hub.relay.relay import Relay
from hub.wire.link import Arrival, Link
from hub.wire.postmark import refhash_of

AT_ONCE: Final = 10
_PER_S: Final = 60


async def recover(office: Office, relay: Relay, link: Link) -> int:
    """Goes on with the recovery that is due; returns how many items have an outcome now.

    Raises:
        UnavailableError: broker or database are away; what was begun is looked at when they are back.
    """
    now = office.clock.now()
    found = await office.database.read(due, now)
    if found is None:
        return 0
    try:
        taken = await office.database.run(take, found, _batch_of(found), now)
    except OvertakenError:
        log().error(Event.RECOVERY_REFUSED, id=found.id)
        await office.database.run(refuse_altered, found, now)
        return 0
    reached(Failpoint.RECOVERY_AFTER_INTENT)
    outcomes = await office.database.read(_known_already, taken)
    left = [step for step in taken if step.position not in outcomes]
    match found.kind:
        case Kind.RELEASE:
            outcomes |= await _release(office, relay, link, left)
        case Kind.FORWARD:
            outcomes |= await _forward(office, link, left)
        case _:
            assert_never(found.kind)
    reached(Failpoint.RECOVERY_AFTER_SENDING)
    stage = await office.database.run(settle, found, outcomes, office.clock.now())
    reached(Failpoint.RECOVERY_AFTER_OUTCOME)
    if stage is Stage.DONE:
        log().info(Event.RECOVERY_ENDED, id=found.id, count=found.to_send)
    return len(outcomes)


def _batch_of(found: Recovery) -> int:
    """As many as the pace allows in a second, one at least."""
    return max(1, min(AT_ONCE, (found.per_minute or _PER_S) // _PER_S))


def _known_already(connection: Connection, taken: Sequence[Step]) -> dict[int, str]:
    """What became of items that a process before us had begun."""
    known: dict[int, str] = {}
    for step in taken:
        if step.begun is None:
            continue
        if forwarded_since(connection, step.item, step.begun):
            known[step.position] = Outcome.CARRIED
        elif step.tries >= TRIES:
            known[step.position] = Outcome.CRASHED
    return known


async def _release(office: Office, relay: Relay, link: Link, left: Sequence[Step]) -> dict[int, str]:
    """Each alone, so that one which ends the process takes no other with it."""
    wanted = [step.item.evidence for step in left if step.item.evidence is not None]
    found = {one.row_id: one for one in await office.database.read(evidence_by_id, wanted)}
    outcomes: dict[int, str] = {}
    for step in left:
        evidence = found.get(step.item.evidence or 0)
        arrival = arrival_of(evidence) if evidence is not None else None
        if arrival is None or refhash_of(arrival.body) != step.item.refhash:
            outcomes[step.position] = Outcome.KEPT_ASIDE
        else:
            outcomes[step.position] = await _carried(relay, link, arrival)
    return outcomes


async def _carried(relay: Relay, link: Link, arrival: Arrival) -> str:
    decisions = await relay.handle(link, [arrival])
    return _outcome_of(decisions[0]) if decisions else Outcome.KEPT_ASIDE


def _outcome_of(decision: Decision) -> str:
    match decision:
        case Accepted() | Duplicate() | Receipted() | Reported() | Witnessed():
            return Outcome.CARRIED
        case Refused():
            return decision.error.code.value
        case _:
            assert_never(decision)


async def _forward(office: Office, link: Link, left: Sequence[Step]) -> dict[int, str]:
    keys = {(step.item.source_oin or "", step.item.message_id or ""): step.position for step in left}
    known: dict[store.Key, Known] = await office.database.read(store.known, keys)
    outcomes: dict[int, str] = dict.fromkeys(keys.values(), Outcome.ANSWERED)
    again = [known[key] for key in keys if key in known and known[key].state < State.EXPIRED]
    if again:
        for one, taken in (await offer(office, link, again, office.clock.now())).items():
            outcomes[keys[one]] = Outcome.CARRIED if taken else Outcome.DELAYED
    return outcomes
