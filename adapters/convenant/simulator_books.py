"""The books of a simulated creditor: customers, invoices and pauses, in its own SQLite file and by its own clock.

It does each key once, leaves an order alone that is older than one it has done for the same pause, and counts both.
"""

from __future__ import annotations

import csv
import json
import sqlite3
import threading
import time
import unicodedata
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from adapters.simulators.days import day_of

CREATE = """
CREATE TABLE IF NOT EXISTS klok (id INTEGER PRIMARY KEY CHECK (id = 1), vooruit REAL NOT NULL);
INSERT OR IGNORE INTO klok VALUES (1, 0);
CREATE TABLE IF NOT EXISTS klant (
  klantnummer TEXT PRIMARY KEY, bsn TEXT, geboortedatum TEXT NOT NULL, naam TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS factuur (
  factuurnummer TEXT PRIMARY KEY, klantnummer TEXT NOT NULL, stap TEXT NOT NULL, behandelaar TEXT, opvolger TEXT
);
CREATE TABLE IF NOT EXISTS pauze (
  kenmerk TEXT PRIMARY KEY, klantnummer TEXT NOT NULL, vanaf TEXT, tot TEXT, reden TEXT, lopend INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS klacht (sleutel TEXT PRIMARY KEY, klantnummer TEXT NOT NULL, maatregel TEXT);
CREATE TABLE IF NOT EXISTS dossier (kenmerk TEXT PRIMARY KEY, volgorde INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS opdracht (
  sleutel TEXT PRIMARY KEY, handeling TEXT NOT NULL, vraag TEXT NOT NULL,
  uitgevoerd INTEGER NOT NULL, herhaald INTEGER NOT NULL, antwoord TEXT NOT NULL
);
"""
#: Which measures rest when an invoice at this step is paused.
STOPPED = {"herinnering": ("herinnering", "aanmaning"), "aanmaning": ("aanmaning", "dwangbevel")}


