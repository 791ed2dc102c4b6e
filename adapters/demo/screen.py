"""What the demo shows: its acts, its checks with what was found, and tables; in Dutch, as its readers are."""

from __future__ import annotations

import io
import threading
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

    def __init__(self, text: io.StringIO | None = None, whole: Screen | None = None) -> None:
        """`text` and `whole` are given for a part of another screen: it prints there, as that one would."""
        self.console: Console = Console(highlight=False) if whole is None else _like(whole.console, text)
        self.failed: list[str] = [] if whole is None else whole.failed
        self.over: threading.Event = threading.Event() if whole is None else whole.over
        self._whole = whole is None
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
            playing = [pool.submit(act, Screen(text, self)) for act, text in zip(acts, texts, strict=True)]
            try:
                with self.console.status("  wacht: dit gebeurt naast elkaar"):
                    wait(playing)
            except KeyboardInterrupt:
                self.over.set()  # nobody waits for anything any more
                raise
        for text in texts:
            self.console.file.write(text.getvalue())
        for played in playing:
            played.result()

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
            while not (met := holds()) and time.monotonic() < end and not self.over.wait(LOOK_S):
                look()
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


def _like(one: Console, text: io.StringIO | None) -> Console:
    """A console that writes into a text what that one would print."""
    return Console(file=text, highlight=False, force_terminal=one.is_terminal, width=one.width, no_color=one.no_color)
