"""What the outside parties wrote down themselves: the case system its orders, the outside systems their acts."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.fault.outside import SCHEMA
from tests.world import TAX

ORDERS = """
CREATE TABLE orders (ord INTEGER PRIMARY KEY AUTOINCREMENT, recipient TEXT);
CREATE TABLE outcome (ord INTEGER, state TEXT, code TEXT, PRIMARY KEY (ord, state));
PRAGMA journal_mode=WAL;
"""


@dataclass(frozen=True)
class Count:
    """What the books say of some orders."""

    attempted: int
    accepted: int
    delivered: int
    effected: int
    duplicated: int
    answered: int
    answered_twice: int

    @property
    def lost(self) -> int:
        """Orders that nobody acted on."""
        return self.attempted - self.effected

    @property
    def whole(self) -> bool:
        """Every order was accepted, delivered, acted on and answered."""
        return {self.accepted, self.delivered, self.effected, self.answered} == {self.attempted}

    @property
    def clean(self) -> bool:
        """And nothing was done twice."""
        return self.whole and self.duplicated == self.answered_twice == 0


class Books:
    """Both books; the second is kept by the process of the outside systems."""

    def __init__(self, orders: Path, acts: Path) -> None:
        self.orders = orders
        self.acts = acts
        for path, schema in ((orders, ORDERS), (acts, SCHEMA)):
            with closing(sqlite3.connect(path)) as book:
                book.executescript(schema)

    @contextmanager
    def _open(self, path: Path) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(path, timeout=20)) as book, book:
            yield book

    def order(self, count: int, recipient: str = TAX) -> range:
        """The case system asks for so many notices; returns their numbers."""
        with self._open(self.orders) as book:
            first = book.execute("SELECT coalesce(max(ord), 0) + 1 FROM orders").fetchone()[0]
            book.executemany("INSERT INTO orders (recipient) VALUES (?)", [(recipient,)] * count)
        return range(first, first + count)

    def count(self, orders: range) -> Count:
        """What the books say of these orders."""
        within = (orders.start, orders.stop)
        with self._open(self.orders) as book:
            attempted = book.execute("SELECT count(*) FROM orders WHERE ord >= ? AND ord < ?", within).fetchone()[0]
            told = book.execute("SELECT state, ord FROM outcome WHERE ord >= ? AND ord < ?", within).fetchall()
        with self._open(self.acts) as book:
            done = book.execute("SELECT what, ord FROM effect WHERE ord >= ? AND ord < ?", within).fetchall()
        stops = [order for what, order in done if what == "stop"]
        notes = [order for what, order in done if what == "noted"]
        delivered = {order for state, order in told if state == "delivered"}
        accepted = {order for state, order in told if state == "accepted"}
        return Count(
            attempted=attempted,
            accepted=len(accepted | delivered),  # the recipient's receipt may be here before the hub's
            delivered=len(delivered),
            effected=len(set(stops)),
            duplicated=len(stops) - len(set(stops)),
            answered=len(set(notes)),
            answered_twice=len(notes) - len(set(notes)),
        )

    def outcomes(self, order: int) -> set[tuple[str, str]]:
        """(state, code) of what the case system was told of an order."""
        with self._open(self.orders) as book:
            return set(book.execute("SELECT state, code FROM outcome WHERE ord = ?", (order,)).fetchall())

    def asked(self, order: int, what: str = "stop") -> int:
        """How often the outside system was asked to act on an order."""
        with self._open(self.acts) as book:
            found = book.execute("SELECT count(*) FROM asked WHERE ord = ? AND what = ?", (order, what)).fetchone()
        return int(found[0])

    def switch(self, name: str, value: str | None) -> None:
        """Lets the outside system misbehave, or stop doing so."""
        with self._open(self.acts) as book:
            book.execute("DELETE FROM switch WHERE name = ?", (name,))
            if value is not None:
                book.execute("INSERT INTO switch VALUES (?, ?)", (name, value))
