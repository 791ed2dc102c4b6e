"""A sender's edge behind a gate that acts on one case after another: `… case_process FILE`.

Each act is one transaction with a notice for every creditor; the next begins when the hub has accepted all of it and
said so. Times are Unix milliseconds.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

from adapters.edge import Edge, Ledger, Outcome
from hub.clock import new_pseudonym
from hub.events import configure
from hub.running import run_until_stopped
from hub.waiting import pause
from schemas.messages import PublicNotice
from tests.bench.child import gate, say
from tests.bench.edge_process import Part
from tests.bench.letters import EXAMPLE

LOOK_S = 0.05
QUIET_S = 1.0  # between cases, so that the keeper's and the receipts' work of the last is done
MARKED_S = 0.3  # for the hub to record what the broker confirmed


def _now_ms() -> float:
    return time.time_ns() / 1e6


class Helper:
    """Acts and waits; `accepted` is told of each outcome by the edge."""

    def __init__(self, edge: Edge, creditors: list[str], cases: int) -> None:
        self._edge, self._creditors, self._cases = edge, creditors, cases
        self._open: set[str] = set()
        self._all_accepted = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def accepted(self, _tx: Any, outcome: Outcome) -> None:  # noqa: ANN401 - a transaction that this has no use for
        """One is accepted; runs in a thread of the ledger."""
        self._open.discard(outcome.to)
        if not self._open and self._loop is not None:
            self._loop.call_soon_threadsafe(self._all_accepted.set)

    async def act(self, stop: asyncio.Event) -> None:
        """One case after another."""
        self._loop = asyncio.get_running_loop()
        while self._edge.link_down_since() is not None and not await pause(stop, LOOK_S):
            pass
        notice = PublicNotice.from_wire(json.loads(EXAMPLE.read_bytes()))
        for _ in range(self._cases):
            await pause(stop, QUIET_S)
            self._open = set(self._creditors)
            self._all_accepted.clear()
            case, begun = new_pseudonym(), _now_ms()
            await asyncio.to_thread(self._publish, notice, case)
            sealed = _now_ms()
            await self._all_accepted.wait()
            accepted = _now_ms()
            await pause(stop, MARKED_S)
            say("case", case=case, begun=begun, sealed=sealed, accepted=accepted)

    def _publish(self, notice: PublicNotice, case: str) -> None:
        with self._edge.ledger.begin() as tx:
            for creditor in self._creditors:
                self._edge.publish(tx, notice, to=creditor, case=case, conversation=new_pseudonym())


def main(plan: dict[str, Any]) -> None:
    """Gets ready, waits, acts until SIGTERM."""
    configure("case")
    creditors = list(plan.pop("to"))
    part = Part(**plan, to=None)
    ledger = Ledger(f"sqlite:///{Path(part.folder) / f'ledger-{part.oin}.db'}")
    edge = part.edge(ledger)
    helper = Helper(edge, creditors, part.count)
    edge.on_outcome(helper.accepted)
    gate()
    asyncio.run(run_until_stopped(edge.run, helper.act))
    ledger.close()


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_bytes()))
