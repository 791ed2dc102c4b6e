"""One act of a debt helper who names forty creditors: how long until it is sealed, accepted and in every inbox.

The clock starts before the act's transaction. *In every inbox* is when the hub recorded that the broker confirmed the
last of the forty; *accepted* is when the sender's ledger had the hub's receipt for each.
"""

from __future__ import annotations

import asyncio
import json
import statistics
from contextlib import AsyncExitStack
from dataclasses import asdict
from pathlib import Path

from sqlalchemy import func, select

from hub.database import Database
from hub.messagelog.tables import MESSAGE
from tests.bench.child import Child
from tests.bench.machine import Meter, between
from tests.bench.parties import CREDITORS, SENDERS
from tests.bench.servers import Servers
from tests.bench.stand import fresh_stand
from tests.bench.whole_road import part_of

LIMIT_S = 60.0


async def one_case(servers: Servers, folder: Path, rounds: int) -> dict[str, object]:
    """`rounds` cases, each of them alone on the road; milliseconds, the median of the rounds."""
    sender = SENDERS[0]
    found: list[dict[str, float]] = []
    async with (
        fresh_stand(servers, folder, folder / "case", (sender, *CREDITORS)) as stand,
        AsyncExitStack() as stack,
    ):
        file = stand.folder / "sender.json"
        file.write_text(json.dumps({**asdict(part_of(stand, sender, None, rounds)), "to": CREDITORS}))
        hub = await stack.enter_async_context(Child("hub_process", str(stand.settings), log=stand.folder / "hub.log"))
        edge = await stack.enter_async_context(Child("case_process", str(file), log=stand.folder / "sender.log"))
        for child in (hub, edge):
            await child.heard("ready")
        meter = Meter({"hub": hub.pid, "sender": edge.pid, **servers.roots})
        before = meter.read()
        for child in (hub, edge):
            await child.go()
        for _ in range(rounds):
            said = await edge.heard("case", LIMIT_S)
            last = await asyncio.to_thread(_forwarded, stand.database, said["case"])
            found.append(
                {
                    "sealed_ms": said["sealed"] - said["begun"],
                    "in_inboxes_ms": last - said["begun"],
                    "accepted_ms": said["accepted"] - said["begun"],
                }
            )
        used = between(before, meter.read())
    medians = {name: round(statistics.median(one[name] for one in found), 1) for name in found[0]}
    return {
        "creditors": len(CREDITORS),
        **medians,
        "slowest_ms": round(max(one["in_inboxes_ms"] for one in found), 1),
        "strangers_share": used.strangers_share,
        "rounds": found,
    }


def _forwarded(url: str, case: str) -> float:
    """When the last message of a case was in its inbox, in Unix milliseconds; every one of them is there."""
    database = Database(url)
    try:
        with database.reading() as connection:
            query = select(func.count(MESSAGE.c.forwarded_at), func.max(MESSAGE.c.forwarded_at))
            count, last = connection.execute(query.where(MESSAGE.c.subject == case)).one()
    finally:
        database.close()
    if count != len(CREDITORS):
        raise AssertionError(f"{count} of {len(CREDITORS)} are in an inbox")
    return float(last) / 1000
