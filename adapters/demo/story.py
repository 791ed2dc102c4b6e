"""The story of the demo: one act in Haarlem, schuldenrust everywhere, and what must never happen, tried.

Every check reads what the outside systems have on their own books.
"""

from __future__ import annotations

from datetime import UTC, time
from typing import Final

from adapters.demo.caseworker import Row
from adapters.demo.chain import PROTECTED, Chain
from adapters.demo.findings import Findings
from adapters.demo.outcome import Outcome
from adapters.demo.parties import GBKZ, HUB
from adapters.demo.screen import Screen
from adapters.demo.stage import Stage
from adapters.demo.stranger import Stranger
from adapters.demo.troubles import SILENT_FILE, Troubles
from adapters.demo.world import DEPLOY
from hub.workdays import add_working_days, local_instant

WITH_ARRANGEMENT: Final = "SHV-2026-0101"
WITHOUT: Final = "SHV-2026-0201"
BY_MISTAKE: Final = "SHV-2026-0111"
ENDED: Final = (WITH_ARRANGEMENT, WITHOUT, BY_MISTAKE)


class Story:
    """The acts, in order; each reads the books of the parties."""

    def __init__(self, stage: Stage, screen: Screen) -> None:
        self._stage = stage
        self._screen = screen
        self._cases: dict[str, str] = {}
        self._find = Findings(stage, self._cases)

    def tell(self) -> None:
        """Everything."""
        self.register()
        self.go_on_after_an_outage()
        self.go_on_side_by_side()
        self.end()
        self.settle()
        self.look()
        Outcome(self._stage, self._screen, self._find).show(self._cases, WITH_ARRANGEMENT)

    # — acts ——————————————————————————————————————————————————————————————————————————————————————————————————————

    def register(self) -> None:
        """25 residents in 24 cases, told to everybody."""
        with self._screen.act("25 bewoners aanmelden bij Haarlem, in één bestand"):
            self._import("cases.csv")
            self._settled("elke partij heeft Haarlem geantwoord")
            persons = self._find.bsns_in("cases.csv")
            self._check_registered(persons)
            self._check_paused(persons)
            calls = self._stage.cases.calls()
            self._screen.say(f"{len(calls)} belpunten voor de consulent: wie niet te bereiken is over de hub")

    def go_on_after_an_outage(self) -> None:
        """GBKZ and the hub are away for a while; those who come next are registered meanwhile."""
        with self._screen.act("GBKZ valt uit, en de hub ook; Haarlem meldt door; beide komen terug"):
            self._stage.cast.stop(GBKZ.name, HUB.name)
            Stranger(self._stage, self._screen).be_hasty()
            self._stage.start_hub()
            self._import("later.csv")
            self._import("chain.csv")
            self._cases[PROTECTED] = self._chain(self._screen).register()
            bsns = self._find.bsns_in("later.csv") | self._find.bsns_in("chain.csv")
            before = self._find.paused()
            self._stage.start_adapter(GBKZ)
            self._settled("elke partij heeft Haarlem geantwoord, ook GBKZ na de storing")
            self._screen.check("tijdens de storing lag er niets stil", holds=not before & self._find.dossiers_of(bsns))
            self._check_registered(bsns)
            self._check_paused(bsns)

    def go_on_side_by_side(self) -> None:
        """What has nothing to do with each other happens at the same time, as in life."""
        self._screen.side_by_side([self._refuse_a_stranger, self._settle_debts, self._refer, self._administer])

    def _refuse_a_stranger(self, screen: Screen) -> None:
        with screen.act("Een vreemd programma (aio-pika en cryptography, niets van ons) probeert van alles"):
            Stranger(self._stage, screen).try_everything()

    def _settle_debts(self, screen: Screen) -> None:
        with screen.act("Drie schuldeisers: pauze, en ingrijpen als er toch wordt geïncasseerd"):
            self._chain(screen).pause()
        with screen.act("Een schuldregeling: saldo's, voorstel, heroverweging"):
            self._chain(screen).propose()

    def _refer(self, screen: Screen) -> None:
        with screen.act("Een ondernemer gaat naar Kredietbank Nederland, en komt geholpen terug"):
            self._chain(screen).refer()

    def _administer(self, screen: Screen) -> None:
        with screen.act("Een bewindkantoor zonder eigen koppeling: bewind, dossier, advies; een rechter beschermt"):
            self._stage.wait_for_portal()
            self._chain(screen).advise()
            self._chain(screen).protect()

    def end(self) -> None:
        """With an arrangement, without one, and one that was a mistake."""
        with self._screen.act("Drie zaken eindigen: met regeling, zonder regeling, en één was ten onrechte gemeld"):
            self._import("endings.csv")
            self._import(SILENT_FILE)
            self._screen.wait(
                "de vergissing is bij GBKZ en VISH verdwenen",
                lambda: not self._find.has_mark(BY_MISTAKE) and not self._find.is_registered(BY_MISTAKE),
                self._stage.cast.check,
            )
            last = self._find.last_end(WITHOUT)
            morning = local_instant(add_working_days(last, 1), time(9, 5)).astimezone(UTC)
            self._screen.say(f"de klok gaat naar {morning:%d-%m-%Y %H:%M} UTC: de eerste werkdag na de einddatum")
            self._stage.pass_time_until(morning)
            lifted = self._find.dossiers(WITHOUT)
            self._screen.wait(
                "zonder regeling hervat GBKZ", lambda: not lifted & self._find.paused(), self._stage.cast.check
            )
            kept = self._find.dossiers(WITH_ARRANGEMENT)
            self._screen.check("met regeling hervat GBKZ niet", holds=bool(kept) and kept <= self._find.paused())
            self._screen.wait(
                "VISH heeft de drie personen niet meer als lopend",
                lambda: not any(self._find.is_registered(number) for number in ENDED),
                self._stage.cast.check,
            )

    def settle(self) -> None:
        """The arrangement begins and ends; meanwhile something goes wrong elsewhere."""
        with self._screen.act("De termijn van het voorstel verstrijkt"):
            self._chain(self._screen).fall_silent()
        self._screen.side_by_side([self._agree, self._lose_a_party])

    def _agree(self, screen: Screen) -> None:
        with screen.act("De regeling komt rond, en wat overblijft wordt kwijtgescholden"):
            self._chain(screen).agree()

    def _lose_a_party(self, screen: Screen) -> None:
        with screen.act("Een belastingkantoor valt uit, en daar wordt iemand aangemeld"):
            self._troubles(screen).lose_a_party()

    def look(self) -> None:
        """What is wrong now, and who sees it."""
        with self._screen.act("Er gaat een dag voorbij"):
            self._troubles(self._screen).pass_a_day()
        self._screen.side_by_side([self._show_consulent, self._show_operator])

    def _show_consulent(self, screen: Screen) -> None:
        with screen.act("De consulent op haar pagina: wie is in gevaar, en wat staat er in de rustbrief?"):
            self._troubles(screen).show_consulent()

    def _show_operator(self, screen: Screen) -> None:
        with screen.act("De beheerder in zijn console: wat ligt stil, en wie moet iets doen?"):
            self._troubles(screen).show_operator()

    # — asking ————————————————————————————————————————————————————————————————————————————————————————————————————

    def _chain(self, screen: Screen) -> Chain:
        return Chain(self._stage, screen, self._cases)

    def _troubles(self, screen: Screen) -> Troubles:
        return Troubles(self._stage, screen, self._cases)

    def _import(self, name: str) -> None:
        rows = self._stage.cases.import_file(DEPLOY / name)
        self._cases |= {row.number: row.case for row in rows if row.case}
        refused = [row for row in rows if row.result == "geweigerd"]
        self._screen.check(f"{name}: {len(rows)} regels gedaan", holds=not refused, found=_first(refused))

    def _settled(self, what: str) -> None:
        """Waits for every answer; a case is asked for again only until it has all of them."""
        left = list(self._cases.values())

        def settled() -> bool:
            while left and self._find.answered(left[-1]):
                left.pop()
            return not left

        self._screen.wait(what, settled, self._stage.cast.check)

    def _check_registered(self, bsns: set[str]) -> None:
        missing = self._find.unregistered(bsns)
        found = f"{len(bsns) - len(missing)} van {len(bsns)}"
        what = "een deurwaarder die het verwijsregister raadpleegt, ziet iedereen"
        self._screen.check(what, holds=not missing, found=found)

    def _check_paused(self, bsns: set[str]) -> None:
        """Every dossier that GBKZ has itself is paused, and no other."""
        wanted, paused, elsewhere = self._find.dossiers_of(bsns), self._find.paused(), self._find.out_of_reach()
        found = f"{len(wanted & paused)} van {len(wanted)}, {len(wanted & elsewhere)} ligt bij een ander"
        holds = wanted - elsewhere <= paused and not elsewhere & paused
        self._screen.check("GBKZ heeft uitstel van betaling op de juiste dossiers", holds=holds, found=found)


def _first(refused: list[Row]) -> str:
    return f"{refused[0].number}: {refused[0].words}" if refused else ""
