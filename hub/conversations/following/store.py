"""Keeps the questions of all conversations in step with the message log, by its index.

Whatever an entry says, the conversations that it touches are judged anew from their messages, in the transaction that
moves the mark: an entry that is followed twice, or in another order, changes nothing. Nothing here commits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, func, select, update

from hub.conversations.ladder import LadderSettings, Rung, next_at
from hub.conversations.questions import CaseMessage, Question, Stage, Terms, TermsOf, questions_of
from hub.conversations.store import MESSAGE_COLUMNS, message_of, terms_of_row
from hub.conversations.tables import NEVER, QUESTION
from hub.database import instant
from hub.messagelog.tables import ENTRY, FOLLOWED, MESSAGE
from hub.rows import add_rows, among, as_list, insert_if_absent

#: A notice that is not in its recipient's hands after this long asks for attention.
UNDELIVERED_AFTER: Final = timedelta(hours=1)
#: How many entries are followed in one transaction.
AT_ONCE: Final = 2_000

_MARK: Final = "questions"
#: What may change in a row; the rest stands from its first moment.
_CHANGES: Final = ("stage", "since", "delivered", "code", "answer", "warn_at", "attend_at", "next_at")

_FOLLOWED: Final = select(FOLLOWED.c.leaf_index).where(FOLLOWED.c.name == _MARK)
_LAST: Final = select(func.max(ENTRY.c.leaf_index))
_ENTRIES: Final = (
    select(ENTRY.c.leaf_index, ENTRY.c.kind, ENTRY.c.id, ENTRY.c.ref, ENTRY.c.src, ENTRY.c.rcpt)
    .where(ENTRY.c.leaf_index > bindparam("after"))
    .order_by(ENTRY.c.leaf_index)
    .limit(bindparam("most"))
)
# by the whole key's columns, so that its index serves; a conversation too many is judged in vain
_TOUCHED: Final = (
    select(MESSAGE.c.correlationid).distinct().where(among(MESSAGE.c.source_oin, "oins"), among(MESSAGE.c.id, "ids"))
)
_ABOUT_MESSAGES: Final = frozenset({"accepted", "receipt", "expired"})
_MESSAGES: Final = select(*MESSAGE_COLUMNS).where(among(MESSAGE.c.correlationid, "conversations"))
_QUESTIONS: Final = select(QUESTION).where(among(QUESTION.c.correlationid, "conversations"))
_CHANGE: Final = (
    update(QUESTION)
    .where(QUESTION.c.source_oin == bindparam("key_oin"), QUESTION.c.id == bindparam("key_id"))
    .values({name: bindparam(f"new_{name}") for name in _CHANGES})
)
_MOVE_MARK: Final = update(FOLLOWED).where(FOLLOWED.c.name == _MARK).values(leaf_index=bindparam("last"))

Key = tuple[str, str]


def behind(connection: Connection) -> bool:
    """Whether the log has entries that were not followed yet."""
    last = connection.execute(_LAST).scalar()
    return last is not None and int(last) > _followed(connection)


def follow(connection: Connection, agreed: TermsOf, settings: LadderSettings, most: int = AT_ONCE) -> int:
    """Follows the next entries of the log; returns how many there were."""
    after = _followed(connection)
    entries = connection.execute(_ENTRIES, {"after": after, "most": most}).all()
    if not entries:
        return 0
    judge(connection, _touched(connection, entries), agreed, settings)
    if after < 0:
        connection.execute(insert_if_absent(connection, FOLLOWED), {"name": _MARK, "leaf_index": -1})
    connection.execute(_MOVE_MARK, {"last": entries[-1].leaf_index})
    return len(entries)


def judge(connection: Connection, conversations: Iterable[str], agreed: TermsOf, settings: LadderSettings) -> None:
    """Brings the questions of these conversations in line with their messages."""
    touched = set(conversations)
    if not touched:
        return
    wanted = {"conversations": as_list(touched)}
    held = {(row.source_oin, row.id): row for row in connection.execute(_QUESTIONS, wanted)}
    messages = [message_of(row) for row in connection.execute(_MESSAGES, wanted)]
    new, changed = [], []
    for question in questions_of(messages, _frozen(agreed, held)):
        row = held.get(question.key)
        values = _row(question, Rung(row.rung) if row is not None else Rung.NONE, settings)
        if row is None:
            new.append(values)
        elif any(getattr(row, name) != values[name] for name in _CHANGES):
            named = {f"new_{name}": values[name] for name in _CHANGES}
            changed.append({"key_oin": question.sender, "key_id": question.id, **named})
    add_rows(connection, QUESTION, new)
    if changed:
        connection.execute(_CHANGE, changed)


def _followed(connection: Connection) -> int:
    found = connection.execute(_FOLLOWED).scalar()
    return -1 if found is None else int(found)


def _touched(connection: Connection, entries: Sequence[Any]) -> list[str]:
    """The conversations of the messages that these entries are about; a receipt names another's message."""
    about = [entry for entry in entries if entry.kind in _ABOUT_MESSAGES]
    if not about:
        return []
    oins = {oin for entry in about for oin in (entry.src, entry.rcpt) if oin}
    ids = {entry.ref or entry.id for entry in about}
    return list(connection.execute(_TOUCHED, {"oins": as_list(oins), "ids": as_list(ids)}).scalars())


def _frozen(agreed: TermsOf, held: Mapping[Key, Row[Any]]) -> TermsOf:
    """What was agreed when a question was first seen; a later register does not change it."""

    def terms_of(message: CaseMessage) -> Terms | None:
        row = held.get((message.sender, message.id))
        return agreed(message) if row is None else terms_of_row(row)

    return terms_of


def _row(question: Question, rung: Rung, settings: LadderSettings) -> dict[str, object]:
    coming = next_at(question, rung, settings)
    return {
        "source_oin": question.sender,
        "id": question.id,
        "recipient_oin": question.recipient,
        "type": question.type,
        "subject": question.case,
        "correlationid": question.conversation,
        "received": instant(question.received),
        "rest": int(question.asks_rest),
        "reply_types": ",".join(sorted(question.terms.reply_types)),
        "working_days": question.terms.working_days,
        "stage": int(question.stage),
        "since": instant(question.since),
        "delivered": None if question.delivered is None else instant(question.delivered),
        "code": question.code,
        "answer": question.answer,
        "warn_at": None if question.warn_at is None else instant(question.warn_at),
        "attend_at": _attend_at(question),
        "rung": int(rung),
        "next_at": None if coming is None else instant(coming),
    }


def _attend_at(question: Question) -> int:
    """From when on somebody should look: it failed, its term passed, or it is not delivered after an hour."""
    match question.stage:
        case Stage.OPENED:
            return instant(question.received + UNDELIVERED_AFTER)
        case Stage.DELIVERED:
            return NEVER if question.due is None else instant(question.due)
        case Stage.REFUSED | Stage.EXPIRED:
            return instant(question.since)
        case _:
            return NEVER
