"""The record of the simulated tax system: its tables and the few things that every act on them needs."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import date

from adapters.gbkz.simulator_clock import SimulatedClock
from adapters.gbkz.simulator_dunning import Dunning, interest_cents

CREATE = """
CREATE TABLE IF NOT EXISTS belastingplichtige (
  subjectnummer TEXT PRIMARY KEY, bsn TEXT NOT NULL UNIQUE, geboortedatum TEXT NOT NULL,
  voorletters TEXT, voorvoegsel TEXT, geslachtsnaam TEXT NOT NULL, adres TEXT
);
CREATE TABLE IF NOT EXISTS dossier (
  dossiernummer TEXT PRIMARY KEY, belastingsoort TEXT NOT NULL, belastingjaar INTEGER NOT NULL,
  gemeentecode TEXT NOT NULL, bedrag_cent INTEGER NOT NULL,
  kosten_cent INTEGER NOT NULL DEFAULT 0, rente_cent INTEGER NOT NULL DEFAULT 0,
  stap TEXT NOT NULL, stapdatum TEXT NOT NULL, volgende_op TEXT, vervolg TEXT NOT NULL, incasso INTEGER NOT NULL,
  uitgezonderd INTEGER NOT NULL, behandelaar TEXT, verwerkt_tot TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS belanghebbende (
  dossiernummer TEXT NOT NULL REFERENCES dossier, subjectnummer TEXT NOT NULL REFERENCES belastingplichtige,
  PRIMARY KEY (dossiernummer, subjectnummer)
);
CREATE TABLE IF NOT EXISTS uitstel (
  nummer INTEGER PRIMARY KEY AUTOINCREMENT, dossiernummer TEXT NOT NULL REFERENCES dossier, vanaf TEXT NOT NULL,
  tot_en_met TEXT, reden TEXT NOT NULL, geeindigd_op TEXT, einde TEXT, dagen INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS aantekening (
  subjectnummer TEXT PRIMARY KEY REFERENCES belastingplichtige, soort TEXT NOT NULL, sinds TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS antwoord (
  pad TEXT NOT NULL, sleutel TEXT NOT NULL, vraag TEXT NOT NULL, antwoord TEXT NOT NULL, PRIMARY KEY (pad, sleutel)
);
CREATE TABLE IF NOT EXISTS journaal (
  nr INTEGER PRIMARY KEY AUTOINCREMENT, moment TEXT NOT NULL, handeling TEXT NOT NULL, dossiernummer TEXT,
  uitstelnummer TEXT, sleutel TEXT
);
"""
NUMBER_FORM = "U{:06d}"


class UnknownRecordError(Exception):
    """The question names something that is not in the books."""


class Record:
    """The database of the tax office and its clock; it knows rows, not questions."""

    def __init__(self, path: str) -> None:
        self.db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self.db.row_factory = sqlite3.Row
        self.db.execute("PRAGMA foreign_keys = ON")
        # Its books must survive the end of the process, not a power cut: it is a simulator.
        self.db.execute("PRAGMA synchronous = OFF")
        self.db.executescript(CREATE)
        self.clock = SimulatedClock(self.db)

    def close(self) -> None:
        """Close the database."""
        self.db.close()

    def finish(self, number: int, how: str, day: date, key: str | None = None) -> None:
        """End one *uitstel* on `day` and book the interest over its days, unless it is removed."""
        row = self.one(
            "SELECT u.*, d.bedrag_cent FROM uitstel u JOIN dossier d USING (dossiernummer) WHERE nummer = ?", number
        )
        if row is None:
            raise UnknownRecordError
        self.db.execute(
            "UPDATE uitstel SET geeindigd_op = ?, einde = ? WHERE nummer = ?", (day.isoformat(), how, number)
        )
        interest = 0 if how == "VERWIJDERD" else interest_cents(row["bedrag_cent"], row["dagen"])
        self.db.execute(
            "UPDATE dossier SET rente_cent = rente_cent + ? WHERE dossiernummer = ?", (interest, row["dossiernummer"])
        )
        self.note(f"UITSTEL_{how}", dossier=row["dossiernummer"], uitstel=NUMBER_FORM.format(number), key=key)

    def insert_uitstel(self, dossier: str, start: date, end: date | None, reason: str) -> str:
        """Add an *uitstel*; its number."""
        cursor = self.db.execute(
            "INSERT INTO uitstel (dossiernummer, vanaf, tot_en_met, reden) VALUES (?, ?, ?, ?)",
            (dossier, start.isoformat(), end and end.isoformat(), reason),
        )
        return NUMBER_FORM.format(cursor.lastrowid)

    def paused(self, number: str, day: date) -> bool:
        """Whether an *uitstel* holds the dossier on `day`."""
        row = self.one(
            "SELECT 1 FROM uitstel WHERE dossiernummer = ? AND geeindigd_op IS NULL AND vanaf <= ? "
            "AND (tot_en_met IS NULL OR tot_en_met >= ?)",
            number,
            day.isoformat(),
            day.isoformat(),
        )
        return row is not None

    def running(self, uitstel: str) -> sqlite3.Row | None:
        """The *uitstel* when it runs, None when it has ended; an unknown number is an error."""
        row = self.one("SELECT * FROM uitstel WHERE nummer = ?", uitstel_key(uitstel))
        if row is None:
            raise UnknownRecordError
        return None if row["geeindigd_op"] else row

    def taxpayer(self, subject: str) -> sqlite3.Row:
        """The taxpayer with this number."""
        row = self.one("SELECT * FROM belastingplichtige WHERE subjectnummer = ?", subject)
        if row is None:
            raise UnknownRecordError
        return row

    def dossier(self, number: str) -> sqlite3.Row:
        """The dossier with this number."""
        row = self.one("SELECT * FROM dossier WHERE dossiernummer = ?", number)
        if row is None:
            raise UnknownRecordError
        return row

    def note(self, act: str, *, dossier: str | None = None, uitstel: str | None = None, key: str | None = None) -> None:
        """Add a line to the audit list."""
        self.db.execute(
            "INSERT INTO journaal (moment, handeling, dossiernummer, uitstelnummer, sleutel) VALUES (?, ?, ?, ?, ?)",
            (self.clock.now().isoformat(timespec="seconds"), act, dossier, uitstel, key),
        )

    def one(self, statement: str, *values: object) -> sqlite3.Row | None:
        """The first row, if there is one."""
        row: sqlite3.Row | None = self.db.execute(statement, values).fetchone()
        return row

    def all(self, statement: str, *values: object) -> Sequence[sqlite3.Row]:
        """All rows."""
        rows: list[sqlite3.Row] = self.db.execute(statement, values).fetchall()
        return rows


def dunning_of(row: sqlite3.Row) -> Dunning:
    """Where the collection of a dossier row stands."""
    following = row["volgende_op"]
    return Dunning(
        row["stap"],
        date.fromisoformat(row["stapdatum"]),
        date.fromisoformat(following) if following else None,
        row["vervolg"],
        row["kosten_cent"],
    )


def uitstel_key(uitstel: str) -> int:
    """The row of an *uitstel* by the number that outsiders know."""
    try:
        return int(uitstel.removeprefix("U"))
    except ValueError:
        raise UnknownRecordError from None
