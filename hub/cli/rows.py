"""Prints rows the way the reader wants them: a table for eyes, JSON for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Literal

from rich.console import Console
from rich.table import Table

Output = Literal["table", "json", "jsonl"]


def print_rows(rows: Sequence[Mapping[str, object]], output: Output | None) -> None:
    """Print rows with equal members to stdout; without a choice a table on a terminal and JSON lines in a pipe."""
    match output or ("table" if sys.stdout.isatty() else "jsonl"):
        case "json":
            print(json.dumps(rows, ensure_ascii=False, indent=2))
        case "jsonl":
            for row in rows:
                print(json.dumps(row, ensure_ascii=False))
        case _:
            table = Table(*(rows[0] if rows else ()))
            for row in rows:
                table.add_row(*("" if value is None else str(value) for value in row.values()))
            Console().print(table)
