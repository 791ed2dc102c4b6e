"""Our messages ↔ the words of the case system of the Kredietbank: pure.

What does not fit is a PayloadError or a ValueError (pydantic's ValidationError is one), without the value in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from adapters.kredietbank.settings import ContactSettings
from adapters.kredietbank.words import (
    Act,
    Agreed,
    BalanceAsked,
    Ended,
    OfferMade,
    Order,
    PleaMade,
    RestAsked,
    StandingSaid,
)
from schemas.messages import (
    ArrangementAgreed,
    ArrangementEnd,
    BalanceAnswer,
    BalanceRequest,
    DebtRestRequest,
    Message,
    NoCooperation,
    ProposalAnswer,
    Reconsideration,
    Referral,
    ReferralStatusReport,
    SettlementProposal,
    StatusReport,
)

PERSON = ("bsn", "geboortedatum", "voorletters", "voorvoegsel", "geslachtsnaam", "adres", "klantnummerSe")
REST = {"ERBIJ": "toevoegen", "LANGER": "verlengen", "EINDE": "beeindigen"}
#: What comes back in a conversation that it began itself.
Answer = BalanceAnswer | ProposalAnswer | NoCooperation | StatusReport
#: What it says to a creditor, or to whoever referred.
Saying = BalanceAsked | OfferMade | PleaMade | Agreed | Ended


def person_of(referral: Referral) -> dict[str, object]:
    """Whom a referral is about, as balance requests will say it."""
    return {name: value for name, value in referral.to_wire().items() if name in PERSON}


def referral_order(referral: Referral, key: str, mark: str) -> Order:
    """A referral as it is told."""
    said = referral.to_wire()
    content = {
        "klant": person_of(referral),
        "bedrijf": said.get("onderneming"),
        "vraag": said["soort"],
        "grondslag": said["grondslag"],
        "waarom": said["reden"],
        "samenvatting": said.get("samenvatting"),
        "verwijzer": said["contact"],
        "bereikbaar": said["bereikbaarheid"],
        "voorrang": referral.priority,
        "eerderKenmerk": referral.follows_up,
    }
    told = {name: value for name, value in content.items() if value is not None}
    return Order(sleutel=key, soort=Act.REFERRAL, kenmerk=mark, spoed=referral.urgent, inhoud=told)


def withdrawal_order(report: ReferralStatusReport, key: str, mark: str) -> Order:
    """That whoever referred takes it back."""
    return Order(sleutel=key, soort=Act.WITHDRAWAL, kenmerk=mark, spoed=True, inhoud={"waarom": report.reason})


def answer_order(answer: Answer, key: str, mark: str, party: str) -> Order:
    """What a creditor, or whoever referred, answered."""
    match answer:
        case BalanceAnswer():
            act = Act.BALANCE
        case ProposalAnswer():
            act = Act.DECISION
        case NoCooperation():
            act = Act.NO_COOPERATION
        case StatusReport():
            act = Act.REPORT
        case _:
            assert_never(answer)
    return Order(sleutel=key, soort=act, kenmerk=mark, deelnemer=party, inhoud=answer.to_wire())


def status_report(said: StandingSaid) -> ReferralStatusReport:
    """How it stands, as whoever referred hears it."""
    known = {
        "status": said.status.value,
        "reden": said.reden,
        "uitkomst": said.resultaat,
        "afspraakOp": said.afspraak and said.afspraak.isoformat().replace("+00:00", "Z"),
    }
    return ReferralStatusReport.from_wire(_known(known))


def rest_request(said: RestAsked) -> DebtRestRequest:
    """Rest that Haarlem is asked for."""
    creditors = [_known({"naam": one.naam, "kvkNummer": one.kvk, "klantnummerSe": one.klantnummer}) for one in said.bij]
    return DebtRestRequest.from_wire({"soort": REST[said.wat], "schuldeisers": creditors, "reden": said.waarom})


def to_creditor(said: Saying, person: Mapping[str, object], contact: ContactSettings, *, bsn: bool) -> Message:
    """What a creditor is asked or told; `bsn` is its right to know the person by number."""
    match said:
        case BalanceAsked():
            return _balance_request(said, person, contact, bsn=bsn)
        case OfferMade():
            return _proposal(said)
        case PleaMade():
            plea = {"motivering": said.motivering, "dwangakkoordAangekondigd": said.dwangakkoord}
            return Reconsideration.from_wire(plea)
        case Agreed():
            return _agreed(said)
        case Ended():
            end = {"einddatum": said.laatste_dag.isoformat(), "klasse": said.klasse, "finaleKwijting": said.kwijting}
            return ArrangementEnd.from_wire(end)
        case _:
            assert_never(said)


def _balance_request(
    said: BalanceAsked, person: Mapping[str, object], contact: ContactSettings, *, bsn: bool
) -> BalanceRequest:
    hidden = {"voorletters", "adres"} if bsn and "bsn" in person else {"bsn"}
    # Somebody else's number for the person means nothing to this creditor.
    whom = {name: value for name, value in person.items() if name not in hidden | {"klantnummerSe"}}
    if "bsn" not in whom and said.klantnummer is not None:
        whom["klantnummerSe"] = said.klantnummer
    known = {
        "klantnummerShv": said.dossier,
        "typeSchuldregeling": said.regeling,
        "vorderingen": [{"factuurnummer": one} for one in said.facturen],
        "contact": _known({"naam": contact.name, "telefoon": contact.phone, "email": contact.email}),
    }
    return BalanceRequest.from_wire(whom | _known(known))


def _proposal(said: OfferMade) -> SettlementProposal:
    lines = [
        {
            "factuurnummer": one.factuur,
            "actueelBedrag": one.bedrag,
            "percentage": one.procent,
            "prognoseBedrag": one.uitkering,
        }
        for one in said.regels
    ]
    known = {
        "typeSchuldregeling": said.regeling,
        "berekendOp": said.berekend.isoformat(),
        "looptijdMaanden": said.maanden,
        "geldigTot": said.geldig.isoformat(),
    }
    return SettlementProposal.from_wire(known | {"vorderingen": lines})


def _agreed(said: Agreed) -> ArrangementAgreed:
    lines = [
        {
            "factuurnummer": one.factuur,
            "percentage": one.procent,
            "prognoseBedrag": one.uitkering,
            "betaalreferentie": one.betaalkenmerk,
        }
        for one in said.regels
    ]
    known = {"datumAkkoord": said.akkoord.isoformat(), "typeSchuldregeling": said.regeling}
    return ArrangementAgreed.from_wire(known | {"vorderingen": lines})


def _known(values: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in values.items() if value is not None}
