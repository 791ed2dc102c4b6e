"""The debt helper's own tables, beside the edge's ledger in the same database.

They hold plaintext about residents: the file is 0600 and belongs to one party. What is asked for has a column, the rest
of a row is one JSON document. Instants are integers (Unix microseconds), days are ISO text.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

from adapters.migrations import Schema

METADATA = MetaData()
SCHEMA = Schema("haarlem", METADATA, Path(__file__).parent / "migrations")
UUID = String(36)

CASE = Table(
    "haarlem_case",
    METADATA,
    Column("id", UUID, primary_key=True),
    Column("helper_number", String(64), nullable=False),
    Column("state", String(12), nullable=False),
    Column("document", Text, nullable=False),
    Index("haarlem_case_number", "helper_number"),
)

PERSON = Table(
    "haarlem_person",
    METADATA,
    Column("id", UUID, primary_key=True),
    Column("case_id", UUID, ForeignKey("haarlem_case.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("bsn", String(9)),
    Column("state", String(12), nullable=False),
    Column("document", Text, nullable=False),
    Index("haarlem_person_case", "case_id"),
    Index("haarlem_person_bsn", "bsn"),
)

PARTY = Table(
    "haarlem_party",
    METADATA,
    Column("id", UUID, primary_key=True),
    Column("case_id", UUID, ForeignKey("haarlem_case.id"), nullable=False),
    Column("row", Integer, nullable=False),  # the order in which the case named them
    Column("document", Text, nullable=False),
    Index("haarlem_party_case", "case_id"),
)

EXCHANGE = Table(
    "haarlem_exchange",
    METADATA,
    Column("id", UUID, primary_key=True),  # the correlationid
    Column("case_id", UUID, ForeignKey("haarlem_case.id"), nullable=False),
    Column("subject", UUID, nullable=False),  # the case pseudonym that its messages carry
    Column("person_id", UUID, ForeignKey("haarlem_person.id"), nullable=False),
    Column("party_id", UUID, ForeignKey("haarlem_party.id"), nullable=False),
    Column("oin", String(20), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("open", Boolean, nullable=False),
    Column("state", String(24), nullable=False),  # as last told to who polls
    Column("successor", UUID),
    Column("facts", Text, nullable=False),
    Index("haarlem_exchange_case", "case_id"),
    Index("haarlem_exchange_successor", "successor"),
)
#: One open pause or registration per person and party (messages.md 2, invariants).
Index(
    "haarlem_exchange_open",
    EXCHANGE.c.person_id,
    EXCHANGE.c.party_id,
    unique=True,
    sqlite_where=EXCHANGE.c.open.is_(True),
    postgresql_where=EXCHANGE.c.open.is_(True),
)

#: A conversation whose facts are its messages: settling, referring, an administration, a question (`talks`).
TALK = Table(
    "haarlem_talk",
    METADATA,
    Column("id", UUID, primary_key=True),
    Column("conversation", UUID, nullable=False),  # the correlationid
    Column("kind", String(16), nullable=False),
    Column("case_id", UUID, ForeignKey("haarlem_case.id")),  # none: somebody whom no case is about
    Column("person_id", UUID),
    Column("party_id", UUID),
    Column("subject", UUID, nullable=False),  # the case pseudonym that its messages carry
    Column("oin", String(20), nullable=False),  # empty: the other side is not on the road
    Column("open", Boolean, nullable=False),
    Column("state", String(24), nullable=False),  # this and what follows as last told to who polls
    Column("actor", String(24), nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("due", BigInteger),
    Column("alarm", String(32)),
    Column("facts", Text, nullable=False),
    Index("haarlem_talk_case", "case_id"),
    Index("haarlem_talk_conversation", "conversation"),
)
#: A settlement is one conversation for each case and counterpart (wire.md 4), however often it begins anew.
Index(
    "haarlem_talk_settlement",
    TALK.c.case_id,
    TALK.c.party_id,
    unique=True,
    sqlite_where=TALK.c.kind == "schuldregeling",
    postgresql_where=TALK.c.kind == "schuldregeling",
)

CALL = Table(
    "haarlem_call",
    METADATA,
    Column("id", UUID, primary_key=True),
    Column("key", String(160), nullable=False, unique=True),  # what makes it fire once
    Column("case_id", UUID, ForeignKey("haarlem_case.id"), nullable=False),
    Column("person_id", UUID, nullable=False),
    Column("party_id", UUID, nullable=False),
    Column("exchange_id", UUID),
    Column("reason", String(32), nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("due", BigInteger),
    Column("closed_at", BigInteger),
    Column("outcome", String(16)),
    Column("closed_by", String(64)),
    Column("end", String(10)),
    Index("haarlem_call_case", "case_id"),
    Index("haarlem_call_open", "closed_at"),
)

EVENT = Table(
    "haarlem_event",
    METADATA,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("case_id", UUID, nullable=False),
    Column("person_id", UUID),
    Column("party_id", UUID),
    Column("state", String(32)),
    Index("haarlem_event_case", "case_id", "number"),
)

#: Numbers without a gap that overtakes another: a transaction holds the row until it commits.
COUNTER = Table(
    "haarlem_counter",
    METADATA,
    Column("name", String(16), primary_key=True),
    Column("value", BigInteger, nullable=False),
)

TOKEN = Table(
    "haarlem_token",
    METADATA,
    Column("id", UUID, primary_key=True),
    Column("name", String(64), nullable=False),
    Column("digest", String(64), nullable=False, unique=True),
    Column("scopes", String(128), nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),
    Column("revoked_at", BigInteger),
)

ACCESS = Table(
    "haarlem_access",
    METADATA,
    Column("row_id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False),
    Column("token_id", UUID, nullable=False),
    Column("employee", String(64), nullable=False),
    Column("act", String(40), nullable=False),
    Column("case_id", UUID),
    Column("status", Integer, nullable=False),
    Column("found", Integer),
    Index("haarlem_access_case", "case_id", "at"),
)

ANSWER = Table(
    "haarlem_answer",
    METADATA,
    Column("token_id", UUID, primary_key=True),
    Column("key", String(64), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("status", Integer),
    Column("case_id", UUID),
    Column("location", String(200)),
    Column("body", Text),
    Index("haarlem_answer_at", "at"),
)

IMPORT = Table(
    "haarlem_import",
    METADATA,
    Column("id", UUID, primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("employee", String(64), nullable=False),
    Column("total", Integer, nullable=False),
    Column("done", Integer, nullable=False),
    Column("already", Integer, nullable=False),
    Column("refused", Integer, nullable=False),
    Column("result", Text, nullable=False),
)

#: Files that are not finished: plaintext about persons, gone when the result is there.
IMPORT_JOB = Table(
    "haarlem_import_job",
    METADATA,
    Column("id", UUID, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("token_id", UUID, nullable=False),
    Column("employee", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("running", Boolean, nullable=False),
    Column("total", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("line", Integer, nullable=False),
    Column("tries", Integer, nullable=False),
)

IMPORT_LINE = Table(
    "haarlem_import_line",
    METADATA,
    Column("import_id", UUID, primary_key=True),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("result", String(12), nullable=False),
    Column("cells", Text, nullable=False),
)

IMPORTED_ROW = Table(
    "haarlem_imported_row",
    METADATA,
    Column("digest", String(64), primary_key=True),
    Column("case_id", UUID, nullable=False),
    Column("at", BigInteger, nullable=False),
)
