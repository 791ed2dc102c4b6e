"""The index behind the simulated SFTP server, in its own SQLite database: registrations, and what became of each row.

Every record key is handled once; the same key again gets the answer that it had.
"""

from __future__ import annotations

import json
import sqlite3
import time
from dataclasses import astuple
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any

from adapters.simulators.days import day_of
from adapters.vish.simulator_rows import Answered, Asked

CREATE = """
CREATE TABLE IF NOT EXISTS aansluiting (aansluitcode TEXT PRIMARY KEY, organisatie TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS persoon (bsn TEXT PRIMARY KEY, geboortedatum TEXT NOT NULL, geslachtsnaam TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS registratie (
  nummer INTEGER PRIMARY KEY AUTOINCREMENT, aansluitcode TEXT NOT NULL, bsn TEXT NOT NULL, geboortedatum TEXT NOT NULL,
  fase TEXT NOT NULL, ingangsdatum TEXT NOT NULL, contact TEXT NOT NULL, geregistreerd_op TEXT NOT NULL, einddatum TEXT
);
CREATE TABLE IF NOT EXISTS regel (
  recordsleutel TEXT PRIMARY KEY, antwoord TEXT NOT NULL, uitgevoerd INTEGER NOT NULL, herhaald INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS journaal (
  nr INTEGER PRIMARY KEY AUTOINCREMENT, moment TEXT NOT NULL, handeling TEXT NOT NULL, registratienummer TEXT
);
CREATE TABLE IF NOT EXISTS klok (id INTEGER PRIMARY KEY CHECK (id = 1), vooruit REAL NOT NULL);
INSERT OR IGNORE INTO klok VALUES (1, 0);
"""
NUMBER_FORM = "VISH-{:08d}"
PHASES = frozenset(
    ("aanmelding", "intake", "plan-van-aanpak", "stabilisatie", "schuldregeling", "oplossing", "nazorg", "uitstroom")
)


class Reason(StrEnum):
    """Why the index does not accept a row, in its own words."""

    REGEL_ONGELDIG = "REGEL_ONGELDIG"
    AANSLUITCODE_ONBEKEND = "AANSLUITCODE_ONBEKEND"
    GEBOORTEDATUM_WIJKT_AF = "GEBOORTEDATUM_WIJKT_AF"
    REGISTRATIE_ONBEKEND = "REGISTRATIE_ONBEKEND"
    REGISTRATIE_VAN_ANDER = "REGISTRATIE_VAN_ANDER"


