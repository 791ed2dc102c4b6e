"""What the Kredietbank is told as rows of a file, and what happened there read back row by row: pure.

The layout is an assumption [A]: semicolons, UTF-8, a header, one row for each thing; several lines in one cell are
parted by `|`, what belongs together in a line by `=`. One row that cannot be read spoils no other.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from pydantic import TypeAdapter, ValidationError

from adapters.kredietbank.words import News, Order

TOLD: Final = (
    "sleutel",
    "soort",
    "kenmerk",
    "deelnemer",
    "spoed",
    "bsn",
    "geboortedatum",
    "voorletters",
    "voorvoegsel",
    "geslachtsnaam",
    "straat",
    "huisnummer",
    "postcode",
    "woonplaats",
    "kvk",
    "handelsnaam",
    "rechtsvorm",
    "vraag",
    "grondslag",
    "waarom",
    "samenvatting",
    "verwijzer_naam",
    "verwijzer_telefoon",
    "verwijzer_email",
    "telefoon",
    "email",
    "taal",
    "veilig_bereikbaar",
    "voorrang",
    "eerder_kenmerk",
    "klant_onbekend",
    "standaard_akkoord",
    "klantnummer",
    "saldi",
    "besluit",
    "reden",
    "datum",
    "status",
    "toelichting",
)
HAPPENED: Final = (
    "kenmerk",
    "nummer",
    "soort",
    "stand",
    "reden",
    "resultaat",
    "afspraak",
    "deelnemer",
    "dossier",
    "klantnummer",
    "facturen",
    "regeling",
    "berekend",
    "maanden",
    "geldig",
    "regels",
    "motivering",
    "dwangakkoord",
    "akkoord",
    "laatste_dag",
    "klasse",
    "kwijting",
    "wat",
    "bij",
    "waarom",
)
#: What the lines of a cell consist of, by the column and the kind of row.
_LINES: Final[Mapping[tuple[str, str], tuple[str, ...]]] = {
    ("aanbod", "regels"): ("factuur", "bedrag", "procent", "uitkering"),
    ("akkoord", "regels"): ("factuur", "procent", "uitkering", "betaalkenmerk"),
    ("rust", "bij"): ("naam", "kvk", "klantnummer"),
}
_YES: Final = {"ja": True, "nee": False}
_NEWS: TypeAdapter[News] = TypeAdapter(News)


class UnreadableFileError(Exception):
    """The file as a whole says nothing that we understand."""


@dataclass(frozen=True, slots=True)
class Results:
    """What a file says, and the rows that cannot be read: `number: cells` (2 is the first after the header)."""

    news: tuple[News, ...]
    unreadable: tuple[str, ...]


def cells_of(order: Order) -> dict[str, str]:
    """An order as the cells of its row."""
    content = order.inhoud
    known: dict[str, object] = {
        "sleutel": order.sleutel,
        "soort": order.soort.value,
        "kenmerk": order.kenmerk,
        "deelnemer": order.deelnemer,
        "spoed": order.spoed,
        "kvk": _in(content, "bedrijf", "kvkNummer"),
        "handelsnaam": _in(content, "bedrijf", "handelsnaam"),
        "rechtsvorm": _in(content, "bedrijf", "rechtsvorm"),
        "verwijzer_naam": _in(content, "verwijzer", "naam"),
        "verwijzer_telefoon": _in(content, "verwijzer", "telefoon"),
        "verwijzer_email": _in(content, "verwijzer", "email"),
        "telefoon": _in(content, "bereikbaar", "telefoon"),
        "email": _in(content, "bereikbaar", "email"),
        "taal": _in(content, "bereikbaar", "taal"),
        "veilig_bereikbaar": _in(content, "bereikbaar", "veiligBereikbaar"),
        "eerder_kenmerk": content.get("eerderKenmerk"),
        "klant_onbekend": content.get("klantOnbekend"),
        "standaard_akkoord": content.get("standaardAkkoord"),
        "klantnummer": content.get("klantnummerSe"),
        "saldi": _balances(content.get("vorderingen")),
    }
    for name in ("bsn", "geboortedatum", "voorletters", "voorvoegsel", "geslachtsnaam"):
        known[name] = _in(content, "klant", name)
    address = _in(content, "klant", "adres")
    if isinstance(address, Mapping):
        known |= {name: address.get(name) for name in ("straat", "postcode", "woonplaats")}
        house = ("huisnummer", "huisletter", "toevoeging")
        known["huisnummer"] = "".join(str(address[name]) for name in house if name in address)
    same = ("vraag", "grondslag", "waarom", "samenvatting", "voorrang", "besluit", "reden", "datum", "status")
    known |= {name: content.get(name) for name in (*same, "toelichting")}
    return {name: _cell(value) for name, value in known.items() if value is not None}


def write_batch(rows: Iterable[Mapping[str, str]]) -> bytes:
    """A batch file."""
    text = io.StringIO()
    writer = csv.DictWriter(text, TOLD, delimiter=";", restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def read_results(content: bytes) -> Results:
    """What a result file says.

    Raises:
        UnreadableFileError: not UTF-8, or not our columns.
    """
    try:
        reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";", strict=True)
        if tuple(reader.fieldnames or ()) != HAPPENED:
            raise UnreadableFileError
        rows = list(reader)
    except (UnicodeDecodeError, csv.Error):
        raise UnreadableFileError from None
    news, unreadable = [], []
    for number, row in enumerate(rows, 2):
        try:
            news.append(_NEWS.validate_python(_document(row)))
        except (ValidationError, ValueError, TypeError):
            unreadable.append(f"{number}: {_as_written(row)}")
    return Results(tuple(news), tuple(unreadable))


def _as_written(row: Mapping[str | None, str | list[str] | None]) -> str:
    """The cells of a row; those beyond the header stand under None."""
    cells = (cell if isinstance(cell, list) else [cell or ""] for cell in row.values())
    return ";".join(one for some in cells for one in some)


def _document(row: Mapping[str | None, str | None]) -> dict[str, object]:
    """A row as the document that the interface would have given; TypeError when it has too many or too few cells."""
    if None in row or None in row.values():
        message = "cells"
        raise TypeError(message)
    found: dict[str, object] = {str(name): cell for name, cell in row.items() if cell}
    kind = str(found.get("soort"))
    for name in ("nummer", "maanden"):
        if name in found:
            found[name] = int(str(found[name]))
    for name in ("dwangakkoord", "kwijting"):
        if name in found:
            found[name] = _YES[str(found[name])] if str(found[name]) in _YES else found[name]
    if "facturen" in found:
        found["facturen"] = tuple(str(found["facturen"]).split("|"))
    for (of_kind, name), parts in _LINES.items():
        if kind == of_kind and name in found:
            found[name] = tuple(_line(one, parts) for one in str(found[name]).split("|"))
    return found


def _line(said: str, parts: tuple[str, ...]) -> dict[str, str]:
    values = [one.strip() for one in said.split("=")]
    if len(values) > len(parts):
        message = "too many parts in a line"
        raise ValueError(message)
    return {name: value for name, value in zip(parts, values, strict=False) if value}


def _in(content: Mapping[str, object], part: str, name: str) -> object:
    found = content.get(part)
    return found.get(name) if isinstance(found, Mapping) else None


def _balances(claims: object) -> str | None:
    """`factuur=soort=bedrag`, with `=belemmering` where there is one."""
    if not isinstance(claims, list):
        return None
    names = ("factuurnummer", "schuldtype", "openstaand", "belemmering")
    lines = (
        "=".join(str(one[name]).replace("=", "-").replace("|", "/") for name in names if name in one) for one in claims
    )
    return "|".join(lines)


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "ja" if value else "nee"
    return str(value)
