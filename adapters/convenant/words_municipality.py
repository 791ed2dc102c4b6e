"""The words of another municipality: a *verzoek* in a *zaak*, answered by a *besluit*; grounds are numbers. Pure.

[A] Paths and words are ours, in the manner of municipal case systems.
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

KIND_OF_REQUEST = {
    Act.PAUSE: "uitstel",
    Act.CHANGE: "wijziging",
    Act.RESUME: "beëindiging",
    Act.REMOVE: "intrekking",
    Act.INCIDENT: "melding",
    Act.BALANCE: "saldo-opgave",
    Act.PROPOSAL: "aanbod",
    Act.RECONSIDER: "heroverweging",
    Act.AGREED: "vaststelling",
    Act.FINISHED: "afronding",
}
GROUND = {Reason.DEBT_HELP: "10", Reason.ARRANGEMENT: "20", Reason.LEGAL_PROTECTION: "30", Reason.DECEASED: "40"}
DECISION = {
    "toegewezen": Outcome.DONE,
    "aangehouden": Outcome.IN_PROGRESS,
    "afgewezen": Outcome.REFUSED,
    "vernietigd": Outcome.WRONG_CUSTOMER,
    "ingetrokken": Outcome.RESUMED,
    "informatieverzoek": Outcome.ASKS,
}
MOTIVE = {
    "geen-debiteur": NoCooperationReason.CUSTOMER_UNKNOWN,
    "persoonsgegevens-onjuist": NoCooperationReason.DETAILS_DO_NOT_MATCH,
    "eerder-schone-lei": NoCooperationReason.RECENT_FINAL_DISCHARGE,
    "eerder-uitstel": NoCooperationReason.RECENT_STABILISATION,
    "gecedeerd": NoCooperationReason.CLAIM_TRANSFERRED,
    "niet-bevoegd": NoCooperationReason.OUTSIDE_COVENANT,
}
STEP = {
    "1e-herinnering": Measure.REMINDER,
    "laatste-aanmaning": Measure.FINAL_DEMAND,
    "verrekening-uitkering": Measure.SET_OFF,
    "betalingsregeling": Measure.PAYMENT_PLAN,
    "dwangbevel": Measure.WARRANT,
    "invordering-derden": Measure.HANDOVER,
    "beslaglegging": Measure.ATTACHMENT,
    "kostenverhoging": Measure.COSTS,
}
BARRIER = {
    "extern": NotStoppedReason.AT_BAILIFF,
    "gelegd": NotStoppedReason.ATTACHMENT_LAID,
    "verzonden": NotStoppedReason.ALREADY_SENT,
    "wettelijk": NotStoppedReason.EXCLUDED,
}
CONDITION = {"openstaand": DebtKind.OPEN, "gecedeerd": DebtKind.TRANSFERRED, "onbekend": DebtKind.UNKNOWN}
OBJECTION = {
    "wet": ProposalRefusalReason.LEGAL_IMPEDIMENT,
    "fraude": ProposalRefusalReason.FRAUD_CLAIM,
    "bedrag": ProposalRefusalReason.BALANCE_CHANGED,
    "berekening": ProposalRefusalReason.CALCULATION_DISPUTED,
    "gelijkheid": ProposalRefusalReason.UNEQUAL_TREATMENT,
    "anders": ProposalRefusalReason.OTHER,
}
PARTY = {
    "gerechtsdeurwaarder": HandlerKind.BAILIFF,
    "incassopartner": HandlerKind.COLLECTION_AGENCY,
    "cessionaris": HandlerKind.NEW_CREDITOR,
}
_Mark = Annotated[str, Field(min_length=1, max_length=100)]


class _Words(BaseModel):
    """A document of theirs; another release of it may add members."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)


class _Party(_Words):
    type: Literal["gerechtsdeurwaarder", "incassopartner", "cessionaris"]
    organisatienaam: str
    dossierreferentie: str | None = None
    telefoonnummer: str | None = None

    @property
    def known(self) -> Elsewhere:
        return Elsewhere(
            kind=PARTY[self.type],
            name=self.organisatienaam,
            mark=self.dossierreferentie,
            phone=self.telefoonnummer,
        )


class _Step(_Words):
    processtap: str
    status: Literal["opgeschort", "loopt"]
    belemmering: str | None = None
    datum: date | None = None
    uitvoerder: _Party | None = None


class _Debt(_Words):
    aanslagnummer: str
    toestand: str
    restbedrag: str
    beletsel: str | None = None
    uitvoerder: _Party | None = None


class _Decision(_Words):
    verzoekreferentie: str
    versie: int
    uitspraak: str
    motief: str | None = None
    debiteurnummer: str | None = None
    aanslagnummers: tuple[str, ...] = Field(default=(), max_length=MOST)
    processtappen: tuple[_Step, ...] = Field(default=(), max_length=2 * MOST)
    schulden: tuple[_Debt, ...] = Field(default=(), max_length=MOST)
    bedenking: str | None = None
    rechtsopvolger: _Party | None = None


class _Case(_Words):
    verzoekreferentie: str
    zaakstatus: Literal["ontvangen"]