class RefusedRowError(Exception):
    """A row that the index does not accept."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


class Index:
    """Who is registered as being in debt help."""

    def __init__(self, path: str) -> None:
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        # Its books must survive the end of the process, not a power cut: it is a simulator.
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.executescript(CREATE)

    def close(self) -> None:
        """Close the database."""
        self._db.close()

    # — time ———————————————————————————————————————————————————————————————————————————————————————————————————————

    def now(self) -> datetime:
        """The present instant of the index: real time and what it was put ahead."""
        ahead: float = self._db.execute("SELECT vooruit FROM klok").fetchone()[0]
        return datetime.fromtimestamp(time.time() + ahead, UTC)

    def today(self) -> date:
        """The present day of the index."""
        return day_of(self.now())

    def advance(self, by: timedelta) -> None:
        """Put the clock ahead."""
        self._db.execute("UPDATE klok SET vooruit = vooruit + ?", (by.total_seconds(),))

    # — what is supplied ———————————————————————————————————————————————————————————————————————————————————————————

    def handle(self, asked: Asked) -> Answered:
        """The answer to one row; a row that was answered before gets that answer again."""
        held = self._one("SELECT antwoord FROM regel WHERE recordsleutel = ?", asked.recordsleutel)
        if held is not None:
            self._db.execute("UPDATE regel SET herhaald = herhaald + 1 WHERE recordsleutel = ?", (asked.recordsleutel,))
            return Answered(*json.loads(held["antwoord"]))
        self._db.execute("BEGIN IMMEDIATE")
        with self._db:
            answer = self._handled(asked)
            row = (asked.recordsleutel, json.dumps(astuple(answer)))
            self._db.execute("INSERT INTO regel VALUES (?, ?, 1, 0)", row)
        return answer

    def _handled(self, asked: Asked) -> Answered:
        act = {"AANMELDEN": self._register, "WIJZIGEN": self._change, "AFMELDEN": self._end}.get(asked.soort)
        if act is None or not asked.recordsleutel:
            return self._answer(asked.recordsleutel, "AFGEWEZEN", "", Reason.REGEL_ONGELDIG)
        if self._one("SELECT 1 FROM aansluiting WHERE aansluitcode = ?", asked.aansluitcode) is None:
            return self._answer(asked.recordsleutel, "AFGEWEZEN", "", Reason.AANSLUITCODE_ONBEKEND)
        try:
            outcome, number, remark = act(asked)
        except RefusedRowError as refused:
            return self._answer(asked.recordsleutel, "AFGEWEZEN", "", refused.reason.value)
        self._note(outcome, number)
        return self._answer(asked.recordsleutel, outcome, number, remark=remark)

    def _register(self, asked: Asked) -> tuple[str, str, str]:
        remark = self._known_as(asked)
        contact = json.dumps([asked.contactnaam, asked.contacttelefoon, asked.contactemail])
        cursor = self._db.execute(
            "INSERT INTO registratie (aansluitcode, bsn, geboortedatum, fase, ingangsdatum, contact, geregistreerd_op) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                asked.aansluitcode,
                asked.bsn,
                asked.geboortedatum,
                asked.fase,
                asked.ingangsdatum,
                contact,
                self._instant(),
            ),
        )
        return "GEREGISTREERD", NUMBER_FORM.format(cursor.lastrowid), remark

    def _change(self, asked: Asked) -> tuple[str, str, str]:
        number = self._own(asked)
        remark = self._known_as(asked)
        contact = json.dumps([asked.contactnaam, asked.contacttelefoon, asked.contactemail])
        self._db.execute(
            "UPDATE registratie SET fase = ?, ingangsdatum = ?, contact = ? WHERE nummer = ?",
            (asked.fase, asked.ingangsdatum, contact, number),
        )
        return "GEWIJZIGD", asked.registratienummer, remark

    def _end(self, asked: Asked) -> tuple[str, str, str]:
        number = self._own(asked)
        last = _day(asked.einddatum)
        if asked.klasse == "ten-onrechte-gemeld":
            self._db.execute("DELETE FROM registratie WHERE nummer = ?", (number,))
        else:
            self._db.execute("UPDATE registratie SET einddatum = ? WHERE nummer = ?", (last.isoformat(), number))
        return "BEEINDIGD", asked.registratienummer, ""

    def _known_as(self, asked: Asked) -> str:
        """A remark about the name; refuses a row whose BSN and birth date do not belong together."""
        if not _passes_elfproef(asked.bsn) or not asked.geslachtsnaam or asked.fase not in PHASES:
            raise RefusedRowError(Reason.REGEL_ONGELDIG)
        _day(asked.ingangsdatum)
        person = self._one("SELECT * FROM persoon WHERE bsn = ?", asked.bsn)
        if person is None:
            return ""
        if not _same_as_far_as_known(person["geboortedatum"], asked.geboortedatum):
            raise RefusedRowError(Reason.GEBOORTEDATUM_WIJKT_AF)
        return "" if person["geslachtsnaam"].casefold() == asked.geslachtsnaam.casefold() else "NAAM_WIJKT_AF"

    def _own(self, asked: Asked) -> int:
        """The registration that this organisation made under this number."""
        number = _number(asked.registratienummer)
        row = self._one("SELECT * FROM registratie WHERE nummer = ?", number)
        if row is None:
            raise RefusedRowError(Reason.REGISTRATIE_ONBEKEND)
        if row["aansluitcode"] != asked.aansluitcode:
            raise RefusedRowError(Reason.REGISTRATIE_VAN_ANDER)
        return number

    # — what others do ———————————————————————————————————————————————————————————————————————————————————————————————

    def consult(self, bsn: str) -> list[dict[str, Any]]:
        """What a bailiff sees before acting: who helps this person, if anybody."""
        self._note("GERAADPLEEGD", "")
        rows = self._all(
            "SELECT r.*, a.organisatie FROM registratie r JOIN aansluiting a USING (aansluitcode) WHERE bsn = ? "
            "AND ingangsdatum <= ? AND (einddatum IS NULL OR einddatum >= ?) ORDER BY nummer",
            bsn,
            self.today().isoformat(),
            self.today().isoformat(),
        )
        return [
            {
                "registratienummer": NUMBER_FORM.format(row["nummer"]),
                "organisatie": row["organisatie"],
                "fase": row["fase"],
                "contact": json.loads(row["contact"]),
                "sinds": row["ingangsdatum"],
            }
            for row in rows
        ]

    def lapse(self, registration: str) -> Answered:
        """The index ends a registration by itself; the row that tells its owner so."""
        last = (self.today() - timedelta(days=1)).isoformat()
        self._db.execute("UPDATE registratie SET einddatum = ? WHERE nummer = ?", (last, _number(registration)))
        self._note("VERVALLEN", registration)
        return self._answer("", "BEEINDIGD", registration, "VERVALLEN")

    def fill(self, connections: dict[str, str], persons: list[tuple[str, str, str]]) -> None:
        """Add connected organisations, and persons that bailiffs know already."""
        self._db.executemany("INSERT OR REPLACE INTO aansluiting VALUES (?, ?)", connections.items())
        self._db.executemany("INSERT OR REPLACE INTO persoon VALUES (?, ?, ?)", persons)

    def record(self) -> list[dict[str, Any]]:
        """All registrations, without BSN."""
        hidden = ("bsn", "geboortedatum", "contact")
        rows = [dict(row) for row in self._all("SELECT * FROM registratie ORDER BY nummer")]
        return [
            {name: value for name, value in row.items() if name not in hidden}
            | {"registratienummer": NUMBER_FORM.format(row["nummer"])}
            for row in rows
        ]

    def effects(self) -> dict[str, dict[str, int]]:
        """Per record key: how often it was carried out (always once), and how often only answered again."""
        rows = self._all("SELECT recordsleutel, uitgevoerd, herhaald FROM regel")
        return {row["recordsleutel"]: {"uitgevoerd": row["uitgevoerd"], "herhaald": row["herhaald"]} for row in rows}

    def journal(self) -> list[dict[str, Any]]:
        """The audit list, oldest first."""
        return [dict(row) for row in self._all("SELECT * FROM journaal ORDER BY nr")]

    # — inside ———————————————————————————————————————————————————————————————————————————————————————————————————————

    def _answer(self, key: str, outcome: str, number: str, reason: str = "", remark: str = "") -> Answered:
        return Answered(key, outcome, number, reason, remark, self._instant())

    def _instant(self) -> str:
        return self.now().isoformat(timespec="seconds").replace("+00:00", "Z")

    def _note(self, act: str, number: str) -> None:
        self._db.execute(
            "INSERT INTO journaal (moment, handeling, registratienummer) VALUES (?, ?, ?)",
            (self._instant(), act, number),
        )

    def _one(self, statement: str, *values: object) -> sqlite3.Row | None:
        row: sqlite3.Row | None = self._db.execute(statement, values).fetchone()
        return row

    def _all(self, statement: str, *values: object) -> list[sqlite3.Row]:
        rows: list[sqlite3.Row] = self._db.execute(statement, values).fetchall()
        return rows


def _passes_elfproef(bsn: str) -> bool:
    if len(bsn) != 9 or not bsn.isdecimal():  # noqa: PLR2004 - a BSN has nine digits
        return False
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    return sum(int(digit) * weight for digit, weight in zip(bsn, weights, strict=True)) % 11 == 0


def _same_as_far_as_known(ours: str, asked: str) -> bool:
    pairs = list(zip(ours.split("-"), asked.split("-"), strict=False))
    return len(pairs) == 3 and all(a == b or "00" in {a, b} for a, b in pairs)  # noqa: PLR2004 - year, month, day


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise RefusedRowError(Reason.REGEL_ONGELDIG) from None


def _number(registration: str) -> int:
    digits = registration.removeprefix("VISH-")
    if not digits.isdecimal():
        raise RefusedRowError(Reason.REGISTRATIE_ONBEKEND)
    return int(digits)
