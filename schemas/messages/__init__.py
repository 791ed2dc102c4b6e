"""The messages: one frozen model per type, grouped by conversation (messages.md 1)."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from schemas.messages.administration import (
    AdministrationAdvice,
    AdministrationDossier,
    AdministrationEnd,
    AdministrationStart,
)
from schemas.messages.case import DebtRestRequest, PhaseChange
from schemas.messages.message import Message
from schemas.messages.pause import (
    CollectionDespitePause,
    CoolingOffPeriod,
    NoCooperation,
    Notice,
    NoticeAnswer,
    PauseEnd,
    PauseExtension,
    PublicNotice,
)
from schemas.messages.referral import Referral, ReferralStatusReport
from schemas.messages.settlement import (
    ArrangementAgreed,
    ArrangementEnd,
    BalanceAnswer,
    BalanceRequest,
    ProposalAnswer,
    Reconsideration,
    SettlementProposal,
)
from schemas.messages.status import StatusReport, StatusRequest
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
    CollectionDespitePause,
    StatusReport,
    StatusRequest,
    BalanceRequest,
    BalanceAnswer,
    SettlementProposal,
    ProposalAnswer,
    Reconsideration,
    ArrangementAgreed,
    ArrangementEnd,
    Referral,
    ReferralStatusReport,
    AdministrationStart,
    AdministrationDossier,
    AdministrationAdvice,
    AdministrationEnd,
    CoolingOffPeriod,
    PhaseChange,
    DebtRestRequest,
)

#: The model of each message type, by its full name.
MODELS: Final[Mapping[str, type[Message]]] = MappingProxyType({model.message_type.type: model for model in _MODELS})

__all__ = [
    "MODELS",
    "AdministrationAdvice",
    "AdministrationDossier",
    "AdministrationEnd",
    "AdministrationStart",
    "ArrangementAgreed",
    "ArrangementEnd",
    "BalanceAnswer",
    "BalanceRequest",
    "CollectionDespitePause",
    "CoolingOffPeriod",
    "DebtRestRegistration",
    "DebtRestRegistrationResult",
    "DebtRestRequest",
    "DebtRestWithdrawal",
    "Message",
    "NoCooperation",
    "Notice",
    "NoticeAnswer",
    "PauseEnd",
    "PauseExtension",
    "PhaseChange",
    "ProposalAnswer",
    "PublicNotice",
    "Reconsideration",
    "Referral",
    "ReferralStatusReport",
    "SettlementProposal",
    "StatusReport",
    "StatusRequest",
]
