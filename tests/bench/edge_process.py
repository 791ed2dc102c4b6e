"""An edge behind a gate, as a sender or a recipient: `… edge_process FILE`, where FILE says who and how many.

A sender puts its messages into the outbox before the gate and says what that cost; it is done when every recipient has
said that it stored them. A recipient acts by doing nothing and is done when it did so for every message.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adapters.edge import Done, Edge, Identity, Ledger, Office, Outcome, Received
from hub.clock import SystemClock, new_pseudonym
from hub.events import configure
from hub.register.current import CurrentKeys, CurrentRegister
from hub.register.file import RegisterFile
from hub.register.governance import load_governance
from hub.running import run_until_stopped
from hub.wire.link import LinkSettings
from schemas.messages import PublicNotice
from tests.bench.child import gate, say
from tests.bench.letters import EXAMPLE

AT_ONCE = 100  # messages in one transaction, as a CSV import would write them


@dataclass(frozen=True)
class Part:
    """What one edge plays: it sends `count` messages to `to`, or receives `count` where `to` is None."""

    oin: str
    inbox: str
    to: str | None
    count: int
    world: str
    folder: str
    url: str
    ca: str
    certificate: str
    key: str

    def edge(self, ledger: Ledger) -> Edge:
        """The edge, not running yet."""
        world = Path(self.world)
        governance = load_governance((world / "governance.jwk").read_bytes())
        floor = Path(self.folder) / f"floor-{self.oin}.json"
        register = CurrentRegister(RegisterFile(world / "register.jws", governance, floor))
        keys = CurrentKeys(world / self.oin / "keys", self.oin, register)
        link = LinkSettings(self.url, Path(self.ca), Path(self.certificate), Path(self.key))
        return Edge(Identity(self.oin, "meting", self.inbox), ledger, Office(register, keys, SystemClock()), link)


class Tally:
    """Counts up to a number and says so."""

    def __init__(self, count: int) -> None:
        self._left = count

    def one(self) -> None:
        """One more; says `done` at the last."""
        self._left -= 1
        if self._left == 0:
            say("done")


def fill_outbox(edge: Edge, part: Part, to: str) -> float:
    """Seals and stores what will be sent; returns the CPU microseconds per message."""
    notice = PublicNotice.from_wire(json.loads(EXAMPLE.read_bytes()))
    begin = time.process_time()
    for start in range(0, part.count, AT_ONCE):
        with edge.ledger.begin() as tx:
            for _ in range(min(AT_ONCE, part.count - start)):
                edge.publish(tx, notice, to=to, case=new_pseudonym(), conversation=new_pseudonym())
    return (time.process_time() - begin) / part.count * 1e6


def main(part: Part) -> None:
    """Gets ready, waits, exchanges until SIGTERM."""
    configure(f"edge-{part.oin[-4:]}")
    ledger = Ledger(f"sqlite:///{Path(part.folder) / f'ledger-{part.oin}.db'}")
    edge = part.edge(ledger)
    tally = Tally(part.count)

    async def act(_received: Received[PublicNotice]) -> Done:
        tally.one()
        return Done()

    def delivered(_tx: Any, outcome: Outcome) -> None:  # noqa: ANN401 - a database transaction that this has no use for
        if outcome.state == "delivered":
            tally.one()

    if part.to is None:
        edge.on(PublicNotice, act)
    else:
        edge.on_outcome(delivered)
        say("filled", cpu_us=fill_outbox(edge, part, part.to))
    gate()
    asyncio.run(run_until_stopped(edge.run))
    ledger.close()


if __name__ == "__main__":
    main(Part(**json.loads(Path(sys.argv[1]).read_bytes())))
