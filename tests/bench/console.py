"""How long the console's screens take when a year of a million messages lies in its PostgreSQL."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import text

from adapters.demo.postgres import PrivatePostgres
from hub.clock import SystemClock, rfc3339
from hub.database import Database
from hub.events import configure
from hub.messagelog import schema
from tests.bench import machine, report
from tests.bench.asking import asks, measured
from tests.bench.child import Child
from tests.bench.desk import Desk
from tests.bench.filling import fill
from tests.bench.machine import Meter, between
from tests.world import HUB, make_world

Answers = list[Mapping[str, object]]


def measure(rows: int, times: int) -> dict[str, Any]:
    """Everything, as one document, on a PostgreSQL that starts and ends with it."""
    with tempfile.TemporaryDirectory(prefix="schuldhub-bench-") as temporary, ExitStack() as stack:
        folder = Path(temporary)
        configure("bench", stream=stack.enter_context((folder / "bench.log").open("a")))
        # not below `folder`: that may be root's alone, and the server does not run as root
        home = stack.enter_context(tempfile.TemporaryDirectory(prefix="schuldhub-bench-"))
        server = PrivatePostgres.create(Path(home))
        server.start()
        stack.callback(server.kill)
        return measure_on(server, folder, rows, times)


def measure_on(server: PrivatePostgres, folder: Path, rows: int, times: int) -> dict[str, Any]:
    """The same on this server."""
    world = make_world()
    world.write(folder)
    address = server.url(server.new_database())
    database = Database(address)
    schema.upgrade(database)
    began = time.monotonic()
    filling = fill(database, world, SystemClock().now(), rows)
    filled_s = time.monotonic() - began
    desk = Desk.beside(_settings(folder, address), database)
    wanted = asks(filling, Random(2))  # noqa: S311 - a measurement
    answers, strangers = asyncio.run(_ask(desk.settings, folder, lambda: list(measured(desk, wanted, times))))
    size = _size_mb(database)
    database.close()
    found = {
        "messages": rows,
        "log_rows": filling.entries,
        "questions": filling.questions,
        "cases": len(filling.cases),
        "database_mb": size,
        "took_s": round(filled_s),
    }
    return {
        "title": "The operators' console over a year of the road, on PostgreSQL",
        "at": rfc3339(SystemClock().now()),
        "machine": machine.description(),
        "filled": found,
        "strangers_share": strangers,
        "answers": answers,
        "met": all(answer["met"] for answer in answers),
    }


def _settings(folder: Path, address: str) -> Path:
    """The settings of a hub whose broker no console needs."""
    lines = [
        f'register_file = "{folder / "register.jws"}"',
        f'governance_file = "{folder / "governance.jwk"}"',
        f'keys = "{folder / HUB / "keys"}"',
        f'state = "{folder}"',
        f'database = "{address}"',
        "[broker]",
        'url = "amqps://127.0.0.1:1/hub"',
        *(f'{name} = "{folder / "none.pem"}"' for name in ("ca", "certificate", "key")),
    ]
    path = folder / "hub.toml"
    path.write_text("\n".join(lines) + "\n")
    return path


async def _ask(settings: Path, folder: Path, ask: Callable[[], Answers]) -> tuple[Answers, float]:
    """The answers of a running console, and what strangers took of the machine meanwhile."""
    async with Child("console_process", str(settings), log=folder / "console.log") as console:
        await console.heard("ready")
        meter = Meter({"console": console.pid})
        before = meter.read()
        answers = await asyncio.to_thread(ask)
        console.check()
        return answers, between(before, meter.read()).strangers_share


def _size_mb(database: Database) -> int:
    with database.reading() as connection:
        return int(connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one()) // 1_000_000


def show(found: Mapping[str, Any]) -> None:
    """The answers as a table on standard error."""
    filled = found["filled"]
    lines = [f"{filled['messages']:,} messages, {filled['log_rows']:,} rows in the log, {filled['database_mb']:,} MB"]
    lines.append(f"strangers {found['strangers_share']:.0%}")
    rows = [{name: value for name, value in answer.items() if name != "times"} for answer in found["answers"]]
    report.show_tables(found, lines, [("What an operator waits for, in milliseconds", rows)])
