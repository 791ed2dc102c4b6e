"""What the simulated tax system does when asked: find a taxpayer, list dossiers, put, change, end, remove *uitstel*."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from typing import Any

from adapters.gbkz.simulator_dunning import FOLLOW_UPS, Dunning, in_the_post, next_step, still_to_come
from adapters.gbkz.simulator_record import Record, dunning_of, uitstel_key
from adapters.gbkz.simulator_words import Change, Ending, Placement, Removal


class KeyReusedError(Exception):
    """The same idempotency key came with another question."""


class Books:
    """The acts of the tax office for an outside party; each act is done once per idempotency key."""

    def __init__(self, record: Record) -> None:
        self._record = record

    def find(self, bsn: str, birth_date: str) -> dict[str, Any]:
        """The taxpayer with this BSN, unless the office knows another birth date."""
        row = self._record.one("SELECT * FROM belastingplichtige WHERE bsn = ?", bsn)
        if row is None:
            return {"uitkomst": "NIET_GEVONDEN"}
        if not _same_as_far_as_known(row["geboortedatum"], birth_date):
            return {"uitkomst": "GEBOORTEDATUM_WIJKT_AF"}
        members = ("subjectnummer", "bsn", "geboortedatum", "voorvoegsel", "geslachtsnaam")
        return {"uitkomst": "GEVONDEN", "belastingplichtige": {name: row[name] for name in members}}

    def open_dossiers(self, subject: str) -> dict[str, Any]:
        """The dossiers of one taxpayer on which something is owed, jointly assessed ones too."""
        self._record.taxpayer(subject)
        rows = self._record.all(
            "SELECT d.* FROM dossier d JOIN belanghebbende b USING (dossiernummer) "
            "WHERE b.subjectnummer = ? AND d.bedrag_cent > 0 ORDER BY d.dossiernummer",
            subject,
        )
        return {
            "dossiers": [
                {
                    "dossiernummer": row["dossiernummer"],
                    "belastingsoort": row["belastingsoort"],
                    "belastingjaar": row["belastingjaar"],
                    "gemeentecode": row["gemeentecode"],
                    "openstaand": f"{(row['bedrag_cent'] + row['kosten_cent'] + row['rente_cent']) / 100:.2f}",
                    "stap": row["stap"],
                    "stapdatum": row["stapdatum"],
                    "uitstel": self._record.paused(row["dossiernummer"], self._record.clock.today()),
                }
                for row in rows
            ]
        }

    def place(self, asked: Placement, key: str) -> dict[str, Any]:
        """Put *uitstel* on each dossier where that is possible, and say per dossier what stopped and what did not."""

        def act() -> dict[str, Any]:
            self._record.taxpayer(asked.subjectnummer)
            results = [self._place_one(asked, number, key) for number in asked.dossiernummers]
            if asked.aantekening:
                self._mark(asked.subjectnummer, key)
            return {"resultaten": results}

        return self._once("uitstel", key, asked.model_dump_json(), act)

    def change(self, asked: Change, key: str) -> dict[str, Any]:
        """Give *uitstellen* that run another end and reason; one that has ended is left as it is."""

        def act() -> dict[str, Any]:
            changed = [one for one in asked.uitstellen if self._record.running(one.uitstelnummer) is not None]
            for one in changed:
                self._record.db.execute(
                    "UPDATE uitstel SET tot_en_met = ?, reden = ? WHERE nummer = ?",
                    (one.tot_en_met and one.tot_en_met.isoformat(), one.reden, uitstel_key(one.uitstelnummer)),
                )
                self._record.note("UITSTEL_GEWIJZIGD", uitstel=one.uitstelnummer, key=key)
            return {"verwerkt": [one.uitstelnummer for one in changed]}

        return self._once("uitstel/wijzigen", key, asked.model_dump_json(), act)

    def end(self, asked: Ending, key: str) -> dict[str, Any]:
        """End *uitstellen*: the interest over their days is booked and dunning goes on."""

        def act() -> dict[str, Any]:
            return {"verwerkt": self._finish(asked.uitstelnummers, "BEEINDIGD", key)}

        return self._once("uitstel/beeindigen", key, asked.model_dump_json(), act)

    def remove(self, asked: Removal, key: str) -> dict[str, Any]:
        """Take *uitstellen* away without charging anything for their days, and the mark when asked."""

        def act() -> dict[str, Any]:
            removed = self._finish(asked.uitstelnummers, "VERWIJDERD", key)
            if asked.aantekening_verwijderen:
                gone = self._record.db.execute(
                    "DELETE FROM aantekening WHERE subjectnummer = ?", (asked.subjectnummer,)
                )
                if gone.rowcount:
                    self._record.note("AANTEKENING_VERWIJDERD", key=key)
            return {"verwerkt": removed}

        return self._once("uitstel/verwijderen", key, asked.model_dump_json(), act)

    def _once(self, path: str, key: str, question: str, act: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Do `act` in one transaction and keep its answer; the same key gets that answer again and nothing is done."""
        held = self._record.one("SELECT vraag, antwoord FROM antwoord WHERE pad = ? AND sleutel = ?", path, key)
        if held is not None:
            if held["vraag"] != question:
                raise KeyReusedError
            self._record.note("HERHAALD", key=key)
            repeated: dict[str, Any] = json.loads(held["antwoord"])
            return repeated
        self._record.db.execute("BEGIN IMMEDIATE")
        with self._record.db:
            answer = act()
            self._record.note("UITGEVOERD", key=key)
            self._record.db.execute(
                "INSERT INTO antwoord VALUES (?, ?, ?, ?)", (path, key, question, json.dumps(answer))
            )
        return answer

    def _finish(self, numbers: tuple[str, ...], how: str, key: str) -> list[str]:
        """End those that still run."""
        running = [number for number in numbers if self._record.running(number) is not None]
        for number in running:
            self._record.finish(uitstel_key(number), how, self._record.clock.today(), key)
        return running

    def _place_one(self, asked: Placement, number: str, key: str) -> dict[str, Any]:
        row = self._record.dossier(number)
        dunning = dunning_of(row)
        refusal = _why_not(row, dunning)
        if refusal is not None:
            return {"dossiernummer": number, "uitstelnummer": None, "gestopt": [], "nietGestopt": [refusal]}
        uitstel = self._record.insert_uitstel(number, asked.vanaf, asked.tot_en_met, asked.reden)
        self._record.note("UITSTEL_GEPLAATST", dossier=number, uitstel=uitstel, key=key)
        stopped = [*still_to_come(dunning), *(["INCASSO"] if row["incasso"] else []), "KOSTEN"]
        posted = in_the_post(dunning, self._record.clock.today())
        letter = (
            [{"stap": dunning.step, "oorzaak": "VERZONDEN", "datum": dunning.step_on.isoformat()}] if posted else []
        )
        return {"dossiernummer": number, "uitstelnummer": uitstel, "gestopt": stopped, "nietGestopt": letter}

    def _mark(self, subject: str, key: str) -> None:
        made = self._record.db.execute(
            "INSERT OR IGNORE INTO aantekening VALUES (?, 'SCHULDHULPVERLENING', ?)",
            (subject, self._record.clock.today().isoformat()),
        )
        if made.rowcount:
            self._record.note("AANTEKENING_GEPLAATST", key=key)


def _why_not(row: sqlite3.Row, dunning: Dunning) -> dict[str, Any] | None:
    """Why no *uitstel* can be put on a dossier, None when it can."""
    handler = json.loads(row["behandelaar"]) if row["behandelaar"] else None
    if dunning.step in FOLLOW_UPS:
        cause = "BIJ_DEURWAARDER" if dunning.step == "DEURWAARDER" else "BESLAG_LIGT"
        found: dict[str, Any] = {"stap": dunning.step, "oorzaak": cause, "datum": dunning.step_on.isoformat()}
        return found | ({"behandelaar": handler} if handler else {})
    if row["uitgezonderd"]:
        return {"stap": next_step(dunning) or dunning.step, "oorzaak": "UITGEZONDERD"}
    return None


def _same_as_far_as_known(ours: str, asked: str) -> bool:
    return all(a == b or {a, b} & {"00"} for a, b in zip(ours.split("-"), asked.split("-"), strict=True))
