"""An audit from beginning to end: its record says that it runs, how far it is, and what it found."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Final

from hub.clock import Clock
from hub.database import Connection, Database
from hub.events import Event, log
from hub.messagelog.auditing import Audit, Progress, Trust, audit, store

#: Seconds between two notes of how far it is.
NOTE_EVERY_S: Final = 1.0


#: What else is to be held against the log; returns what is wrong.
Also = Callable[[Connection], Sequence[str]]


def run_audit(
    database: Database,
    trust: Trust,
    clock: Clock,
    tell: Progress = lambda _done, _total: None,
    also: Sequence[Also] = (),
) -> Audit:
    """Audits in this thread.

    Raises:
        UnavailableError: the database is away; the record stays as it was last noted.
    """
    with database.begin() as connection:
        total = store.total_leaves(connection)
        number = store.begin_verification(connection, total, clock.now())
    noted = time.monotonic()

    def progress(done: int, of: int) -> None:
        nonlocal noted
        tell(done, of)
        if time.monotonic() < noted + NOTE_EVERY_S:
            return
        noted = time.monotonic()
        with database.begin() as connection:
            store.note_progress(connection, number, done, clock.now())

    with database.reading() as connection:
        found = audit(connection, trust, progress)
        for look in also:
            for problem in look(connection):
                found.find(problem)
    with database.begin() as connection:
        store.note_progress(connection, number, found.leaves, clock.now())
        store.end_verification(connection, number, found.problems, clock.now())
    say = log().error if found.problems else log().info
    say(Event.LOG_AUDITED, size=found.leaves, count=len(found.problems))
    return found
