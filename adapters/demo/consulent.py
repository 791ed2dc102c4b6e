"""A consulent of Haarlem at the page for case workers: looks somebody up, sees the rest, prints a letter."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from adapters.demo.browser import Browser, words_of
from adapters.demo.sites import CONSULENT, Site
from hub.errors import Code, RefusedError

_CASE: Final = re.compile(r'href="(/zaken/[0-9a-f-]{36})"')
_LETTER: Final = re.compile(r'action="(/zaken/[0-9a-f-]{36}/brief/[0-9a-f-]{36})"')
_PART: Final = re.compile(r'<section class="letter__part letter__part--(yes|wait|no)">(.*?)</section>', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Letter:
    """What a rustbrief says of the parties, in words."""

    confirmed: str
    """Who stops."""
    waiting: str
    """Who has not confirmed yet."""


class Consulent:
    """At work."""

    def __init__(self, page: Site) -> None:
        self._browser = Browser(page, CONSULENT)

    def find(self, bsn: str) -> tuple[str, str]:
        """(what the search shows of one person, the address of the case)."""
        self._browser.open("/")
        found = self._browser.send("/zoeken", bsn=bsn)
        rows = found[found.index("<tbody>") : found.index("</tbody>")] if "<tbody>" in found else ""
        return words_of(rows), _first(_CASE, rows)

    def letter(self, case: str) -> Letter:
        """The rustbrief of the first person in a case."""
        address = _first(_LETTER, self._browser.open(case))
        parts = {kind: words_of(said) for kind, said in _PART.findall(self._browser.send(address))}
        return Letter(parts.get("yes", ""), parts.get("wait", ""))

    def leave(self) -> None:
        """Closes the window."""
        self._browser.close()


def _first(wanted: re.Pattern[str], page: str) -> str:
    found = wanted.search(page)
    if found is None:
        raise RefusedError(Code.NOT_FOUND, wanted.pattern)
    return found[1]
