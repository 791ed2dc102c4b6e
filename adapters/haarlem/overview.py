"""The overview of a case: for each conversation how it stands, until when, and who must act.

This is what pages, letters and deliveries read; `overview` and the lines that it returns stay as they are.

    with helper.edge.ledger.database.reading() as tx:
        for line in overview(helper, tx, case_id): …
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from adapters.haarlem import casefile, store, talkbook
from adapters.haarlem.book import DebtHelper
from adapters.haarlem.casefile import CaseFile
from adapters.haarlem.conversations import PauseState, RegistrationState, opening_of
from adapters.haarlem.conversations.position import Actor
from adapters.haarlem.conversations.positions import words_of
from adapters.haarlem.dossier import Party
from adapters.haarlem.facts import Conversation, Kind
from adapters.haarlem.standing import WORDS, State, since_of, state_of
from adapters.haarlem.store import Exchange, Transaction
from adapters.haarlem.talks import store as talks
from adapters.haarlem.talks.store import KeptTalk
from hub.workdays import local_day, term_end, working_days_between


@dataclass(frozen=True, slots=True)
class Line:
    """How one conversation stands.

    Args:
        id: of the conversation in our books; acts on it name it so.
        kind: `pauze`, `vish`, or a kind of talk: `schuldregeling`, `verwijzing`, `bewind`, `rustverzoek`, …
        party_id: the party of the case, where it is one.
        party: its name.
        oin: empty where the other side is not on the road.
        person_id: whom it is about, where that is one person.
        conversation: the pseudonym in the message log.
        state: the code of the state, as events and the API say it.
        words: the state in Dutch.
        since: when it came to stand so.
        actor: who must act.
        due: the end of the term of whoever must act.
        days_left: whole working days until then, 0 on the last day, negative when it has passed.
        end: the last day of rest, for a pause.
        alarm: why somebody must look now.
        open: whether anything more is waited for.
        corrected: since when the other side has details that were put right here.
    """

    id: str
    kind: str
    party_id: str | None
    party: str
    oin: str
    person_id: str | None
    conversation: str
    state: str
    words: str
    since: datetime
    actor: Actor
    due: datetime | None
    days_left: int | None
    end: date | None
    alarm: str | None
    open: bool
    corrected: datetime | None = None


def overview(helper: DebtHelper, tx: Transaction, case_id: str) -> tuple[Line, ...]:
    """Every conversation of a case, pauses and registrations first.

    Raises:
        ActRefusedError: UNKNOWN.
    """
    file = casefile.read(tx, case_id)
    pauses = (_exchange_line(helper, file, one) for one in file.exchanges)
    others = (talk_line(helper, tx, one) for one in talks.of_case(tx, case_id))
    return (*pauses, *others)


def waiting_for_helper(helper: DebtHelper, tx: Transaction) -> Iterator[tuple[KeptTalk, Line]]:
    """The conversations in all cases, and in none, in which Haarlem must act; the nearest term first, at most 500."""
    return ((talk, talk_line(helper, tx, talk)) for talk in talks.for_helper(tx))


def talk_line(helper: DebtHelper, tx: Transaction, talk: KeptTalk) -> Line:
    """How one such conversation stands now."""
    found = talkbook.position(helper, tx, talk)
    return Line(
        id=talk.id,
        kind=talk.kind.value,
        party_id=talk.party_id,
        party=_name_of(helper, tx, talk),
        oin=talk.oin,
        person_id=talk.person_id,
        conversation=talk.conversation,
        state=found.state.value,
        words=words_of(talk.facts, found.state.value),
        since=found.since,
        actor=found.actor,
        due=found.due,
        days_left=days_left(helper, found.due),
        end=None,
        alarm=found.alarm and found.alarm.value,
        open=not found.over,
        corrected=None if found.over else talk.facts.corrected,
    )


def _name_of(helper: DebtHelper, tx: Transaction, talk: KeptTalk) -> str:
    """The party as the case names it, else the organisation as the register does."""
    if talk.case_id is not None and talk.party_id is not None:
        named = next((one for one in store.parties(tx, talk.case_id) if one.id == talk.party_id), None)
        if named is not None:
            return named.name
    organisation = helper.directory().register.organisation(talk.oin)
    return talk.oin if organisation is None else organisation.name


def days_left(helper: DebtHelper, due: datetime | None) -> int | None:
    """Whole working days until the end of a term; negative when it has passed."""
    if due is None:
        return None
    today, last = helper.today(), local_day(due)
    return working_days_between(today, last) if last >= today else -max(1, working_days_between(last, today))


# — pauses and registrations ———————————————————————————————————————————————————————————————————————————————————————

_PARTY_ACTS: Final = frozenset(
    {PauseState.SENT, PauseState.DELIVERED, RegistrationState.REQUESTED, RegistrationState.SUBMITTED}
)
_NOBODY_ACTS: Final = frozenset(
    {
        PauseState.ACTIVE,
        PauseState.EXTENDED,
        PauseState.ENDED,
        RegistrationState.REGISTERED,
        RegistrationState.WITHDRAWN,
    }
)
_ENDING: Final = frozenset({PauseState.ENDING, RegistrationState.WITHDRAWAL_SUBMITTED})


def _exchange_line(helper: DebtHelper, file: CaseFile, exchange: Exchange) -> Line:
    now, facts = helper.now(), exchange.facts
    state = state_of(facts, now)
    party: Party = file.party(exchange.party_id)
    actor, due = _who(facts, state, helper.settings.terms.receipt) if exchange.open else (Actor.NOBODY, None)
    return Line(
        id=exchange.id,
        kind=facts.kind.value,
        party_id=party.id,
        party=party.name,
        oin=exchange.oin,
        person_id=exchange.person_id,
        conversation=exchange.id,
        state=state.value,
        words=WORDS[state],
        since=since_of(facts, state, now),
        actor=actor,
        due=due,
        days_left=days_left(helper, due),
        end=facts.believed_end() if facts.kind is Kind.PAUSE else None,
        alarm=state.value if actor is Actor.HELPER else None,
        open=exchange.open,
    )


def _who(facts: Conversation, state: State, receipt_days: int) -> tuple[Actor, datetime | None]:
    """Who must act in a pause or registration, and until when."""
    if state in _NOBODY_ACTS:
        return Actor.NOBODY, None
    if state in _ENDING:
        ending = facts.ending
        answered = ending is None or facts.answer_to(ending) is not None
        since = None if ending is None else ending.carried_at
        due = None if since is None else term_end(local_day(since), facts.end_term_days)
        return (Actor.NOBODY, None) if answered else (Actor.PARTY, due)
    if state in _PARTY_ACTS:
        opening = opening_of(facts)
        if opening is None:
            return Actor.PARTY, None
        delivered = state in {PauseState.DELIVERED, RegistrationState.SUBMITTED}
        since, days = (opening.carried_at, facts.term_days) if delivered else (opening.sent, receipt_days)
        return Actor.PARTY, None if since is None else term_end(local_day(since), days)
    return Actor.HELPER, None
