"""The books of the simulated Kredietbank: dossiers that go their way by its own clock, in its own SQLite file.

A dossier goes by itself: picked up after a day, the first talk after a week, then creditors are asked, a proposal is
made when all have answered, it is agreed when all agree, and ended after the arrangement. What a test decides otherwise
it says with `say`. Each key is done once; both are counted. It imports nothing of ours.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from adapters.simulators.days import day_of

Document = dict[str, Any]
CREATE = """
CREATE TABLE IF NOT EXISTS klok (id INTEGER PRIMARY KEY CHECK (id = 1), nu TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS dossier (
  kenmerk TEXT PRIMARY KEY, nummer TEXT NOT NULL, stap TEXT NOT NULL, sinds TEXT NOT NULL, spoed INTEGER NOT NULL,
  inhoud TEXT NOT NULL, laatste INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS schuldeiser (
  kenmerk TEXT NOT NULL, deelnemer TEXT NOT NULL, klantnummer TEXT, saldo TEXT, besluit TEXT,
  PRIMARY KEY (kenmerk, deelnemer)
);
CREATE TABLE IF NOT EXISTS opdracht (
  sleutel TEXT PRIMARY KEY, soort TEXT NOT NULL, kenmerk TEXT NOT NULL, vraag TEXT NOT NULL,
  uitgevoerd INTEGER NOT NULL, herhaald INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS gebeurtenis (
  kenmerk TEXT NOT NULL, nummer INTEGER NOT NULL, inhoud TEXT NOT NULL, gebracht INTEGER NOT NULL,
  PRIMARY KEY (kenmerk, nummer)
);
"""
#: How long a dossier stays in each step before it goes on by itself.
STAYS = {"nieuw": timedelta(days=1), "opgepakt": timedelta(days=7), "loopt": timedelta(days=14)}


class KeyReusedError(Exception):
    """The same key for something else."""


@dataclass
class Books:
    """The Kredietbank's own record."""

    path: str | Path
    begin: datetime = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    #: The creditors that every dossier turns out to have: (participant, customer number there).
    creditors: tuple[tuple[str, str | None], ...] = ()
    lock: threading.RLock = field(default_factory=threading.RLock)

    def __post_init__(self) -> None:
        """Open the file."""
        self._db = sqlite3.connect(self.path, check_same_thread=False, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.executescript(CREATE)
        self._db.execute("INSERT OR IGNORE INTO klok VALUES (1, ?)", (self.begin.isoformat(),))

    def close(self) -> None:
        """Close the file, once nobody is in it."""
        with self.lock:
            self._db.close()

    def now(self) -> datetime:
        """Its own time."""
        return datetime.fromisoformat(self._db.execute("SELECT nu FROM klok").fetchone()[0])

    def advance(self, days: float) -> None:
        """Let its clock run on, and every dossier with it, a day at a time."""
        with self.lock:
            until = self.now() + timedelta(days=days)
            while (now := min(self.now() + timedelta(days=1), until)) != self.now():
                self._db.execute("UPDATE klok SET nu = ?", (now.isoformat(),))
                self._walk(now)

    def do(self, asked: Document) -> None:
        """Do what it is told, once for its key."""
        with self.lock:
            question = json.dumps(asked, sort_keys=True)
            known = self._db.execute("SELECT * FROM opdracht WHERE sleutel = ?", (asked["sleutel"],)).fetchone()
            if known is not None:
                if known["vraag"] != question:
                    raise KeyReusedError
                self._db.execute("UPDATE opdracht SET herhaald = herhaald + 1 WHERE sleutel = ?", (asked["sleutel"],))
                return
            self._carry_out(asked)
            values = (asked["sleutel"], asked["soort"], asked["kenmerk"], question)
            self._db.execute("INSERT INTO opdracht VALUES (?, ?, ?, ?, 1, 0)", values)

    def say(self, mark: str, kind: str, **content: object) -> int:
        """Something happened in a dossier; its number."""
        with self.lock:
            self._db.execute("UPDATE dossier SET laatste = laatste + 1 WHERE kenmerk = ?", (mark,))
            number: int = self._db.execute("SELECT laatste FROM dossier WHERE kenmerk = ?", (mark,)).fetchone()[0]
            said = {"kenmerk": mark, "nummer": number, "soort": kind} | content
            self._db.execute("INSERT INTO gebeurtenis VALUES (?, ?, ?, 0)", (mark, number, json.dumps(said)))
            return number

    def step(self, mark: str, step: str, stand: str | None = None, **content: object) -> None:
        """A dossier comes into another step, which is said when it has a word for it."""
        with self.lock:
            values = (step, self.now().isoformat(), mark)
            self._db.execute("UPDATE dossier SET stap = ?, sinds = ? WHERE kenmerk = ?", values)
            if stand is not None:
                self.say(mark, "stand", stand=stand, **content)

    def waiting(self) -> list[Document]:
        """What happened and was not taken yet, in its order."""
        rows = self._db.execute("SELECT inhoud FROM gebeurtenis WHERE gebracht = 0 ORDER BY rowid")
        return [json.loads(row["inhoud"]) for row in rows]

    def taken(self, mark: str, number: int) -> None:
        """The other side has it."""
        self._db.execute("UPDATE gebeurtenis SET gebracht = 1 WHERE kenmerk = ? AND nummer = ?", (mark, number))

    def dossiers(self) -> dict[str, str]:
        """Every dossier with its step."""
        return {row["kenmerk"]: row["stap"] for row in self._db.execute("SELECT * FROM dossier")}

    def told(self, kind: str) -> list[Document]:
        """What it was told of this kind, in its order."""
        rows = self._db.execute("SELECT vraag FROM opdracht WHERE soort = ? ORDER BY rowid", (kind,))
        return [json.loads(row["vraag"]) for row in rows]

    def effects(self) -> dict[str, tuple[int, int]]:
        """Of each key how often it was done, and how often it came again."""
        rows = self._db.execute("SELECT * FROM opdracht")
        return {row["sleutel"]: (row["uitgevoerd"], row["herhaald"]) for row in rows}

    # — what it does ————————————————————————————————————————————————————————————————————————————————————————————————

    def _carry_out(self, asked: Document) -> None:
        mark, kind, content = asked["kenmerk"], asked["soort"], asked.get("inhoud", {})
        if kind == "aanmelding":
            count = self._db.execute("SELECT count(*) FROM dossier").fetchone()[0]
            row = (mark, f"KBN-{count + 1:05}", "nieuw", self.now().isoformat(), asked.get("spoed", False))
            self._db.execute("INSERT INTO dossier VALUES (?, ?, ?, ?, ?, ?, 0)", (*row, json.dumps(content)))
        elif kind == "intrekking":
            self.step(mark, "gestopt")
        elif kind == "stand":
            words = {"opgepakt": "OPGEPAKT", "wacht": "WACHT"}
            stand = words.get(self.dossiers()[mark], "LOOPT")
            self.say(mark, "stand", stand=stand, **({"reden": "Wacht op stukken."} if stand == "WACHT" else {}))
        else:
            self._answered(mark, kind, asked["deelnemer"], content)

    def _answered(self, mark: str, kind: str, party: str, content: Document) -> None:
        column = {"saldo": "saldo", "weigering": "saldo", "besluit": "besluit"}.get(kind)
        if column is None:
            return
        query = f"UPDATE schuldeiser SET {column} = ? WHERE kenmerk = ? AND deelnemer = ?"  # noqa: S608 - of two names
        self._db.execute(query, (json.dumps(content | {"geweigerd": kind == "weigering"}), mark, party))
        self._settle(mark)

    def _walk(self, now: datetime) -> None:
        for row in self._db.execute("SELECT * FROM dossier").fetchall():
            stays = STAYS.get(row["stap"])
            if stays is None or now - datetime.fromisoformat(row["sinds"]) < stays / (7 if row["spoed"] else 1):
                continue
            mark = row["kenmerk"]
            talk = (now + timedelta(days=7)).isoformat()
            if row["stap"] == "nieuw":
                self.step(mark, "opgepakt", "OPGEPAKT", afspraak=talk)
            elif row["stap"] == "opgepakt":
                self.step(mark, "loopt", "LOOPT", afspraak=talk)
            elif self.creditors:
                self._ask_balances(mark, row["nummer"])

    def _ask_balances(self, mark: str, number: str) -> None:
        self.step(mark, "saldo")
        parties = [{"naam": f"Schuldeiser {party[-4:]}", "klantnummer": customer} for party, customer in self.creditors]
        self.say(mark, "rust", wat="ERBIJ", bij=[_known(one) for one in parties], waarom="Inventarisatie is begonnen.")
        for party, customer in self.creditors:
            self._db.execute("INSERT INTO schuldeiser VALUES (?, ?, ?, NULL, NULL)", (mark, party, customer))
            asked = {"deelnemer": party, "dossier": number, "klantnummer": customer, "regeling": "SK"}
            self.say(mark, "saldovraag", **_known(asked))

    def _settle(self, mark: str) -> None:
        """A proposal to all when all have said what is owed, an agreement when all agree."""
        step = self.dossiers().get(mark)
        rows = self._db.execute("SELECT * FROM schuldeiser WHERE kenmerk = ?", (mark,)).fetchall()
        if step == "saldo" and all(row["saldo"] is not None for row in rows):
            self.step(mark, "aanbod")
            for row in rows:
                self._offer(mark, row["deelnemer"], json.loads(row["saldo"]))
        elif step == "aanbod":
            decisions = [json.loads(row["besluit"])["besluit"] for row in rows if row["besluit"] is not None]
            if len(decisions) < sum(_owes(row["saldo"]) for row in rows):
                return
            for row in rows:
                if row["besluit"] is not None and json.loads(row["besluit"])["besluit"] == "afgewezen":
                    self._db.execute(
                        "UPDATE schuldeiser SET besluit = NULL WHERE kenmerk = ? AND deelnemer = ?",
                        (mark, row["deelnemer"]),
                    )
                    plea = {"deelnemer": row["deelnemer"], "motivering": "Alle andere schuldeisers stemmen in."}
                    self.say(mark, "herziening", **plea)
            if set(decisions) == {"akkoord"}:
                self._agree(mark, rows)

    def _offer(self, mark: str, party: str, balance: Document) -> None:
        claims = balance.get("vorderingen") or []
        if claims:
            lines = [
                {
                    "factuur": one["factuurnummer"],
                    "bedrag": one["openstaand"],
                    "procent": "12.50",
                    "uitkering": _part(one["openstaand"]),
                }
                for one in claims
            ]
            day = day_of(self.now())
            terms = {"regeling": "SK", "berekend": day.isoformat(), "maanden": 18}
            until = (day + timedelta(days=60)).isoformat()
            self.say(mark, "aanbod", deelnemer=party, **terms, geldig=until, regels=lines)

    def _agree(self, mark: str, rows: list[sqlite3.Row]) -> None:
        self.step(mark, "regeling")
        for row in rows:
            claims = json.loads(row["saldo"]).get("vorderingen") or []
            lines = [
                {
                    "factuur": one["factuurnummer"],
                    "procent": "12.50",
                    "uitkering": _part(one["openstaand"]),
                    "betaalkenmerk": f"KBN-{one['factuurnummer']}",
                }
                for one in claims
            ]
            if lines:
                day = day_of(self.now()).isoformat()
                self.say(mark, "akkoord", deelnemer=row["deelnemer"], akkoord=day, regeling="SK", regels=lines)

    def finish(self, mark: str) -> None:
        """The arrangement has run its course: everybody is told, and the referral is completed."""
        with self.lock:
            day = day_of(self.now()).isoformat()
            for row in self._db.execute("SELECT * FROM schuldeiser WHERE kenmerk = ?", (mark,)).fetchall():
                if _owes(row["saldo"]):
                    end = {"laatste_dag": day, "klasse": "afgerond", "kwijting": True}
                    self.say(mark, "einde", deelnemer=row["deelnemer"], **end)
            self.step(mark, "klaar", "KLAAR", resultaat="regeling-getroffen")


def _owes(balance: str | None) -> bool:
    return balance is not None and bool(json.loads(balance).get("vorderingen"))


def _part(amount: str) -> str:
    cents = int(amount.replace(".", "")) // 8
    return f"{cents // 100}.{cents % 100:02}"


def _known(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
