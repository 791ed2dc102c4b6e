"""What is looked at in a browser: a screen in a state; and which screens of a site nobody looked at in some state."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from starlette.routing import compile_path

from hub.web.desk import Page


class State(StrEnum):
    """How a screen may be found."""

    EMPTY = "leeg"
    FILLED = "gevuld"
    WRONG = "fout"


@dataclass(frozen=True)
class Sight:
    """One screen in one state, as `who` (a group of the site, or nobody) finds it on a site in that state.

    `path` may name in braces what is on the site.
    """

    state: State
    name: str
    path: str
    who: str = "alles"
    status: int = 200
    site: str = ""

    def __str__(self) -> str:
        """A name for the test and its pictures."""
        return f"{self.state}-{self.name}"


def not_looked_at(
    pages: Iterable[Page[Any]], sights: Collection[Sight], no_screen: Collection[str]
) -> set[tuple[str, State]]:
    """The names of routes that show a screen, each with a state in which no sight finds it."""
    shown = [page for page in pages if page.method == "GET"]
    unknown = set(no_screen) - {page.name for page in shown}
    if unknown:
        raise AssertionError(f"there is no such route: {unknown}")
    found = {(_route_of(shown, sight.path), sight.state) for sight in sights}
    return {(page.name, state) for page in shown if page.name not in no_screen for state in State} - found


def _route_of(pages: Iterable[Page[Any]], path: str) -> str:
    """The route that answers to this path: the first that fits."""
    bare = path.partition("?")[0]
    return next((page.name for page in pages if compile_path(page.path)[0].fullmatch(bare)), "")
