"""Prints what a command found: a table for eyes, JSON for programs; data to stdout, everything else to stderr.

Whatever is printed may have come from another party, so no control character, bidirectional override or line separator
reaches a terminal: each is written as its JSON escape.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Annotated, Final, Literal

from cyclopts import Parameter
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

Output = Literal["table", "json", "jsonl"]
Cells = Mapping[str, object]

#: The option of every command that prints data.
OutputOption = Annotated[
    Output | None,
    Parameter(name=["-o", "--output"], help="How to print it; a table on a terminal, jsonl in a pipe when left out."),
]
PIPE_COLUMNS: Final = 1_000
"""Width of a table that is not on a terminal: nothing is folded or cut off where nobody looks at its edges."""


def neutral(text: str) -> str:
    """The text with everything that could steer a terminal written as a JSON escape; line breaks too."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else json.dumps(char)[1:-1] for char in text)


def json_text(value: object, indent: int | None = None) -> str:
    """JSON that reads the same for programs and holds nothing that could steer a terminal."""
    written = json.dumps(value, ensure_ascii=False, indent=indent)
    return "\n".join(neutral(line) for line in written.split("\n"))


def form_of(output: Output | None) -> Output:
    """The form that is asked for, or the one that fits where stdout goes."""
    return output or ("table" if sys.stdout.isatty() else "jsonl")


class PipeConsole(Console):
    """A console that leaves a reader who has seen enough to `hub.cli.app`; rich would end the process as a failure."""

    def on_broken_pipe(self) -> None:
        """Says so to whoever called."""
        raise BrokenPipeError


def say(text: str) -> None:
    """A message to whoever runs the command, on stderr."""
    sys.stderr.write(neutral(text) + "\n")


def print_rows(rows: Sequence[Cells], output: Output | None) -> None:
    """Prints rows with equal members; without rows an empty list, or in a table a word on stderr."""
    match form_of(output):
        case "json":
            _write(json_text(list(rows), indent=2))
        case "jsonl":
            for row in rows:
                _write(json_text(row))
        case _:
            if rows:
                _show(_table(rows))
            else:
                say("nothing to show")


def print_record(record: Cells, output: Output | None) -> None:
    """Prints one thing: its members below each other, a list of rows in it as a table of its own."""
    form = form_of(output)
    if form != "table":
        _write(json_text(record, indent=2 if form == "json" else None))
        return
    plain = Table(box=None, show_header=False, pad_edge=False)
    plain.add_column(style="bold", no_wrap=True)
    plain.add_column(overflow="fold")
    tables = []
    for name, value in record.items():
        if isinstance(value, (list, tuple)):
            tables.append((name, value))
        else:
            plain.add_row(Text(neutral(name)), Text(_cell(value)))
    _show(plain)
    for name, rows in tables:
        _show(Text(f"\n{neutral(name)}", style="bold"))
        _show(_table(rows) if rows else Text("  -"))


def print_line(cells: Cells, widths: Sequence[int]) -> None:
    """Prints one row of a table whose other rows are not known yet, at once."""
    padded = [_cell(value).ljust(width) for value, width in zip(cells.values(), widths, strict=True)]
    _write("  ".join(padded).rstrip())
    sys.stdout.flush()


def print_json_line(cells: Cells) -> None:
    """Prints one row as JSON, at once."""
    _write(json_text(cells))
    sys.stdout.flush()


def _table(rows: Sequence[Cells]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for name in rows[0]:
        table.add_column(Text(neutral(name)), overflow="fold")
    for row in rows:
        table.add_row(*(Text(_cell(value)) for value in row.values()))
    return table


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case dict():
            return json_text(value)
        case _:
            return neutral(str(value))


def _show(piece: Table | Text) -> None:
    width = None if sys.stdout.isatty() else PIPE_COLUMNS
    console = Console(file=sys.stdout, width=width, highlight=False, markup=False, emoji=False)
    with console.capture() as capture:
        console.print(piece)
    sys.stdout.write("\n".join(line.rstrip() for line in capture.get().split("\n")))


def _write(text: str) -> None:
    sys.stdout.write(text + "\n")
