"""What the demo shows: its acts, its checks with what was found, and tables; in Dutch, as its readers are."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager, nullcontext

from rich.console import Console
from rich.table import Table

LIMIT_S = 60.0
LOOK_S = 0.15


class Screen:
    """Prints, counts failed checks, and waits with a limit."""

    def __init__(self, console: Console | None = None, failed: list[str] | None = None) -> None:
        """`console` and `failed` are given for a part of another screen, which shows no sign of waiting."""
        self.console = console or Console(highlight=False)
        self.failed = [] if failed is None else failed
        self._whole = console is None
        self._began = time.monotonic()

    @contextmanager
    def act(self, title: str) -> Iterator[None]:
        """One step of the story, with the seconds that it took."""
        began = time.monotonic()
        self.console.print(f"\n[bold]{title}[/bold]")
        yield
        self.console.print(f"  [dim]{time.monotonic() - began:.1f} s[/dim]")

    def side_by_side(self, acts: Sequence[Callable[[Screen], None]]) -> None:
        """Plays acts at the same time and shows each whole, in this order; what one raises is raised at the end."""
        texts = [io.StringIO() for _ in acts]
        with ThreadPoolExecutor(len(acts)) as pool:
            playing = [pool.submit(act, self._part(text)) for act, text in zip(acts, texts, strict=True)]
            with self.console.status("  wacht: dit gebeurt naast elkaar"):
                wait(playing)
        for text in texts:
            self.console.file.write(text.getvalue())
        for played in playing:
            played.result()

    def _part(self, text: io.StringIO) -> Screen:
        """A screen that prints into `text` as this one would, and counts what fails with it."""
        mine = self.console
        terminal = mine.is_terminal
        part = Console(file=text, highlight=False, force_terminal=terminal, width=mine.width, no_color=mine.no_color)
        return Screen(part, self.failed)

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
        with self.console.status(f"  wacht: {what}") if self._whole else nullcontext():
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
