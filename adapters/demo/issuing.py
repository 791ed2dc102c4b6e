"""`python -m adapters.demo.issuing PLAN`: the demo's issuers as a process of their own, until it is told to stop."""

from __future__ import annotations

import asyncio
import json
import sys
from functools import partial
from pathlib import Path
from typing import Any, Final

from adapters.demo.issuer import DemoIssuer, Person
from hub.clock import SystemClock
from hub.running import run_until_stopped
from hub.web.server import WebServer

CLIENT_ID: Final = "schuldhub-demo"
LOOPBACK: Final = "127.0.0.1"


def main(plan: Path) -> None:
    """Lets people of the demo sign in.

    Args:
        plan: for each site its `port`, the `issuer_port` to listen on, the `people` to pick from, and the `secret` that
            the site knows too; it protects nothing, because anybody may pick who to be.
    """
    parts = []
    for site in json.loads(plan.read_bytes()):
        server = WebServer(_issuer(site).app, LOOPBACK, site["issuer_port"], part="issuer")
        parts.append(partial(server.run, server.listen()))
    asyncio.run(run_until_stopped(*parts))


def _issuer(site: dict[str, Any]) -> DemoIssuer:
    return DemoIssuer(
        f"http://{LOOPBACK}:{site['issuer_port']}",
        SystemClock(),
        client_id=CLIENT_ID,
        client_secret=site["secret"],
        redirect_uri=f"http://{LOOPBACK}:{site['port']}/aanmelden/terug",
        people=[Person(one["subject"], one["name"], tuple(one["roles"])) for one in site["people"]],
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