class KeyReusedError(Exception):
    """The same key for another order."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An order as the books take it."""

    sleutel: str
    handeling: str  # pauze, wijziging, einde, intrekking, melding, saldo, voorstel, heroverweging
    kenmerk: str
    volgorde: int
    bsn: str | None = None
    geboortedatum: str | None = None
    naam: str | None = None
    klantnummer: str | None = None
    vanaf: str | None = None
    tot: str | None = None
    reden: str | None = None
    maatregel: str | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What the books say of an order."""

    sleutel: str
    nummer: int
    uitslag: str  # gedaan, geweigerd, bezig, verkeerd, hervat
    reden: str | None = None  # onbekend, gegevens, overgedragen
    klantnummer: str | None = None
    facturen: tuple[str, ...] = ()
    gestopt: tuple[str, ...] = ()
    bij_deurwaarder: tuple[str, ...] = ()  # names of bailiffs that have an invoice
    opvolger: str | None = None
    #: Of each claim: number, open/overgedragen, amount, impediment, who has it.
    saldi: tuple[tuple[str, str, str, str | None, str | None], ...] = ()
    bezwaar: str | None = None


@dataclass
class Books:
    """One creditor's own record."""

    path: str | Path
    #: What stands in the way of consent, and why a proposal is refused, when a test says so.
    impediment: str | None = None
    objection: str | None = None
    lock: threading.RLock = field(default_factory=threading.RLock)

    def __post_init__(self) -> None:
        """Open the file."""
        self._db = sqlite3.connect(self.path, check_same_thread=False, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.executescript(CREATE)

    def close(self) -> None:
        """Close the file, once nobody is in it."""
        with self.lock:
            self._db.close()

    def now(self) -> datetime:
        """The creditor's own time."""
        ahead = self._db.execute("SELECT vooruit FROM klok").fetchone()[0]
        return datetime.fromtimestamp(time.time() + ahead, UTC)

    def advance(self, days: int) -> None:
        """Put the clock ahead; pauses whose end is past lapse, and collecting goes on."""
        with self.lock:
            self._db.execute("UPDATE klok SET vooruit = vooruit + ?", (days * 86_400,))
            today = day_of(self.now()).isoformat()
            self._db.execute("UPDATE pauze SET lopend = 0 WHERE tot IS NOT NULL AND tot < ?", (today,))

    def add_customer(self, number: str, bsn: str | None, birth_date: str, name: str) -> None:
        """Somebody who owes."""
        self._db.execute("INSERT OR REPLACE INTO klant VALUES (?, ?, ?, ?)", (number, bsn, birth_date, name))

    def add_invoice(
        self, number: str, customer: str, step: str, bailiff: str | None = None, successor: str | None = None
    ) -> None:
        """What they owe, how far collecting is, and who has it."""
        row = (number, customer, step, bailiff, successor)
        self._db.execute("INSERT OR REPLACE INTO factuur VALUES (?, ?, ?, ?, ?)", row)

    def fill(self, rows: Iterable[dict[str, str]], creditor: str) -> None:
        """Take the rows of this creditor from a file like `deploy/demo/creditors.csv`."""
        for row in rows:
            if row["schuldeiser"] != creditor:
                continue
            name = f"{row['voorvoegsel']} {row['geslachtsnaam']}".strip()
            self.add_customer(row["klantnummer"], row["bsn"] or None, row["geboortedatum"], name)
            parties = (row["deurwaarder"] or None, row["nieuwe_schuldeiser"] or None)
            self.add_invoice(row["factuurnummer"], row["klantnummer"], row["stap"], *parties)

    def fill_from(self, path: Path, creditor: str) -> None:
        """The same from a file."""
        with path.open(encoding="utf-8", newline="") as file:
            self.fill(csv.DictReader(file, delimiter=";"), creditor)

    def do(self, asked: Asked) -> Said:
        """Do an order, once for its key."""
        question = json.dumps(asdict(asked), sort_keys=True)
        with self.lock:
            known = self._db.execute("SELECT * FROM opdracht WHERE sleutel = ?", (asked.sleutel,)).fetchone()
            if known is not None:
                if known["vraag"] != question:
                    raise KeyReusedError
                self._db.execute("UPDATE opdracht SET herhaald = herhaald + 1 WHERE sleutel = ?", (asked.sleutel,))
                return _said(json.loads(known["antwoord"]))
            said, done = self._do_new(asked)
            row = (asked.sleutel, asked.handeling, question, int(done), json.dumps(asdict(said)))
            self._db.execute("INSERT INTO opdracht VALUES (?, ?, ?, ?, 0, ?)", row)
            return said

    def _do_new(self, asked: Asked) -> tuple[Said, bool]:
        last = self._db.execute("SELECT volgorde FROM dossier WHERE kenmerk = ?", (asked.kenmerk,)).fetchone()
        if last is not None and last[0] >= asked.volgorde:
            return Said(asked.sleutel, 1, "gedaan"), False
        self._db.execute("INSERT OR REPLACE INTO dossier VALUES (?, ?)", (asked.kenmerk, asked.volgorde))
        if asked.handeling in {"saldo", "voorstel", "heroverweging", "akkoord", "afloop"}:
            return self._settle(asked), True
        return self._pause(asked) if asked.handeling == "pauze" else self._follow(asked)

    def _settle(self, asked: Asked) -> Said:
        if asked.handeling == "saldo":
            return self._balance(asked)
        return Said(asked.sleutel, 1, "gedaan", bezwaar=self.objection if asked.handeling == "voorstel" else None)

    def _follow(self, asked: Asked) -> tuple[Said, bool]:
        found = self._db.execute("SELECT * FROM pauze WHERE kenmerk = ?", (asked.kenmerk,)).fetchone()
        if found is None:
            return Said(asked.sleutel, 1, "geweigerd", "onbekend"), False
        if asked.handeling == "melding":
            row = (asked.sleutel, found["klantnummer"], asked.maatregel)
            self._db.execute("INSERT INTO klacht VALUES (?, ?, ?)", row)
            return Said(asked.sleutel, 1, "gedaan"), True
        if asked.handeling == "intrekking":
            self._db.execute("DELETE FROM pauze WHERE kenmerk = ?", (asked.kenmerk,))
            return Said(asked.sleutel, 1, "gedaan"), True
        if asked.handeling == "einde":
            self._db.execute("UPDATE pauze SET lopend = 0 WHERE kenmerk = ?", (asked.kenmerk,))
            return Said(asked.sleutel, 1, "gedaan"), True
        change = (asked.tot, asked.reden, asked.kenmerk)
        self._db.execute("UPDATE pauze SET tot = ?, reden = ?, lopend = 1 WHERE kenmerk = ?", change)
        return self._standing(asked.sleutel, found["klantnummer"]), True

    def _balance(self, asked: Asked) -> Said:
        found = self._find(asked)
        if isinstance(found, str):
            return Said(asked.sleutel, 1, "geweigerd", found)
        query = "SELECT * FROM factuur WHERE klantnummer = ? ORDER BY factuurnummer"
        owed = tuple(
            (one["factuurnummer"], "overgedragen", "0.00", None, one["opvolger"])
            if one["opvolger"]
            else (one["factuurnummer"], "open", "125.50", self.impediment, None)
            for one in self._db.execute(query, (found["klantnummer"],))
        )
        return Said(asked.sleutel, 1, "gedaan", klantnummer=found["klantnummer"], saldi=owed)

    def _pause(self, asked: Asked) -> tuple[Said, bool]:
        found = self._find(asked)
        if isinstance(found, str):
            return Said(asked.sleutel, 1, "geweigerd", found), False
        said = self._standing(asked.sleutel, found["klantnummer"])
        if said.uitslag != "gedaan":
            return said, False
        row = (asked.kenmerk, found["klantnummer"], asked.vanaf, asked.tot, asked.reden)
        self._db.execute("INSERT OR REPLACE INTO pauze VALUES (?, ?, ?, ?, ?, 1)", row)
        return said, True

    def _find(self, asked: Asked) -> sqlite3.Row | str:
        """The customer, or why there is none: by BSN and birth date, else by number, name and birth date."""
        if asked.bsn is not None:
            row = self._db.execute("SELECT * FROM klant WHERE bsn = ?", (asked.bsn,)).fetchone()
        else:
            row = self._db.execute("SELECT * FROM klant WHERE klantnummer = ?", (asked.klantnummer,)).fetchone()
        if row is None:
            return "onbekend"
        if not _dates_agree(row["geboortedatum"], asked.geboortedatum or ""):
            return "gegevens"
        if asked.bsn is None and _plain(row["naam"]) != _plain(asked.naam or ""):
            return "gegevens"
        found: sqlite3.Row = row
        return found

    def _standing(self, key: str, customer: str) -> Said:
        query = "SELECT * FROM factuur WHERE klantnummer = ? ORDER BY factuurnummer"
        invoices = self._db.execute(query, (customer,)).fetchall()
        gone = [one["opvolger"] for one in invoices if one["opvolger"]]
        if gone and len(gone) == len(invoices):
            return Said(key, 1, "geweigerd", "overgedragen", customer, opvolger=gone[0])
        resting = [one for one in invoices if not one["behandelaar"] and not one["opvolger"]]
        return Said(
            key,
            1,
            "gedaan",
            klantnummer=customer,
            facturen=tuple(one["factuurnummer"] for one in resting),
            gestopt=tuple(dict.fromkeys(step for one in resting for step in STOPPED.get(one["stap"], ()))),
            bij_deurwaarder=tuple(one["behandelaar"] for one in invoices if one["behandelaar"]),
        )

    def customers(self) -> int:
        """How many customers it has."""
        count: int = self._db.execute("SELECT count(*) FROM klant").fetchone()[0]
        return count

    def pauses(self) -> list[dict[str, Any]]:
        """Every pause on record."""
        return [dict(row) for row in self._db.execute("SELECT * FROM pauze ORDER BY kenmerk")]

    def complaints(self) -> list[str]:
        """The measures that were stopped because somebody said that they went on."""
        return [row["maatregel"] for row in self._db.execute("SELECT maatregel FROM klacht ORDER BY sleutel")]

    def effects(self) -> dict[str, tuple[int, int]]:
        """How often each key was carried out, and how often it came again."""
        rows = self._db.execute("SELECT * FROM opdracht ORDER BY sleutel")
        return {row["sleutel"]: (row["uitgevoerd"], row["herhaald"]) for row in rows}

    def asked(self) -> list[dict[str, Any]]:
        """Every order as it was asked."""
        return [json.loads(row["vraag"]) for row in self._db.execute("SELECT vraag FROM opdracht ORDER BY rowid")]


def _said(known: dict[str, Any]) -> Said:
    lists = {name: tuple(known[name]) for name in ("facturen", "gestopt", "bij_deurwaarder")}
    owed = {"saldi": tuple(tuple(one) for one in known["saldi"])}
    return Said(**(known | lists | owed))


def _dates_agree(ours: str, theirs: str) -> bool:
    parts = (ours.split("-"), theirs.split("-"))
    return len(parts[0]) == len(parts[1]) and all(a == b or "00" in {a, b} for a, b in zip(*parts, strict=True))


def _plain(name: str) -> str:
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKD", name).casefold()))
