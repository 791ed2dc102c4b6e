"""The conversation about settling debts: balance, proposal, answer, arrangement and its end (messages.md 2)."""

from __future__ import annotations

from typing import Annotated, ClassVar, Final, Self

from pydantic import ConfigDict, Field, model_validator

from schemas.catalogue import CATALOGUE, MessageType
from schemas.codes import ArrangementKind, DebtKind, EndClass, ProposalDecision, ProposalRefusalReason
from schemas.document import Absent, Document, Listed, OneOrSeveral, Several
from schemas.errors import Slug
from schemas.forms import Whole, wrong
from schemas.identifiers import Date, Line, LongText, Money, Percentage, Reference
from schemas.messages.message import Message
from schemas.persons import ONE_BLOCK, PersonByRight
from schemas.shapes import Claim, Contact, Handler

#: An arrangement lasts at most 18 months (Wgs; messages.md 1, row 15).
MOST_MONTHS: Final = 18

Months = Annotated[int, Whole(1, MOST_MONTHS)]
"""Length of an arrangement in months."""


class BalanceRequest(Message, PersonByRight):
    """Ask a creditor what somebody owes it (*saldoverzoek*)."""

    model_config = ConfigDict(
        title="Saldoverzoek", json_schema_extra={"description": "Vraag naar de hoogte van de vorderingen.", **ONE_BLOCK}
    )
    message_type: ClassVar[MessageType] = CATALOGUE["nl.schuldhulpverlening.saldoverzoek.v1"]

    helper_customer_number: Reference = Field(
        alias="klantnummerShv",
        title="Klantnummer bij de schuldhulpverlener",
        description="Het nummer dat de schuldhulpverlener voor deze inwoner gebruikt.",
    )
    arrangement_kind: Absent[Listed[ArrangementKind]] = Field(
        default=None,
        alias="typeSchuldregeling",
        title="Soort schuldregeling",
        description="Welke regeling beoogd is, als dat al bekend is.",
    )
    claims: Several[Claim] = Field(
        alias="vorderingen",
        title="Vorderingen",
        description="De vorderingen die de inwoner noemt; leeg als er geen nummers bekend zijn.",
    )
    contact: Contact = Field(alias="contact", title="Contact", description="Wie hierover te bereiken is.")


class ClaimBalance(Document):
    """What is owed on one claim."""

    model_config = ConfigDict(
        title="Saldo van een vordering", json_schema_extra={"description": "Wat er op één vordering openstaat."}
    )

    invoice_number: Reference = Field(
        alias="factuurnummer", title="Factuurnummer", description="Nummer van de factuur, aanslag of het dossier."
    )
    debt_kind: Listed[DebtKind] = Field(
        alias="schuldtype", title="Soort schuld", description="Hoe de vordering er bij deze partij voor staat."
    )
    arose_on: Absent[Date] = Field(
        default=None, alias="ontstaansdatum", title="Ontstaansdatum", description="Dag waarop de schuld ontstond."
    )
    principal: Absent[Money] = Field(
        default=None, alias="hoofdsom", title="Hoofdsom", description="In euro's, zonder rente en kosten."
    )
    interest: Absent[Money] = Field(default=None, alias="rente", title="Rente", description="In euro's.")
    costs: Absent[Money] = Field(default=None, alias="kosten", title="Kosten", description="In euro's.")
    outstanding: Money = Field(
        alias="openstaand", title="Openstaand", description="Wat er in totaal nog te betalen is, in euro's."
    )
    preferential: Absent[bool] = Field(
        default=None, alias="preferentie", title="Preferentie", description="Waar als de vordering voorrang heeft."
    )
    impediment: Absent[Line] = Field(
        default=None,
        alias="belemmering",
        title="Belemmering",
        description="Wat instemming met een voorstel in de weg staat; ontbreekt als er niets is.",
    )
    handler: Absent[Handler] = Field(
        default=None,
        alias="behandelaar",
        title="Behandelaar",
        description="Wie de vordering nu behandelt of heeft overgenomen.",
    )


