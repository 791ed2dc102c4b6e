"""Recoveries as rows: planned, confirmed once, carried out in order, cancelled. Nothing here commits.

Every step is a change of state that names the state before it: of two who do it at once, one does it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, Row, func, insert, select, update

from hub.database import Place, beyond, instant, moment
from hub.messagelog.tables import MESSAGE, QUARANTINE
from hub.operations.acts import Act, Doer, Done, Overtaken, OvertakenError
from hub.operations.acts.store import acts_by_id, begin
from hub.operations.evidence import Settlement
from hub.operations.recovery import Item, Kind, Outcome, Plan, Recovery, Stage, Step, hash_of
from hub.operations.tables import RECOVERY, RECOVERY_ITEM


def add_plan(connection: Connection, recovery_id: str, plan: Plan, doer: Doer, now: datetime) -> None:
    """Keeps a plan, for its maker and others to look at. It changes nothing."""
    row = {
        "id": recovery_id,
        "kind": plan.kind.value,
        "state": Stage.PLANNED.value,
        "planned": instant(now),
        "planned_by": doer.subject,
        "planned_by_name": doer.name,
        "hash": plan.hash,
        "to_send": plan.to_send,
        "to_skip": len(plan.items) - plan.to_send,
    }
    connection.execute(insert(RECOVERY), row)
    if plan.items:
        connection.execute(
            insert(RECOVERY_ITEM),
            [
                {
                    "recovery_id": recovery_id,
                    "position": position,
                    "evidence": item.evidence,
                    "source_oin": item.source_oin,
                    "message_id": item.message_id,
                    "refhash": item.refhash,
                    "skipped": item.skipped,
                    "tries": 0,
                }
                for position, item in enumerate(plan.items)
            ],
        )


def recovery(connection: Connection, recovery_id: str) -> Recovery | None:
    """One recovery."""
    found = recoveries(connection, 1, ids=[recovery_id])
    return found[0] if found else None


def recoveries(
    connection: Connection,
    most: int,
    *,
    ids: Sequence[str] | None = None,
    after: Place | None = None,
) -> list[Recovery]:
    """The newest recoveries, newest first; from a place on."""
    query = select(RECOVERY)
    if ids is not None:
        query = query.where(RECOVERY.c.id.in_(ids))
    if after is not None:
        query = query.where(beyond(RECOVERY.c.planned, RECOVERY.c.id, after))
    rows = connection.execute(query.order_by(RECOVERY.c.planned.desc(), RECOVERY.c.id).limit(most)).all()
    acts = acts_by_id(connection, (act for row in rows for act in (row.confirm_act, row.approve_act, row.cancel_act)))
    counted = (
        select(RECOVERY_ITEM.c.recovery_id, func.count().label("settled"))
        .where(RECOVERY_ITEM.c.recovery_id.in_([row.id for row in rows]), RECOVERY_ITEM.c.outcome.is_not(None))
        .group_by(RECOVERY_ITEM.c.recovery_id)
    )
    settled = {row.recovery_id: row.settled for row in connection.execute(counted)}
    return [_recovery(row, settled.get(row.id, 0), acts) for row in rows]


def steps(connection: Connection, recovery_id: str) -> list[Step]:
    """Every item of a recovery, in its order."""
    query = select(RECOVERY_ITEM).where(RECOVERY_ITEM.c.recovery_id == recovery_id).order_by(RECOVERY_ITEM.c.position)
    return [_step(row) for row in connection.execute(query)]


# — what operators do —————————————————————————————————————————————————————————————————————————————————————————————


def confirm(
    connection: Connection,
    recovery_id: str,
    plan_hash: str,
    act: Act,
    *,
    per_minute: int,
    second_needed: bool,
) -> Stage:
    """Confirms the plan that was seen; where a second person is needed it waits for one. Done twice, done once.

    Raises:
        OvertakenError: `confirmed`, somebody did before; `stale`; `changed`, it is not the plan that was seen, or some
            of its evidence went elsewhere since; `empty`, there is nothing to send.
    """
    found = recovery(connection, recovery_id)
    if found is None or found.hash != plan_hash:
        raise OvertakenError(Overtaken.CHANGED)
    if not begin(connection, act):
        return found.stage
    if found.stage is not Stage.PLANNED:
        raise OvertakenError(Overtaken.CONFIRMED)
    if found.to_send == 0:
        raise OvertakenError(Overtaken.EMPTY)
    if found.stale(act.at):
        raise OvertakenError(Overtaken.STALE)
    _check_plan(connection, found)
    after = Stage.ASKED if second_needed else Stage.RUNNING
    _move(connection, recovery_id, (Stage.PLANNED,), after, confirm_act=act.id, per_minute=per_minute)
    _claim(connection, found)
    return after


def approve(connection: Connection, recovery_id: str, act: Act) -> Stage:
    """The second person's word.

    Raises:
        OvertakenError: `same-person`, who confirmed cannot be the second; `confirmed`, it no longer waits.
    """
    found = recovery(connection, recovery_id)
    if found is None:
        raise OvertakenError(Overtaken.CHANGED)
    if not begin(connection, act):
        return found.stage
    if found.confirmed is not None and found.confirmed.doer.subject == act.doer.subject:
        raise OvertakenError(Overtaken.SAME_PERSON)
    _move(connection, recovery_id, (Stage.ASKED,), Stage.RUNNING, approve_act=act.id)
    return Stage.RUNNING


def cancel(connection: Connection, recovery_id: str, act: Act) -> Stage:
    """Ends a recovery: what was not sent yet is not sent, and can be planned anew.

    Raises:
        OvertakenError: `confirmed`, it ended before.
    """
    if not begin(connection, act):
        return Stage.CANCELLED
    before = (Stage.PLANNED, Stage.ASKED, Stage.RUNNING)
    _move(connection, recovery_id, before, Stage.CANCELLED, cancel_act=act.id, finished=instant(act.at))
    connection.execute(update(QUARANTINE).where(QUARANTINE.c.claimed_by == recovery_id).values(claimed_by=None))
    return Stage.CANCELLED


def _move(connection: Connection, recovery_id: str, before: Sequence[Stage], after: Stage, **values: object) -> None:
    mine = (RECOVERY.c.id == recovery_id, RECOVERY.c.state.in_([stage.value for stage in before]))
    if connection.execute(update(RECOVERY).where(*mine).values(state=after.value, **values)).rowcount != 1:
        raise OvertakenError(Overtaken.CONFIRMED)


def _check_plan(connection: Connection, found: Recovery) -> None:
    """That the rows are those that were shown."""
    if hash_of(found.kind, [step.item for step in steps(connection, found.id)]) != found.hash:
        raise OvertakenError(Overtaken.CHANGED)


def _claim(connection: Connection, found: Recovery) -> None:
    """Takes the evidence, so that nobody settles or releases it besides."""
    if found.kind is not Kind.RELEASE:
        return
    mine = select(RECOVERY_ITEM.c.evidence).where(
        RECOVERY_ITEM.c.recovery_id == found.id, RECOVERY_ITEM.c.skipped.is_(None)
    )
    free = (QUARANTINE.c.row_id.in_(mine), QUARANTINE.c.settled.is_(None), QUARANTINE.c.claimed_by.is_(None))
    if connection.execute(update(QUARANTINE).where(*free).values(claimed_by=found.id)).rowcount != found.to_send:
        raise OvertakenError(Overtaken.CHANGED)


# — what the keeper does ——————————————————————————————————————————————————————————————————————————————————————————


def due(connection: Connection, now: datetime) -> Recovery | None:
    """The recovery that goes on now: of those running the one planned first whose pace allows it."""
    query = (
        select(RECOVERY.c.id)
        .where(
            RECOVERY.c.state == Stage.RUNNING.value,
            (RECOVERY.c.next_at.is_(None)) | (RECOVERY.c.next_at <= instant(now)),
        )
        .order_by(RECOVERY.c.planned)
        .limit(1)
    )
    found = connection.execute(query).scalar()
    return None if found is None else recovery(connection, found)


def take(connection: Connection, found: Recovery, most: int, now: datetime) -> list[Step]:
    """The next items to send, marked as begun before anything is sent.

    Raises:
        OvertakenError: `changed`, the rows are not the plan that was confirmed.
    """
    _check_plan(connection, found)
    query = (
        select(RECOVERY_ITEM)
        .where(
            RECOVERY_ITEM.c.recovery_id == found.id,
            RECOVERY_ITEM.c.skipped.is_(None),
            RECOVERY_ITEM.c.outcome.is_(None),
        )
        .order_by(RECOVERY_ITEM.c.position)
        .limit(most)
    )
    taken = [_step(row) for row in connection.execute(query)]
    mine = (RECOVERY_ITEM.c.recovery_id == found.id, RECOVERY_ITEM.c.position.in_([one.position for one in taken]))
    connection.execute(update(RECOVERY_ITEM).where(*mine).values(begun=instant(now), tries=RECOVERY_ITEM.c.tries + 1))
    wait = timedelta(minutes=len(taken) / (found.per_minute or 1))
    connection.execute(update(RECOVERY).where(RECOVERY.c.id == found.id).values(next_at=instant(now + wait)))
    return taken


def settle(connection: Connection, found: Recovery, outcomes: Mapping[int, str], now: datetime) -> Stage:
    """Keeps what became of items by position; evidence that was carried is released. Returns where that leaves it."""
    for position, outcome in sorted(outcomes.items()):
        mine = (RECOVERY_ITEM.c.recovery_id == found.id, RECOVERY_ITEM.c.position == position)
        connection.execute(
            update(RECOVERY_ITEM)
            .where(*mine, RECOVERY_ITEM.c.outcome.is_(None))
            .values(outcome=outcome, outcome_at=instant(now))
        )
    if found.kind is Kind.RELEASE:
        _settle_evidence(connection, found, outcomes, now)
    left = connection.execute(
        select(func.count())
        .select_from(RECOVERY_ITEM)
        .where(
            RECOVERY_ITEM.c.recovery_id == found.id,
            RECOVERY_ITEM.c.skipped.is_(None),
            RECOVERY_ITEM.c.outcome.is_(None),
        )
    ).scalar_one()
    if left:
        return Stage.RUNNING
    running = (RECOVERY.c.id == found.id, RECOVERY.c.state == Stage.RUNNING.value)
    connection.execute(update(RECOVERY).where(*running).values(state=Stage.DONE.value, finished=instant(now)))
    return Stage.DONE


def _settle_evidence(connection: Connection, found: Recovery, outcomes: Mapping[int, str], now: datetime) -> None:
    """Carried evidence is released; what the road refused is free again, to be looked at."""
    by = found.approved or found.confirmed
    of = {step.position: step.item.evidence for step in steps(connection, found.id)}
    carried = [of[position] for position, outcome in outcomes.items() if outcome == Outcome.CARRIED]
    other = [of[position] for position, outcome in outcomes.items() if outcome != Outcome.CARRIED]
    values = {
        "settled": instant(now),
        "settled_how": Settlement.RELEASED.value,
        "settled_act": by.id if by else None,
        "claimed_by": None,
    }
    connection.execute(
        update(QUARANTINE).where(QUARANTINE.c.row_id.in_(carried), QUARANTINE.c.settled.is_(None)).values(values)
    )
    connection.execute(
        update(QUARANTINE)
        .where(QUARANTINE.c.row_id.in_(other), QUARANTINE.c.claimed_by == found.id)
        .values(claimed_by=None)
    )


def refuse_altered(connection: Connection, found: Recovery, now: datetime) -> None:
    """Ends a recovery whose rows are not the plan that was confirmed; its evidence is free again."""
    _move(connection, found.id, (Stage.RUNNING,), Stage.CANCELLED, finished=instant(now))
    connection.execute(update(QUARANTINE).where(QUARANTINE.c.claimed_by == found.id).values(claimed_by=None))


def forwarded_since(connection: Connection, item: Item, since: datetime) -> bool:
    """Whether the broker confirmed this message after `since`: a crash came after sending and before the outcome."""
    query = select(MESSAGE.c.forwarded_at).where(
        MESSAGE.c.source_oin == item.source_oin, MESSAGE.c.id == item.message_id
    )
    at = connection.execute(query).scalar()
    return at is not None and at >= instant(since)


def _recovery(row: Row[tuple[object, ...]], settled: int, acts: Mapping[str, Done]) -> Recovery:
    return Recovery(
        id=row.id,
        kind=Kind(row.kind),
        stage=Stage(row.state),
        planned=moment(row.planned),
        planner=Doer(row.planned_by, row.planned_by_name),
        hash=row.hash,
        to_send=row.to_send,
        to_skip=row.to_skip,
        settled=settled,
        per_minute=row.per_minute,
        next_at=_moment(row.next_at),
        finished=_moment(row.finished),
        confirmed=acts.get(row.confirm_act),
        approved=acts.get(row.approve_act),
        cancelled=acts.get(row.cancel_act),
    )


def _step(row: Row[tuple[object, ...]]) -> Step:
    item = Item(row.refhash, row.evidence, row.source_oin, row.message_id, row.skipped)
    return Step(row.position, item, _moment(row.begun), row.tries, row.outcome, _moment(row.outcome_at))


def _moment(microseconds: int | None) -> datetime | None:
    return None if microseconds is None else moment(microseconds)
