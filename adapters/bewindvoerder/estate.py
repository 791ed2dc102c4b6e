"""A description of somebody's estate: goods, debts, income, expenses, line by line or from CSV; as text of the dossier.

Pure. Amounts of income and expenses are per month.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from pydantic import TypeAdapter, ValidationError

from adapters.bewindvoerder.reading import euros
from adapters.csv_cells import Row, amount
from schemas.errors import problems_of
from schemas.identifiers import Line as OneLine
from schemas.identifiers import Money

MOST_LINES: Final = 200
_WHAT: Final = TypeAdapter(OneLine)
_AMOUNT: Final = TypeAdapter(Money)


class Part(StrEnum):
    """The four parts of an estate."""

    GOODS = "bezitting"
    DEBT = "schuld"
    INCOME = "inkomen"
    EXPENSE = "uitgave"


TITLES: Final[Mapping[Part, str]] = MappingProxyType(
    {
        Part.GOODS: "Bezittingen",
        Part.DEBT: "Schulden",
        Part.INCOME: "Inkomen per maand",
        Part.EXPENSE: "Uitgaven per maand",
    }
)
#: As people write a part in a file.
_PARTS: Final[Mapping[str, Part]] = MappingProxyType(
    {
        **{part.value: part for part in Part},
        "bezittingen": Part.GOODS,
        "schulden": Part.DEBT,
        "inkomsten": Part.INCOME,
        "uitgaven": Part.EXPENSE,
    }
)


@dataclass(frozen=True, slots=True)
class EstateLine:
    """One line: what it is, and how much."""

    part: Part
    what: str
    amount: Decimal


class EstateError(Exception):
    """A line does not fit; `texts` are what is wrong by column, in Dutch, and never what was written."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        super().__init__("estate")
        self.texts = dict(texts)


def read_line(cells: Mapping[str, str]) -> EstateLine:
    """A line of a form or file: `soort`, `omschrijving`, `bedrag`.

    Raises:
        EstateError: what is wrong with it.
    """
    wrong: dict[str, str] = {}
    part = _PARTS.get(cells.get("soort", "").strip().casefold())
    if part is None:
        wrong["soort"] = "Kies bezitting, schuld, inkomen of uitgave."
    what = cells.get("omschrijving", "").strip()
    try:
        _WHAT.validate_python(what)
    except ValidationError as error:
        wrong["omschrijving"] = problems_of(error)[0].explain() if what else "Vul een omschrijving in."
    value = Decimal(0)
    try:
        value = _AMOUNT.validate_python(amount(cells.get("bedrag", "").strip()))
    except ValidationError:
        wrong["bedrag"] = "Vul een bedrag in euro's in, bijvoorbeeld 1.234,50."
    if part is None or wrong:
        raise EstateError(wrong)
    return EstateLine(part, what, value)


def read_lines(rows: Sequence[Row]) -> tuple[list[EstateLine], list[tuple[int, str]]]:
    """The lines of a file, and what is wrong by the number that a spreadsheet shows; blank rows are none."""
    found: list[EstateLine] = []
    wrong: list[tuple[int, str]] = []
    for number, row in enumerate(rows, 2):
        if not row:
            continue
        try:
            found.append(read_line(row))
        except EstateError as error:
            wrong.append((number, " ".join(error.texts.values())))
    return found, wrong


def totals(lines: Iterable[EstateLine]) -> dict[Part, Decimal]:
    """The sum of each part."""
    found = dict.fromkeys(Part, Decimal("0.00"))
    for line in lines:
        found[line.part] += line.amount
    return found


def text_of(lines: Sequence[EstateLine]) -> str:
    """The estate in words, as the dossier holds it."""
    sums = totals(lines)
    parts = []
    for part in Part:
        own = [line for line in lines if line.part is part]
        listed = [f"- {line.what}: {euros(str(line.amount))}" for line in own] or ["- geen"]
        parts.append("\n".join([f"{TITLES[part]} (totaal {euros(str(sums[part]))})", *listed]))
    left = sums[Part.INCOME] - sums[Part.EXPENSE]
    parts.append(f"Over per maand: {euros(str(left))}")
    return "\n\n".join(parts)
