"""A simulated tax partnership that takes files over SFTP only, and may not use the BSN.

Its own SFTP server, key and books; `Partnership.round` fetches what lies in `in` and writes results into `uit`. It
imports nothing of the hub, the adapters' machinery or the schemas.

`python -m adapters.convenant.simulator_files --db FILE --root DIR --host-key FILE --user NAME --authorized-keys FILE
[--port N --port-file FILE] [--seed CSV] [--silent-about ACT]`. Loopback only.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import io
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from adapters.convenant.simulator_books import Asked, Books, Said
from adapters.simulators.files import Place, files_served
from adapters.simulators.web import write_ports

RESULT = (
    "sleutel",
    "nummer",
    "resultaat",
    "reden",
    "klantnummer",
    "facturen",
    "gestopt",
    "loopt_door",
    "behandelaar_soort",
    "behandelaar_naam",
    "behandelaar_kenmerk",
    "behandelaar_telefoon",
    "saldi",
    "bezwaar",
)
ACTS = {
    "PAUZE": "pauze",
    "WIJZIGING": "wijziging",
    "EINDE": "einde",
    "INTREKKING": "intrekking",
    "MELDING": "melding",
    "SALDO": "saldo",
    "VOORSTEL": "voorstel",
    "HEROVERWEGING": "heroverweging",
    "AKKOORD": "akkoord",
    "AFLOOP": "afloop",
}
OUTCOMES = {
    "gedaan": "OK",
    "geweigerd": "NEE",
    "bezig": "WACHT",
    "verkeerd": "VERKEERD",
    "hervat": "HERVAT",
    "vraag": "VRAAG",
}
REASONS = {"onbekend": "ONBEKEND", "gegevens": "GEGEVENS", "overgedragen": "OVERGEDRAGEN"}


class FileFault(StrEnum):
    """Every way to misbehave."""

    NONE = "geen"
    CLOSED = "dicht"  # lets nobody in
    CUT_BEFORE = "verbreek-voor"  # cuts the connection instead of renaming
    CUT_AFTER = "verbreek-na"  # renames, then cuts the connection
    TWICE = "dubbel"  # the same results in two files
    GIBBERISH = "onzin"  # a result file that is none, beside the good one
    BAD_ROW = "kapotte-regel"  # a row that cannot be read, and one about an order that nobody gave
    NO_RESULT = "geen-uitslag"  # fetches and stays silent


@dataclass
class Partnership:
    """The tax partnership: its folders, its books, its moods."""

    root: Path
    host_key: Path
    user: str
    authorized_keys: Path
    books: Books
    fault: FileFault = FileFault.NONE
    fetched: list[str] = field(default_factory=list)
    #: Acts of which it says nothing, whatever it does.
    silent_about: frozenset[str] = frozenset()

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

    def round(self) -> int:
        """Fetch every file that lies there, do its rows, write the results; returns how many files."""
        files = sorted((self.root / "in").glob("*.csv"))
        for file in files:
            text = file.read_text(encoding="utf-8")
            file.unlink()
            self.fetched.append(text)
            rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
            done = [(one, self.books.do(one)) for one in map(_asked, rows)]
            said = [answer for one, answer in done if one.handeling not in self.silent_about]
            self._write(file.name, [_cells(one) for one in said])
        return len(files)

    def say(self, name: str, *said: Said) -> None:
        """Write a result file unasked."""
        self._put(name, [_cells(one) for one in said])

    def _write(self, name: str, rows: list[dict[str, str]]) -> None:
        fault = self.takes(FileFault.TWICE, FileFault.GIBBERISH, FileFault.BAD_ROW, FileFault.NO_RESULT)
        if fault is FileFault.NO_RESULT:
            return
        if fault is FileFault.GIBBERISH:
            (self.root / "uit" / f"0-{name}").write_bytes(b"\xff\xfe kapot")
        if fault is FileFault.TWICE:
            self._put(f"nogmaals-{name}", rows)
        if fault is FileFault.BAD_ROW:
            rows = [{"sleutel": "x", "nummer": "geen"}, _cells(Said("nooit-gevraagd", 1, "gedaan")), *rows]
        self._put(f"uitslag-{name}", rows)

    def _put(self, name: str, rows: list[dict[str, str]]) -> None:
        text = io.StringIO()
        writer = csv.DictWriter(text, RESULT, delimiter=";", restval="")
        writer.writeheader()
        writer.writerows(rows)
        self.place.put(name, text.getvalue())


def _asked(row: dict[str, str]) -> Asked:
    name = row["naam_bij_u"] or f"{row['voorvoegsel']} {row['geslachtsnaam']}"
    return Asked(
        sleutel=row["sleutel"],
        handeling=ACTS[row["handeling"]],
        kenmerk=row["kenmerk"],
        volgorde=int(row["volgorde"]),
        bsn=row["bsn"] or None,
        geboortedatum=row["geboortedatum"],
        naam=name.strip(),
        klantnummer=row["klantnummer"],
        vanaf=row["vanaf"] or None,
        tot=row["tot_en_met"] or None,
        reden=row["reden"] or None,
        maatregel=row["maatregel"] or None,
    )


def _cells(said: Said) -> dict[str, str]:
    cells = {
        "sleutel": said.sleutel,
        "nummer": str(said.nummer),
        "resultaat": OUTCOMES[said.uitslag],
        "reden": REASONS[said.reden] if said.reden else "",
        "klantnummer": said.klantnummer or "",
        "facturen": "|".join(said.facturen),
        "gestopt": "|".join(said.gestopt),
    }
    if said.bij_deurwaarder:
        cells |= {"loopt_door": "overdracht=bij-deurwaarder", "behandelaar_soort": "deurwaarder"}
        cells |= {"behandelaar_naam": said.bij_deurwaarder[0]}
    if said.saldi:
        owed = ((number, kind, amount, impediment) for number, kind, amount, impediment, _ in said.saldi)
        cells["saldi"] = "|".join("=".join(filter(None, one)) for one in owed)
        gone = [party for *_, party in said.saldi if party]
        if gone:
            cells |= {"behandelaar_soort": "nieuwe-schuldeiser", "behandelaar_naam": gone[0]}
    cells["bezwaar"] = said.bezwaar or ""
    if said.opvolger:
        cells |= {"behandelaar_soort": "nieuwe-schuldeiser", "behandelaar_naam": said.opvolger}
    return cells


def serving(house: Partnership, port: int = 0) -> AbstractAsyncContextManager[int]:
    """Serve on a loopback port (0: any free one) for as long as the block lasts; yields the port."""
    return files_served(house.place, lambda kind: house.takes(FileFault(kind.value)) is not FileFault.NONE, port)


async def rounds(house: Partnership, every_s: float) -> None:
    """A round every so often, until cancelled."""
    while True:
        await asyncio.to_thread(house.round)
        await asyncio.sleep(every_s)


async def run(options: argparse.Namespace) -> None:
    """Serve and make rounds until the process is told to stop."""
    books = Books(options.db)
    if options.seed:
        books.fill_from(options.seed, "belastingsamenwerking")
    silent = frozenset(options.silent_about)
    house = Partnership(
        options.root, options.host_key, options.user, options.authorized_keys, books, silent_about=silent
    )
    async with serving(house, options.port) as port:
        write_ports(options.port_file, port)
        await rounds(house, options.every_s)


def main() -> None:
    """Read the options and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--db", required=True, help="SQLite file of the creditor")
    parser.add_argument("--root", type=Path, required=True, help="the folder that is served")
    parser.add_argument("--host-key", type=Path, required=True, help="made when absent; public half as FILE.pub")
    parser.add_argument("--user", required=True, help="who may come in")
    parser.add_argument("--authorized-keys", type=Path, required=True, help="with which keys")
    parser.add_argument("--port", type=int, default=0, help="loopback port, 0 for any free one")
    parser.add_argument("--port-file", type=Path, help="where to write the port once it listens")
    parser.add_argument("--seed", type=Path, help="CSV file with customers and invoices to begin with")
    parser.add_argument("--every-s", type=float, default=1.0, help="seconds between two rounds")
    parser.add_argument("--silent-about", action="append", default=[], choices=sorted(ACTS.values()), metavar="ACT")
    with suppress(KeyboardInterrupt):
        asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
