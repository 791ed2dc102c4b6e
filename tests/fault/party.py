"""A partner's process for the fault suite: the real edge with small handlers around an outside system.

    python -m tests.fault.party SETTINGS.toml

Its own file (`own`) says what it plays: `orders` is the case system's book, from which it publishes notices; `outside`
is where it acts; `keyed` whether that system takes the message id as a key. It writes what became of its messages into
the case system's book, which is not its ledger.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import httpx2
from sqlalchemy import Column, Integer, MetaData, String, Table

from adapters.adapter import Task, own_file
from adapters.edge import Done, Edge, Outcome, OutsideKey, Received, Reply
from adapters.migrations import Schema
from adapters.process import run_adapter
from adapters.settings import load_edge_settings
from hub.clock import new_pseudonym
from hub.database import Connection
from hub.errors import Code, UnavailableError
from hub.events import configure
from hub.toml import read_toml
from hub.waiting import pause
from schemas.messages import NoticeAnswer, PublicNotice

EXAMPLES = Path(__file__).parents[2] / "schemas/v1/examples"
OWN = MetaData()
SCHEMA = Schema("fault", OWN, Path(__file__).parent / "migrations")
TAKEN = Table(
    "taken_order", OWN, Column("ord", Integer, primary_key=True), Column("message_id", String(36), nullable=False)
)
LOOK_S = 0.05


def example(name: str, **changes: object) -> dict[str, Any]:
    """A published example, changed."""
    found: dict[str, Any] = json.loads((EXAMPLES / f"{name}.json").read_bytes())
    return found | changes


class Party:
    """What both sides share."""

    def __init__(self, edge: Edge, own: dict[str, Any], client: httpx2.AsyncClient) -> None:
        self.edge = edge
        self.own = own
        self.client = client
        outside = OutsideKey.KEY if own.get("keyed", True) else OutsideKey.NEITHER
        edge.on(PublicNotice, self.stop_collecting, outside=outside)
        edge.on(NoticeAnswer, self.note_answer, outside=outside)
        edge.on_outcome(self.tell)
        edge.ledger.upgrade(SCHEMA)

    async def stop_collecting(self, received: Received[PublicNotice]) -> Done:
        """The act of the tax office, and its answer."""
        order = str(received.message.to_wire()["klantnummerShv"])
        await self._act(received.id, order, "stop")
        return Done((Reply(NoticeAnswer.from_wire(example("kennisgeving-antwoord", klantnummerSe=order))),))

    async def note_answer(self, received: Received[NoticeAnswer]) -> Done:
        """The act of the debt helper."""
        await self._act(received.id, str(received.message.to_wire()["klantnummerSe"]), "noted")
        return Done()

    async def _act(self, key: str, order: str, what: str) -> None:
        asked = {"key": key, "order": int(order), "what": what, "keyed": self.own.get("keyed", True)}
        try:
            answer = await self.client.post(f"{self.own['outside']}/act", json=asked)
        except httpx2.TransportError:
            raise UnavailableError(Code.OUTSIDE_UNAVAILABLE) from None
        if not answer.is_success:
            raise UnavailableError(Code.OUTSIDE_UNAVAILABLE)

    def tell(self, tx: Connection, outcome: Outcome) -> None:
        """Writes an outcome into the case system's book; twice is once."""
        row = tx.execute(TAKEN.select().where(TAKEN.c.message_id == outcome.message_id)).first()
        if row is None or "orders" not in self.own:
            return
        with closing(sqlite3.connect(self.own["orders"], timeout=20)) as book, book:
            book.execute("INSERT OR IGNORE INTO outcome VALUES (?, ?, ?)", (row.ord, outcome.state, outcome.code or ""))

    async def take_orders(self, stop: asyncio.Event) -> None:
        """Publishes a notice for every order in the case system's book, each in the transaction that takes it."""
        while not await pause(stop, LOOK_S):
            await asyncio.get_running_loop().run_in_executor(None, self._take_orders)

    def _take_orders(self) -> None:
        with closing(sqlite3.connect(self.own["orders"], timeout=20)) as book:
            orders = book.execute("SELECT ord, recipient FROM orders ORDER BY ord").fetchall()
        with self.edge.ledger.database.reading() as tx:
            taken = {row.ord for row in tx.execute(TAKEN.select())}
        for order, recipient in orders:
            if order not in taken:
                self._publish(order, recipient)

    def _publish(self, order: int, recipient: str) -> None:
        notice = PublicNotice.from_wire(example("kennisgeving-publiek", klantnummerShv=str(order)))
        with self.edge.ledger.begin() as tx:
            sent = self.edge.publish(tx, notice, to=recipient, case=new_pseudonym(), conversation=new_pseudonym())
            tx.execute(TAKEN.insert().values(ord=order, message_id=sent))


@asynccontextmanager
async def compose(edge: Edge, own: Path | None) -> AsyncIterator[Sequence[Task]]:
    """The party of the settings in `own`."""
    content = read_toml(own_file(own))
    async with httpx2.AsyncClient(timeout=5, trust_env=False) as client:
        party = Party(edge, content, client)
        yield [party.take_orders] if "orders" in content else []


if __name__ == "__main__":
    configure("party")
    run_adapter(load_edge_settings(Path(sys.argv[1])), compose)
