"""What the story asks of the outside systems' books, by the people and cases of deploy/demo."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from adapters.demo.books import read_rows, subject_numbers
from adapters.demo.parties import GBKZ
from adapters.demo.stage import Stage
from adapters.demo.world import DEPLOY

ANSWERED: Final = frozenset({"actief", "deels-actief", "geregistreerd"})
BY_PHONE: Final = frozenset({"te-bellen", "telefonisch-geregeld"})
OUT_OF_REACH: Final = frozenset({"DEURWAARDER", "LOONVORDERING", "BESLAG"})


class Findings:
    """Questions and what was found; `cases` are the ids by the case system's number, growing as the story goes on."""

    def __init__(self, stage: Stage, cases: Mapping[str, str]) -> None:
        self._stage = stage
        self._cases = cases
        self._rows = read_rows(DEPLOY / "tax_dossiers.csv", ",")

    def bsns_in(self, name: str) -> set[str]:
        """Everybody in a file of cases who has a BSN."""
        return {row["bsn"] for row in read_rows(DEPLOY / name, ";") if row["bsn"]}

    def answered(self, case_id: str) -> bool:
        """Whether every party of a case has confirmed; who is not on the hub is called instead."""
        return all(
            party["stand"] in ANSWERED | BY_PHONE
            for person in self._stage.cases.case(case_id)["personen"]
            for party in person["partijen"]
        )

    def unregistered(self, bsns: set[str]) -> set[str]:
        """Who is not exactly once in the index, as a bailiff would find."""
        return {bsn for bsn in bsns if len(self._stage.outside.index.consult(bsn)) != 1}

    def dossiers_of(self, bsns: set[str]) -> set[str]:
        """Tax dossiers of these people, alone or jointly."""
        return {
            row["dossiernummer"]
            for row in self._rows
            if row["dossiernummer"] and (row["bsn"] in bsns or row["medeschuldenaar_bsn"] in bsns)
        }

    def out_of_reach(self) -> set[str]:
        """Dossiers that somebody else has: a bailiff, an employer, a seizure."""
        return {one["dossiernummer"] for one in self.tax_dossiers() if one["stap"] in OUT_OF_REACH}

    def paused(self) -> set[str]:
        """Dossiers with *uitstel van betaling* now."""
        return {one["dossiernummer"] for one in self.tax_dossiers() if one["uitstel"]}

    def tax_dossiers(self) -> list[dict[str, Any]]:
        """Every dossier of both tax offices, by their own books."""
        return [one for tax in self._stage.outside.taxes.values() for one in tax.books()["dossiers"]]

    def persons(self, number: str) -> set[str]:
        """BSNs in one case."""
        return {row["bsn"] for row in read_rows(DEPLOY / "cases.csv", ";") if row["klantnummer_shv"] == number}

    def dossiers(self, number: str) -> set[str]:
        """Tax dossiers of one case."""
        return self.dossiers_of(self.persons(number))

    def is_registered(self, number: str) -> bool:
        """Somebody of this case is in the index now."""
        return any(self._stage.outside.index.consult(bsn) for bsn in self.persons(number))

    def has_mark(self, number: str) -> bool:
        """GBKZ's tax system marks somebody of this case as being in debt help."""
        tax = self._stage.outside.taxes[GBKZ]
        subjects, marked = subject_numbers(tax.rows), set(tax.books()["aantekeningen"])
        return any(subjects[bsn] in marked for bsn in self.persons(number) if bsn in subjects)

    def last_end(self, number: str) -> date:
        """The last day of rest at any party of this case."""
        persons = self._stage.cases.case(self._cases[number])["personen"]
        ends = [party["einddatum"] for person in persons for party in person["partijen"] if "einddatum" in party]
        return date.fromisoformat(max(ends))
