"""Many starts of a bewind from one CSV file: read row by row, each with its own result. Pure.

Columns: bsn, geboortedatum, voorvoegsel, geslachtsnaam, startdatum, rechtbank, grond, einddatum. The file is made by an
office's own hands: days as dd-mm-jjjj too, a BSN that lost its leading zero, `;` or `,`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from adapters import csv_cells as cells
from adapters.csv_cells import Row
from schemas.errors import PayloadError
from schemas.messages import AdministrationStart

MOST_ROWS: Final = 500
COLUMNS: Final = (
    "bsn",
    "geboortedatum",
    "voorvoegsel",
    "geslachtsnaam",
    "startdatum",
    "rechtbank",
    "grond",
    "einddatum",
)
HEADER: Final = ("regel", "resultaat", "toelichting")


@dataclass(frozen=True, slots=True)
class RowRead:
    """One row: what it says, or what is wrong with it."""

    number: int
    start: AdministrationStart | None
    wrong: str = ""


def unknown_columns(rows: Sequence[Row]) -> list[str]:
    """Columns that are filled in and that this file does not have; only ours are ever named."""
    known = set(COLUMNS)
    return sorted({name for row in rows for name, cell in row.items() if cell and name not in known})


def read(rows: Sequence[Row], kvk_number: str) -> list[RowRead]:
    """Every row that is not blank, under the number that a spreadsheet shows."""
    return [_read(number, row, kvk_number) for number, row in enumerate(rows, 2) if row]


def _read(number: int, row: Row, kvk_number: str) -> RowRead:
    document: dict[str, object] = {name: row[name] for name in COLUMNS if row.get(name)}
    for name in ("geboortedatum", "startdatum", "einddatum"):
        if name in document:
            document[name] = cells.day(str(document[name]))
    if "bsn" in document:
        document["bsn"] = cells.bsn(str(document["bsn"]))
    if "grond" in document:
        document["grond"] = str(document["grond"]).casefold()
    try:
        return RowRead(number, AdministrationStart.from_wire({**document, "kantoorKvk": kvk_number}))
    except PayloadError as error:
        texts = [f"{one.pointer.removeprefix('/') or 'regel'}: {one.explain()}" for one in error.problems]
        return RowRead(number, None, " ".join(texts))
