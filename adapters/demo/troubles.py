"""What goes wrong in an ordinary week, made by real traffic and left as it is, so that every screen has something.

A landlord has only the portal and does not look there; a tax office's adapter is away while somebody is registered; a
key is near its end; the stranger's deeds lie in quarantine. An operator and a consulent see all of it.
"""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from datetime import UTC, time
from typing import Final

from adapters.demo.books import read_rows
from adapters.demo.console import NAME as CONSOLE
from adapters.demo.consulent import Consulent
from adapters.demo.operators import SCREENS, Operator
from adapters.demo.parties import COCENSUS, GBKZ, LANDLORD, WATER_BOARD
from adapters.demo.screen import Screen
from adapters.demo.sites import HANDLER
from adapters.demo.stage import Stage
from adapters.demo.stranger import take_row
from adapters.demo.world import DEPLOY
from hub.workdays import add_working_days, local_day, local_instant

SILENT_FILE: Final = "silent.csv"
#: As the file names the landlord.
CREDITOR: Final = "Verhuurder De Linde"
UNREACHED: Final = "SHV-2026-0505"
CAUSES: Final = frozenset({"lane", "inbox", "row"})
#: Somebody in Haarlem, registered while the tax office there is away.
WHO: Final = {
    "bsn": "999042282",
    "geboortedatum": "1975-06-19",
    "geslachtsnaam": "Blom",
    "voorletters": "R.",
}


class Troubles:
    """The acts, in order; `cases` are the ids by the case system's number, growing as the story goes on."""

    def __init__(self, stage: Stage, screen: Screen, cases: MutableMapping[str, str]) -> None:
        self._stage = stage
        self._screen = screen
        self._cases = cases

    def lose_a_party(self) -> None:
        """A tax office is away, and stays so; somebody is registered meanwhile."""
        self._stage.cast.stop(COCENSUS.name)
        made = self._stage.cases.act(
            "/schuldenrust",
            {
                "klantnummerShv": UNREACHED,
                "gemeentecode": "0392",
                "belastinggemeenten": ["0392"],
                "fase": "aanmelding",
                "personen": [WHO],
            },
        )
        self._cases[UNREACHED] = str(made["id"])
        self._wait("het verwijsregister weet ervan, Cocensus niet", self._registered)

    def pass_a_day(self) -> None:
        """A working day goes by, and the tax office stays away."""
        today = local_day(self._stage.clock.now())
        morning = local_instant(add_working_days(today, 2), time(9, 5)).astimezone(UTC)
        self._stage.pass_time_until(morning)
        self._screen.say(f"de klok gaat naar {morning:%d-%m-%Y %H:%M} UTC; Cocensus is nog steeds weg")

    def show_operator(self) -> None:
        """What an operator sees in the console."""
        self._stage.cast.wait(CONSOLE, self._stage.sites.console.reachable)
        operator = Operator(self._stage.sites.console)
        try:
            self._wait("quarantaine met drie oorzaken", lambda: operator.causes() == CAUSES)
            take_row(self._stage.place)
            stuck = "een pauze zonder antwoord, en een die niet aankwam"
            self._see(operator, "/termijnen?soort=rust", stuck, LANDLORD.title, COCENSUS.title)
            self._see(operator, "/ketenpartners", "een sleutel loopt af", WATER_BOARD.title, "sleutel loopt af")
            operator.plan_release("inbox")
            self._see(operator, "/herstel", "een plan om iets vrij te geven wacht op bevestiging", HANDLER.name)
            for path in SCREENS:
                operator.read(path)
            # last: the others take up to five seconds to report by the new time
            self._wait("één ketenpartner is onbereikbaar", lambda: operator.tiles()["partner"] == 1)
            self._see(operator, "/overzicht", "en dat is Cocensus", COCENSUS.title)
        finally:
            operator.leave()

    def show_consulent(self) -> None:
        """What a consulent sees of who waits for the landlord."""
        consulent = Consulent(self._stage.sites.page)
        bsn = read_rows(DEPLOY / SILENT_FILE, ";")[0]["bsn"]
        try:
            line, case = consulent.find(bsn)
            danger = "in gevaar" in line
            self._screen.check("de rust van wie op de verhuurder wacht is in gevaar", holds=danger, found=line)
            letter = consulent.letter(case)
            promised = GBKZ.title in letter.confirmed and CREDITOR not in letter.confirmed
            honest = promised and CREDITOR in letter.waiting
            self._screen.check("de rustbrief noemt GBKZ bevestigd, en de verhuurder nog niet", holds=honest)
        finally:
            consulent.leave()

    # — asking ————————————————————————————————————————————————————————————————————————————————————————————————————

    def _see(self, operator: Operator, path: str, what: str, *wanted: str) -> None:
        said = operator.read(path)
        missing = [words for words in wanted if words not in said]
        self._screen.check(what, holds=not missing, found=", ".join(missing))

    def _wait(self, what: str, holds: Callable[[], bool]) -> None:
        self._screen.wait(what, holds, self._stage.cast.check)

    def _registered(self) -> bool:
        """The index has who was registered while the tax office was away."""
        parties = self._stage.cases.case(self._cases[UNREACHED])["personen"][0]["partijen"]
        return any(one["soort"] == "vish" and one["stand"] == "geregistreerd" for one in parties)
