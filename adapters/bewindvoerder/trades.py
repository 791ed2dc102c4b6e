"""What each kind of office gets, answers and begins, and the words for it on the screen. Pure data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from adapters.bewindvoerder.records import Model
from adapters.bewindvoerder.settings import Kind
from schemas.catalogue import CATALOGUE
from schemas.messages import (
    AdministrationAdvice,
    AdministrationDossier,
    AdministrationEnd,
    ArrangementAgreed,
    ArrangementEnd,
    BalanceAnswer,
    BalanceRequest,
    CollectionDespitePause,
    CoolingOffPeriod,
    DebtRestRequest,
    NoCooperation,
    Notice,
    NoticeAnswer,
    PauseEnd,
    PauseExtension,
    ProposalAnswer,
    PublicNotice,
    Reconsideration,
    Referral,
    ReferralStatusReport,
    SettlementProposal,
    StatusReport,
    StatusRequest,
)


@dataclass(frozen=True, slots=True)
class Trade:
    """One kind of office."""

    one: str
    """A resident, as this office says it."""
    several: str
    takes: tuple[Model, ...]
    begins: tuple[Model, ...]
    """What it sends about somebody whom it knows, without being asked."""


TRADES: Final[Mapping[Kind, Trade]] = MappingProxyType(
    {
        Kind.ADMINISTRATOR: Trade(
            "cliënt",
            "cliënten",
            (Referral, ReferralStatusReport, AdministrationAdvice, StatusReport),
            (AdministrationDossier, DebtRestRequest, AdministrationEnd),
        ),
        Kind.CREDITOR: Trade(
            "klant",
            "klanten",
            (
                Notice,
                PublicNotice,
                PauseExtension,
                PauseEnd,
                CollectionDespitePause,
                CoolingOffPeriod,
                BalanceRequest,
                SettlementProposal,
                Reconsideration,
                ArrangementAgreed,
                ArrangementEnd,
                StatusReport,
            ),
            (),
        ),
        Kind.HELPER: Trade("deelnemer", "deelnemers", (Referral, ReferralStatusReport, StatusReport), ()),
    }
)

_REST: Final = (NoticeAnswer, NoCooperation)
#: What answers which letter; a *statusbericht* may always be said besides.
ANSWERS: Final[Mapping[str, tuple[Model, ...]]] = MappingProxyType(
    {
        asked.message_type.type: answers
        for asked, answers in (
            (Notice, _REST),
            (PublicNotice, _REST),
            (PauseExtension, _REST),
            (PauseEnd, (NoticeAnswer,)),
            (CoolingOffPeriod, (NoticeAnswer,)),
            (CollectionDespitePause, (StatusReport,)),
            (BalanceRequest, (BalanceAnswer, NoCooperation)),
            (SettlementProposal, (ProposalAnswer,)),
            (Reconsideration, (ProposalAnswer,)),
            (Referral, (ReferralStatusReport,)),
        )
    }
)
_SENT: Final[tuple[Model, ...]] = (
    StatusReport,
    StatusRequest,
    CollectionDespitePause,
    *(model for trade in TRADES.values() for model in trade.begins),
    *(model for models in ANSWERS.values() for model in models),
)
_BY_NAME: Final = MappingProxyType({model.message_type.name: model for model in _SENT})


def model_named(name: str) -> Model | None:
    """What an office may send, by its kebab name."""
    return _BY_NAME.get(name)


def answers_to(message_type: str) -> tuple[Model, ...]:
    """What may be said to a letter of this type."""
    asked = ANSWERS.get(message_type, ())
    besides = (StatusReport, StatusRequest) if asked and ReferralStatusReport not in asked else (StatusReport,)
    return (*asked, *(model for model in besides if model not in asked))


def kind_of(message_type: str) -> str:
    """A message type as people say it."""
    known = CATALOGUE.get(message_type)
    return (known.name if known else message_type).replace("-", " ").replace("beeindig", "beëindig")
