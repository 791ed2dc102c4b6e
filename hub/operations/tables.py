"""The rows of operators' acts: who did what and why, plans and their items, notices asked for.

Reasons and notes are the only free text that the hub keeps. They are checked on the way in, belong to cases where they
name any, and are blanked with them.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, SmallInteger, String, Table, Text

from hub.messagelog.tables import HASH, METADATA, OIN, ROW_ID, UUID

SUBJECT = String(255)  # as long as OpenID Connect lets `sub` be
NAME = String(255)

ACT = Table(
    "operator_act",
    METADATA,
    Column("id", UUID, primary_key=True),  # the idempotency key: made with the form, used once
    Column("at", BigInteger, nullable=False),
    Column("subject", SUBJECT, nullable=False),
    Column("name", NAME, nullable=False),
    Column("act", String(32), nullable=False),
    Column("target", String(120)),
    Column("reason", Text),
    Column("blanked", BigInteger),
    Index("operator_act_at", "at"),
    Index("operator_act_target", "target", "at"),
)

ACT_CASE = Table(
    "operator_act_case",
    METADATA,
    Column("act_id", UUID, primary_key=True),
    Column("subject", UUID, primary_key=True),  # the case pseudonym, as in `message.subject`
    Index("operator_act_case_subject", "subject"),
)

EVIDENCE_GROUP = Table(
    "evidence_group",
    METADATA,
    Column("slug", String(80), primary_key=True),
    Column("note_act", UUID),
    Column("assignee", SUBJECT),
    Column("assignee_name", NAME),
)

RECOVERY = Table(
    "recovery",
    METADATA,
    Column("id", UUID, primary_key=True),
    Column("kind", String(8), nullable=False),
    Column("state", String(10), nullable=False),
    Column("planned", BigInteger, nullable=False),
    Column("planned_by", SUBJECT, nullable=False),
    Column("planned_by_name", NAME, nullable=False),
    Column("hash", HASH, nullable=False),
    Column("to_send", Integer, nullable=False),
    Column("to_skip", Integer, nullable=False),
    Column("per_minute", Integer),
    Column("next_at", BigInteger),
    Column("confirm_act", UUID),
    Column("approve_act", UUID),
    Column("cancel_act", UUID),
    Column("finished", BigInteger),
    Index("recovery_state", "state", "planned"),
)

RECOVERY_ITEM = Table(
    "recovery_item",
    METADATA,
    Column("recovery_id", UUID, primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("evidence", BigInteger),
    Column("source_oin", OIN),
    Column("message_id", UUID),
    Column("refhash", HASH, nullable=False),
    Column("skipped", String(32)),  # why it will not be sent; none where it will
    Column("begun", BigInteger),
    Column("tries", SmallInteger, nullable=False, default=0),
    Column("outcome", String(32)),
    Column("outcome_at", BigInteger),
)

NOTICE_ASKED = Table(
    "notice_asked",
    METADATA,
    Column("row_id", ROW_ID, primary_key=True, autoincrement=True),
    Column("act_id", UUID, nullable=False, unique=True),
    Column("oin", OIN, nullable=False),
    Column("code", String(20), nullable=False),
    Column("ref", UUID),
    Column("asked", BigInteger, nullable=False),
    Column("sent", BigInteger),
    Column("error", String(32)),
    Index("notice_asked_oin", "oin", "asked"),
    sqlite_autoincrement=True,
)
