"""What everybody has on its books at the end, as tables, and the message log of one case."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping

from adapters.demo.cast import SCHULDHUB, bare_environment
from adapters.demo.configuration import CONFIG
from adapters.demo.findings import Findings
from adapters.demo.parties import HUB
from adapters.demo.screen import Screen
from adapters.demo.stage import Stage


class Outcome:
    """Read from the outside systems' own books, and for Haarlem from its API."""

    def __init__(self, stage: Stage, screen: Screen, find: Findings) -> None:
        self._stage = stage
        self._screen = screen
        self._find = find

    def show(self, cases: Mapping[str, str], logged: str) -> None:
        """Every table; `cases` are ids by the case system's number, `logged` is the number of the one whose log is."""
        self._show_taxes()
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
            [self._rest(number, cases[number]) for number in sorted(cases)],
        )
        self._screen.console.print(f"\n[bold]Het berichtenlog van zaak {logged}[/bold] (zoals de beheerder het ziet)")
        self._list_messages(cases[logged])

    def _show_taxes(self) -> None:
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

    def _rest(self, number: str, case: str) -> tuple[str, str, str]:
        persons = self._stage.cases.case(case)["personen"]
        ends = sorted(person["eersteEinddatum"] for person in persons if "eersteEinddatum" in person)
        return number, ", ".join(person["rust"] for person in persons), ends[0] if ends else "—"

    def _list_messages(self, case: str) -> None:
        config = str(self._stage.place.of(HUB) / CONFIG)
        done = subprocess.run(
            [str(SCHULDHUB), "messages", "list", "--case", case, "--output", "table", "--config", config],
            env=bare_environment({"COLUMNS": "160"}),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        self._screen.console.print(done.stdout, markup=False, soft_wrap=True)
        self._screen.check("het berichtenlog is te lezen", holds=done.returncode == 0, found=done.stderr.strip()[-200:])
