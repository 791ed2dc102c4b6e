"""The files that the simulated index reads and writes: semicolons, UTF-8, a header, one row per record; pure."""

from __future__ import annotations

import csv
import io
from dataclasses import astuple, dataclass, fields

MOST_ROWS = 10_000


@dataclass(frozen=True, slots=True)
class Asked:
    """One row of a batch file, as it was written; nothing is known to be right yet."""

    recordsleutel: str
    soort: str
    aansluitcode: str
    registratienummer: str
    bsn: str
    geboortedatum: str
    voorvoegsel: str
    geslachtsnaam: str
    ingangsdatum: str
    fase: str
    urgent: str
    contactnaam: str
    contacttelefoon: str
    contactemail: str
    einddatum: str
    klasse: str


@dataclass(frozen=True, slots=True)
class Answered:
    """One row of a result file."""

    recordsleutel: str
    uitkomst: str
    registratienummer: str
    reden: str
    opmerking: str
    tijdstip: str


class UnreadableFileError(Exception):
    """The file is not a batch."""


def read_batch(content: bytes) -> list[Asked | None]:
    """The rows of a batch file; None where a row has another number of cells."""
    header = [field.name for field in fields(Asked)]
    try:
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";", strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise UnreadableFileError from None
    if not rows or rows[0] != header or len(rows) > MOST_ROWS:
        raise UnreadableFileError
    return [Asked(*row) if len(row) == len(header) else None for row in rows[1:]]


def write_results(results: list[Answered]) -> bytes:
    """A result file."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([field.name for field in fields(Answered)])
    writer.writerows(astuple(result) for result in results)
    return text.getvalue().encode()
