"""The words of a water board: *betaalpauze* on an account, one document per order. Pure.

[A] No water board publishes such an interface; paths and words are ours, near to what their tax software calls things.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from adapters.convenant.lookup import of
from adapters.convenant.orders import (
    MOST,
    Act,
    Agreement,
    Answer,
    Balance,
    Customer,
    Elsewhere,
    Finish,
    GoesOn,
    Offer,
    Order,
    Outcome,
    Reason,
)
from schemas.codes import DebtKind, HandlerKind, Measure, NoCooperationReason, NotStoppedReason, ProposalRefusalReason

ACT = {
    Act.PAUSE: "PAUZEREN",
    Act.CHANGE: "WIJZIGEN",
    Act.RESUME: "HERVATTEN",
    Act.REMOVE: "VERWIJDEREN",
    Act.INCIDENT: "MELDEN",
    Act.BALANCE: "SALDO",
    Act.PROPOSAL: "VOORSTEL",
    Act.RECONSIDER: "HEROVERWEGING",
    Act.AGREED: "AKKOORD",
    Act.FINISHED: "EINDE_REGELING",
}
REASON = {
    Reason.DEBT_HELP: "SCHULDHULP",
    Reason.ARRANGEMENT: "SCHULDREGELING",
    Reason.LEGAL_PROTECTION: "WETTELIJK",
    Reason.DECEASED: "OVERLEDEN",
}
OUTCOME = {
    "VERWERKT": Outcome.DONE,
    "IN_BEHANDELING": Outcome.IN_PROGRESS,
    "GEWEIGERD": Outcome.REFUSED,
    "VERKEERDE_KLANT": Outcome.WRONG_CUSTOMER,
    "HERVAT": Outcome.RESUMED,
    "VRAAG": Outcome.ASKS,
}
REFUSAL = {
    "KLANT_ONBEKEND": NoCooperationReason.CUSTOMER_UNKNOWN,
    "GEBOORTEDATUM_WIJKT_AF": NoCooperationReason.DETAILS_DO_NOT_MATCH,
    "RECENT_KWIJTGESCHOLDEN": NoCooperationReason.RECENT_FINAL_DISCHARGE,
    "OVERGEDRAGEN": NoCooperationReason.CLAIM_TRANSFERRED,
    "NIET_ONS_GEBIED": NoCooperationReason.OUTSIDE_COVENANT,
}
MEASURE = {
    "HERINNERING": Measure.REMINDER,
    "AANMANING": Measure.FINAL_DEMAND,
    "INCASSO": Measure.DIRECT_DEBIT,
    "DWANGBEVEL": Measure.WARRANT,
    "DEURWAARDER": Measure.HANDOVER,
    "BESLAG": Measure.ATTACHMENT,
    "LOONVORDERING": Measure.WAGE_CLAIM,
    "KOSTEN": Measure.COSTS,
    "RENTE": Measure.INTEREST,
}
CAUSE = {
    "BIJ_DEURWAARDER": NotStoppedReason.AT_BAILIFF,
    "BESLAG_LIGT": NotStoppedReason.ATTACHMENT_LAID,
    "AL_VERZONDEN": NotStoppedReason.ALREADY_SENT,
    "UITGEZONDERD": NotStoppedReason.EXCLUDED,
}
DEBT = {"OPEN": DebtKind.OPEN, "OVERGEDRAGEN": DebtKind.TRANSFERRED, "ONBEKEND": DebtKind.UNKNOWN}
OBJECTION = {
    "WETTELIJK": ProposalRefusalReason.LEGAL_IMPEDIMENT,
    "FRAUDE": ProposalRefusalReason.FRAUD_CLAIM,
    "SALDO": ProposalRefusalReason.BALANCE_CHANGED,
    "BEREKENING": ProposalRefusalReason.CALCULATION_DISPUTED,
    "ONGELIJK": ProposalRefusalReason.UNEQUAL_TREATMENT,
    "OVERIG": ProposalRefusalReason.OTHER,
}
KIND = {
    "DEURWAARDER": HandlerKind.BAILIFF,
    "INCASSOBUREAU": HandlerKind.COLLECTION_AGENCY,
    "NIEUWE_SCHULDEISER": HandlerKind.NEW_CREDITOR,
}
_Mark = Annotated[str, Field(min_length=1, max_length=100)]


class _Words(BaseModel):
    """A document of theirs; another release of it may add members."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)


class _Elsewhere(_Words):
    soort: Literal["DEURWAARDER", "INCASSOBUREAU", "NIEUWE_SCHULDEISER"]
    naam: str
    kenmerk: str | None = None
    telefoon: str | None = None

    @property
    def known(self) -> Elsewhere:
        return Elsewhere(kind=KIND[self.soort], name=self.naam, mark=self.kenmerk, phone=self.telefoon)


class _GoesOn(_Words):
    stap: str
    oorzaak: str
    sinds: date | None = None
    bij: _Elsewhere | None = None


class _Balance(_Words):
    factuur: str
    soort: str
    bedrag: str
    belemmering: str | None = None
    bij: _Elsewhere | None = None


