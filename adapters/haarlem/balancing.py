"""The act that begins to settle: ask creditors and tax offices what is owed. One transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from adapters.haarlem import casefile, talkbook
from adapters.haarlem.agenda import store as agenda
from adapters.haarlem.book import DebtHelper
from adapters.haarlem.casefile import CaseFile
from adapters.haarlem.conversations.settlement import (
    SETTLED,
    SettlementState,
)
from adapters.haarlem.conversations.talk import Talk, TalkKind
from adapters.haarlem.dossier import Party, PartyRole, Person, PersonState
from adapters.haarlem.fanout import CallReason
from adapters.haarlem.reach import Reach, is_findable, reach, with_bsn, without_bsn
from adapters.haarlem.refusals import ActRefusedError, Refusal
from adapters.haarlem.settling import settlements_of
from adapters.haarlem.store import Transaction
from adapters.haarlem.talk_requests import (
    BalancesRequest,
)
from adapters.haarlem.talkbook import About
from adapters.haarlem.talks import store as talks
from adapters.haarlem.talks.store import KeptTalk
from hub.clock import new_pseudonym
from schemas.messages import (
    BalanceRequest,
)

#: In these a balance is asked unasked for; in the others only when the party is named.
_FRESH: Final = frozenset({SettlementState.DISCHARGED, SettlementState.TERMINATED, SettlementState.UNKNOWN_CLAIM})


def request_balances(helper: DebtHelper, tx: Transaction, case_id: str, request: BalancesRequest) -> None:
    """Asks what is owed, for each person of the case: every party that was not asked yet, or the parties named.

    Raises:
        ActRefusedError: UNKNOWN, CASE_ENDED, NOTHING_TO_DO.
    """
    file = casefile.held(helper, tx, case_id)
    known = settlements_of(helper, tx, file)
    named = [file.party(one) for one in request.parties]
    asked = 0
    for party in named or file.parties:
        talk = known.get(party.id)
        fresh = talk is None or talk.state in _FRESH
        settled = talk is not None and talk.state in SETTLED
        if party.role is PartyRole.VISH or party.ended or settled or not (named or fresh):
            continue
        known[party.id] = _ask(helper, tx, file, party, talk, request)
        asked += 1
    if not asked:
        raise ActRefusedError(Refusal.NOTHING_TO_DO)
    agenda.add_event(tx, helper.now(), "saldo-gevraagd", case_id)


def _ask(
    helper: DebtHelper, tx: Transaction, file: CaseFile, party: Party, talk: KeptTalk | None, request: BalancesRequest
) -> KeptTalk:
    way = way_to(helper, party, file.active)
    oin = way.organisation.oin if way is not None else ""
    if talk is None:
        about = About(TalkKind.SETTLEMENT, file.case.id, oin, case_id=file.case.id, party_id=party.id)
        talk = talkbook.begin(tx, about, new_pseudonym(), Talk(kind=TalkKind.SETTLEMENT, began=helper.now()))
    clock = min(
        (one.facts.clock for one in talks.of_case(tx, file.case.id) if one.open and one.facts.clock), default=None
    )
    fetches = oin in helper.settings.rules.fetching
    known = {"clock": clock or helper.now(), "fetches": fetches, "corrected": _still_wrong(file, talk)}
    facts = talk.facts.model_copy(update=known)
    talk = replace(talk, oin=oin, facts=facts)
    days = way.line.reply_term_working_days if way is not None else None
    for person in file.active:
        if party.concerns(person):
            message = balance_request(file, person, party, way, request)
            talk = talkbook.say(helper, tx, talk, message, person=person.id, term_days=days)
    return talk


def _still_wrong(file: CaseFile, talk: KeptTalk) -> datetime | None:
    """Asking anew says the right details; that it once was about somebody else is still to be told."""
    replaced = {person.id for person in file.persons if person.state is PersonState.REPLACED}
    return talk.facts.corrected if any(one.person in replaced for one in talk.facts.said) else None


def way_to(helper: DebtHelper, party: Party, persons: Sequence[Person]) -> Reach | None:
    """The way to a party that can find everyone whom it concerns; nothing where a letter must go by hand."""
    directory = helper.directory()
    way = reach(directory, directory.organisation_of(party), BalanceRequest)
    if isinstance(way, CallReason):
        return None
    concerned = [person for person in persons if party.concerns(person)]
    named = all(
        (way.may_use_bsn and person.bsn is not None) or is_findable(without_bsn(person, party)) for person in concerned
    )
    return way if named else None


def balance_request(
    file: CaseFile, person: Person, party: Party, way: Reach | None, request: BalancesRequest
) -> BalanceRequest:
    """The question about one person, by BSN or without, as this party may have it."""
    claims = tuple(owed.claim for owed in party.claims)
    number, contact, kind = file.case.helper_number, file.case.contact, request.arrangement_kind
    if person.bsn is not None and way is not None and way.may_use_bsn:
        return BalanceRequest(
            **with_bsn(person, person.bsn),
            helper_customer_number=number,
            arrangement_kind=kind,
            claims=claims,
            contact=contact,
        )
    block = without_bsn(person, party)
    if way is None and not is_findable(block):
        block["creditor_customer_number"] = number  # by hand; somebody finds another way to say who it is
    return BalanceRequest(**block, helper_customer_number=number, arrangement_kind=kind, claims=claims, contact=contact)
