"""The outside systems' own books at the start of the demo, as deploy/demo says: who owes what, at which step."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

STEPS: Final = {
    "aanslag": "AANSLAG",
    "herinnering": "HERINNERING",
    "aanmaning": "AANMANING",
    "dwangbevel": "DWANGBEVEL",
    "bij-deurwaarder": "DEURWAARDER",
    "loonvordering": "LOONVORDERING",
    "beslag": "BESLAG",
}
#: Long enough ago that no letter is with the printer, short enough that the next step has not come.
STEP_TAKEN = timedelta(days=5)


def read_rows(file: Path, delimiter: str) -> list[dict[str, str]]:
    """The rows of a CSV file with a header."""
    with file.open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.DictReader(opened, delimiter=delimiter))


def tax_books(rows: Iterable[Mapping[str, str]], today: date) -> dict[str, Any]:
    """What the simulated tax system starts with: one taxpayer per BSN, one debt per dossier number.

    A row without a dossier number is a taxpayer who owes nothing; `medeschuldenaar_bsn` makes an assessment joint.
    """
    taxpayers: dict[str, dict[str, str]] = {}
    parties: defaultdict[str, list[str]] = defaultdict(list)
    dossiers: dict[str, dict[str, Any]] = {}
    listed = list(rows)
    subjects = subject_numbers(listed)
    for row in listed:
        taxpayer = {
            "subjectnummer": subjects[row["bsn"]],
            "bsn": row["bsn"],
            "geboortedatum": row["geboortedatum"],
            "geslachtsnaam": row["geslachtsnaam"],
        }
        if row["voorvoegsel"]:
            taxpayer["voorvoegsel"] = row["voorvoegsel"]
        taxpayers[row["bsn"]] = taxpayer
    for row in listed:
        number = row["dossiernummer"]
        if not number:
            continue
        owners = [row["bsn"], *([row["medeschuldenaar_bsn"]] if row["medeschuldenaar_bsn"] else [])]
        parties[number] += [subjects[bsn] for bsn in owners]
        dossiers[number] = _dossier(row, today)
    return {
        "belastingplichtigen": list(taxpayers.values()),
        "dossiers": [{**dossier, "belanghebbenden": sorted(set(parties[n]))} for n, dossier in dossiers.items()],
    }


def _dossier(row: Mapping[str, str], today: date) -> dict[str, Any]:
    dossier: dict[str, Any] = {
        "dossiernummer": row["dossiernummer"],
        "belastingsoort": row["belastingsoort"],
        "gemeentecode": row["gemeentecode"],
        "bedragCent": int(Decimal(row["bedrag"]) * 100),
        "stap": STEPS[row["stap"]],
        "stapdatum": (today - STEP_TAKEN).isoformat(),
    }
    if row["behandelaar"]:
        dossier["behandelaar"] = {"naam": row["behandelaar"]}
    return dossier


def subject_numbers(rows: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """The tax system's own number of each taxpayer, by BSN."""
    return {bsn: f"S{number:04}" for number, bsn in enumerate(dict.fromkeys(row["bsn"] for row in rows), 1)}


def write_seed(file: Path, books: Mapping[str, Any]) -> None:
    """Writes the seed file of a simulator."""
    file.write_text(json.dumps(books, ensure_ascii=False, indent=1), encoding="utf-8")
