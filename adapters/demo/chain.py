"""The rest of the chain in the demo: creditors of the covenant, the Kredietbank, a bewindkantoor, a settlement.

One resident owes three creditors (one agrees, one refuses at first, one says nothing), an entrepreneur is referred, an
office tells of a bewind. Every check reads the outside systems' own books or what Haarlem's API says of a conversation.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, time, timedelta
from typing import Any, Final

from adapters.demo.parties import BANK, COCENSUS, CREDITORS, PARTNERSHIP, TOWN, WATER_BOARD, Party
from adapters.demo.screen import Screen
from adapters.demo.stage import Stage
from hub.workdays import add_working_days, local_day, local_instant

DEBTOR, ENTREPRENEUR, PROTECTED = "SHV-2026-0501", "SHV-2026-0502", "SHV-2026-0503"
SETTLEMENT, REFERRAL, ADMINISTRATION = "schuldregeling", "verwijzing", "bewind"
PROPOSAL_WORKING_DAYS: Final = 10
PAUSES: Final = {WATER_BOARD: 2, TOWN: 1, PARTNERSHIP: 1}
#: The office knows who its client is from the court; Haarlem told it nothing.
CLIENT: Final = {
    "bsn": "999039581",
    "geboortedatum": "1967-09-12",
    "geslachtsnaam": "Prins",
    "rechtbank": "Rechtbank Noord-Holland",
    "grond": "schulden",
}


class Chain:
    """The acts, in order; `cases` are the ids by the case system's number."""

    def __init__(self, stage: Stage, screen: Screen, cases: Mapping[str, str]) -> None:
        self._stage = stage
        self._screen = screen
        self._cases = cases

    def pause(self) -> None:
        """The creditors have stopped; one that goes on all the same is stopped."""
        for party, count in PAUSES.items():
            system = self._stage.outside.creditor(party)
            self._wait(f"{party.title}: pauze in de eigen boeken", lambda s=system, n=count: s.pauses() == n)
        case, town = self._cases[DEBTOR], self._stage.outside.creditor(TOWN)
        place = f"/schuldenrust/{case}/partijen/{self._party(case, TOWN)}"
        self._act(f"{place}/incidenten", maatregel="dwangbevel", datum=self._today())
        self._wait("een dwangbevel ondanks de pauze is gestopt", lambda: town.complaints() == ["dwangbevel"])

    def register(self) -> str:
        """Somebody with little time left is registered by the case system itself; the id of the case."""
        until = (self._stage.clock.now() + timedelta(days=75)).date().isoformat()
        who = {name: CLIENT[name] for name in ("bsn", "geboortedatum", "geslachtsnaam")}
        case = self._act(
            "/schuldenrust",
            klantnummerShv=PROTECTED,
            gemeentecode="0392",
            belastinggemeenten=["0392"],
            fase="stabilisatie",
            personen=[{**who, "voorletters": "E.M."}],
            einddatum=until,
        )
        return str(case["id"])

    def refer(self) -> None:
        """An entrepreneur goes to the Kredietbank and comes back helped."""
        case, bank = self._cases[ENTREPRENEUR], self._stage.outside.bank
        person = self._stage.cases.case(case)["personen"][0]["id"]
        self._act(
            f"/schuldenrust/{case}/verwijzingen",
            persoonId=person,
            naar=BANK.oin,
            soort="ondernemer-schuldhulp",
            reden="Zelfstandige met zakelijke schulden.",
            grondslag="mandaat",
            bereikbaarheid={"telefoon": "06-00000000", "veiligBereikbaar": True},
        )
        self._wait("de Kredietbank heeft de verwijzing", lambda: len(bank.dossiers()) == 1)
        for days, state in ((1, "aangenomen"), (7, "gestart")):
            bank.advance(days)
            self._wait(f"Haarlem ziet: {state}", lambda wanted=state: self._states(case, REFERRAL) == {wanted})
        bank.advance(14)
        self._wait("de Kredietbank heeft een regeling", lambda: "regeling" in bank.dossiers().values())
        bank.finish(next(iter(bank.dossiers())))
        self._wait("Haarlem ziet: afgerond", lambda: self._states(case, REFERRAL) == {"afgerond"})

    def advise(self) -> None:
        """An office tells of a bewind, sends the dossier and hears Haarlem's advice."""
        office = self._stage.office
        case = office.begin({**CLIENT, "startdatum": self._today()})
        self._wait("Haarlem weet van het bewind", lambda: self._administration() == "gestart")
        dossier = {"boedelbeschrijving": "Inkomen 1.480, schulden 9.200.", "planVanAanpak": "Eerst rust, dan regelen."}
        office.tell(case, "bewind-dossier", dossier)
        self._wait("het dossier is er", lambda: self._administration() == "dossier-ontvangen")
        talk = self._administrations()[0]["id"]
        self._act(f"/bewinden/{talk}/advies", advies="lichtere-hulp", motivering="Budgetbeheer volstaat.")
        self._wait("het kantoor heeft het advies", lambda: bool(office.received("bewind-advies")))
        said = office.read(office.received("bewind-advies")[0])
        self._screen.check("en leest: lichtere hulp", holds=said["advies"] == "lichtere-hulp")

    def protect(self) -> None:
        """A court's protection outlasts the pause."""
        case, tax = self._cases[PROTECTED], self._stage.outside.taxes[COCENSUS]
        until = (self._stage.clock.now() + timedelta(days=120)).date().isoformat()
        court = {"rechtbank": "Rechtbank Noord-Holland", "kenmerk": "C/15/000000", "ingangsdatum": self._today()}
        self._act(f"/schuldenrust/{case}/afkoelingsperiode", soort="fw-287-4", einddatum=until, **court)
        self._wait(
            "Cocensus houdt zich aan het moratorium",
            lambda: any(one["reden"] == "WETTELIJKE_BESCHERMING" for one in tax.books()["uitstellen"]),
        )

    def propose(self) -> None:
        """Balances and a proposal: one agrees, one refuses and thinks again, one says nothing."""
        case = self._cases[DEBTOR]
        parties = {party: self._party(case, party) for party in CREDITORS}
        self._act(f"/schuldenrust/{case}/saldoverzoeken", partijen=list(parties.values()))
        known = {"saldo-bekend", "vooraf-akkoord"}
        self._wait("elk saldo is bekend", lambda: self._states(case, SETTLEMENT) <= known)
        until = (self._stage.clock.now() + timedelta(days=60)).date().isoformat()
        offer = {"typeSchuldregeling": "SB", "looptijdMaanden": 18, "percentage": "35.00", "geldigTot": until}
        self._act(f"/schuldenrust/{case}/betaalvoorstellen", **offer)
        self._wait("één schuldeiser gaat akkoord", lambda: self._settled(case, WATER_BOARD) == "akkoord")
        self._wait("één weigert", lambda: self._settled(case, TOWN) == "afgewezen")
        self._act(f"/schuldenrust/{case}/partijen/{parties[TOWN]}/heroverweging", motivering="Het saldo klopt nu.")
        self._wait("en bedenkt zich na heroverweging", lambda: self._settled(case, TOWN) == "akkoord")
        waits = self._settled(case, PARTNERSHIP)
        self._screen.check("één zegt niets: zijn termijn loopt", holds=waits == "voorgesteld", found=waits)

    def fall_silent(self) -> None:
        """Time passes: silence is consent."""
        case = self._cases[DEBTOR]
        today = local_day(self._stage.clock.now())
        morning = local_instant(add_working_days(today, PROPOSAL_WORKING_DAYS + 1), time(9, 5)).astimezone(UTC)
        self._stage.pass_time_until(morning)
        self._screen.say(f"de klok gaat naar {morning:%d-%m-%Y %H:%M} UTC: de termijn van het voorstel is voorbij")
        agreed = {"akkoord", "akkoord-door-stilte"}
        self._wait("wie vooraf instemde en zweeg, is akkoord", lambda: self._settled(case, PARTNERSHIP) in agreed)

    def agree(self) -> None:
        """The arrangement begins, and what is left of the debt is discharged."""
        case = self._cases[DEBTOR]
        self._act(f"/schuldenrust/{case}/schuldregeling-akkoord", betaalreferentie="DEMO-0501")
        self._wait("elke schuldeiser weet dat de regeling loopt", lambda: self._all_did("akkoord"))
        self._act(f"/schuldenrust/{case}/schuldregeling-beeindiging", reden="afgerond-kwijting")
        self._wait("elke schuldeiser weet van de finale kwijting", lambda: self._all_did("afloop"))
        once = all(system.twice() == 0 for system in self._stage.outside.creditors)
        self._screen.check("geen opdracht is bij een schuldeiser twee keer uitgevoerd", holds=once)

    # — asking ————————————————————————————————————————————————————————————————————————————————————————————————————

    def _act(self, path: str, **content: object) -> dict[str, Any]:
        return self._stage.cases.act(path, content)

    def _wait(self, what: str, holds: Any) -> None:  # noqa: ANN401 - a question without arguments
        self._screen.wait(what, holds, self._stage.cast.check)

    def _today(self) -> str:
        return local_day(self._stage.clock.now()).isoformat()

    def _party(self, case: str, party: Party) -> str:
        lines = self._stage.cases.talks(case)
        return str(next(line["partijId"] for line in lines if line.get("oin") == party.oin and "partijId" in line))

    def _states(self, case: str, kind: str) -> set[str]:
        return {line["stand"] for line in self._stage.cases.talks(case) if line["soort"] == kind}

    def _settled(self, case: str, party: Party) -> str:
        lines = self._stage.cases.talks(case)
        return next((one["stand"] for one in lines if one["soort"] == SETTLEMENT and one.get("oin") == party.oin), "")

    def _administrations(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._stage.cases.ask("/bewinden")["gesprekken"]
        return found

    def _administration(self) -> str:
        return next((str(one["stand"]) for one in self._administrations()), "")

    def _all_did(self, act: str) -> bool:
        return all(act in system.acts() for system in self._stage.outside.creditors)
