"""Reaches the rungs of terms, each once, and remembers who is still to be told of them.

A rung is reached by a row of its own, in the transaction that moves its question up: whoever does it twice finds it
reached. Nothing here commits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, bindparam, insert, select, update

from hub.conversations.ladder import LadderSettings, Rung, due_rungs, next_at
from hub.conversations.questions import Question
from hub.conversations.store import question_of
from hub.conversations.tables import QUESTION, RUNG
from hub.database import instant, moment

#: Of these somebody outside the hub is told; the others show by themselves.
TOLD: Final = (Rung.REMINDED, Rung.UNREACHED, Rung.ESCALATED)

_KEY: Final = (QUESTION.c.source_oin == bindparam("key_oin"), QUESTION.c.id == bindparam("key_id"))
_CLIMB: Final = (
    update(QUESTION)
    .where(*_KEY, QUESTION.c.rung < bindparam("new_rung"))
    .values(rung=bindparam("new_rung"), next_at=bindparam("new_next"))
)
_TELL: Final = (
    update(RUNG)
    .where(
        RUNG.c.source_oin == bindparam("key_oin"),
        RUNG.c.id == bindparam("key_id"),
        RUNG.c.rung == bindparam("key_rung"),
        RUNG.c.told.is_(None),
    )
    .values(told=bindparam("at"))
)


@dataclass(frozen=True, slots=True)
class Reached:
    """A rung that a question came to, and of which somebody is still to be told."""

    question: Question
    rung: Rung
    at: datetime


def climb(connection: Connection, now: datetime, settings: LadderSettings, most: int) -> list[Reached]:
    """Reaches every rung that is due, of at most so many questions; returns what was reached now."""
    query = select(QUESTION).where(QUESTION.c.next_at <= instant(now)).order_by(QUESTION.c.next_at).limit(most)
    found: list[Reached] = []
    climbed = []
    for row in connection.execute(query).all():
        question, before = question_of(row), Rung(row.rung)
        rungs = due_rungs(question, before, settings, now)
        found += [Reached(question, rung, now) for rung in rungs]
        last = max(rungs, default=before)
        coming = next_at(question, last, settings)
        new_next = None if coming is None else instant(coming)
        climbed.append({"key_oin": question.sender, "key_id": question.id, "new_rung": int(last), "new_next": new_next})
    if climbed:
        connection.execute(_CLIMB, climbed)
    if found:
        connection.execute(insert(RUNG), [_row(one, now) for one in found])
    return found


def _row(one: Reached, now: datetime) -> dict[str, object]:
    told = None if one.rung in TOLD else instant(now)
    question = one.question
    return {"source_oin": question.sender, "id": question.id, "rung": one.rung, "reached": instant(now), "told": told}


def untold(connection: Connection, rungs: Sequence[Rung], most: int) -> list[Reached]:
    """What was reached and is still to be told, oldest first."""
    query = (
        select(QUESTION, RUNG.c.rung.label("reached_rung"), RUNG.c.reached)
        .join_from(RUNG, QUESTION, (RUNG.c.source_oin == QUESTION.c.source_oin) & (RUNG.c.id == QUESTION.c.id))
        .where(RUNG.c.told.is_(None), RUNG.c.rung.in_([int(rung) for rung in rungs]))
        .order_by(RUNG.c.reached)
        .limit(most)
    )
    return [Reached(question_of(row), Rung(row.reached_rung), moment(row.reached)) for row in connection.execute(query)]


def mark_told(connection: Connection, told: Sequence[Reached], now: datetime) -> None:
    """Whom these concern was told, or need not be told any more."""
    if told:
        rows = [
            {"key_oin": one.question.sender, "key_id": one.question.id, "key_rung": int(one.rung), "at": instant(now)}
            for one in told
        ]
        connection.execute(_TELL, rows)
