"""The cells of a CSV file as Dutch offices make it, read into the forms of the API; and written so that nobody is hurt.

Pure. Read: `;` or `,` (or a tab), with or without BOM, UTF-8 or Windows-1252, days as dd-mm-jjjj or ISO, decimal
commas, a BSN or municipality code that lost its leading zero in a spreadsheet. Written: `;` with a BOM, and no cell
that a spreadsheet would take for a formula.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Final

BOM: Final = "\ufeff"
_DELIMITERS: Final = ";,\t"
_LETTER_OF_UTF8: Final = re.compile(rb"[\xc3-\xc5][\x80-\xbf]")
_DUTCH_DAY: Final = re.compile(r"^([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})$")
_YES: Final = frozenset({"ja", "j", "waar", "true", "1", "x"})
_NO: Final = frozenset({"", "nee", "n", "onwaar", "false", "0"})
#: A cell that begins so is a formula to a spreadsheet (OWASP, *CSV injection*).
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
_BSN_DIGITS: Final = 9
_GEMEENTE_DIGITS: Final = 4
#: More than any amount needs; a longer cell is none, and is left for the model to refuse.
_AMOUNT_CHARS: Final = 32
_LEAST_COLUMNS: Final = 2


class CellError(Exception):
    """A cell cannot be read; says which column, never what was in it."""

    def __init__(self, column: str) -> None:
        super().__init__(column)
        self.column = column


class Flaw(StrEnum):
    """What is wrong with a file as a whole, in words for who made it."""

    ENCODING = "De tekens zijn niet te lezen. Bewaar het bestand als CSV UTF-8."
    QUOTES = "Er staat een aanhalingsteken dat niet sluit, of een cel die veel te lang is."
    HEADER = "Dit is geen CSV-bestand met een kopregel: er zijn minstens twee kolommen nodig, elk met een naam."
    COLUMN_TWICE = "Een kolom staat twee keer in de kopregel."
    ROW = "Een regel heeft meer cellen dan de kopregel."


class UnreadableError(Exception):
    """The file is not CSV with a header, or one `row` (the header is 1) does not fit; nothing was done."""

    def __init__(self, flaw: Flaw, row: int | None = None) -> None:
        super().__init__(flaw.name, row)
        self.flaw = flaw
        self.row = row

    def explain(self) -> str:
        """What is wrong, in Dutch, and never what stands there."""
        return self.flaw.value if self.row is None else f"Regel {self.row} heeft meer cellen dan de kopregel."


Row = Mapping[str, str]


def read_rows(content: bytes) -> list[Row]:
    """The rows below the header, by column name in plain form (`Klantnummer SHV` is `klantnummershv`).

    A blank row among them is an empty one, so that the others keep the number that a spreadsheet shows.

    Raises:
        UnreadableError: no header, a column twice, or a row with more cells than the header.
    """
    text = _text(content)
    first, _, rest = text.partition("\n")
    if first.strip().lower().startswith("sep="):
        text, first = rest, rest.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error:
        raise UnreadableError(Flaw.QUOTES) from None
    header = [plain(name) for name in lines[0]] if lines else []
    if "" in header or len(header) < _LEAST_COLUMNS:
        raise UnreadableError(Flaw.HEADER)
    if len(set(header)) < len(header):
        raise UnreadableError(Flaw.COLUMN_TWICE)
    rows = [_row(header, [cell.strip() for cell in line], number) for number, line in enumerate(lines[1:], 2)]
    while rows and not rows[-1]:
        rows.pop()
    return rows


def _row(header: Sequence[str], cells: Sequence[str], number: int) -> Row:
    if not any(cells):
        return {}
    if any(cells[len(header) :]):
        raise UnreadableError(Flaw.ROW, number)
    return dict(zip(header, cells, strict=False))


def plain(name: str) -> str:
    """A column name without case, blanks and marks."""
    return re.sub(r"[\s_-]+", "", name).casefold()


def _text(content: bytes) -> str:
    """UTF-8, or the Windows code page that older office software writes; never a guess that changes a name."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    # UTF-16 begins with a mark; letters of UTF-8 in a file that is not UTF-8 would come out as two wrong ones.
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or _LETTER_OF_UTF8.search(content):
        raise UnreadableError(Flaw.ENCODING)
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError:
        raise UnreadableError(Flaw.ENCODING) from None


# — one cell ——————————————————————————————————————————————————————————————————————————————————————————————————————


def day(cell: str) -> str:
    """A day as YYYY-MM-DD; what is no day in either way of writing is left for the model to refuse."""
    dutch = _DUTCH_DAY.match(cell)
    return f"{dutch[3]}-{int(dutch[2]):02}-{int(dutch[1]):02}" if dutch else cell


def bsn(cell: str) -> str:
    """A BSN with the zero that a spreadsheet took off; dots and blanks between the digits are left out."""
    digits = re.sub(r"[ .]", "", cell)
    return digits.zfill(_BSN_DIGITS) if digits.isdecimal() and len(digits) == _BSN_DIGITS - 1 else digits


def gemeentecode(cell: str) -> str:
    """A municipality code with its leading zero."""
    return cell.zfill(_GEMEENTE_DIGITS) if cell.isdecimal() else cell


def codes(cell: str) -> list[str]:
    """Several municipality codes in one cell."""
    return [gemeentecode(code) for code in re.split(r"[\s,;/+|]+", cell) if code]


def several(cell: str) -> list[str]:
    """Several marks in one cell, separated by `|`."""
    return [mark.strip() for mark in cell.split("|") if mark.strip()]


def amount(cell: str) -> str:
    """Euros as "1234.50", from `1.234,50`, `1234,5`, `1,234.50`, `€ 12`; the last separator is the decimal one.

    A single separator with three digits behind it groups thousands: offices write cents in two digits.
    """
    bare = re.sub(r"[€\s]|EUR", "", cell)
    match = re.fullmatch(r"([0-9][0-9.,]*?)(?:[.,]([0-9]{1,2}|-))?", bare) if len(bare) <= _AMOUNT_CHARS else None
    if not match:
        return cell
    whole, cents = re.sub(r"[.,]", "", match[1]), (match[2] or "").replace("-", "")
    return f"{int(whole)}.{cents.ljust(2, '0')}"


def flag(cell: str, column: str) -> bool:
    """Yes or no, as people tick it.

    Raises:
        CellError: neither.
    """
    said = cell.casefold()
    if said not in _YES | _NO:
        raise CellError(column)
    return said in _YES


def whole(cell: str, column: str) -> int:
    """A whole number.

    Raises:
        CellError: none.
    """
    if not cell.isdecimal() or len(cell) > _BSN_DIGITS:
        raise CellError(column)
    return int(cell)


def filled(row: Row, members: Mapping[str, tuple[str, Callable[[str], object]]]) -> dict[str, object]:
    """A document of the cells that are not empty: member → (column, reader)."""
    cells = ((member, row.get(plain(column), ""), read) for member, (column, read) in members.items())
    return {member: read(cell) for member, cell, read in cells if cell}


# — out ———————————————————————————————————————————————————————————————————————————————————————————————————————————


def neutral(cell: str) -> str:
    """The cell as text to every spreadsheet."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def write_rows(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A CSV file as a Dutch spreadsheet opens it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([neutral(cell) for cell in row] for row in rows)
    return BOM + out.getvalue()
