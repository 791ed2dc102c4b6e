"""The hub as `hub.process` runs it, relay and keeper in one process, behind a gate: `… hub_process SETTINGS`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from hub.events import configure
from hub.process import keeper_of, open_office, relay_of
from hub.relay.registers import RegisterWatch
from hub.running import run_until_stopped
from hub.settings import load_hub_settings
from tests.bench.child import gate


def main(settings_file: Path) -> None:
    """Gets ready, waits, carries until SIGTERM."""
    configure("hub")
    settings = load_hub_settings(settings_file)
    office = open_office(settings)
    lanes, keeper = relay_of(settings, office), keeper_of(settings, office)
    gate()
    try:
        asyncio.run(run_until_stopped(lanes.run, keeper.run, RegisterWatch(office).run))
    finally:
        office.database.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
