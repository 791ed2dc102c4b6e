"""Counts what is asked of a database, by verb and table."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from hub.database import Database

TABLE = re.compile(r"(?:FROM|INTO|UPDATE)\s+\"?(\w+)", re.IGNORECASE)
VERBS = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE"})


@contextmanager
def counted(database: Database) -> Iterator[Counter[tuple[str, str]]]:
    """Counts statements while the context lasts; many rows with one statement count once."""
    found: Counter[tuple[str, str]] = Counter()

    def count(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        verb = statement.split(maxsplit=1)[0].upper()
        table = TABLE.search(statement)
        if verb in VERBS and table:
            found[verb, table[1].lower()] += 1

    event.listen(database.engine, "before_cursor_execute", count)
    try:
        yield found
    finally:
        event.remove(database.engine, "before_cursor_execute", count)
