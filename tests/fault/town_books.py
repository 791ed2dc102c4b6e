"""What everybody in the town has on record: the outside systems' own books, and what still stands open in ours."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from adapters.tables import Sent, Taken
from hub.messagelog.tables import State
from tests.fault.reckoning import Registered, Said
from tests.world import HUB, SHV, TAX, VISH

_DONE = (int(Taken.DONE), int(Taken.OVERTAKEN))


@dataclass(frozen=True)
class Sealed:
    """A letter as it lies in the debt helper's outbox."""

    id: str
    type: str
    to: str
    conversation: str
    sequence: int
    body: bytes = field(repr=False)


def _rows(file: Path, query: str, *values: object) -> list[sqlite3.Row]:
    """What a database says; its owner may be running or not."""
    with closing(sqlite3.connect(file, timeout=20)) as database:
        database.row_factory = sqlite3.Row
        return database.execute(query, values).fetchall()


class TownBooks:
    """Reads; changes nothing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    # — the debt helper ———————————————————————————————————————————————————————————————————————————————————————————————

    def sealed(self, conversations: Iterable[str]) -> list[Sealed]:
        """Every letter of these conversations, as it was made."""
        wanted = set(conversations)
        query = "SELECT id, type, recipient, correlationid, sequence, body FROM outbox ORDER BY created, sequence"
        return [Sealed(*row) for row in _rows(self._ledger(SHV), query) if row["correlationid"] in wanted]

    def all_sealed(self) -> bool:
        """Every letter of the debt helper's book lies in its outbox, or did."""
        (written,), (taken,) = (
            *_rows(self._folder / "letters.db", "SELECT count(*) FROM letter"),
            *_rows(self._ledger(SHV), "SELECT count(*) FROM taken_order"),
        )
        return bool(written == taken)

    def answers(self, conversation: str) -> list[Said]:
        """What the debt helper was answered in a conversation."""
        query = "SELECT type, sequence, data FROM inbox WHERE correlationid = ? AND data IS NOT NULL"
        return [said(row) for row in _rows(self._ledger(SHV), query, conversation)]

    # — the outside systems ———————————————————————————————————————————————————————————————————————————————————————————

    def running_uitstel(self, dossier: str) -> list[date | None]:
        """The last day of every *uitstel* that runs on a dossier."""
        query = "SELECT tot_en_met FROM uitstel WHERE dossiernummer = ? AND geeindigd_op IS NULL"
        return [_day(row["tot_en_met"]) for row in _rows(self._folder / "tax.db", query, dossier)]

    def journal(self, dossier: str) -> list[tuple[str, str | None]]:
        """(act, idempotency key) of everything that the tax system did to a dossier."""
        query = "SELECT handeling, sleutel FROM journaal WHERE dossiernummer = ? ORDER BY nr"
        return [(row[0], row[1]) for row in _rows(self._folder / "tax.db", query, dossier)]

    def open_registrations(self, bsn: str) -> list[Registered]:
        """Where a person stands in the index without an end."""
        query = "SELECT fase, ingangsdatum FROM registratie WHERE bsn = ? AND einddatum IS NULL"
        rows = _rows(self._folder / "index.db", query, bsn)
        return [Registered(row["fase"], date.fromisoformat(row["ingangsdatum"])) for row in rows]

    def handled_rows(self) -> dict[str, int]:
        """How often the index carried each record key out."""
        rows = _rows(self._folder / "index.db", "SELECT recordsleutel, uitgevoerd FROM regel")
        return {row["recordsleutel"]: row["uitgevoerd"] for row in rows}

    # — what stands open ——————————————————————————————————————————————————————————————————————————————————————————————

    def still_open(self) -> list[str]:
        """Everything of ours that is not at its end yet."""
        found = [] if self.all_sealed() else ["letters that nobody sealed"]
        for party in (SHV, TAX, VISH):
            found += [f"{party} sent {_words(row)}" for row in _rows(self._ledger(party), _UNSENT, int(Sent.SETTLED))]
            found += [f"{party} was told {_words(row)}" for row in _rows(self._ledger(party), _UNDONE, *_DONE)]
        found += [f"{VISH} supplies {_words(row)}" for row in _rows(self._ledger(VISH), _UNSUPPLIED)]
        return found

    def unaccounted(self) -> list[str]:
        """Messages in the hub's log that have neither an outcome nor a next step."""
        query = "SELECT id, type, state FROM message WHERE state NOT IN (?, ?) AND next_attempt IS NULL"
        rows = _rows(self._folder / HUB / "hub.db", query, int(State.EXPIRED), int(State.ANSWERED))
        return [_words(row) for row in rows]

    def _ledger(self, oin: str) -> Path:
        return self._folder / oin / "ledger.db"


_UNSENT = "SELECT type, state, outcome, outcome_code FROM outbox WHERE state <> ? OR outcome IS NOT 'accepted'"
_UNDONE = "SELECT type, state, note FROM inbox WHERE state NOT IN (?, ?) OR receipt_due"
_UNSUPPLIED = "SELECT act, state FROM vish_row WHERE state <> 'done'"


def said(row: sqlite3.Row) -> Said:
    """A row of an inbox as what it says."""
    return Said(str(row["type"]).split(".")[2], row["sequence"], json.loads(row["data"]))


def _words(row: sqlite3.Row) -> str:
    return " ".join(str(value) for value in row if value is not None)


def _day(text: Any) -> date | None:  # noqa: ANN401 - a cell
    return None if text is None else date.fromisoformat(text)
