"""An operator of the hub at the console: what asks for attention, what lies in quarantine, and every other screen."""

from __future__ import annotations

import re
from typing import Final

from adapters.demo.browser import Browser, words_of
from adapters.demo.sites import HANDLER, Site

SCREENS: Final = (
    "/overzicht",
    "/berichtenlog",
    "/dossiers",
    "/quarantaine",
    "/herstel",
    "/ketenpartners",
    "/termijnen",
    "/alarmen",
    "/controle",
    "/beheer",
)
_TILE: Final = re.compile(r'id="t-(\w+)">.*?<span class="tile__count">(\d+)', re.DOTALL)
_CAUSE: Final = re.compile(r'href="/quarantaine/(lane|inbox|row)"')
_PIECE: Final = re.compile(r'name="stuk" value="(\d+)"')


class Operator:
    """Somebody who handles what stands still."""

    def __init__(self, console: Site) -> None:
        self._browser = Browser(console, HANDLER)

    def tiles(self) -> dict[str, int]:
        """The numbers of the first screen: `pauze`, `termijn`, `partner`, `rij`, `quarantaine`."""
        return {name: int(count) for name, count in _TILE.findall(self._browser.open("/overzicht"))}

    def causes(self) -> set[str]:
        """Why something lies in quarantine."""
        return set(_CAUSE.findall(self._browser.open("/quarantaine")))

    def plan_release(self, cause: str) -> str:
        """Makes a plan to offer the oldest piece of a group again; what the plan says. Nothing is sent by it."""
        pieces = _PIECE.findall(self._browser.open(f"/quarantaine/{cause}"))
        return words_of(self._browser.send(f"/quarantaine/{cause}/plan", stuk=pieces[-1]))

    def read(self, path: str) -> str:
        """What a screen says."""
        return words_of(self._browser.open(path))

    def leave(self) -> None:
        """Closes the window."""
        self._browser.close()
