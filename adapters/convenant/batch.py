"""Orders as rows of a file, results read back row by row: pure.

The layout is an assumption [A]: semicolons, UTF-8, a header, one row per order; several values in one cell are parted
by `|`. One row that cannot be read spoils no other.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from adapters.convenant.lookup import of
from adapters.convenant.orders import (
    Act,
    Answer,
    Balance,
    Customer,
    Elsewhere,
    GoesOn,
    Helper,
    Incident,
    Order,
    Outcome,
    Reason,
)
from schemas.codes import DebtKind, HandlerKind, Measure, NoCooperationReason, NotStoppedReason, ProposalRefusalReason

ASKED: Final = (
    "sleutel",
    "kenmerk",
    "volgorde",
    "handeling",
    "klantnummer",
    "bsn",
    "geboortedatum",
    "voorletters",
    "voorvoegsel",
    "geslachtsnaam",
    "naam_bij_u",
    "straat",
    "huisnummer",
    "postcode",
    "woonplaats",
    "facturen",
    "vanaf",
    "tot_en_met",
    "reden",
    "spoed",
    "hulpverlener_nummer",
    "hulpverlener_naam",
    "hulpverlener_telefoon",
    "hulpverlener_email",
    "maatregel",
    "datum",
    "toelichting",
    "regeling",
    "looptijd_maanden",
    "geldig_tot",
    "aanbod",
    "akkoord",
    "gevolg",
    "kwijting",
)
RESULT: Final = (
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
ACT: Final = {
    Act.PAUSE: "PAUZE",
    Act.CHANGE: "WIJZIGING",
    Act.RESUME: "EINDE",
    Act.REMOVE: "INTREKKING",
    Act.INCIDENT: "MELDING",
    Act.BALANCE: "SALDO",
    Act.PROPOSAL: "VOORSTEL",
    Act.RECONSIDER: "HEROVERWEGING",
    Act.AGREED: "AKKOORD",
    Act.FINISHED: "AFLOOP",
}
REASON: Final = {
    Reason.DEBT_HELP: "SCHULDHULP",
    Reason.ARRANGEMENT: "REGELING",
    Reason.LEGAL_PROTECTION: "BESCHERMING",
    Reason.DECEASED: "OVERLIJDEN",
}
OUTCOME: Final = {
    "OK": Outcome.DONE,
    "WACHT": Outcome.IN_PROGRESS,
    "NEE": Outcome.REFUSED,
    "VERKEERD": Outcome.WRONG_CUSTOMER,
    "HERVAT": Outcome.RESUMED,
    "VRAAG": Outcome.ASKS,
}
REFUSAL: Final = {
    "ONBEKEND": NoCooperationReason.CUSTOMER_UNKNOWN,
    "GEGEVENS": NoCooperationReason.DETAILS_DO_NOT_MATCH,
    "KWIJTING": NoCooperationReason.RECENT_FINAL_DISCHARGE,
    "OVERGEDRAGEN": NoCooperationReason.CLAIM_TRANSFERRED,
    "BUITEN": NoCooperationReason.OUTSIDE_COVENANT,
}


class UnreadableFileError(Exception):
    """The file is not a result file."""


@dataclass(frozen=True, slots=True)
class Results:
    """What a result file says: the answers, and the rows that say nothing we understand: `number: cells`."""

    answers: tuple[Answer, ...]
    unreadable: tuple[str, ...]


def write_batch(orders: Iterable[Order]) -> bytes:
    """A batch file; the same orders give the same bytes."""
    text = io.StringIO()
    writer = csv.DictWriter(text, ASKED, delimiter=";", lineterminator="\r\n", restval="")
    writer.writeheader()
    writer.writerows(_row(order) for order in orders)
    return text.getvalue().encode()


def read_results(content: bytes) -> Results:
    """The rows of a result file.

    Raises:
        UnreadableFileError: not UTF-8, or without the header.
    """
    try:
        text = io.StringIO(content.decode("utf-8-sig"), newline="")
        rows = list(csv.reader(text, delimiter=";", strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise UnreadableFileError from None
    if not rows or tuple(rows[0]) != RESULT:
        raise UnreadableFileError
    answers: list[Answer] = []
    unreadable: list[str] = []
    for number, row in enumerate(rows[1:], 2):
        if not row:
            continue
        try:
            answers.append(_answer(dict(zip(RESULT, row, strict=True))))
        except ValueError:
            unreadable.append(f"{number}: {';'.join(row)}")
    return Results(tuple(answers), tuple(unreadable))


def _row(order: Order) -> dict[str, str]:
    known = {
        "sleutel": order.key,
        "kenmerk": order.conversation,
        "volgorde": str(order.turn),
        "handeling": ACT[order.act],
        "facturen": "|".join(order.claims),
        "vanaf": _day(order.start),
        "tot_en_met": _day(order.until),
        "reden": "" if order.reason is None else REASON[order.reason],
        "spoed": "J" if order.urgent else "N",
    }
    return (
        known
        | _customer(order.customer)
        | _helper(order.helper)
        | _incident(order.incident)
        | _offer(order)
        | _end(order)
    )


def _customer(customer: Customer | None) -> dict[str, str]:
    if customer is None:
        return {}
    return {
        "klantnummer": customer.number or "",
        "bsn": customer.bsn or "",
        "geboortedatum": customer.birth_date,
        "voorletters": customer.initials or "",
        "voorvoegsel": customer.prefix or "",
        "geslachtsnaam": customer.surname,
        "naam_bij_u": customer.name_at_creditor or "",
        "straat": customer.street or "",
        "huisnummer": customer.house_number or "",
        "postcode": customer.postcode or "",
        "woonplaats": customer.city or "",
    }


def _helper(helper: Helper | None) -> dict[str, str]:
    if helper is None:
        return {}
    return {
        "hulpverlener_nummer": helper.number,
        "hulpverlener_naam": helper.name,
        "hulpverlener_telefoon": helper.phone or "",
        "hulpverlener_email": helper.email or "",
    }


def _incident(incident: Incident | None) -> dict[str, str]:
    if incident is None:
        return {}
    known = {"maatregel": incident.measure.value, "datum": _day(incident.day)}
    return known | {"toelichting": incident.text or ""}


def _offer(order: Order) -> dict[str, str]:
    """One cell for all lines: `factuur=bedrag=percentage=uitkering`."""
    if order.offer is None:
        return {} if order.plea is None else {"toelichting": order.plea}
    lines = (f"{one.invoice}={one.amount}={one.percentage}={one.forecast}" for one in order.offer.lines)
    known = {"regeling": order.offer.kind, "looptijd_maanden": str(order.offer.months)}
    return known | {"geldig_tot": _day(order.offer.valid_until), "aanbod": "|".join(lines)}


def _end(order: Order) -> dict[str, str]:
    """What was agreed, one cell for all lines: `factuur=percentage=uitkering=betaalkenmerk`; and how it ended."""
    if order.agreement is not None:
        lines = (f"{one.invoice}={one.percentage}={one.forecast}={one.mark}" for one in order.agreement.lines)
        known = {"regeling": order.agreement.kind, "datum": _day(order.agreement.day)}
        return known | {"akkoord": "|".join(lines)}
    if order.finish is None:
        return {}
    known = {"datum": _day(order.finish.day), "gevolg": order.finish.end_class.value}
    return known | {"kwijting": "J" if order.finish.discharge else "N"}


def _balance(said: str, handler: Elsewhere | None) -> Balance:
    """`factuur=soort=bedrag`, with `=belemmering` where there is one; a transferred one is at the handler."""
    invoice, kind, outstanding, *impediment = said.split("=")
    debt = DebtKind(kind)
    return Balance(
        invoice=invoice,
        kind=debt,
        outstanding=outstanding,
        impediment=impediment[0] if impediment else None,
        handler=handler if debt is DebtKind.TRANSFERRED else None,
    )


def _day(day: date | None) -> str:
    return "" if day is None else day.isoformat()


def _answer(cells: dict[str, str]) -> Answer:
    handler = _handler(cells)
    outcome = of(OUTCOME, cells["resultaat"])
    refused = outcome is Outcome.REFUSED
    return Answer(
        key=cells["sleutel"],
        number=int(cells["nummer"]),
        outcome=outcome,
        customer=cells["klantnummer"] or None,
        claims=_several(cells["facturen"]),
        stopped=tuple(Measure(one) for one in _several(cells["gestopt"])),
        goes_on=tuple(_goes_on(one, handler) for one in _several(cells["loopt_door"])),
        refusal=of(REFUSAL, cells["reden"]) if refused else None,
        transferred_to=handler if refused else None,
        balances=tuple(_balance(one, handler) for one in _several(cells["saldi"])),
        objection=ProposalRefusalReason(cells["bezwaar"]) if cells["bezwaar"] else None,
    )


def _several(cell: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in cell.split("|") if one.strip())


def _goes_on(said: str, handler: Elsewhere | None) -> GoesOn:
    """`maatregel=reden`, with `=dag` where the day is known."""
    measure, reason, *since = said.split("=")
    return GoesOn(
        measure=Measure(measure),
        reason=NotStoppedReason(reason),
        since=date.fromisoformat(since[0]) if since else None,
        handler=handler,
    )


def _handler(cells: dict[str, str]) -> Elsewhere | None:
    if not cells["behandelaar_naam"]:
        return None
    return Elsewhere(
        kind=HandlerKind(cells["behandelaar_soort"]),
        name=cells["behandelaar_naam"],
        mark=cells["behandelaar_kenmerk"] or None,
        phone=cells["behandelaar_telefoon"] or None,
    )
