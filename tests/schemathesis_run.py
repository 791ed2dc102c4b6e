"""schemathesis as its user runs it, over loopback, on an API of ours: every check, a bounded number of cases."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from starlette.types import ASGIApp

from hub.web.server import WebServer
from tests.console import in_thread


def schemathesis(app: ASGIApp, headers: Mapping[str, str], folder: Path, examples: int, *more: str) -> str:
    """Asks everything that the description at `/v1/openapi.json` allows, and much that it does not.

    Args:
        app: the API, under `/v1`.
        headers: of every request.
        folder: where it may write.
        examples: cases for each operation and phase; the coverage phase adds what follows from the description.
        more: options.

    Returns:
        What it printed.

    Raises:
        AssertionError: it found something; with what it printed.
    """
    server = WebServer(app, "127.0.0.1", 0, part="api")
    listening = server.listen()
    url = f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
    given = [option for name, value in headers.items() for option in ("--header", f"{name}: {value}")]
    bounds = ["--checks", "all", "--max-examples", str(examples), "--seed", "4", "--generation-database", "none"]
    command = [sys.executable, "-m", "schemathesis.cli", "--no-color", "run", f"{url}/openapi.json", "--url", url]
    with in_thread(lambda stop: server.run(listening, stop)):
        asked = [*command, *given, *bounds, *more]
        done = subprocess.run(asked, cwd=folder, capture_output=True, text=True, check=False, timeout=570)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
