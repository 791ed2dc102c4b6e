"""The console as `hub.process` runs it, in a process of its own: `… console_process SETTINGS`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from hub.events import configure
from hub.process import open_console
from hub.running import run_until_stopped
from hub.settings import load_hub_settings
from tests.bench.child import say


def main(settings_file: Path) -> None:
    """Listens, says so, and answers until SIGTERM."""
    configure("console")
    console = open_console(load_hub_settings(settings_file))
    say("ready")
    try:
        asyncio.run(run_until_stopped(console.run))
    finally:
        console.desk.database.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
