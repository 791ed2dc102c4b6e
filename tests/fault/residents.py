"""Residents of the whole-system test, and what their helper may say of them next: payloads, and a sender's own rules.

A helper does not say just anything: nothing follows the end of a conversation that is over for good, and a court
speaks once. Within that every order is possible.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from hub.clock import new_pseudonym
from tests.fault.reckoning import COURT, END, EXTENSION, INDEX, NOTICE, PAUSE, REGISTRATION, WITHDRAWAL
from tests.world import TAX, VISH

CONNECTION_CODE: Final = "HLM01"
GEMEENTECODE: Final = "0397"
CONTACT: Final = {"naam": "Team schulddienstverlening", "telefoon": "023-5550100"}
PHASES: Final = ("intake", "plan-van-aanpak", "stabilisatie", "schuldregeling")
COURT_PERIOD: Final = {"soort": "wgs-5", "rechtbank": "Noord-Holland", "kenmerk": "C/15/26/1"}
OVER: Final = frozenset({"in-regeling", "ten-onrechte-gemeld"})
#: No end lies nearer than this: while an example lasts nothing is lifted because a day came.
FIRST_END: Final = timedelta(days=60)
#: Ends after which nothing can be said are offered only above this, so that most conversations go on for a while.
SELDOM: Final = 30
_WEIGHTS: Final = (9, 8, 7, 6, 5, 4, 3, 2, -1)


@dataclass(frozen=True)
class Letter:
    """Something that may be said: to whom, in which conversation, and what."""

    to: str
    conversation: str
    name: str
    data: dict[str, Any] = field(hash=False)


@dataclass
class Resident:
    """One person with one dossier at the tax office, and the two conversations about them."""

    bsn: str
    pause: str = field(default_factory=new_pseudonym)
    index: str = field(default_factory=new_pseudonym)
    case: str = field(default_factory=new_pseudonym)
    said: list[Letter] = field(default_factory=list)

    @property
    def taxpayer(self) -> str:
        """Number at the tax office."""
        return f"S{self.bsn}"

    @property
    def dossier(self) -> str:
        """Number of the only dossier."""
        return f"D{self.bsn}"

    def next_letters(self, today: date, days: int) -> list[Letter]:
        """Everything that may be said now; `days` makes its dates differ from those before."""
        return [*self._of_the_pause(today, days), *self._of_the_index(today, days)]

    def _of_the_pause(self, today: date, days: int) -> Iterator[Letter]:
        end = (today + FIRST_END + timedelta(days=days)).isoformat()
        last = self._last(self.pause, PAUSE)
        if last is not None and last.data.get("klasse") in OVER:
            return
        yield self._letter(TAX, self.pause, NOTICE, self._person() | self._period(today, end))
        if last is None:
            return
        yield self._letter(TAX, self.pause, EXTENSION, {"einddatum": end, "reden": "De regeling is bijna rond."})
        for klasse in ("beeindigd", *(sorted(OVER) if days > SELDOM else ())):
            yield self._letter(TAX, self.pause, END, {"einddatum": end, "klasse": klasse})
        yield from self._of_the_court(TAX, self.pause, today, end)

    def _of_the_index(self, today: date, days: int) -> Iterator[Letter]:
        phase = {"fase": PHASES[days % len(PHASES)], "ingangsdatum": today.isoformat()}
        rest = {"contact": CONTACT, "aansluitcode": CONNECTION_CODE, "urgent": days % 2 == 0}
        last = self._last(self.index, INDEX)
        yield self._letter(VISH, self.index, REGISTRATION, self._person() | phase | rest)
        if last is None or last.name == WITHDRAWAL:
            return
        end = (today + FIRST_END + timedelta(days=days)).isoformat()
        for klasse in ("beeindigd", "ten-onrechte-gemeld"):
            yield self._letter(VISH, self.index, WITHDRAWAL, {"einddatum": end, "klasse": klasse})
        yield from self._of_the_court(VISH, self.index, today, end)

    def _of_the_court(self, to: str, conversation: str, today: date, end: str) -> Iterator[Letter]:
        if self._last(conversation, frozenset({COURT})) is None:
            period = {"ingangsdatum": today.isoformat(), "einddatum": end}
            yield self._letter(to, conversation, COURT, COURT_PERIOD | period)

    def _last(self, conversation: str, names: frozenset[str]) -> Letter | None:
        said = [one for one in self.said if one.conversation == conversation and one.name in names]
        return said[-1] if said else None

    def _letter(self, to: str, conversation: str, name: str, data: dict[str, Any]) -> Letter:
        return Letter(to, conversation, name, data)

    def _person(self) -> dict[str, Any]:
        return {"bsn": self.bsn, "geboortedatum": "1979-11-30", "geslachtsnaam": "Proef"}

    def _period(self, today: date, end: str) -> dict[str, Any]:
        known = {"klantnummerShv": "HLM-1", "vorderingen": [], "gemeentecode": GEMEENTECODE, "contact": CONTACT}
        return known | {"ingangsdatum": today.isoformat(), "einddatum": end}

    def tax_books(self, since: date) -> dict[str, list[dict[str, Any]]]:
        """What the tax office has on record of this person from the start."""
        taxpayer = {"subjectnummer": self.taxpayer, "bsn": self.bsn, "geboortedatum": "1979-11-30"}
        dossier = {"dossiernummer": self.dossier, "belanghebbenden": [self.taxpayer], "gemeentecode": GEMEENTECODE}
        return {
            "belastingplichtigen": [taxpayer | {"geslachtsnaam": "Proef"}],
            "dossiers": [dossier | {"bedragCent": 10_000, "stapdatum": since.isoformat()}],
        }


def fictitious_bsns() -> Iterator[str]:
    """Numbers of the range that is given to nobody, one after the other."""
    for number in itertools.count(999_100_000):
        digits = str(number)
        if sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True)) % 11 == 0:
            yield digits
