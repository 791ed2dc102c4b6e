"""The closed code lists of messages.md 4 and of the protocol (wire.md 8 and 12); a new code is a new schema version."""

from __future__ import annotations

from schemas.codes.collecting import (
    CoolingOffKind,
    EndClass,
    HandlerKind,
    Measure,
    NoCooperationReason,
    NotStoppedReason,
    RegistrationResult,
    Status,
)
from schemas.codes.helping import (
    AdministrationGround,
    Advice,
    DebtRestAct,
    HelpEndReason,
    LegalBasis,
    Phase,
    ReferralKind,
    ReferralOutcome,
    ReferralStatus,
)
from schemas.codes.road import (
    Circuit,
    HubDecision,
    HubNoticeCode,
    HubRefusal,
    RecipientRefusal,
    RecipientResult,
)
from schemas.codes.settling import (
    ArrangementEndReason,
    ArrangementKind,
    DebtKind,
    ProposalDecision,
    ProposalRefusalReason,
)

__all__ = [
    "AdministrationGround",
    "Advice",
    "ArrangementEndReason",
    "ArrangementKind",
    "Circuit",
    "CoolingOffKind",
    "DebtKind",
    "DebtRestAct",
    "EndClass",
    "HandlerKind",
    "HelpEndReason",
    "HubDecision",
    "HubNoticeCode",
    "HubRefusal",
    "LegalBasis",
    "Measure",
    "NoCooperationReason",
    "NotStoppedReason",
    "Phase",
    "ProposalDecision",
    "ProposalRefusalReason",
    "RecipientRefusal",
    "RecipientResult",
    "ReferralKind",
    "ReferralOutcome",
    "ReferralStatus",
    "RegistrationResult",
    "Status",
]
