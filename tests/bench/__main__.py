"""`python -m tests.bench road|console|live`: one JSON object on standard output, a table on standard error."""

from __future__ import annotations

import json
import sys
from typing import Annotated

from cyclopts import App, Parameter

from tests.bench import console, live
from tests.bench.report import show
from tests.bench.road import Sizes, measure
from tests.bench.servers import DatabaseKind

app = App(name="bench", help="Measure the road beside two baselines.")


@app.command
def road(  # noqa: PLR0913 the sizes are independent of each other
    *,
    messages: int = Sizes.messages,
    database: DatabaseKind = "sqlite",
    json_only: Annotated[bool, Parameter(name="--json", negative="")] = False,
    rounds: int = Sizes.rounds,
    paced_s: float = Sizes.paced_s,
    through: int = Sizes.road,
    cases: int = Sizes.cases,
    parts: int = Sizes.parts,
    queued: int = Sizes.queued,
    carried: int = Sizes.carried,
) -> int:
    """Measure rate, latency, CPU and memory of the hub beside the raw and the naive relay.

    Args:
        messages: Messages in a round of emptying full lanes; the naive relay gets a tenth.
        database: What the hub keeps its log in.
        json_only: Leave the table out.
        rounds: Rounds of each relay; they alternate, and the medians are compared.
        paced_s: Seconds of each even load.
        through: Messages over the whole road with an edge at both ends; 0 leaves that out.
        cases: Cases with forty creditors, one after another; 0 leaves that out.
        parts: Messages for the cost of each verb alone; 0 leaves that out.
        queued: Messages on the lanes while memory is looked at; 0 leaves that out.
        carried: How many of those are carried meanwhile.
    """
    sizes = Sizes(messages, rounds, paced_s, through, cases, parts, queued, carried)
    found = measure(database, sizes)
    if not json_only:
        show(found)
    print(json.dumps(found, indent=2))  # noqa: T201 - this command prints
    return 0


@app.command(name="console")
def console_answers(
    *,
    rows: int = 1_000_000,
    times: int = 40,
    json_only: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """Measure every list, filter and search of the console over a year of messages in a PostgreSQL of its own.

    Args:
        rows: Messages in that year; the log has about two rows for each.
        times: How often everything is asked, each time with other values.
        json_only: Leave the table out.
    """
    found = console.measure(rows, times)
    if not json_only:
        console.show(found)
    print(json.dumps(found, indent=2))  # noqa: T201 - this command prints
    return 0 if found["met"] else 6


@app.command(name="live")
def live_list(
    *,
    database: DatabaseKind = "postgresql",
    messages: int = live.Sizes.messages,
    rounds: int = live.Sizes.rounds,
    streams: int = live.Sizes.streams,
    per_s: float = live.Sizes.per_s,
    seconds: float = live.Sizes.seconds,
    json_only: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """Measure what open live lists cost the relay, and how a page in Chromium keeps up with a steady stream.

    Args:
        database: What the hub keeps its log in.
        messages: Messages in a round of emptying full lanes.
        rounds: Rounds with and without open lists; they alternate. 0 leaves this out.
        streams: Live lists that are open.
        per_s: Messages a second for the page in Chromium.
        seconds: How long; 0 leaves the page out.
        json_only: Leave the tables out.
    """
    found = live.measure(database, live.Sizes(messages, rounds, streams, per_s, seconds))
    if not json_only:
        live.show(found)
    print(json.dumps(found, indent=2))  # noqa: T201 - this command prints
    return 0


if __name__ == "__main__":
    sys.exit(app(sys.argv[1:]))