class _Answer(_Words):
    opdracht: str
    nummer: int
    resultaat: str
    reden: str | None = None
    klantnummer: str | None = None
    facturen: tuple[str, ...] = Field(default=(), max_length=MOST)
    gestopt: tuple[str, ...] = Field(default=(), max_length=MOST)
    loopt_door: tuple[_GoesOn, ...] = Field(default=(), alias="looptDoor", max_length=MOST)
    saldi: tuple[_Balance, ...] = Field(default=(), max_length=MOST)
    bezwaar: str | None = None
    overgedragen_aan: _Elsewhere | None = Field(default=None, alias="overgedragenAan")


class _Received(_Words):
    opdracht: str
    ontvangen: Literal[True]


class _Waiting(_Words):
    volgnummer: _Mark
    bericht: dict[str, object]


class _Fetched(_Words):
    berichten: tuple[_Waiting, ...] = Field(max_length=1000)


class WaterBoardWords:
    """*Betaalpauze*."""

    orders_path = "/api/betaalpauzes"
    answers_path = "/api/berichten/ophalen"
    taken_path = "/api/berichten/verwerkt"

    def asked(self, order: Order) -> dict[str, object]:
        """The order as their document."""
        known = {
            "opdracht": order.key,
            "handeling": ACT[order.act],
            "kenmerk": order.conversation,
            "volgorde": order.turn,
            "facturen": list(order.claims),
            "vanaf": order.start and order.start.isoformat(),
            "totEnMet": order.until and order.until.isoformat(),
            "reden": order.reason and REASON[order.reason],
            "spoed": order.urgent,
            "voorstel": order.offer and _offer(order.offer),
            "motivering": order.plea,
            "akkoord": order.agreement and _agreement(order.agreement),
            "afloop": order.finish and _finish(order.finish),
            "melding": order.incident
            and {
                "maatregel": order.incident.measure.value,
                "datum": order.incident.day.isoformat(),
                "toelichting": order.incident.text,
            },
            "klant": order.customer and _customer(order.customer),
            "hulpverlener": order.helper
            and {
                "nummer": order.helper.number,
                "naam": order.helper.name,
                "telefoon": order.helper.phone,
                "email": order.helper.email,
            },
        }
        return {name: value for name, value in known.items() if value is not None}

    def answer(self, document: object) -> Answer | None:
        """Their answer."""
        if isinstance(document, dict) and "ontvangen" in document:
            _Received.model_validate(document)
            return None
        said = _Answer.model_validate(document)
        return Answer(
            key=said.opdracht,
            number=said.nummer,
            outcome=of(OUTCOME, said.resultaat),
            customer=said.klantnummer,
            claims=said.facturen,
            stopped=tuple(of(MEASURE, one) for one in said.gestopt),
            goes_on=tuple(_goes_on(one) for one in said.loopt_door),
            refusal=None if said.reden is None else of(REFUSAL, said.reden),
            balances=tuple(_balance(one) for one in said.saldi),
            objection=None if said.bezwaar is None else of(OBJECTION, said.bezwaar),
            transferred_to=None if said.overgedragen_aan is None else said.overgedragen_aan.known,
        )

    def fetched(self, document: object) -> list[tuple[str, object]]:
        """The answers that wait."""
        return [(one.volgnummer, one.bericht) for one in _Fetched.model_validate(document).berichten]

    def taken(self, marks: list[str]) -> dict[str, object]:
        """Which answers were taken in."""
        return {"volgnummers": marks}


def _customer(customer: Customer) -> dict[str, object]:
    known = {
        "bsn": customer.bsn,
        "geboortedatum": customer.birth_date,
        "voorletters": customer.initials,
        "voorvoegsel": customer.prefix,
        "achternaam": customer.surname,
        "klantnummer": customer.number,
        "postcode": customer.postcode,
        "huisnummer": customer.house_number,
    }
    return {name: value for name, value in known.items() if value is not None}


def _offer(offer: Offer) -> dict[str, object]:
    return {
        "soort": offer.kind,
        "maanden": offer.months,
        "geldigTot": offer.valid_until.isoformat(),
        "facturen": [
            {"factuur": one.invoice, "bedrag": one.amount, "percentage": one.percentage, "uitkering": one.forecast}
            for one in offer.lines
        ],
    }


def _agreement(agreement: Agreement) -> dict[str, object]:
    return {
        "datum": agreement.day.isoformat(),
        "soort": agreement.kind,
        "facturen": [
            {"factuur": one.invoice, "percentage": one.percentage, "uitkering": one.forecast, "kenmerk": one.mark}
            for one in agreement.lines
        ],
    }


def _finish(finish: Finish) -> dict[str, object]:
    return {"datum": finish.day.isoformat(), "gevolg": finish.end_class.value, "kwijting": finish.discharge}


def _balance(one: _Balance) -> Balance:
    return Balance(
        invoice=one.factuur,
        kind=of(DEBT, one.soort),
        outstanding=one.bedrag,
        impediment=one.belemmering,
        handler=None if one.bij is None else one.bij.known,
    )


def _goes_on(one: _GoesOn) -> GoesOn:
    handler = None if one.bij is None else one.bij.known
    return GoesOn(measure=of(MEASURE, one.stap), reason=of(CAUSE, one.oorzaak), since=one.sinds, handler=handler)
