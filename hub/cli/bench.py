"""`schuldhub bench`: measures the road beside two baselines; the measurement is in `tests/bench`, not in the wheel."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Annotated, Final, Literal

from cyclopts import App, Parameter

from hub.cli.options import Flag
from hub.errors import Code, RefusedError

MEASURED_IN: Final = Path("tests/bench")

app = App(name="bench", help="Measure the road; in a checkout of the source, where the measurement is.")


@app.command
def road(
    *,
    messages: int | None = None,
    database: Literal["sqlite", "postgresql"] = "sqlite",
    json: Annotated[Flag, Parameter(name="--json")] = False,
) -> int:
    """Measure rate, latency, CPU and memory of the hub beside a raw and a naive relay, on private servers.

    One JSON object on stdout and a table on stderr; takes some minutes and the whole machine.

    Args:
        messages: Messages in a round of emptying full lanes.
        database: What the hub keeps its log in.
        json: Leave the table out.
    """
    options = ["--database", database]
    options += [] if messages is None else ["--messages", str(messages)]
    options += ["--json"] if json else []
    return subprocess.run(
        [sys.executable, "-m", "tests.bench", "road", *options], cwd=checkout(), check=False
    ).returncode


def checkout() -> Path:
    """The source tree that this package runs from.

    Raises:
        RefusedError: `not_found` for an installed package, which has no measurement in it.
    """
    top = Path(__file__).parents[2]
    if not (top / MEASURED_IN / "__main__.py").is_file():
        raise RefusedError(Code.NOT_FOUND, f"{MEASURED_IN}: this is an installed package; run it in a checkout")
    return top
