"""The debt helper's process for the whole-system test: the real edge, saying what is written in the letter book.

    python -m tests.fault.debt_helper SETTINGS.toml

Its own file (`own`) names the letter book, a SQLite file that is not its ledger: what to say to whom in which
conversation. Each letter is taken in the transaction that seals it. What it is told back it only notes.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from pathlib import Path

from adapters.adapter import Task, own_file
from adapters.contract import Done, Received
from adapters.edge import Edge
from adapters.process import run_adapter
from adapters.settings import load_edge_settings
from hub.events import configure
from hub.toml import read_toml
from hub.waiting import pause
from schemas.catalogue import TYPE_PREFIX
from schemas.messages import (
    MODELS,
    DebtRestRegistrationResult,
    Message,
    NoCooperation,
    NoticeAnswer,
    StatusReport,
)
from tests.fault.party import LOOK_S, SCHEMA, TAKEN

LETTERS = """
CREATE TABLE IF NOT EXISTS letter (
  ord INTEGER PRIMARY KEY AUTOINCREMENT, recipient TEXT NOT NULL, subject TEXT NOT NULL, conversation TEXT NOT NULL,
  name TEXT NOT NULL, data TEXT NOT NULL
);
PRAGMA journal_mode=WAL;
"""


async def note(_: Received[Message]) -> Done:
    """An answer is stored; there is nothing to do."""
    return Done()


class DebtHelper:
    """Says what is in the book."""

    def __init__(self, edge: Edge, book: Path) -> None:
        self._edge = edge
        self._book = book
        edge.ledger.upgrade(SCHEMA)
        for model in (NoticeAnswer, NoCooperation, StatusReport, DebtRestRegistrationResult):
            edge.on(model, note)

    async def say_letters(self, stop: asyncio.Event) -> None:
        """Takes every letter once, in the order of the book."""
        while not await pause(stop, LOOK_S):
            await asyncio.get_running_loop().run_in_executor(None, self._say_new)

    def _say_new(self) -> None:
        with self._edge.ledger.database.reading() as tx:
            taken = {row.ord for row in tx.execute(TAKEN.select())}
        with closing(sqlite3.connect(self._book, timeout=20)) as book:
            letters = book.execute("SELECT * FROM letter ORDER BY ord").fetchall()
        for ord_, *letter in letters:
            if ord_ not in taken:
                self._say(ord_, *letter)

    def _say(self, ord_: int, recipient: str, subject: str, conversation: str, name: str, data: str) -> None:
        message = MODELS[f"{TYPE_PREFIX}{name}.v1"].from_wire(json.loads(data))
        with self._edge.ledger.begin() as tx:
            sent = self._edge.publish(tx, message, to=recipient, case=subject, conversation=conversation)
            tx.execute(TAKEN.insert().values(ord=ord_, message_id=sent))


@asynccontextmanager
async def compose(edge: Edge, own: Path | None) -> AsyncIterator[Sequence[Task]]:
    """The debt helper with the letter book of the settings in `own`."""
    helper = DebtHelper(edge, Path(read_toml(own_file(own))["letters"]))
    yield [helper.say_letters]


if __name__ == "__main__":
    configure("debt_helper")
    run_adapter(load_edge_settings(Path(sys.argv[1])), compose)
