"""The whole road at once: a sender's edge, the hub, a recipient's edge, and every receipt back, each as a process.

CPU per message of all of them together; the rate is that of the machine with everything on it, not of the hub.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack
from dataclasses import asdict
from pathlib import Path

from hub.wire.topology import user_of
from tests.bench.child import Child
from tests.bench.edge_process import Part
from tests.bench.machine import Meter, between
from tests.bench.parties import RECIPIENTS, SENDERS
from tests.bench.servers import Servers
from tests.bench.stand import Stand, fresh_stand

LIMIT_S = 600.0


async def whole_road(servers: Servers, folder: Path, count: int) -> dict[str, object]:
    """`count` messages from one outbox to acts at one recipient, and the outcomes back at the sender."""
    async with fresh_stand(servers, folder, folder / "road") as stand, AsyncExitStack() as stack:
        sender, recipient = SENDERS[0], RECIPIENTS[0]
        parts = {
            "sender": part_of(stand, sender, recipient, count),
            "recipient": part_of(stand, recipient, None, count),
        }
        edges = {}
        for name, part in parts.items():
            file = stand.folder / f"{name}.json"
            file.write_text(json.dumps(asdict(part)))
            child = Child("edge_process", str(file), log=stand.folder / f"{name}.log")
            edges[name] = await stack.enter_async_context(child)
        hub = await stack.enter_async_context(Child("hub_process", str(stand.settings), log=stand.folder / "hub.log"))
        filled = await edges["sender"].heard("filled", LIMIT_S)
        children = [hub, edges["recipient"], edges["sender"]]
        for child in children:
            await child.heard("ready")
        meter = Meter({"hub": hub.pid, **{name: child.pid for name, child in edges.items()}, **servers.roots})
        before = meter.read()
        for child in children:
            await child.go()
        await asyncio.gather(*(child.heard("done", LIMIT_S) for child in edges.values()))
        used = between(before, meter.read())
    return {
        "messages": count,
        "per_s": round(count / used.wall_s, 1),
        "cpu_us": used.per_message(count),
        "fill_outbox_cpu_us": round(float(filled["cpu_us"]), 1),
        "strangers_share": used.strangers_share,
    }


def part_of(stand: Stand, oin: str, to: str | None, count: int) -> Part:
    """What the edge of `oin` plays on this stand."""
    link = stand.link(user_of(oin))
    return Part(
        oin=oin,
        inbox=stand.vhost.inbox(oin),
        to=to,
        count=count,
        world=str(stand.world),
        folder=str(stand.folder),
        url=link.url,
        ca=str(link.ca),
        certificate=str(link.certificate),
        key=str(link.key),
    )
