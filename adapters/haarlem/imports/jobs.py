"""Carries imports out, one file after another and row by row, beside everything else that the adapter does.

What becomes of a row commits with its act, so a process that ends half-way goes on where it was and does nothing twice.
A row at which processes end again and again is given up alone.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from typing import Final

from adapters import csv_cells
from adapters.haarlem import csv_import, endings
from adapters.haarlem.book import DebtHelper
from adapters.haarlem.csv_import import ALREADY, DONE, HEADER, REFUSED, Acting, Line, Outcome
from adapters.haarlem.desk import store as desk
from adapters.haarlem.desk.store import Import
from adapters.haarlem.imports import store
from adapters.haarlem.imports.store import Job
from adapters.haarlem.store import Transaction
from hub.clock import new_pseudonym
from hub.errors import HubError
from hub.events import Event, log
from hub.waiting import pause

LOOK_S: Final = 0.5
RETRY_S: Final = 5.0
#: How long one turn lasts: then the process may stop, between two rows.
TURN_S: Final = 0.5
MOST_TRIES: Final = 3
_GIVEN_UP: Final = "Bij deze regel ging hier telkens iets mis; er is niets gebeurd. De beheerder kan het vinden."


def accept(
    helper: DebtHelper,
    tx: Transaction,
    acting: Acting,
    content: bytes,
    *,
    running: bool = False,
    count: int | None = None,
) -> Job:
    """Takes a file in; nothing of it was carried out yet.

    Args:
        helper: the debt helper.
        tx: the transaction that answers whoever handed it in.
        acting: on whose behalf.
        content: the file.
        running: takes over what runs already (`bestaand`); nothing is sent.
        count: how many pauses end, when that was asked.

    Raises:
        ActRefusedError: INVALID for what is no CSV, COUNT_NEEDED.
    """
    lines = csv_import.read_lines(content)
    known = desk.imported(tx, (line.mark for line in lines))
    fresh = [line for line in lines if line.mark not in known]
    ended = [one for line in fresh for one in csv_import.ended_by(tx, line, running=running)]
    endings.check_count(helper, count, endings.count_pauses({one.id: one for one in ended}.values()))
    job = Job(
        id=new_pseudonym(),
        at=helper.now(),
        token_id=acting.token_id,
        employee=acting.employee,
        digest=hashlib.sha256(content).hexdigest(),
        running=running,
        total=len(lines),
        content=content,
    )
    store.add_job(tx, job)
    return job


class ImportDesk:
    """Carries out what was handed in; one per process."""

    def __init__(self, helper: DebtHelper) -> None:
        self._helper = helper
        self._taken_up: set[str] = set()

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`, which it heeds between two rows. A bug ends the process; the row it was at is remembered."""
        while not stop.is_set():
            try:
                worked, wait_s = await asyncio.to_thread(self.turn), LOOK_S
            except HubError as error:  # no database, no key: nothing was done, and it comes again
                log().error(Event.TASK_FAILED, task="imports", code=error.code, place=error.place)
                worked, wait_s = False, RETRY_S
            if not worked:
                await pause(stop, wait_s)

    def turn(self) -> bool:
        """Works for a moment; whether there was anything to do."""
        ledger = self._helper.edge.ledger
        with ledger.database.reading() as tx:
            job = store.next_job(tx)
            handled = store.handled(tx, job.id) if job else set()
        if job is None:
            return False
        left = [line for line in csv_import.read_lines(job.content) if line.number not in handled]
        self._take_up(job, left)
        end = time.monotonic() + TURN_S
        acting = Acting(job.token_id, job.employee)
        while left and time.monotonic() < end:
            line = left.pop(0)
            csv_import.carry_out(self._helper, acting, line, running=job.running, keep=_keeper(job))
        if not left:
            self._finish(job)
        return True

    def _take_up(self, job: Job, left: list[Line]) -> None:
        """Once per process and file: notes the row that comes next, and gives it up when it ended too many of us."""
        if job.id in self._taken_up or not left:
            return
        self._taken_up.add(job.id)
        line = left[0]
        tries = job.tries + 1 if job.line == line.number else 1
        with self._helper.edge.ledger.begin() as tx:
            store.note_try(tx, job.id, line.number, tries)
            if tries > MOST_TRIES:
                log().error(Event.TASK_FAILED, task="imports", error="GivenUp", place="line")
                _keeper(job)(tx, Outcome(left.pop(0), REFUSED, code="interne-fout", words=_GIVEN_UP))

    def _finish(self, job: Job) -> None:
        """The result file; the file itself, which is about persons, is forgotten."""
        with self._helper.edge.ledger.begin() as tx:
            totals = store.tally(tx, job.id)
            done = Import(
                id=job.id,
                digest=job.digest,
                at=job.at,
                employee=job.employee,
                total=job.total,
                done=totals[DONE],
                already=totals[ALREADY],
                refused=totals[REFUSED],
                result=csv_cells.write_rows(HEADER, store.lines(tx, job.id)),
            )
            desk.add_import(tx, done)
            store.drop_job(tx, job.id)


def _keeper(job: Job) -> csv_import.Keep:
    """Writes down what became of a row, in the transaction that carried it out."""

    def keep(tx: Transaction, outcome: Outcome) -> None:
        store.add_line(tx, job.id, outcome.line.number, outcome.result, outcome.cells())

    return keep
