"""Pauses collecting in a system that we have already when a notice comes, and answers: `example_adapter.py FILE`."""

import asyncio
import sqlite3
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from pathlib import Path

from adapters.adapter import Task, own_file
from adapters.edge import Done, Edge, Received, Reply
from adapters.process import run_adapter
from adapters.settings import load_edge_settings
from hub import events
from hub.errors import Code, UnavailableError
from schemas.codes import Measure, NoCooperationReason
from schemas.messages import NoCooperation, NoticeAnswer, PublicNotice

PAUSE = "INSERT INTO pause (key, customer, until) VALUES (?, ?, ?) ON CONFLICT (key) DO NOTHING"


def pause(system: Path, key: str, notice: PublicNotice) -> NoticeAnswer | NoCooperation:
    """The act. Our system takes a key once: asked again for the same message it changes nothing and says the same."""
    try:
        with closing(sqlite3.connect(system)) as db, db:
            found = db.execute("SELECT number, birth_date FROM customer WHERE bsn = ?", (notice.bsn,)).fetchone()
            if found is None:
                return NoCooperation(reason=NoCooperationReason.CUSTOMER_UNKNOWN)
            known = zip(notice.birth_date.split("-"), found[1].split("-"), strict=True)
            if not all(ours == theirs or "00" in {ours, theirs} for ours, theirs in known):
                return NoCooperation(reason=NoCooperationReason.DETAILS_DO_NOT_MATCH)
            db.execute(PAUSE, (key, found[0], notice.end_date.isoformat()))
    except sqlite3.OperationalError:
        raise UnavailableError(Code.OUTSIDE_UNAVAILABLE) from None  # our system is away: the edge tries again later
    begin, end, stopped = notice.start_date, notice.end_date, (Measure.REMINDER, Measure.FINAL_DEMAND)
    return NoticeAnswer(start_date=begin, end_date=end, measures_stopped=stopped, measures_not_stopped=())


@asynccontextmanager
async def compose(edge: Edge, own: Path | None) -> AsyncIterator[Sequence[Task]]:
    """Says what we do on which message; `own` is the file of our system, as the settings name it."""
    system = own_file(own)

    async def on_notice(received: Received[PublicNotice]) -> Done:
        answer = await asyncio.to_thread(pause, system, received.id, received.message)
        return Done(replies=(Reply(answer),))

    edge.on(PublicNotice, on_notice)
    yield ()


if __name__ == "__main__":
    events.configure("voorbeeld")
    run_adapter(load_edge_settings(Path(sys.argv[1])), compose)