class _Post(_Words):
    id: _Mark
    besluit: dict[str, object]


class _Posts(_Words):
    resultaten: tuple[_Post, ...] = Field(max_length=1000)


class MunicipalityWords:
    """*Verzoek* and *besluit*."""

    orders_path = "/zaken/v2/verzoeken"
    answers_path = "/zaken/v2/besluiten/zoeken"
    taken_path = "/zaken/v2/besluiten/gelezen"

    def asked(self, order: Order) -> dict[str, object]:
        """The order as their document."""
        known = {
            "verzoekreferentie": order.key,
            "verzoeksoort": KIND_OF_REQUEST[order.act],
            "zaakidentificatie": order.conversation,
            "regelnummer": order.turn,
            "aanslagnummers": list(order.claims),
            "periode": {
                "begin": order.start and order.start.isoformat(),
                "eind": order.until and order.until.isoformat(),
            },
            "grondslagcode": order.reason and GROUND[order.reason],
            "aanbod": order.offer and _offer(order.offer),
            "motivering": order.plea,
            "vaststelling": order.agreement and _agreement(order.agreement),
            "afronding": order.finish and _finish(order.finish),
            "incident": order.incident
            and {
                "maatregel": order.incident.measure.value,
                "datum": order.incident.day.isoformat(),
                "omschrijving": order.incident.text,
            },
            "prioriteit": "hoog" if order.urgent else "normaal",
            "betrokkene": order.customer and _person(order.customer),
            "indiener": order.helper
            and {
                "zaaknummerIndiener": order.helper.number,
                "contactpersoon": order.helper.name,
                "telefoonnummer": order.helper.phone,
                "emailadres": order.helper.email,
            },
        }
        return {name: value for name, value in known.items() if value is not None}

    def answer(self, document: object) -> Answer | None:
        """Their answer."""
        if isinstance(document, dict) and "zaakstatus" in document:
            _Case.model_validate(document)
            return None
        said = _Decision.model_validate(document)
        going_on = [one for one in said.processtappen if one.status == "loopt"]
        return Answer(
            key=said.verzoekreferentie,
            number=said.versie,
            outcome=of(DECISION, said.uitspraak),
            customer=said.debiteurnummer,
            claims=said.aanslagnummers,
            stopped=tuple(of(STEP, one.processtap) for one in said.processtappen if one.status == "opgeschort"),
            goes_on=tuple(_goes_on(one) for one in going_on),
            refusal=None if said.motief is None else of(MOTIVE, said.motief),
            balances=tuple(_balance(one) for one in said.schulden),
            objection=None if said.bedenking is None else of(OBJECTION, said.bedenking),
            transferred_to=None if said.rechtsopvolger is None else said.rechtsopvolger.known,
        )

    def fetched(self, document: object) -> list[tuple[str, object]]:
        """The answers that wait."""
        return [(one.id, one.besluit) for one in _Posts.model_validate(document).resultaten]

    def taken(self, marks: list[str]) -> dict[str, object]:
        """Which answers were taken in."""
        return {"ids": marks}


def _person(customer: Customer) -> dict[str, object]:
    known = {
        "burgerservicenummer": customer.bsn,
        "geboorte": {"datum": customer.birth_date},
        "naam": {
            "voorletters": customer.initials,
            "voorvoegsel": customer.prefix,
            "geslachtsnaam": customer.surname,
        },
        "debiteurnummer": customer.number,
    }
    return {name: value for name, value in known.items() if value is not None}


def _offer(offer: Offer) -> dict[str, object]:
    return {
        "regelingcode": offer.kind,
        "looptijd": offer.months,
        "vervaldatum": offer.valid_until.isoformat(),
        "regels": [
            {
                "aanslagnummer": one.invoice,
                "restbedrag": one.amount,
                "uitkeringspercentage": one.percentage,
                "uitkering": one.forecast,
            }
            for one in offer.lines
        ],
    }


def _agreement(agreement: Agreement) -> dict[str, object]:
    return {
        "ingangsdatum": agreement.day.isoformat(),
        "regelingcode": agreement.kind,
        "regels": [
            {
                "aanslagnummer": one.invoice,
                "uitkeringspercentage": one.percentage,
                "uitkering": one.forecast,
                "betalingskenmerk": one.mark,
            }
            for one in agreement.lines
        ],
    }


def _finish(finish: Finish) -> dict[str, object]:
    return {"einddatum": finish.day.isoformat(), "gevolgcode": finish.end_class.value, "kwijting": finish.discharge}


def _balance(one: _Debt) -> Balance:
    return Balance(
        invoice=one.aanslagnummer,
        kind=of(CONDITION, one.toestand),
        outstanding=one.restbedrag,
        impediment=one.beletsel,
        handler=None if one.uitvoerder is None else one.uitvoerder.known,
    )


def _goes_on(one: _Step) -> GoesOn:
    handler = None if one.uitvoerder is None else one.uitvoerder.known
    reason = of(BARRIER, one.belemmering or "")
    return GoesOn(measure=of(STEP, one.processtap), reason=reason, since=one.datum, handler=handler)
