"""The conversation about one referral: another party is asked to help, and says what became of it (messages.md 2)."""

from __future__ import annotations

from typing import ClassVar, Final, Self

from pydantic import ConfigDict, Field, model_validator

from schemas.catalogue import CATALOGUE, MessageType
from schemas.codes import LegalBasis, ReferralKind, ReferralOutcome, ReferralStatus
from schemas.document import Absent, Listed
from schemas.errors import Slug
from schemas.forms import wrong
from schemas.identifiers import Instant, LongText, Text
from schemas.messages.message import Message
from schemas.persons import ONE_BLOCK, PersonByRight
from schemas.protocol import Uuid
from schemas.shapes import Business, Contact, Reachability

#: Referrals of entrepreneurs: the enterprise must be named.
OF_BUSINESS: Final = (ReferralKind.BUSINESS_DEBT_HELP, ReferralKind.BUSINESS_BOOKKEEPING)
#: Bad news needs a reason.
WITH_REASON: Final = (
    ReferralStatus.REJECTED,
    ReferralStatus.SUSPENDED,
    ReferralStatus.WITHDRAWN,
    ReferralStatus.FAILED,
)


class Referral(Message, PersonByRight):
    """Ask another party to help somebody (*verwijzing*)."""

    model_config = ConfigDict(
        title="Verwijzing",
        json_schema_extra={
            "description": "Verzoek aan een andere partij om een inwoner te helpen.",
            "allOf": [
                ONE_BLOCK,
                {
                    "if": {"properties": {"soort": {"enum": [kind.value for kind in OF_BUSINESS]}}},
                    "then": {"required": ["onderneming"]},
                },
            ],
        },
    )
    message_type: ClassVar[MessageType] = CATALOGUE["nl.schuldhulpverlening.verwijzing.v1"]

    kind: Listed[ReferralKind] = Field(alias="soort", title="Soort", description="Waarvoor verwezen wordt.")
    reason: Text = Field(alias="reden", title="Reden", description="Waarom, in korte vrije tekst.")
    urgent: bool = Field(alias="urgent", title="Urgent", description="Waar als er een ingreep dreigt.")
    legal_basis: Listed[LegalBasis] = Field(
        alias="grondslag", title="Grondslag", description="Waarom deze gegevens gedeeld mogen worden."
    )
    synopsis: Absent[LongText] = Field(
        default=None,
        alias="samenvatting",
        title="Samenvatting",
        description="Wat de ander moet weten, hoogstens 1000 tekens; niets over gezondheid of gezin.",
    )
    contact: Contact = Field(alias="contact", title="Contact", description="Wie hierover te bereiken is.")
    reachability: Reachability = Field(
        alias="bereikbaarheid", title="Bereikbaarheid", description="Hoe de inwoner te bereiken is."
    )
    priority: bool = Field(
        default=False,
        alias="voorrang",
        title="Voorrang",
        description="Waar als de inwoner voorgaat; waarom staat er niet bij.",
    )
    business: Absent[Business] = Field(
        default=None,
        alias="onderneming",
        title="Onderneming",
        description="De onderneming; verplicht bij een verwijzing van een ondernemer.",
    )
    follows_up: Absent[Uuid] = Field(
        default=None,
        alias="vervolgOp",
        title="Vervolg op",
        description="Het gesprek (correlationid) van de eerdere, afgewezen verwijzing.",
    )

    @model_validator(mode="after")
    def _entrepreneurs_have_a_business(self) -> Self:
        if self.kind in OF_BUSINESS and self.business is None:
            raise wrong(Slug.BUSINESS_MISSING)
        return self


class ReferralStatusReport(Message):
    """What became of a referral (*verwijzing-status*); who may say which status, the adapters know."""

    model_config = ConfigDict(
        title="Verwijzing-status",
        json_schema_extra={
            "description": "Wat er van een verwijzing geworden is.",
            "allOf": [
                {
                    "if": {"properties": {"status": {"enum": [status.value for status in WITH_REASON]}}},
                    "then": {"required": ["reden"]},
                },
                {
                    "if": {"properties": {"status": {"const": ReferralStatus.COMPLETED.value}}},
                    "then": {"required": ["uitkomst"]},
                    "else": {"not": {"required": ["uitkomst"]}},
                },
            ],
        },
    )
    message_type: ClassVar[MessageType] = CATALOGUE["nl.schuldhulpverlening.verwijzing-status.v1"]

    status: Listed[ReferralStatus] = Field(alias="status", title="Status", description="Hoe het ervoor staat.")
    reason: Absent[Text] = Field(
        default=None,
        alias="reden",
        title="Reden",
        description="Waarom; verplicht bij afgewezen, aangehouden, ingetrokken en mislukt.",
    )
    outcome: Absent[Listed[ReferralOutcome]] = Field(
        default=None, alias="uitkomst", title="Uitkomst", description="Waarmee het eindigde; alleen bij afgerond."
    )
    appointment_at: Absent[Instant] = Field(
        default=None,
        alias="afspraakOp",
        title="Afspraak op",
        description="Wanneer de eerste of volgende afspraak is.",
    )

    @model_validator(mode="after")
    def _says_why(self) -> Self:
        if self.status in WITH_REASON and self.reason is None:
            raise wrong(Slug.REASON_MISSING)
        return self

    @model_validator(mode="after")
    def _outcome_fits(self) -> Self:
        completed = self.status is ReferralStatus.COMPLETED
        if completed and self.outcome is None:
            raise wrong(Slug.OUTCOME_MISSING)
        if not completed and self.outcome is not None:
            raise wrong(Slug.OUTCOME_NOT_HERE)
        return self
