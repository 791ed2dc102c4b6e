"""The simulated Kredietbank for whoever has no interface with it: CSV files in two folders behind an SFTP server.

It fetches what lies in `in`, does its rows, and writes what happened into `uit`. It imports nothing of ours.
"""

from __future__ import annotations

import asyncio
import csv
import io
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from adapters.kredietbank.simulator_books import Books, Document
from adapters.simulators.files import Place, files_served

COLUMNS = (
    *("kenmerk", "nummer", "soort", "stand", "reden", "resultaat", "afspraak", "deelnemer", "dossier", "klantnummer"),
    *("facturen", "regeling", "berekend", "maanden", "geldig", "regels", "motivering", "dwangakkoord", "akkoord"),
    *("laatste_dag", "klasse", "kwijting", "wat", "bij", "waarom"),
)


class FileFault(StrEnum):
    """Every way to misbehave."""

    NONE = "geen"
    CLOSED = "dicht"  # lets nobody in
    CUT_BEFORE = "verbreek-voor"  # cuts the connection instead of renaming
    CUT_AFTER = "verbreek-na"  # renames, then cuts the connection
    GIBBERISH = "onzin"  # an unreadable file goes first
    BAD_ROW = "kapotte-rij"  # a row that says nothing goes first
    TWICE = "dubbel"  # every file of results lies there twice


@dataclass
class Folders:
    """Its side of the two folders."""

    root: Path
    host_key: Path
    user: str
    authorized_keys: Path
    books: Books
    fault: FileFault = FileFault.NONE
    rounds: int = 0
    fetched: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Make the folders and, once, the host key."""
        self.place.prepare()

    @property
    def place(self) -> Place:
        """Where its files and keys are."""
        return Place(self.root, self.host_key, self.user, self.authorized_keys)

    def takes(self, *kinds: FileFault) -> FileFault:
        """The present fault if it is one of these; it is used up."""
        fault = self.fault
        if fault not in kinds:
            return FileFault.NONE
        self.fault = FileFault.NONE
        return fault

    def round(self) -> None:
        """Fetch every file that lies there, do its rows, and write what happened since."""
        for file in sorted((self.root / "in").glob("*.csv")):
            text = file.read_text(encoding="utf-8")
            file.unlink()
            self.fetched.append(text)
            for row in csv.DictReader(io.StringIO(text), delimiter=";"):
                self.books.do(_asked(row))
        happened = self.books.waiting()
        if not happened:
            return
        self.rounds += 1
        fault = self.takes(FileFault.GIBBERISH, FileFault.BAD_ROW, FileFault.TWICE)
        if fault is FileFault.GIBBERISH:
            (self.root / "uit" / f"0-{self.rounds}.csv").write_bytes(b"\xff\xfe kapot")
        rows = [_cells(one) for one in happened]
        odd = [{"soort": "?"}] if fault is FileFault.BAD_ROW else []
        self._put(f"gebeurtenissen-{self.rounds:05}.csv", [*odd, *rows])
        if fault is FileFault.TWICE:
            self._put(f"gebeurtenissen-{self.rounds:05}-nogmaals.csv", rows)
        for one in happened:
            self.books.taken(one["kenmerk"], one["nummer"])

    def _put(self, name: str, rows: list[dict[str, str]]) -> None:
        text = io.StringIO()
        writer = csv.DictWriter(text, COLUMNS, delimiter=";", restval="")
        writer.writeheader()
        writer.writerows(rows)
        self.place.put(name, text.getvalue())


def _asked(row: dict[str, str]) -> Document:
    content: Document = {"klant": row["geslachtsnaam"], "bedrijf": row["kvk"], "waarom": row["waarom"]}
    if row["saldi"]:
        claims = [one.split("=") for one in row["saldi"].split("|")]
        names = ("factuurnummer", "schuldtype", "openstaand")
        content["vorderingen"] = [dict(zip(names, one, strict=False)) for one in claims]
    if row["besluit"]:
        content["besluit"] = row["besluit"]
    asked: Document = {"sleutel": row["sleutel"], "soort": row["soort"], "kenmerk": row["kenmerk"]}
    return asked | {"deelnemer": row["deelnemer"], "spoed": row["spoed"] == "ja", "inhoud": content}


#: What the lines of a cell consist of, by the kind of row.
LINES = {
    "rust": ("naam", "kvk", "klantnummer"),
    "aanbod": ("factuur", "bedrag", "procent", "uitkering"),
    "akkoord": ("factuur", "procent", "uitkering", "betaalkenmerk"),
}


def _cells(said: Document) -> dict[str, str]:
    cells = {name: _cell(value) for name, value in said.items() if name not in {"regels", "bij", "facturen"}}
    parts = LINES.get(said["soort"], ())
    for name in ("regels", "bij"):
        if name in said:
            cells[name] = "|".join("=".join(str(one.get(part, "")) for part in parts) for one in said[name])
    if "facturen" in said:
        cells["facturen"] = "|".join(said["facturen"])
    return cells


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "ja" if value else "nee"
    return str(value)


def serving(house: Folders, port: int = 0) -> AbstractAsyncContextManager[int]:
    """Serve on a loopback port (0: any free one) for as long as the block lasts; yields the port."""
    return files_served(house.place, lambda kind: house.takes(FileFault(kind.value)) is not FileFault.NONE, port)


async def rounds(house: Folders, every_s: float) -> None:
    """A round every so often, until cancelled."""
    while True:
        await asyncio.to_thread(house.round)
        await asyncio.sleep(every_s)
