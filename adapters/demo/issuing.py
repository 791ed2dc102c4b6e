"""`python -m adapters.demo.issuing`: the demo's issuer as a process of its own, until it is told to stop."""

from __future__ import annotations

import asyncio
import sys
from typing import Final

from adapters.demo.issuer import DemoIssuer
from hub.clock import SystemClock
from hub.running import run_until_stopped
from hub.web.server import WebServer

CLIENT_ID: Final = "schuldhub-demo"
LOOPBACK: Final = "127.0.0.1"


def main(port: int, console: str, secret: str) -> None:
    """Lets people of the demo sign in at the console at that address.

    Args:
        port: to listen on.
        console: where browsers are sent back to.
        secret: what the console knows too; it protects nothing, because anybody may pick who to be.
    """
    issuer = DemoIssuer(
        f"http://{LOOPBACK}:{port}",
        SystemClock(),
        client_id=CLIENT_ID,
        client_secret=secret,
        redirect_uri=f"{console}/aanmelden/terug",
    )
    server = WebServer(issuer.app, LOOPBACK, port, part="issuer")
    listening = server.listen()
    asyncio.run(run_until_stopped(lambda stop: server.run(listening, stop)))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3])