class BalanceAnswer(Message):
    """What somebody owes, claim by claim, or that nobody is known by these details (*saldoverzoek-antwoord*)."""

    model_config = ConfigDict(
        title="Saldoverzoek-antwoord", json_schema_extra={"description": "De hoogte van de vorderingen."}
    )
    message_type: ClassVar[MessageType] = CATALOGUE["nl.schuldhulpverlening.saldoverzoek-antwoord.v1"]

    customer_unknown: bool = Field(
        alias="klantOnbekend", title="Klant onbekend", description="Waar als er niemand met deze gegevens bekend is."
    )
    agreed_in_advance: bool = Field(
        alias="standaardAkkoord",
        title="Standaard akkoord",
        description="Waar als de partij bij voorbaat instemt met een voorstel.",
    )
    creditor_customer_number: Absent[Reference] = Field(
        default=None,
        alias="klantnummerSe",
        title="Klantnummer bij de schuldeiser",
        description="Het nummer waaronder de antwoordende partij de inwoner kent.",
    )
    claims: Absent[Several[ClaimBalance]] = Field(
        default=None, alias="vorderingen", title="Vorderingen", description="Het saldo van elke vordering."
    )


class ClaimProposal(Document):
    """What is offered for one claim."""

    model_config = ConfigDict(
        title="Voorstel voor een vordering",
        json_schema_extra={"description": "Wat er voor één vordering geboden wordt."},
    )

    invoice_number: Reference = Field(
        alias="factuurnummer", title="Factuurnummer", description="Nummer van de factuur, aanslag of het dossier."
    )
    current_amount: Money = Field(
        alias="actueelBedrag", title="Actueel bedrag", description="Waarmee gerekend is, in euro's."
    )
    percentage: Percentage = Field(
        alias="percentage", title="Percentage", description="Deel van het actuele bedrag dat geboden wordt."
    )
    forecast_amount: Money = Field(
        alias="prognoseBedrag", title="Prognosebedrag", description="Wat er naar verwachting betaald wordt, in euro's."
    )


class SettlementProposal(Message):
    """What a creditor would get, and for how long somebody pays (*betaalvoorstel*)."""

    model_config = ConfigDict(
        title="Betaalvoorstel", json_schema_extra={"description": "Voorstel om de vorderingen te regelen."}
    )
    message_type: ClassVar[MessageType] = CATALOGUE["nl.schuldhulpverlening.betaalvoorstel.v1"]

    arrangement_kind: Listed[ArrangementKind] = Field(
        alias="typeSchuldregeling", title="Soort schuldregeling", description="Welke regeling voorgesteld wordt."
    )
    calculated_on: Date = Field(
        alias="berekendOp", title="Berekend op", description="Dag waarnaar de bedragen berekend zijn."
    )
    term_months: Months = Field(
        alias="looptijdMaanden", title="Looptijd in maanden", description="Hoe lang er betaald wordt; hoogstens 18."
    )
    claims: OneOrSeveral[ClaimProposal] = Field(
        alias="vorderingen", title="Vorderingen", description="Het aanbod voor elke vordering."
    )
    valid_until: Date = Field(
        alias="geldigTot", title="Geldig tot", description="Laatste dag waarop het voorstel geldt."
    )


class ProposalAnswer(Message):
    """Whether a creditor agrees with a proposal (*betaalvoorstel-antwoord*)."""

    model_config = ConfigDict(
        title="Betaalvoorstel-antwoord", json_schema_extra={"description": "Het besluit over een betaalvoorstel."}
    )
    message_type: ClassVar[MessageType] = CATALOGUE["nl.schuldhulpverlening.betaalvoorstel-antwoord.v1"]

    decision: Listed[ProposalDecision] = Field(
        alias="besluit", title="Besluit", description="Of de schuldeiser instemt."
    )
    reason: Absent[Listed[ProposalRefusalReason]] = Field(
        default=None, alias="reden", title="Reden", description="Waarom niet, bij een afwijzing."
    )
    date: Date = Field(alias="datum", title="Datum", description="Dag van het besluit.")


