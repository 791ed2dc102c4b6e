"""What can be set about the delivery to DDAS; a part of the debt helper's settings."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from schemas.identifiers import Email, Gemeentecode, KvkNumber, Name, Phone, Postcode


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class DeliveryContact(_Part):
    """Whom the receiver may ask about the delivery of a municipality."""

    name: Name
    position: Name | None = None
    email: Email | None = None
    phone: Phone | None = None


class Municipality(_Part):
    """A municipality as it delivers; without one its name is its code."""

    gemeentecode: Gemeentecode
    name: Name | None = None
    kvk_number: KvkNumber | None = None
    postcode: Postcode | None = None
    contacts: tuple[DeliveryContact, ...] = ()


class DdasSettings(_Part):
    """The delivery to the national statistics."""

    supplier: str = Field(default="SCHULDHUB", min_length=1, max_length=64, description="codeGegevensleverancier")
    code_prefix: str = Field(default="GM", max_length=2, description="what a gemeentecode begins with in a delivery")
    most_records: int = Field(default=25_000, ge=1, description="trajectories on one page at most")
    token_s: int = Field(default=3600, ge=60, description="seconds that an access token may be used")
    municipalities: tuple[Municipality, ...] = ()
