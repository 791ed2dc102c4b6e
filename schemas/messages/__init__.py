"""The messages: one frozen model per type, grouped by conversation (messages.md 1)."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from schemas.messages.message import Message
from schemas.messages.pause import NoCooperation, Notice, NoticeAnswer, PauseEnd, PauseExtension, PublicNotice
from schemas.messages.status import StatusReport
from schemas.messages.vish import DebtRestRegistration, DebtRestRegistrationResult, DebtRestWithdrawal

if TYPE_CHECKING:
    from collections.abc import Mapping

_MODELS: tuple[type[Message], ...] = (
    DebtRestRegistration,
    DebtRestRegistrationResult,
    DebtRestWithdrawal,
    Notice,
    PublicNotice,
    NoticeAnswer,
    NoCooperation,
    PauseExtension,
    PauseEnd,
    StatusReport,
)

#: The model of each message type, by its full name.
MODELS: Final[Mapping[str, type[Message]]] = MappingProxyType({model.message_type.type: model for model in _MODELS})

__all__ = [
    "MODELS",
    "DebtRestRegistration",
    "DebtRestRegistrationResult",
    "DebtRestWithdrawal",
    "Message",
    "NoCooperation",
    "Notice",
    "NoticeAnswer",
    "PauseEnd",
    "PauseExtension",
    "PublicNotice",
    "StatusReport",
]
