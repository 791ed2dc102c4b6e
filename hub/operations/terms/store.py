"""Acts on one message that waits for an answer. Nothing here commits."""

from __future__ import annotations

from sqlalchemy import Connection, select

from hub.conversations.questions import Question
from hub.conversations.store import question_of
from hub.conversations.tables import OPEN, QUESTION
from hub.messagelog.store import Key
from hub.operations.acts import Act
from hub.operations.acts.store import begin
from hub.operations.partners.store import ask_notice
from schemas.codes import HubNoticeCode


def open_question(connection: Connection, key: Key) -> Question | None:
    """The question that this message asks, while somebody waits for its answer."""
    mine = (QUESTION.c.source_oin == key[0], QUESTION.c.id == key[1], OPEN)
    row = connection.execute(select(QUESTION).where(*mine)).first()
    return None if row is None else question_of(row)


def remind(connection: Connection, question: Question, act: Act) -> bool:
    """Lets the keeper remind the partner whose answer is missing; False where this act was done before."""
    return ask_notice(connection, question.recipient, HubNoticeCode.REMINDER, act, ref=question.id)


def note(connection: Connection, act: Act) -> bool:
    """Keeps a note; False where this act was done before."""
    return begin(connection, act)
