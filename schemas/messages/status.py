"""A short report in any conversation (messages.md 1, message 11)."""

from __future__ import annotations

from typing import ClassVar

from pydantic import ConfigDict, Field

from schemas.catalogue import CATALOGUE, MessageType
from schemas.codes import Status
from schemas.document import Absent, Listed
from schemas.identifiers import Text
from schemas.messages.message import Message


class StatusReport(Message):
    """How it stands (*statusbericht*), both ways."""

    model_config = ConfigDict(title="Statusbericht", json_schema_extra={"description": "Hoe het ervoor staat."})
    message_type: ClassVar[MessageType] = CATALOGUE["nl.schuldhulpverlening.statusbericht.v1"]

    status: Listed[Status] = Field(alias="status", title="Status", description="Wat er te melden is.")
    explanation: Absent[Text] = Field(
        default=None, alias="toelichting", title="Toelichting", description="Korte toelichting, hoogstens 500 tekens."
    )
