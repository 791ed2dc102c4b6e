"""The conversation with the referral index of the bailiffs: register a person, its result, withdraw (messages.md 2)."""

from __future__ import annotations

from typing import ClassVar

from pydantic import ConfigDict, Field

from schemas.catalogue import CATALOGUE, MessageType
from schemas.codes import Phase, RegistrationResult
from schemas.document import Absent, Listed
from schemas.identifiers import Date, Instant, Reference, Text
from schemas.messages.ending import EarlyEndClass
from schemas.messages.message import Message
from schemas.persons import PersonWithBsn
from schemas.shapes import Contact


class DebtRestRegistration(Message, PersonWithBsn):
    """Ask VISH to register that this person is in debt help (*schuldenrust-aanmelding*)."""

    model_config = ConfigDict(
        title="Schuldenrust-aanmelding", json_schema_extra={"description": "Verzoek om registratie in VISH."}
    )
    message_type: ClassVar[MessageType] = CATALOGUE["nl.schuldhulpverlening.schuldenrust-aanmelding.v1"]

    start_date: Date = Field(alias="ingangsdatum", title="Ingangsdatum", description="Eerste dag van schuldenrust.")
    phase: Listed[Phase] = Field(alias="fase", title="Fase", description="Fase van de schuldhulpverlening.")
    contact: Contact = Field(alias="contact", title="Contact", description="Wie hierover te bereiken is.")
    connection_code: Reference = Field(
        alias="aansluitcode", title="Aansluitcode", description="Code waarmee de gemeente bij VISH is aangesloten."
    )
    urgent: bool = Field(
        default=False, alias="urgent", title="Urgent", description="Waar als dit niet op de volgende ronde kan wachten."
    )


class DebtRestRegistrationResult(Message):
    """What VISH did with a registration or withdrawal (*schuldenrust-registratie*); `beeindigd` may come unasked."""

    model_config = ConfigDict(
        title="Schuldenrust-registratie", json_schema_extra={"description": "Uitkomst van een aanmelding of afmelding."}
    )
    message_type: ClassVar[MessageType] = CATALOGUE["nl.schuldhulpverlening.schuldenrust-registratie.v1"]

    registration_number: Absent[Reference] = Field(
        default=None, alias="registratienummer", title="Registratienummer", description="Nummer van de registratie."
    )
    result: Listed[RegistrationResult] = Field(
        alias="resultaat", title="Resultaat", description="Wat er met de registratie gebeurd is."
    )
    reason: Absent[Text] = Field(
        default=None, alias="reden", title="Reden", description="Waarom, in korte vrije tekst."
    )
    registered_at: Absent[Instant] = Field(
        default=None, alias="geregistreerdOp", title="Geregistreerd op", description="Tijdstip van de registratie."
    )


class DebtRestWithdrawal(Message):
    """Ask VISH to end a registration (*schuldenrust-afmelding*)."""

    model_config = ConfigDict(
        title="Schuldenrust-afmelding", json_schema_extra={"description": "Verzoek om de registratie te beëindigen."}
    )
    message_type: ClassVar[MessageType] = CATALOGUE["nl.schuldhulpverlening.schuldenrust-afmelding.v1"]

    registration_number: Absent[Reference] = Field(
        default=None,
        alias="registratienummer",
        title="Registratienummer",
        description="Ontbreekt zolang de uitkomst van de aanmelding niet bekend is.",
    )
    end_date: Date = Field(alias="einddatum", title="Einddatum", description="Laatste dag van schuldenrust.")
    end_class: EarlyEndClass = Field(
        alias="klasse", title="Klasse", description="Wat het einde voor de inning betekent."
    )
