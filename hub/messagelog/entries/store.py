"""Log entries: written pending with what happened, given their index by one sequencer. No entry is ever changed.

Every function takes an open connection and never commits.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, bindparam, func, insert, select, text, update

from hub.database import instant
from hub.messagelog.tables import ENTRY, REGISTER_VERSION, SALT
from hub.rows import add_rows, among, as_list, insert_if_absent

SEQUENCING: Final = 0x5C41E  # any number that only we use; one sequencer at a time, whoever believes to lead

Row = dict[str, object]

_EMPTY_ENTRY: Final[Row] = dict.fromkeys(("id", "ref", "type", "src", "rcpt", "kid", "refhash", "result", "code"))

# statements are made once: making one and looking it up again costs more than carrying it out does
_SALTS: Final = select(SALT).where(among(SALT.c.subject, "subjects"))
_LOCK: Final = text("SELECT pg_advisory_xact_lock(:number)")
_LAST: Final = select(func.max(ENTRY.c.leaf_index))
_PENDING: Final = (
    select(ENTRY.c.row_id, func.row_number().over(order_by=ENTRY.c.row_id).label("place"))
    .where(ENTRY.c.leaf_index.is_(None))
    .order_by(ENTRY.c.row_id)
    .limit(bindparam("most"))
    .subquery()
)
_GIVE_INDEX: Final = (
    update(ENTRY).where(ENTRY.c.row_id == _PENDING.c.row_id).values(leaf_index=bindparam("last") + _PENDING.c.place)
)


def add_entries(connection: Connection, rows: Sequence[Row]) -> None:
    """Appends log entries; the sequencer gives them their index later. `subject` becomes its salted hash."""
    if not rows:
        return
    salts = _salts(connection, {str(row["subject"]) for row in rows if row.get("subject")})
    complete = []
    for row in rows:
        subject = row.get("subject")
        hashed = hashlib.sha256(salts[str(subject)] + str(subject).encode()).hexdigest() if subject else None
        complete.append({**_EMPTY_ENTRY, **{name: row[name] for name in row if name != "subject"}, "subj": hashed})
    add_rows(connection, ENTRY, complete)


def _salts(connection: Connection, subjects: set[str]) -> dict[str, bytes]:
    """One random salt per case pseudonym, in a table of its own: erased with the case, the tree stays whole."""
    if not subjects:
        return {}
    new = [{"subject": subject, "salt": os.urandom(16)} for subject in sorted(subjects)]
    add_rows(connection, SALT, new, absent=True)
    rows = connection.execute(_SALTS, {"subjects": as_list(subjects)})
    return {row.subject: row.salt for row in rows}


def sequence_entries(connection: Connection, most: int) -> int:
    """Gives the oldest entries without an index the next ones; returns how many.

    One at a time: on PostgreSQL by a lock of the transaction, so that a leader that lost its lead does no harm.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(_LOCK, {"number": SEQUENCING})
    last = connection.execute(_LAST).scalar()
    return connection.execute(_GIVE_INDEX, {"last": -1 if last is None else int(last), "most": most}).rowcount


def add_next(connection: Connection, row: Row, index: int) -> None:
    """An entry that has its index at once, under the sequencer's lock: the first of a log that begins anew."""
    connection.execute(insert(ENTRY).values({**_EMPTY_ENTRY, "subj": None, **row, "leaf_index": index}))


def hold_sequencer(connection: Connection) -> int:
    """Keeps the sequencer away until this transaction ends; returns the index that is next."""
    if connection.dialect.name == "postgresql":
        connection.execute(_LOCK, {"number": SEQUENCING})
    last = connection.execute(_LAST).scalar()
    return 0 if last is None else int(last) + 1


def add_register_version(
    connection: Connection, version: int, body_hash: str, now: datetime, body: bytes | None = None
) -> str:
    """Remembers that this version of the register is in use, with its log entry; returns the hash that is remembered.

    Its signed bytes are kept where they are given, so that what was agreed on a day stays known.

    Two processes that load it at once write one entry: the second meets the row of the first. Another hash than was
    given says that somebody else uses other bytes by the same number.
    """
    row = {"version": version, "hash": body_hash, "loaded": instant(now), "body": body}
    added = insert_if_absent(connection, REGISTER_VERSION).values(row).returning(REGISTER_VERSION.c.version)
    if connection.execute(added).first() is not None:
        add_entries(connection, [{"kind": "register", "ts": instant(now), "refhash": f"sha-256:{body_hash}"}])
        return body_hash
    query = select(REGISTER_VERSION.c.hash).where(REGISTER_VERSION.c.version == version)
    return str(connection.execute(query).scalar_one())
