"""What the demo shows: its acts, its checks with what was found, and tables; in Dutch, as its readers are."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.table import Table

LIMIT_S = 60.0
LOOK_S = 0.25


class Screen:
    """Prints, counts failed checks, and waits with a limit."""

    def __init__(self) -> None:
        self.console = Console(highlight=False)
        self.failed: list[str] = []
        self._began = time.monotonic()

    @contextmanager
    def act(self, title: str) -> Iterator[None]:
        """One step of the story, with the seconds that it took."""
        began = time.monotonic()
        self.console.print(f"\n[bold]{title}[/bold]")
        yield
        self.console.print(f"  [dim]{time.monotonic() - began:.1f} s[/dim]")

    def say(self, text: str) -> None:
        """A line."""
        self.console.print(f"  {text}")

    def check(self, what: str, *, holds: bool, found: str = "") -> None:
        """One check of the story; a failed one makes the demo end with an error."""
        mark = "[green]klopt[/green]" if holds else "[red]KLOPT NIET[/red]"
        self.console.print(f"  {mark}  {what}" + (f" [dim]({found})[/dim]" if found else ""))
        if not holds:
            self.failed.append(what)

    def wait(self, what: str, holds: Callable[[], bool], look: Callable[[], None], limit_s: float = LIMIT_S) -> None:
        """Waits until a check holds, at most `limit_s`; `look` may raise when waiting is in vain."""
        end = time.monotonic() + limit_s
        with self.console.status(f"  wacht: {what}"):
            while not (met := holds()) and time.monotonic() < end:
                look()
                time.sleep(LOOK_S)
        self.check(what, holds=met)

    def table(self, title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """A table."""
        made = Table(title=title, title_justify="left", title_style="bold")
        for column in columns:
            made.add_column(column)
        for row in rows:
            made.add_row(*row)
        self.console.print()
        self.console.print(made)

    def elapsed_s(self) -> float:
        """Since the demo began."""
        return time.monotonic() - self._began
