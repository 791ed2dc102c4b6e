"""The numbers as a reader wants them: which targets hold, and a table of everything."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from rich.console import Console
from rich.table import Table

#: First targets, as the issue of this road names them.
CPU_TO_RAW: Final = 1.5
RATE_TO_NAIVE: Final = 5.0
P99_MS: Final = 50.0
P99_AT: Final = 100.0
MEMORY_MB: Final = 150.0
CASE_MS: Final = 1000.0

PIPE_COLUMNS: Final = 160  # where no terminal says how wide it is

Found = Mapping[str, Any]


def targets(found: Found) -> dict[str, dict[str, object]]:
    """Each target with its limit and what was found; what was not measured is not there."""
    drained = found["drain"]
    rows = {
        "hub CPU per message / raw relay": (
            CPU_TO_RAW,
            drained["hub"]["cpu_us"]["hub"] / drained["raw"]["cpu_us"]["hub"],
            True,
        ),
        "hub rate / naive": (RATE_TO_NAIVE, drained["hub"]["per_s"] / drained["naive"]["per_s"], False),
    }
    for row in found["paced"]:
        if row["relay"] == "hub" and row["per_s"] == P99_AT:
            rows["p99 of the hub hop at 100 messages/s, ms"] = (P99_MS, row["p99_ms"] or float("inf"), True)
    if "case" in found:
        rows["a case with 40 creditors in every inbox, ms"] = (CASE_MS, found["case"]["in_inboxes_ms"], True)
    if "memory" in found:
        rows["relay memory with full lanes, MB"] = (MEMORY_MB, found["memory"]["rss_most_mb"], True)
    return {
        name: {"limit": limit, "found": round(value, 2), "met": value <= limit if at_most else value >= limit}
        for name, (limit, value, at_most) in rows.items()
    }


def show(found: Found) -> None:
    """Everything as tables on standard error, so that standard output stays one JSON object."""
    lines = [found["versions"]["broker"], found["versions"]["database"], str(found["settings"])]
    show_tables(found, lines, _tables(found))


def show_tables(found: Found, lines: Iterable[str], tables: Iterable[tuple[str, Sequence[Found]]]) -> None:
    """The title, the machine and these lines, then tables with the keys of their first row as columns."""
    console = Console(stderr=True, width=None if sys.stderr.isatty() else PIPE_COLUMNS)
    machine = found["machine"]
    console.print(f"\n[bold]{found['title']}[/bold]")
    console.print(" · ".join([found["at"], f"{machine['cores']} cores {machine['cpu']}", *lines]), end="\n\n")
    for title, rows in tables:
        table = Table(title=title, title_justify="left")
        for index, column in enumerate(rows[0]):
            table.add_column(column, justify="left" if index == 0 else "right")
        for row in rows:
            table.add_row(*("" if value is None else str(value) for value in row.values()))
        console.print(table)


def _tables(found: Found) -> Iterable[tuple[str, list[dict[str, Any]]]]:
    drained = found["drain"]
    yield (
        "Emptying full lanes; CPU in microseconds per message",
        [
            {"relay": name, "messages/s": one["per_s"], **_cpu(one), "strangers": one["strangers_share"]}
            for name, one in drained.items()
        ],
    )
    yield (
        "The hub hop under an even load, from the intended moment of sending",
        [{**{k: v for k, v in row.items() if k != "cpu_us"}, **_cpu(row)} for row in found["paced"]],
    )
    if "road" in found:
        road = found["road"]
        yield (
            "The whole road: outbox, hub, inbox, act, receipts back",
            [{"messages": road["messages"], "messages/s": road["per_s"], **_cpu(road)}],
        )
    if "case" in found:
        case = {name: value for name, value in found["case"].items() if name != "rounds"}
        yield "One case with 40 creditors, from the act on; the median of the rounds", [case]
    if "memory" in found:
        yield "Memory of the relay process, MB", [dict(found["memory"])]
    if "parts" in found:
        parts = [{"verb": verb, **_named(costs)} for verb, costs in found["parts"].items()]
        yield "CPU in microseconds per message of each verb alone", parts
    yield "Targets", [{"target": name, **row} for name, row in found["targets"].items()]


def _cpu(row: Found) -> dict[str, object]:
    return _named(row["cpu_us"])


def _named(cpu: Mapping[str, float]) -> dict[str, object]:
    return {f"{name} µs": value for name, value in cpu.items()}
