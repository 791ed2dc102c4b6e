"""How it stands: a short report in any conversation, and the question for one (messages.md 1, messages 11 and 12)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

from pydantic import ConfigDict, Field

from schemas.catalogue import CATALOGUE, MessageType
from schemas.codes import Measure, Status
from schemas.document import Absent, Listed
from schemas.identifiers import Text
from schemas.messages.message import Message


class StatusReport(Message):
    """How it stands (*statusbericht*), both ways."""

    model_config = ConfigDict(title="Statusbericht", json_schema_extra={"description": "Hoe het ervoor staat."})
    message_type: ClassVar[MessageType] = CATALOGUE["nl.schuldhulpverlening.statusbericht.v1"]
    later_members: ClassVar[Mapping[str, str]] = MappingProxyType({"measure": "1.1.0"})

    status: Listed[Status] = Field(alias="status", title="Status", description="Wat er te melden is.")
    explanation: Absent[Text] = Field(
        default=None, alias="toelichting", title="Toelichting", description="Korte toelichting, hoogstens 500 tekens."
    )
    measure: Absent[Listed[Measure]] = Field(
        default=None,
        alias="maatregel",
        title="Maatregel",
        description="Om welke maatregel het gaat, bijvoorbeeld welke hervat is.",
    )


class StatusRequest(Message):
    """Ask how it stands (*statusverzoek*)."""

    model_config = ConfigDict(title="Statusverzoek", json_schema_extra={"description": "Vraag hoe het ervoor staat."})
    message_type: ClassVar[MessageType] = CATALOGUE["nl.schuldhulpverlening.statusverzoek.v1"]

    explanation: Absent[Text] = Field(
        default=None, alias="toelichting", title="Toelichting", description="Wat er gevraagd wordt, in vrije tekst."
    )
