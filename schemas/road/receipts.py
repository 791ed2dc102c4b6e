"""Receipts: what the hub did with messages, and what a recipient did (wire.md 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from pydantic import ConfigDict, Field, model_validator

from schemas.codes import HubDecision, HubRefusal, RecipientRefusal, RecipientResult
from schemas.document import Absent, Document, Listed, OneOrSeveral
from schemas.errors import Slug
from schemas.forms import wrong
from schemas.protocol import BodyHash, HexHash, LogOrigin, OrganisationUrn, SystemUrn, Uuid, WireTime
from schemas.road.payload import RoadPayload

if TYPE_CHECKING:
    from pydantic.config import JsonDict


def _code_exactly_when_refused(member: str) -> JsonDict:
    return {
        "if": {"properties": {member: {"const": "refused"}}},
        "then": {"required": ["code"]},
        "else": {"not": {"required": ["code"]}},
    }


def _check_code(*, refused: bool, code: str | None) -> None:
    if refused and code is None:
        raise wrong(Slug.CODE_MISSING)
    if not refused and code is not None:
        raise wrong(Slug.CODE_NOT_HERE)


class LogPlace(Document):
    """Where the message log holds a message: the log's origin and the RFC 6962 hash of the leaf (wire.md 11).

    The hash and no index: an entry has none yet when its receipt goes out.
    """

    model_config = ConfigDict(title="Plaats in het berichtenlog")

    origin: LogOrigin = Field(
        alias="origin", title="Log", description="Naam van het log: hub, jaar en eventueel volgnummer."
    )
    leaf: HexHash = Field(alias="leaf", title="Blad", description="SHA-256 van het blad (RFC 6962), hexadecimaal.")


class HubReceiptEntry(Document):
    """The hub's decision on one message; `code` exactly when refused."""

    model_config = ConfigDict(title="Beslissing van de hub", json_schema_extra=_code_exactly_when_refused("decision"))

    ref: Uuid | None = Field(
        alias="ref", title="Bericht", description="Id van het bericht; null als dat niet vast te stellen was."
    )
    refhash: BodyHash = Field(alias="refhash", title="Hash", description="SHA-256 van de ontvangen bytes.")
    source: Absent[SystemUrn] = Field(
        default=None, alias="source", title="Afzender", description="Zoals in het bericht, als dat na te gaan was."
    )
    recipient: Absent[OrganisationUrn] = Field(
        default=None, alias="recipient", title="Ontvanger", description="Zoals in het bericht, als dat na te gaan was."
    )
    decision: Listed[HubDecision] = Field(alias="decision", title="Beslissing", description="Wat de hub deed.")
    code: Absent[Listed[HubRefusal]] = Field(
        default=None, alias="code", title="Code", description="Waarom geweigerd; alleen bij een weigering."
    )
    received: WireTime = Field(alias="received", title="Ontvangen", description="Wanneer de hub het bericht ontving.")
    log: Absent[LogPlace] = Field(
        default=None, alias="log", title="Log", description="Waar het in het berichtenlog staat."
    )

    @model_validator(mode="after")
    def _code_fits(self) -> Self:
        _check_code(refused=self.decision is HubDecision.REFUSED, code=self.code)
        return self


class HubReceipt(RoadPayload):
    """The hub's receipts for 1 to 100 messages of one organisation (`hub-receipt+jws`)."""

    model_config = ConfigDict(title="Hub-ontvangstbewijs")
    name: ClassVar[str] = "hub-receipt"

    receipts: OneOrSeveral[HubReceiptEntry] = Field(
        alias="receipts", title="Beslissingen", description="Eén per bericht."
    )


class RecipientReceiptEntry(Document):
    """A recipient's answer for one message; `code` exactly when refused."""

    model_config = ConfigDict(
        title="Resultaat bij de ontvanger", json_schema_extra=_code_exactly_when_refused("result")
    )

    ref: Uuid = Field(alias="ref", title="Bericht", description="Id van het bericht.")
    refhash: BodyHash = Field(alias="refhash", title="Hash", description="SHA-256 van de ontvangen bytes.")
    result: Listed[RecipientResult] = Field(
        alias="result", title="Resultaat", description="accepted: geopend, gecontroleerd en bewaard."
    )
    code: Absent[Listed[RecipientRefusal]] = Field(
        default=None, alias="code", title="Code", description="Waarom geweigerd; alleen bij een weigering."
    )

    @model_validator(mode="after")
    def _code_fits(self) -> Self:
        _check_code(refused=self.result is RecipientResult.REFUSED, code=self.code)
        return self


class RecipientReceipt(RoadPayload):
    """A recipient's receipts for 1 to 100 messages of one sender (`recipient-receipt+jws`)."""

    model_config = ConfigDict(title="Ontvangstbewijs van de ontvanger")
    name: ClassVar[str] = "recipient-receipt"

    recipient: OrganisationUrn = Field(
        alias="recipient", title="Ontvanger", description="De oorspronkelijke afzender van de berichten."
    )
    receipts: OneOrSeveral[RecipientReceiptEntry] = Field(
        alias="receipts", title="Resultaten", description="Eén per bericht."
    )
