"""A row of an import as an act: which case it is about, and the same request that the API reads. Pure.

The columns stand in README.md. A row says one thing; a second creditor or the partner has a row of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from adapters import csv_cells as cells
from adapters.csv_cells import CellError, Row
from adapters.haarlem.requests import (
    CorrectRequest,
    EndRequest,
    ExtendRequest,
    NewPersonRequest,
    PartyRequest,
    RegisterRequest,
)
from adapters.haarlem.talk_requests import (
    AgreeRequest,
    BalancesRequest,
    EndArrangementRequest,
    IncidentRequest,
    PhaseRequest,
    ProposalsRequest,
)
from schemas.document import Document


class RowAct(StrEnum):
    """What a row can ask (column `handeling`; empty is the first)."""

    REGISTER = "aanmelden"
    ADD_PERSON = "persoon-toevoegen"
    ADD_PARTY = "partij-toevoegen"
    CORRECT = "corrigeren"
    EXTEND = "verlengen"
    END_CASE = "beeindigen"
    END_PERSON = "persoon-beeindigen"
    END_PARTY = "partij-beeindigen"
    BALANCES = "saldo-opvragen"
    PROPOSE = "voorstel-doen"
    AGREE = "regeling-akkoord"
    END_ARRANGEMENT = "regeling-beeindigen"
    PHASE = "fase-wijzigen"
    INCIDENT = "incident-melden"


@dataclass(frozen=True, slots=True)
class Asked:
    """One row, read: `person` is a number in the case, `party` what names a party of it."""

    act: RowAct
    helper_number: str
    document: dict[str, object]
    person: int = 1
    party: str = ""


MODEL: Final[dict[RowAct, type[Document]]] = {
    RowAct.REGISTER: RegisterRequest,
    RowAct.ADD_PERSON: NewPersonRequest,
    RowAct.ADD_PARTY: PartyRequest,
    RowAct.CORRECT: CorrectRequest,
    RowAct.EXTEND: ExtendRequest,
    RowAct.END_CASE: EndRequest,
    RowAct.END_PERSON: EndRequest,
    RowAct.END_PARTY: EndRequest,
    RowAct.BALANCES: BalancesRequest,
    RowAct.PROPOSE: ProposalsRequest,
    RowAct.AGREE: AgreeRequest,
    RowAct.END_ARRANGEMENT: EndArrangementRequest,
    RowAct.PHASE: PhaseRequest,
    RowAct.INCIDENT: IncidentRequest,
}

Reader = Callable[[str], object]


def _flag(column: str) -> tuple[str, Reader]:
    return column, lambda cell: cells.flag(cell, column)


_ADDRESS: Final[dict[str, tuple[str, Reader]]] = {
    "straat": ("straat", str),
    "huisnummer": ("huisnummer", lambda cell: cells.whole(cell, "huisnummer")),
    "huisletter": ("huisletter", str),
    "toevoeging": ("toevoeging", str),
    "postcode": ("postcode", lambda cell: cell.upper()),
    "woonplaats": ("woonplaats", str),
}
_BUSINESS: Final[dict[str, tuple[str, Reader]]] = {
    "kvkNummer": ("kvk_nummer", lambda cell: cell.zfill(8)),
    "handelsnaam": ("handelsnaam", str),
    "rechtsvorm": ("rechtsvorm", str),
}
_PERSON: Final[dict[str, tuple[str, Reader]]] = {
    "kenmerk": ("kenmerk", str),
    "bsn": ("bsn", cells.bsn),
    "geboortedatum": ("geboortedatum", cells.day),
    "voorletters": ("voorletters", str),
    "voorvoegsel": ("voorvoegsel", str),
    "geslachtsnaam": ("geslachtsnaam", str),
    "adresGeheim": _flag("adres_geheim"),
}
_CONTACT: Final[dict[str, tuple[str, Reader]]] = {
    "naam": ("contact_naam", str),
    "telefoon": ("contact_telefoon", str),
    "email": ("contact_email", str),
}
_CREDITOR: Final[dict[str, tuple[str, Reader]]] = {
    "naam": ("schuldeiser", str),
    "oin": ("schuldeiser_oin", str),
    "klantnummerSe": ("klantnummer_se", str),
    "naamBijSchuldeiser": ("naam_bij_schuldeiser", str),
    "adresBekend": _flag("adres_bekend"),
    "geenBsn": _flag("geen_bsn"),
    "telefoon": ("schuldeiser_telefoon", str),
}
_CASE: Final[dict[str, tuple[str, Reader]]] = {
    "klantnummerShv": ("klantnummer_shv", str),
    "gemeentecode": ("gemeentecode", cells.gemeentecode),
    "belastinggemeenten": ("belastinggemeenten", cells.codes),
    "fase": ("fase", str),
    "ingangsdatum": ("ingangsdatum", cells.day),
    "einddatum": ("einddatum", cells.day),
    "urgent": _flag("urgent"),
    "tweedeZaak": _flag("tweede_zaak"),
}
_END: Final[dict[str, tuple[str, Reader]]] = {
    "reden": ("reden", str),
    "klasse": ("klasse", str),
    "einddatum": ("einddatum", cells.day),
}
_SETTLING: Final[dict[str, tuple[str, Reader]]] = {
    "typeSchuldregeling": ("type_schuldregeling", str.upper),
    "looptijdMaanden": ("looptijd_maanden", lambda cell: cells.whole(cell, "looptijd_maanden")),
    "geldigTot": ("geldig_tot", cells.day),
    "percentage": ("percentage", cells.amount),
    "percentagePreferent": ("percentage_preferent", cells.amount),
    "betaalreferentie": ("betaalreferentie", str),
    "maatregel": ("maatregel", str),
    "datum": ("datum", cells.day),
    "toelichting": ("toelichting", str),
}
_ACT, _NUMBER = "handeling", "klantnummer_shv"
_RUNNING: Final = ("vish_nummer", "pauze_vanaf", "pauze_tot")
_READ: Final = (_ADDRESS, _BUSINESS, _PERSON, _CONTACT, _CREDITOR, _CASE, _END, _SETTLING)
#: Every column that means something, in plain form (README.md).
COLUMNS: Final = frozenset(
    map(
        cells.plain,
        (
            *(column for members in _READ for column, _ in members.values()),
            *(_ACT, _NUMBER, *_RUNNING, "persoon", "partij", "factuurnummer", "bedrag"),
        ),
    )
)


def read_row(row: Row, *, running: bool) -> Asked:
    """What a row asks.

    Args:
        row: its cells.
        running: whether the import takes over what runs already.

    Raises:
        CellError: a cell cannot be read, or belongs to another kind of import.
    """
    try:
        act = RowAct(row.get("handeling", "").casefold() or RowAct.REGISTER)
    except ValueError:
        raise CellError(_ACT) from None
    number = row.get("klantnummershv", "")
    if not number:
        raise CellError(_NUMBER)
    for column in _RUNNING:
        if row.get(cells.plain(column)) and not (running and act is RowAct.REGISTER):
            raise CellError(column)
    person = cells.whole(row.get("persoon") or "1", "persoon")
    return Asked(act, number, _DOCUMENT[act](row, running), person, _party_of(row))


def _party_of(row: Row) -> str:
    """What names a party in a row: its OIN, its name, the municipality of the taxes, or `vish`."""
    code = cells.codes(row.get("belastinggemeenten", ""))
    return row.get("schuldeiseroin") or row.get("schuldeiser") or "".join(code[:1]) or row.get("partij", "")


def _person(row: Row) -> dict[str, object]:
    person = cells.filled(row, _PERSON)
    for member, parts in (("adres", _ADDRESS), ("onderneming", _BUSINESS)):
        inner = cells.filled(row, parts)
        if inner:
            person[member] = inner
    return person


def _creditor(row: Row) -> dict[str, object]:
    creditor = cells.filled(row, _CREDITOR)
    claims = [{"factuurnummer": number} for number in cells.several(row.get("factuurnummer", ""))]
    owed = row.get("bedrag", "")
    if claims and owed:
        claims[0]["bedrag"] = cells.amount(owed)
    if claims:
        creditor["vorderingen"] = claims
    return creditor


def _registration(row: Row, running: bool) -> dict[str, object]:  # noqa: FBT001 - one of a table of readers
    document = cells.filled(row, _CASE) | {"personen": [_person(row)]}
    creditor = _creditor(row)
    if creditor:
        document["schuldeisers"] = [creditor]
    contact = cells.filled(row, _CONTACT)
    if contact:
        document["contact"] = contact
    if running:
        document["bestaand"] = _running(row)
    return document


def _running(row: Row) -> dict[str, object]:
    number, since, until = (row.get(cells.plain(column), "") for column in _RUNNING)
    parties: list[dict[str, object]] = [
        {"gemeentecode": code} for code in cells.codes(row.get("belastinggemeenten", ""))
    ]
    if row.get("schuldeiseroin"):
        parties.append({"oin": row["schuldeiseroin"]})
    days = {"ingangsdatum": cells.day(since), "einddatum": cells.day(until)}
    return {
        "vish": [{"registratienummer": number}] if number else [],
        "pauzes": [party | days for party in parties] if until else [],
    }


def _new_person(row: Row, _running_too: bool) -> dict[str, object]:  # noqa: FBT001
    second = cells.filled(row, {"tweedeZaak": _flag("tweede_zaak")})
    return {"persoon": _person(row)} | second


def _new_party(row: Row, _running_too: bool) -> dict[str, object]:  # noqa: FBT001
    creditor, taxes = _creditor(row), cells.codes(row.get("belastinggemeenten", ""))
    if creditor:
        return {"schuldeiser": creditor}
    return {"belastinggemeente": taxes[0]} if taxes else {"vish": row.get("partij", "").casefold() == "vish"}


def _correction(row: Row, _running_too: bool) -> dict[str, object]:  # noqa: FBT001
    document = cells.filled(row, {"fase": ("fase", str), "urgent": _flag("urgent")})
    contact, person = cells.filled(row, _CONTACT), _person(row)
    person.pop("kenmerk", None)
    if contact:
        document["contact"] = contact
    return document | ({"personen": [person]} if person else {})


def _extension(row: Row, _running_too: bool) -> dict[str, object]:  # noqa: FBT001
    return cells.filled(row, {"einddatum": ("einddatum", cells.day), "reden": ("reden", str)})


def _settling(row: Row, _running_too: bool) -> dict[str, object]:  # noqa: FBT001
    return cells.filled(row, _SETTLING)


def _phase(row: Row, _running_too: bool) -> dict[str, object]:  # noqa: FBT001
    return cells.filled(row, {"fase": _CASE["fase"], "datum": _SETTLING["datum"]})


def _ending(row: Row, _running_too: bool) -> dict[str, object]:  # noqa: FBT001
    return cells.filled(row, _END)


_DOCUMENT: Final[dict[RowAct, Callable[[Row, bool], dict[str, object]]]] = {
    RowAct.REGISTER: _registration,
    RowAct.ADD_PERSON: _new_person,
    RowAct.ADD_PARTY: _new_party,
    RowAct.CORRECT: _correction,
    RowAct.EXTEND: _extension,
    RowAct.END_CASE: _ending,
    RowAct.END_PERSON: _ending,
    RowAct.END_PARTY: _ending,
    RowAct.BALANCES: _settling,
    RowAct.PROPOSE: _settling,
    RowAct.AGREE: _settling,
    RowAct.END_ARRANGEMENT: _ending,
    RowAct.PHASE: _phase,
    RowAct.INCIDENT: _settling,
}
