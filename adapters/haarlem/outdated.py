"""What a correction means for settlements and referrals that run: who still has old details, and what is done about it.

No message of the catalogue corrects what a *saldoverzoek* or *verwijzing* said of somebody (messages.md 1). A balance
that nobody answered yet is asked anew in the same conversation, with the right details. Everywhere else the answer, the
proposal or the help goes on, and a person must tell the other side: the conversation then waits for Haarlem with the
alarm `oude-gegevens`, until that was written down (`told`), the balance was asked anew, or it is over.
"""

from __future__ import annotations

from typing import Any, Final

from adapters.haarlem import talkbook
from adapters.haarlem.agenda import store as agenda
from adapters.haarlem.balancing import balance_request, way_to
from adapters.haarlem.book import DebtHelper
from adapters.haarlem.casefile import CaseFile
from adapters.haarlem.conversations.settlement import SettlementState
from adapters.haarlem.conversations.talk import Said, TalkKind, name_of
from adapters.haarlem.dossier import Person, PersonState
from adapters.haarlem.fanout import CallReason
from adapters.haarlem.reach import reach, with_bsn, without_bsn
from adapters.haarlem.refusals import ActRefusedError, Refusal
from adapters.haarlem.store import Transaction
from adapters.haarlem.talk_requests import BalancesRequest
from adapters.haarlem.talks import store as talks
from adapters.haarlem.talks.store import KeptTalk
from schemas.messages import BalanceRequest, Message, Referral

#: What says who somebody is, by the names of the wire.
_DETAILS: Final = (
    "bsn",
    "geboortedatum",
    "voorletters",
    "voorvoegsel",
    "geslachtsnaam",
    "naamBijSchuldeiser",
    "adres",
    "klantnummerSe",
    "onderneming",
)
#: The message that does, by the kind of conversation.
_SAYS_WHO: Final = {TalkKind.SETTLEMENT: name_of(BalanceRequest), TalkKind.REFERRAL: name_of(Referral)}
#: Nothing hangs on an answer yet, or the answer was that nobody is known: asking anew loses nothing.
_ASKED_ANEW: Final = frozenset({SettlementState.REQUESTED, SettlementState.UNKNOWN_CLAIM})


def correct(helper: DebtHelper, tx: Transaction, before: CaseFile, after: CaseFile) -> None:
    """Asks balances anew with the right details, and leaves the rest to a person."""
    for kept in talks.of_case(tx, after.case.id, only_open=True):
        talk = kept
        for said in _said_about_somebody(talk):
            person_id = said.person or talk.person_id
            person = next((one for one in after.persons if one.id == person_id), None)
            if person is None or not _changed(helper, before, after, talk, said, person):
                continue
            anew = _said_now(helper, after, talk, said, person)
            mends = anew is not None and person.state is PersonState.ACTIVE and talk.state in _ASKED_ANEW
            if mends and isinstance(anew, BalanceRequest) and talk.oin:
                talk = talkbook.say(helper, tx, talk, anew, person=person.id, term_days=said.term_days)
            else:
                facts = talk.facts.model_copy(update={"corrected": helper.now()})
                talk = talkbook.keep(helper, tx, talk, facts)


def told(helper: DebtHelper, tx: Transaction, talk_id: str) -> str | None:
    """A person told the other side what was put right; returns the case.

    Raises:
        ActRefusedError: UNKNOWN, NOTHING_TO_DO where nothing is old.
    """
    talk = talks.hold(tx, talk_id)
    if talk is None:
        raise ActRefusedError(Refusal.UNKNOWN)
    if talk.facts.corrected is None:
        raise ActRefusedError(Refusal.NOTHING_TO_DO)
    talkbook.keep(helper, tx, talk, talk.facts.model_copy(update={"corrected": None}))
    if talk.case_id is not None:
        ids = {"person_id": talk.person_id, "party_id": talk.party_id}
        agenda.add_event(tx, helper.now(), "gegevens-doorgegeven", talk.case_id, **ids)
    return talk.case_id


def _said_about_somebody(talk: KeptTalk) -> list[Said]:
    """The newest message that says who somebody is, for each person."""
    name = _SAYS_WHO.get(talk.kind)
    newest = {said.person: said for said in talk.facts.said if said.name == name}
    return list(newest.values())


def _changed(helper: DebtHelper, before: CaseFile, after: CaseFile, talk: KeptTalk, said: Said, person: Person) -> bool:
    """Whether this correction makes that message say somebody else, or say it otherwise."""
    if person.state is PersonState.REPLACED:
        return before.person(person.id).state is not PersonState.REPLACED
    if person.state is not PersonState.ACTIVE or all(one.id != person.id for one in before.persons):
        return False
    old = _said_now(helper, before, talk, said, before.person(person.id))
    new = _said_now(helper, after, talk, said, person)
    return _details(old) != _details(new)


def _said_now(helper: DebtHelper, file: CaseFile, talk: KeptTalk, said: Said, person: Person) -> Message | None:
    """That message as it would read with these details; nothing where it says too little to find anybody."""
    if talk.kind is TalkKind.SETTLEMENT and talk.party_id is not None:
        party = file.party(talk.party_id)
        kind = said.data.get("typeSchuldregeling")
        request = BalancesRequest.from_wire({} if kind is None else {"typeSchuldregeling": kind})
        return balance_request(file, person, party, way_to(helper, party, [person]), request)
    directory = helper.directory()
    way = reach(directory, directory.register.organisation(talk.oin), Referral)
    by_bsn = person.bsn is not None and not isinstance(way, CallReason) and way.may_use_bsn
    block: dict[str, Any] = {**without_bsn(person, None), "bsn": None}
    if by_bsn and person.bsn is not None:
        block = dict.fromkeys(block, None) | with_bsn(person, person.bsn)
    referral = said.message(Referral)
    business = person.business if referral.business is not None else None
    return referral.model_copy(update={**block, "business": business})


def _details(message: Message | None) -> dict[str, object]:
    data = {} if message is None else message.to_wire()
    return {name: data[name] for name in _DETAILS if data.get(name) is not None}