class Reconsideration(Message):
    """Ask a creditor that refused to think again (*heroverweging*)."""

    model_config = ConfigDict(
        title="Heroverweging", json_schema_extra={"description": "Verzoek om een afwijzing te heroverwegen."}
    )
    message_type: ClassVar[MessageType] = CATALOGUE["nl.schuldhulpverlening.heroverweging.v1"]

    reasoning: LongText = Field(
        alias="motivering", title="Motivering", description="Waarom het voorstel redelijk is, in vrije tekst."
    )
    compulsory_settlement_announced: bool = Field(
        default=False,
        alias="dwangakkoordAangekondigd",
        title="Dwangakkoord aangekondigd",
        description="Waar als bij een nieuwe afwijzing de rechter om een dwangakkoord gevraagd wordt.",
    )


class ClaimAgreement(Document):
    """What was agreed for one claim."""

    model_config = ConfigDict(
        title="Akkoord over een vordering",
        json_schema_extra={"description": "Wat er over één vordering afgesproken is."},
    )

    invoice_number: Reference = Field(
        alias="factuurnummer", title="Factuurnummer", description="Nummer van de factuur, aanslag of het dossier."
    )
    percentage: Percentage = Field(
        alias="percentage", title="Percentage", description="Deel van de vordering dat betaald wordt."
    )
    forecast_amount: Money = Field(
        alias="prognoseBedrag", title="Prognosebedrag", description="Wat er naar verwachting betaald wordt, in euro's."
    )
    payment_reference: Reference = Field(
        alias="betaalreferentie", title="Betaalreferentie", description="Waaraan de betalingen te herkennen zijn."
    )


class ArrangementAgreed(Message):
    """All creditors agreed: the arrangement begins (*schuldregeling-akkoord*)."""

    model_config = ConfigDict(
        title="Schuldregeling akkoord", json_schema_extra={"description": "Alle schuldeisers hebben ingestemd."}
    )
    message_type: ClassVar[MessageType] = CATALOGUE["nl.schuldhulpverlening.schuldregeling-akkoord.v1"]

    agreed_on: Date = Field(
        alias="datumAkkoord", title="Datum akkoord", description="Dag waarop de laatste instemming er was."
    )
    arrangement_kind: Listed[ArrangementKind] = Field(
        alias="typeSchuldregeling", title="Soort schuldregeling", description="Welke regeling ingaat."
    )
    claims: Absent[Several[ClaimAgreement]] = Field(
        default=None, alias="vorderingen", title="Vorderingen", description="Het akkoord over elke vordering."
    )


class ArrangementEnd(Message):
    """The arrangement ended, and what that means for collecting (*schuldregeling-beeindigd*)."""

    model_config = ConfigDict(
        title="Schuldregeling beëindigd",
        json_schema_extra={
            "description": "De schuldregeling is afgelopen of gestopt.",
            "if": {"properties": {"finaleKwijting": {"const": True}}, "required": ["finaleKwijting"]},
            "then": {"properties": {"klasse": {"const": EndClass.DISCHARGED.value}}},
        },
    )
    message_type: ClassVar[MessageType] = CATALOGUE["nl.schuldhulpverlening.schuldregeling-beeindigd.v1"]

    end_date: Date = Field(alias="einddatum", title="Einddatum", description="Laatste dag van de regeling.")
    end_class: Listed[EndClass] = Field(
        alias="klasse", title="Klasse", description="Wat het einde voor de inning betekent."
    )
    final_discharge: bool = Field(
        alias="finaleKwijting", title="Finale kwijting", description="Waar als wat nog openstaat kwijtgescholden is."
    )

    @model_validator(mode="after")
    def _a_discharge_ends_collecting(self) -> Self:
        if self.final_discharge and self.end_class is not EndClass.DISCHARGED:
            raise wrong(Slug.DISCHARGE_NOT_HERE)
        return self
