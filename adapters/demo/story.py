"""The story of the demo: one act in Haarlem, schuldenrust everywhere, and what must never happen, tried.

Every check reads what the outside systems have on their own books. `run` returns 0 when all hold.
"""

from __future__ import annotations

import subprocess
import threading
from datetime import UTC, time
from pathlib import Path
from typing import Final

from adapters.demo.caseworker import Row
from adapters.demo.cast import SCHULDHUB, bare_environment
from adapters.demo.chain import PROTECTED, Chain
from adapters.demo.configuration import CONFIG
from adapters.demo.console import people
from adapters.demo.findings import Findings
from adapters.demo.parties import GBKZ, HUB
from adapters.demo.screen import Screen
from adapters.demo.stage import Stage, set_stage
from adapters.demo.stranger import Stranger
from adapters.demo.world import DEPLOY
from hub.errors import HubError
from hub.workdays import add_working_days, local_instant

ROOT: Final = Path(__file__).parents[2]
FOLDER: Final = ROOT / ".demo"
WITH_ARRANGEMENT, WITHOUT, BY_MISTAKE = "SHV-2026-0101", "SHV-2026-0201", "SHV-2026-0111"


class Story:
    """The acts, in order; each reads the books of the parties."""

    def __init__(self, stage: Stage, screen: Screen) -> None:
        self._stage = stage
        self._screen = screen
        self._cases: dict[str, str] = {}
        self._find = Findings(stage, self._cases)
        self._chain = Chain(stage, screen, self._cases)

    def tell(self) -> None:
        """Everything."""
        self.register()
        self.go_on_after_an_outage()
        self.refuse_a_stranger()
        self.follow_the_chain()
        self.end()
        self.settle()
        self.show()

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
        """GBKZ is away for a while."""
        with self._screen.act("GBKZ valt uit; Haarlem meldt door; GBKZ komt terug"):
            self._stage.cast.stop(GBKZ.name)
            self._import("later.csv")
            bsns = self._find.bsns_in("later.csv")
            before = self._find.paused()
            self._stage.start_adapter(GBKZ)
            self._settled("elke partij heeft Haarlem geantwoord, ook GBKZ na de storing")
            self._screen.check("tijdens de storing lag er niets stil", holds=not before & self._find.dossiers_of(bsns))
            self._check_registered(bsns)
            self._check_paused(bsns)

    def end(self) -> None:
        """With an arrangement, without one, and one that was a mistake."""
        with self._screen.act("Drie zaken eindigen: met regeling, zonder regeling, en één was ten onrechte gemeld"):
            self._import("endings.csv")
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
                lambda: not any(self._find.is_registered(number) for number in (WITH_ARRANGEMENT, WITHOUT, BY_MISTAKE)),
                self._stage.cast.check,
            )

    def refuse_a_stranger(self) -> None:
        """Somebody else's software, honest once and then not."""
        with self._screen.act("Een vreemd programma (aio-pika en cryptography, niets van ons) probeert van alles"):
            Stranger(self._stage, self._screen).try_everything()

    def follow_the_chain(self) -> None:
        """Creditors, the Kredietbank and an office take part."""
        with self._screen.act("Drie schuldeisers: pauze, en ingrijpen als er toch wordt geïncasseerd"):
            self._import("chain.csv")
            self._cases[PROTECTED] = self._chain.register()
            self._settled("elke partij heeft Haarlem geantwoord")
            self._check_paused(self._find.bsns_in("chain.csv"))
            self._chain.pause()
        with self._screen.act("Een ondernemer gaat naar Kredietbank Nederland, en komt geholpen terug"):
            self._chain.refer()
        with self._screen.act("Een bewindkantoor zonder eigen koppeling: bewind, dossier, advies van Haarlem"):
            self._chain.advise()
        with self._screen.act("Een schuldregeling: saldo's, voorstel, heroverweging"):
            self._chain.propose()

    def settle(self) -> None:
        """The arrangement, a moratorium, and the end."""
        with self._screen.act("De regeling komt rond, een rechter beschermt iemand, en er is finale kwijting"):
            self._chain.agree()

    # — what is shown at the end ——————————————————————————————————————————————————————————————————————————————————

    def show(self) -> None:
        """The books of the parties and the message log of one case."""
        self._screen.table(
            "De belastingkantoren (eigen boeken)",
            ("dossier", "soort", "stap", "uitstel van betaling"),
            [
                (
                    dossier["dossiernummer"],
                    dossier["belastingsoort"],
                    dossier["stap"],
                    "ja" if dossier["uitstel"] else "—",
                )
                for dossier in self._find.tax_dossiers()
            ],
        )
        running, ended = self._stage.outside.index.counts()
        self._screen.table("Het verwijsregister (eigen boeken)", ("lopend", "beëindigd"), [(str(running), str(ended))])
        self._screen.table(
            "De schuldeisers (eigen boeken)",
            ("schuldeiser", "lopende pauzes", "wat er gevraagd en gedaan is"),
            [
                (system.party.title, str(system.pauses()), ", ".join(dict.fromkeys(system.acts())))
                for system in self._stage.outside.creditors
            ],
        )
        self._screen.table(
            "Haarlem: is er rust?",
            ("zaak", "rust per persoon", "eerste einddatum"),
            [self._rest_row(number) for number in sorted(self._cases)],
        )
        case = self._cases[WITH_ARRANGEMENT]
        self._screen.console.print(
            f"\n[bold]Het berichtenlog van zaak {WITH_ARRANGEMENT}[/bold] (zoals de beheerder het ziet)"
        )
        self._schuldhub("messages", "list", "--case", case, "--output", "table")
        self._stage.console.start(self._stage.cast)
        self._screen.check("de beheerconsole antwoordt, en wie wil kan zich aanmelden", holds=True)

    def _rest_row(self, number: str) -> tuple[str, str, str]:
        persons = self._stage.cases.case(self._cases[number])["personen"]
        ends = sorted(person["eersteEinddatum"] for person in persons if "eersteEinddatum" in person)
        return number, ", ".join(person["rust"] for person in persons), ends[0] if ends else "—"

    # — asking ————————————————————————————————————————————————————————————————————————————————————————————————————

    def _import(self, name: str) -> None:
        rows = self._stage.cases.import_file(DEPLOY / name)
        self._cases |= {row.number: row.case for row in rows if row.case}
        refused = [row for row in rows if row.result == "geweigerd"]
        self._screen.check(f"{name}: {len(rows)} regels gedaan", holds=not refused, found=_first(refused))

    def _settled(self, what: str) -> None:
        self._screen.wait(what, lambda: not self._find.pending(), self._stage.cast.check)

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

    def _schuldhub(self, *arguments: str) -> None:
        config = str(self._stage.place.of(HUB) / CONFIG)
        done = subprocess.run(
            [str(SCHULDHUB), *arguments, "--config", config],
            env=bare_environment({"COLUMNS": "160"}),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        self._screen.console.print(done.stdout, markup=False, soft_wrap=True)
        self._screen.check("het berichtenlog is te lezen", holds=done.returncode == 0, found=done.stderr.strip()[-200:])


def _first(refused: list[Row]) -> str:
    return f"{refused[0].number}: {refused[0].words}" if refused else ""


def run(*, keep: bool = False, folder: Path = FOLDER) -> int:
    """Plays the demo.

    Args:
        keep: stay up afterwards until Ctrl-C.
        folder: where everything lies; emptied first.

    Returns:
        0 when every check of the story holds, else 1.
    """
    screen = Screen()
    try:
        with set_stage(folder, screen) as stage:
            Story(stage, screen).tell()
            if keep:
                _stay(stage, screen)
    except HubError as error:
        screen.check(str(error), holds=False, found=error.advice())
    if screen.failed:
        screen.console.print(
            f"\n[red]{len(screen.failed)} controles klopten niet[/red]; logboeken in {folder / 'logboeken'}"
        )
        return 1
    screen.console.print(
        f"\n[green]Alles klopt[/green], {screen.elapsed_s():.0f} s. Niets draait nog; `make demo` begint opnieuw."
    )
    return 0


def _stay(stage: Stage, screen: Screen) -> None:
    """Everything stays up; what to try is printed."""
    hub, edge = stage.place.of(HUB) / CONFIG, stage.place.of(GBKZ) / CONFIG
    screen.console.print("\n[bold]Alles draait nog. Probeer, in een ander venster:[/bold]")
    for line in (
        f"{SCHULDHUB} messages tail --config {hub}",
        f"{SCHULDHUB} check --config {hub}",
        f"{SCHULDHUB} edge status --config {edge}",
    ):
        screen.console.print(f"  {line}", soft_wrap=True)
    screen.console.print(
        f"\n[bold]De beheerconsole:[/bold] {stage.console.url}  (in uw browser; alleen op deze machine)"
    )
    for name, roles in people():
        screen.console.print(f"  {name}: {roles}")
    screen.console.print(
        f"\n[bold]Het kantoorportaal:[/bold] {stage.office.url}  (Hans Behandelaar en Bea Beheerder werken daar ook)"
    )
    screen.console.print("Ctrl-C stopt alles.")
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        screen.console.print("Stoppen …")
