"""The questions of all conversations as the keeper holds them, beside the message log from which they follow.

A question can be made anew from the log at any time, but for `rung`: what was done about it is told nowhere else. No
column says anything about a person.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Index, SmallInteger, String, Table, Text, literal_column

from hub.messagelog.tables import METADATA, OIN, UUID

#: `attend_at` of what will never ask for attention by itself.
NEVER: Final = 10**17  # a few thousand years from now, in microseconds

QUESTION = Table(
    "question",
    METADATA,
    Column("source_oin", OIN, primary_key=True),
    Column("id", UUID, primary_key=True),
    Column("recipient_oin", OIN, nullable=False),
    Column("type", String(120), nullable=False),
    Column("subject", UUID, nullable=False),
    Column("correlationid", UUID, nullable=False),
    Column("received", BigInteger, nullable=False),
    Column("rest", SmallInteger, nullable=False),
    Column("reply_types", Text, nullable=False),
    Column("working_days", SmallInteger),
    Column("stage", SmallInteger, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("delivered", BigInteger),
    Column("code", String(32)),
    Column("answer", UUID),
    Column("warn_at", BigInteger),
    Column("attend_at", BigInteger, nullable=False),
    Column("rung", SmallInteger, nullable=False),
    Column("next_at", BigInteger),
    Index("question_conversation", "correlationid"),
)
#: Somebody still waits for the answer: up to `Stage.EXPIRED`. Written out, because an index is used by its very words.
OPEN: Final = QUESTION.c.stage <= literal_column("4")
REST: Final = QUESTION.c.rest == literal_column("1")
Index("question_open", QUESTION.c.attend_at, QUESTION.c.id, postgresql_where=OPEN, sqlite_where=OPEN)
Index("question_rest", QUESTION.c.attend_at, QUESTION.c.id, postgresql_where=OPEN & REST, sqlite_where=OPEN & REST)
Index(
    "question_stage", QUESTION.c.stage, QUESTION.c.rest, QUESTION.c.attend_at, postgresql_where=OPEN, sqlite_where=OPEN
)
_NEXT: Final = QUESTION.c.next_at.is_not(None)
Index("question_next", QUESTION.c.next_at, postgresql_where=_NEXT, sqlite_where=_NEXT)

RUNG = Table(
    "rung",
    METADATA,
    Column("source_oin", OIN, primary_key=True),
    Column("id", UUID, primary_key=True),
    Column("rung", SmallInteger, primary_key=True),
    Column("reached", BigInteger, nullable=False),
    Column("told", BigInteger),  # when whom it concerns was told; empty while that is still to be done
)
_UNTOLD: Final = RUNG.c.told.is_(None)
Index("rung_untold", RUNG.c.rung, postgresql_where=_UNTOLD, sqlite_where=_UNTOLD)
