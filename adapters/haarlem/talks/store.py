"""What is written and asked about such conversations, inside the caller's transaction; nothing here commits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, or_, select, update

from adapters.haarlem.conversations.position import Actor
from adapters.haarlem.conversations.talk import Talk, TalkKind
from adapters.haarlem.tables import TALK
from hub.database import instant, moment


@dataclass(frozen=True, slots=True)
class KeptTalk:
    """A conversation as the books have it.

    `state`, `actor`, `since`, `due` and `alarm` are what was last told to who polls. Without `case_id` nobody whom a
    case is about; without `oin` the other side is not on the road and somebody writes it by hand.
    """

    id: str
    conversation: str
    kind: TalkKind
    case_id: str | None
    person_id: str | None
    party_id: str | None
    subject: str
    oin: str
    facts: Talk
    open: bool = True
    state: str = ""
    actor: str = Actor.NOBODY
    since: datetime | None = None
    due: datetime | None = None
    alarm: str | None = None


def add(tx: Connection, talk: KeptTalk) -> None:
    """A new conversation."""
    fixed = {"id": talk.id, "conversation": talk.conversation, "kind": talk.kind, "subject": talk.subject}
    tx.execute(insert(TALK).values(**fixed, **_columns(talk)))


def put(tx: Connection, talk: KeptTalk) -> None:
    """The conversation as it is now."""
    tx.execute(update(TALK).where(TALK.c.id == talk.id).values(**_columns(talk)))


def _columns(talk: KeptTalk) -> dict[str, object]:
    return {
        "case_id": talk.case_id,
        "person_id": talk.person_id,
        "party_id": talk.party_id,
        "oin": talk.oin,
        "open": talk.open,
        "state": talk.state,
        "actor": talk.actor,
        "since": instant(talk.since or talk.facts.began),
        "due": None if talk.due is None else instant(talk.due),
        "alarm": talk.alarm,
        "facts": talk.facts.model_dump_json(),
    }


def find(tx: Connection, talk_id: str) -> KeptTalk | None:
    """One conversation, for reading."""
    row = tx.execute(select(TALK).where(TALK.c.id == talk_id)).first()
    return None if row is None else _talk(row)


def hold(tx: Connection, talk_id: str) -> KeptTalk | None:
    """One conversation, held for this transaction: SQLite has one writer anyway, PostgreSQL locks the row."""
    row = tx.execute(select(TALK).where(TALK.c.id == talk_id).with_for_update()).first()
    return None if row is None else _talk(row)


def of_conversation(tx: Connection, conversation: str) -> list[KeptTalk]:
    """Everything that is said under one correlationid."""
    query = select(TALK).where(TALK.c.conversation == conversation).order_by(TALK.c.id)
    return [_talk(row) for row in tx.execute(query)]


def of_case(tx: Connection, case_id: str, kind: TalkKind | None = None, *, only_open: bool = False) -> list[KeptTalk]:
    """Those of a case, in order of beginning."""
    query = select(TALK).where(TALK.c.case_id == case_id)
    if kind is not None:
        query = query.where(TALK.c.kind == kind)
    if only_open:
        query = query.where(TALK.c.open.is_(True))
    return sorted((_talk(row) for row in tx.execute(query)), key=lambda one: (one.facts.began, one.id))


def of_kind(tx: Connection, kind: TalkKind, *, only_open: bool = False, most: int = 500) -> list[KeptTalk]:
    """Those of one kind in all cases and in none, the one that changed longest ago first."""
    query = select(TALK).where(TALK.c.kind == kind).order_by(TALK.c.since, TALK.c.id).limit(most)
    if only_open:
        query = query.where(TALK.c.open.is_(True))
    return [_talk(row) for row in tx.execute(query)]


def for_helper(tx: Connection, most: int = 500) -> list[KeptTalk]:
    """Open ones in which Haarlem must act, the nearest term first."""
    waits = or_(TALK.c.actor == Actor.HELPER, TALK.c.alarm.is_not(None))
    query = select(TALK).where(TALK.c.open.is_(True), waits).order_by(TALK.c.due.is_(None), TALK.c.due, TALK.c.since)
    return [_talk(row) for row in tx.execute(query.limit(most))]


def every_open(tx: Connection) -> list[KeptTalk]:
    """All that are not over."""
    return [_talk(row) for row in tx.execute(select(TALK).where(TALK.c.open.is_(True)))]


def _talk(row: Row[Any]) -> KeptTalk:
    return KeptTalk(
        id=row.id,
        conversation=row.conversation,
        kind=TalkKind(row.kind),
        case_id=row.case_id,
        person_id=row.person_id,
        party_id=row.party_id,
        subject=row.subject,
        oin=row.oin,
        facts=Talk.model_validate_json(row.facts),
        open=row.open,
        state=row.state,
        actor=row.actor,
        since=moment(row.since),
        due=None if row.due is None else moment(row.due),
        alarm=row.alarm,
    )
