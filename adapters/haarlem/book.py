"""Keeps the books of a conversation: what is said goes out and is written down in one transaction.

Every change runs through `keep`, which tells who polls and opens or closes what somebody must look after.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from adapters.edge import Edge
from adapters.haarlem import store
from adapters.haarlem.agenda import store as agenda
from adapters.haarlem.agenda.store import CallItem
from adapters.haarlem.conversations import is_over, registration_number
from adapters.haarlem.dossier import Case, Party, PartyRole, Person
from adapters.haarlem.facts import Conversation, Kind, Letter, LetterKind
from adapters.haarlem.fanout import Call, Delivery, Directory
from adapters.haarlem.settings import Settings
from adapters.haarlem.standing import state_of
from adapters.haarlem.store import Exchange, Transaction
from adapters.haarlem.watch import Concern, concerns
from hub.clock import new_pseudonym
from hub.workdays import local_day, term_end
from schemas.codes import EndClass
from schemas.messages import DebtRestWithdrawal, Message, PauseEnd


@dataclass(frozen=True, slots=True)
class DebtHelper:
    """What every act of the debt helper needs: the edge to say it through, and the settings."""

    edge: Edge
    settings: Settings

    def now(self) -> datetime:
        """The present instant."""
        return self.edge.office.clock.now()

    def today(self) -> date:
        """The present day in Amsterdam."""
        return local_day(self.now())

    def municipality(self, code: str) -> str:
        """A municipality by its name, where the settings have one."""
        named = (one.name for one in self.settings.ddas.municipalities if one.gemeentecode == code)
        return next((name for name in named if name), f"gemeente {code}")

    def directory(self) -> Directory:
        """Where letters can go at this moment."""
        office, identity = self.edge.office, self.edge.identity
        return Directory(office.register.current, identity.oin, self.settings, office.clock.now())


@dataclass(frozen=True, slots=True)
class Said:
    """A letter before it has an id: its kind, and what the books keep of it."""

    kind: LetterKind
    message: Message
    end: date | None = None
    end_class: EndClass | None = None
    reason: str | None = None
    content: dict[str, Any] | None = None


def open_exchange(helper: DebtHelper, tx: Transaction, case: Case, delivery: Delivery) -> Exchange:
    """Begins a conversation with its first letter."""
    facts = Conversation(
        kind=Kind.REGISTRATION if delivery.party.role is PartyRole.VISH else Kind.PAUSE,
        start=delivery.start,
        latest_end=delivery.latest_end,
        term_days=delivery.term_days,
        end_term_days=helper.settings.terms.end,
        counts_from_delivery=delivery.counts_from_delivery,
    )
    exchange = new_exchange(case, delivery, facts)
    store.add_exchange(tx, exchange)
    return say(helper, tx, exchange, opening(delivery))


def new_exchange(case: Case, delivery: Delivery, facts: Conversation) -> Exchange:
    """A conversation under a pseudonym of its own."""
    return Exchange(
        id=new_pseudonym(),
        case_id=case.id,
        subject=case.id,
        person_id=delivery.person.id,
        party_id=delivery.party.id,
        oin=delivery.oin,
        facts=facts,
    )


def opening(delivery: Delivery) -> Said:
    """The first letter of a conversation, or a repetition of it."""
    if delivery.party.role is PartyRole.VISH:
        return Said(LetterKind.REGISTRATION, delivery.message)
    return Said(LetterKind.NOTICE, delivery.message, delivery.end)


def say(helper: DebtHelper, tx: Transaction, exchange: Exchange, said: Said) -> Exchange:
    """Sends a letter in a conversation and writes it down.

    Raises:
        RefusedError: it cannot be sealed (no key, stale register); the transaction must not commit.
    """
    message_id = helper.edge.publish(tx, said.message, to=exchange.oin, case=exchange.subject, conversation=exchange.id)
    letter = Letter(
        id=message_id,
        number=exchange.facts.next_number,
        kind=said.kind,
        sent=helper.now(),
        end=said.end,
        end_class=said.end_class,
        reason=said.reason,
        content=said.content,
    )
    return keep(helper, tx, exchange, exchange.facts.sent(letter))


def keep(helper: DebtHelper, tx: Transaction, exchange: Exchange, facts: Conversation) -> Exchange:
    """Writes down new facts, tells who polls when the state changed, and looks what needs looking after.

    Time alone changes a state too, so this is also what a look at the clock does with the facts as they are.
    """
    now = helper.now()
    state = state_of(facts, now)
    kept = replace(exchange, facts=facts, state=state, open=exchange.open and not is_settled(facts, now))
    if kept != exchange:
        store.put_exchange(tx, kept)
    if state != exchange.state:
        _tell(tx, kept, now, "stand-gewijzigd", state)
    review(helper, tx, kept)
    return kept


def at_this_moment(helper: DebtHelper, tx: Transaction, exchange: Exchange) -> Exchange:
    """A conversation as it stands now, which is written down where time alone has changed it."""
    return keep(helper, tx, exchange, exchange.facts) if exchange.open and time_changed(helper, exchange) else exchange


def time_changed(helper: DebtHelper, exchange: Exchange) -> bool:
    """Whether an open conversation stands otherwise, or is over, since its state was written down."""
    now = helper.now()
    return is_settled(exchange.facts, now) or state_of(exchange.facts, now) != exchange.state


def is_settled(facts: Conversation, now: datetime) -> bool:
    """Whether it is over and the other side said so too: what was never answered stays open and looked after."""
    ending = facts.ending
    answered = ending is not None and facts.answer_to(ending) is not None
    return is_over(facts, now) and (answered or facts.kind is Kind.REGISTRATION)


def close(helper: DebtHelper, tx: Transaction, exchange: Exchange) -> Exchange:
    """Closes a conversation in which there is nothing to end: it was refused, rejected or struck off."""
    closed = replace(exchange, open=False)
    store.put_exchange(tx, closed)
    _tell(tx, closed, helper.now(), "gesloten", state_of(closed.facts, helper.now()))
    review(helper, tx, closed)
    return closed


def review(helper: DebtHelper, tx: Transaction, exchange: Exchange) -> None:
    """Opens what must be looked after now, once for each cause, and closes what need not be any more."""
    now = helper.now()
    wanted = wanted_calls(helper, tx, exchange)
    for key, concern in wanted.items():
        item = CallItem(
            id=new_pseudonym(),
            key=key,
            case_id=exchange.case_id,
            person_id=exchange.person_id,
            party_id=exchange.party_id,
            reason=concern,
            opened_at=now,
            exchange_id=exchange.id,
        )
        if agenda.open_call(tx, item):
            _tell(tx, exchange, now, "belpunt-geopend", concern)
    for item in agenda.calls_of_exchange(tx, exchange.id):
        if item.key not in wanted:
            agenda.close_call(tx, replace(item, closed_at=now, outcome="vervallen"))
            _tell(tx, exchange, now, "belpunt-gesloten", item.reason)


def wanted_calls(helper: DebtHelper, tx: Transaction, exchange: Exchange) -> dict[str, Concern]:
    """What must be looked after in this conversation now, by the key that makes it fire once."""
    if not exchange.open:
        return {}
    case = store.find_case(tx, exchange.case_id)
    ended = None if case is None else case.ended_at
    found = concerns(exchange.facts, case_ended=ended, settings=helper.settings, now=helper.now())
    return {f"{exchange.id}:{one.concern}:{one.mark}": one.concern for one in found}


def call_for(helper: DebtHelper, tx: Transaction, call: Call) -> None:
    """Opens an item for a party that no letter can reach; not a second time for the same reason."""
    now = helper.now()
    item = CallItem(
        id=new_pseudonym(),
        key=f"{call.person.id}:{call.party.id}:{call.reason}",
        case_id=call.person.case_id,
        person_id=call.person.id,
        party_id=call.party.id,
        reason=call.reason,
        opened_at=now,
        due=term_end(local_day(now), helper.settings.terms.call),
    )
    if agenda.open_call(tx, item):
        ids = {"person_id": item.person_id, "party_id": item.party_id}
        agenda.add_event(tx, now, "belpunt-geopend", item.case_id, state=call.reason, **ids)


def end_exchange(helper: DebtHelper, tx: Transaction, exchange: Exchange, end: date, end_class: EndClass) -> Exchange:
    """Asks the other side to end a pause or registration on `end`."""
    if exchange.facts.kind is Kind.PAUSE:
        return say(
            helper, tx, exchange, Said(LetterKind.END, PauseEnd(end_date=end, end_class=end_class), end, end_class)
        )
    number = registration_number(exchange.facts)
    withdrawal = DebtRestWithdrawal(registration_number=number, end_date=end, end_class=end_class)
    return say(helper, tx, exchange, Said(LetterKind.WITHDRAWAL, withdrawal, end, end_class))


def _tell(tx: Transaction, exchange: Exchange, at: datetime, kind: str, state: str) -> None:
    ids = {"person_id": exchange.person_id, "party_id": exchange.party_id}
    agenda.add_event(tx, at, kind, exchange.case_id, state=state, **ids)


def drop_calls(helper: DebtHelper, tx: Transaction, person: Person, party: Party) -> None:
    """Closes the items for a party that a letter reaches now after all."""
    now = helper.now()
    for item in agenda.calls(tx, person.case_id, only_open=True):
        if item.exchange_id is None and (item.person_id, item.party_id) == (person.id, party.id):
            agenda.close_call(tx, replace(item, closed_at=now, outcome="vervallen"))
            agenda.add_event(
                tx, now, "belpunt-gesloten", item.case_id, person_id=person.id, party_id=party.id, state=item.reason
            )
