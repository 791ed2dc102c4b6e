"""A message log on a real database of either kind, filled by the hub's own functions; and what it must come to.

`expected_root` computes the head from the rows alone: its own JSON, its own hashes, its own recursion (RFC 6962, 2.1),
nothing of the hub's, so that an error there cannot agree with itself.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hub.clock import new_pseudonym
from hub.database import Connection, Database, instant
from hub.messagelog import schema, sequencer
from hub.messagelog.checkpoints.making import make_checkpoints
from hub.messagelog.checkpoints.store import Kept
from hub.messagelog.entries.store import add_entries
from hub.messagelog.tables import ENTRY
from tests.world import LOG_SIGNER, NOW, SHV, TAX, full_type

LOG = LOG_SIGNER.name


@dataclass
class Logbook:
    """The log of one hub."""

    database: Database

    def write(self, count: int, at: datetime = NOW, **changes: object) -> None:
        """Entries of accepted messages, a millisecond apart, without index yet."""
        rows: list[dict[str, object]] = [
            {
                "kind": "accepted",
                "ts": instant(at + timedelta(milliseconds=number)),
                "id": new_pseudonym(),
                "type": full_type("kennisgeving-publiek"),
                "src": SHV,
                "rcpt": TAX,
                "kid": f"{SHV}/sig/a",
                "refhash": f"sha-256:{hashlib.sha256(str(number).encode()).hexdigest()}",
                "subject": new_pseudonym(),
            }
            | changes
            for number in range(count)
        ]
        with self.database.begin() as connection:
            add_entries(connection, rows)

    def sequence(self, most: int = 5_000) -> None:
        """The sequencer, until nothing is left."""
        while True:
            with self.database.begin() as connection:
                done = sequencer.sequence(connection, LOG, most)
            if done.problem is not None:
                raise done.problem
            if not done.entries and not done.leaves:
                return

    def checkpoint(self, floor: str | None = None, now: datetime = NOW) -> list[Kept]:
        """Signs what grew."""
        with self.database.begin() as connection:
            return make_checkpoints(connection, LOG_SIGNER, floor, now)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that only reads."""
        with self.database.reading() as connection:
            yield connection

    def expected_root(self, first: int, size: int) -> bytes:
        """The root over the leaves from index `first` on, from the rows alone."""
        with self.reading() as connection:
            query = ENTRY.select().where(ENTRY.c.leaf_index >= first).order_by(ENTRY.c.leaf_index).limit(size)
            rows = [row._mapping for row in connection.execute(query)]
        assert [row["leaf_index"] for row in rows] == list(range(first, first + size))
        return by_definition([leaf_json(row) for row in rows])


def leaf_json(row: Any) -> bytes:  # noqa: ANN401 - a row as the driver gives it
    """The leaf of wire.md 11 from a row: sorted members, no spaces, absent ones left out."""
    seconds, micro = divmod(row["ts"], 1_000_000)
    at = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S") + f".{micro // 1000:03}Z"
    names = ("kind", "id", "ref", "type", "src", "rcpt", "kid", "refhash", "result", "code", "subj")
    members = {"v": 1, "ts": at} | {name: row[name] for name in names if row[name] is not None}
    return json.dumps(dict(sorted(members.items())), separators=(",", ":")).encode()


def by_definition(leaves: Sequence[bytes]) -> bytes:
    """MTH of RFC 6962, 2.1."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + by_definition(leaves[:split]) + by_definition(leaves[split:])).digest()


@contextmanager
def logbook_on(kind: str, folder: Path, postgres_url: str | None) -> Iterator[Logbook]:
    """A log on a SQLite file or on a database of PostgreSQL."""
    database = Database(postgres_url if kind == "postgresql" and postgres_url else f"sqlite:///{folder / 'hub.db'}")
    schema.upgrade(database)
    try:
        yield Logbook(database)
    finally:
        database.close()
