"""What the debt helper writes and asks about cases, inside the caller's transaction; nothing here commits.

A case row is locked by whoever changes anything of that case, so that an act and an answer cannot overwrite each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from adapters.haarlem.conversations import Conversation
from adapters.haarlem.dossier import Case, CaseState, Party, Person, PersonState
from adapters.haarlem.tables import CALL, CASE, COUNTER, EVENT, EXCHANGE, PARTY, PERSON
from hub.database import instant, moment

Transaction = Connection
"""What every act runs in; other modules name it so, and know no SQL."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A conversation with one party about one person, as the books have it.

    `subject` is the case pseudonym that its messages carry, `state` the state last told to who polls, `successor` the
    conversation that must be confirmed before this one is ended.
    """

    id: str
    case_id: str
    subject: str
    person_id: str
    party_id: str
    oin: str
    facts: Conversation
    open: bool = True
    state: str = ""
    successor: str | None = None

    def now_with(self, facts: Conversation) -> Exchange:
        """The same exchange with more facts."""
        return replace(self, facts=facts)


@dataclass(frozen=True, slots=True)
class CallItem:
    """Something that a person must look after by telephone (*belpunt*); `key` makes it fire once."""

    id: str
    key: str
    case_id: str
    person_id: str
    party_id: str
    reason: str
    opened_at: datetime
    exchange_id: str | None = None
    due: datetime | None = None
    closed_at: datetime | None = None
    outcome: str | None = None
    closed_by: str | None = None
    end: date | None = None


@dataclass(frozen=True, slots=True)
class CaseEvent:
    """Something that happened in a case, for whoever polls; no content."""

    number: int
    at: datetime
    kind: str
    case_id: str
    person_id: str | None
    party_id: str | None
    state: str | None


# — cases, persons, parties ———————————————————————————————————————————————————————————————————————————————————————


def add_case(tx: Transaction, case: Case) -> None:
    """A new case."""
    tx.execute(insert(CASE).values(id=case.id, **_case_columns(case)))


def put_case(tx: Transaction, case: Case) -> None:
    """The case as it is now."""
    tx.execute(update(CASE).where(CASE.c.id == case.id).values(**_case_columns(case)))


def _case_columns(case: Case) -> dict[str, str]:
    return {"helper_number": case.helper_number, "state": case.state, "document": case.model_dump_json()}


def find_case(tx: Transaction, case_id: str) -> Case | None:
    """The case, for reading."""
    document = tx.execute(select(CASE.c.document).where(CASE.c.id == case_id)).scalar()
    return None if document is None else Case.model_validate_json(document)


def lock_case(tx: Transaction, case_id: str) -> Case | None:
    """The case, held for this transaction: SQLite has one writer anyway, PostgreSQL locks the row."""
    document = tx.execute(select(CASE.c.document).where(CASE.c.id == case_id).with_for_update()).scalar()
    return None if document is None else Case.model_validate_json(document)


def cases_numbered(tx: Transaction, helper_number: str) -> list[Case]:
    """Cases with this number of the case system, running or ended."""
    query = select(CASE.c.document).where(CASE.c.helper_number == helper_number)
    return [Case.model_validate_json(text) for text in tx.execute(query).scalars()]


def cases_of_bsn(tx: Transaction, bsn: str, *, only_open: bool) -> list[str]:
    """Ids of cases in which this person is helped; all that ever were, unless `only_open`. A mistaken BSN is none."""
    query = select(CASE.c.id).join(PERSON, PERSON.c.case_id == CASE.c.id).where(PERSON.c.bsn == bsn)
    if only_open:
        query = query.where(CASE.c.state == CaseState.OPEN, PERSON.c.state == PersonState.ACTIVE)
    else:
        query = query.where(PERSON.c.state != PersonState.REPLACED)
    return list(tx.execute(query.distinct().order_by(CASE.c.id)).scalars())


def add_person(tx: Transaction, person: Person) -> None:
    """A new person of a case."""
    tx.execute(insert(PERSON).values(id=person.id, **_person_columns(person)))


def put_person(tx: Transaction, person: Person) -> None:
    """The person as it is now."""
    tx.execute(update(PERSON).where(PERSON.c.id == person.id).values(**_person_columns(person)))


def _person_columns(person: Person) -> dict[str, object]:
    return {
        "case_id": person.case_id,
        "number": person.number,
        "bsn": person.bsn,
        "state": person.state,
        "document": person.model_dump_json(),
    }


def persons(tx: Transaction, case_id: str) -> list[Person]:
    """Everyone who is or was in the case, by number; who was replaced before who came instead."""
    query = select(PERSON.c.document).where(PERSON.c.case_id == case_id).order_by(PERSON.c.id)
    everyone = [Person.model_validate_json(text) for text in tx.execute(query).scalars()]
    return sorted(everyone, key=lambda person: (person.number, person.state is not PersonState.REPLACED))


def add_parties(tx: Transaction, case_id: str, parties: Iterable[Party]) -> None:
    """New parties of a case, in the order given."""
    taken = len(tx.execute(select(PARTY.c.id).where(PARTY.c.case_id == case_id)).all())
    rows = [
        {"id": party.id, "case_id": case_id, "row": taken + place, "document": party.model_dump_json()}
        for place, party in enumerate(parties)
    ]
    if rows:
        tx.execute(insert(PARTY), rows)


def put_party(tx: Transaction, party: Party) -> None:
    """The party as it is now."""
    tx.execute(update(PARTY).where(PARTY.c.id == party.id).values(document=party.model_dump_json()))


def parties(tx: Transaction, case_id: str) -> list[Party]:
    """Everyone who must or had to know, in the order in which the case named them."""
    query = select(PARTY.c.document).where(PARTY.c.case_id == case_id).order_by(PARTY.c.row)
    return [Party.model_validate_json(text) for text in tx.execute(query).scalars()]


# — exchanges —————————————————————————————————————————————————————————————————————————————————————————————————————


def add_exchange(tx: Transaction, exchange: Exchange) -> None:
    """A new conversation."""
    fixed = {"id": exchange.id, "subject": exchange.subject, "kind": exchange.facts.kind}
    tx.execute(insert(EXCHANGE).values(**fixed, **_exchange_columns(exchange)))


def put_exchange(tx: Transaction, exchange: Exchange) -> None:
    """The conversation as it is now."""
    tx.execute(update(EXCHANGE).where(EXCHANGE.c.id == exchange.id).values(**_exchange_columns(exchange)))


def _exchange_columns(exchange: Exchange) -> dict[str, object]:
    return {
        "case_id": exchange.case_id,
        "person_id": exchange.person_id,
        "party_id": exchange.party_id,
        "oin": exchange.oin,
        "open": exchange.open,
        "state": exchange.state,
        "successor": exchange.successor,
        "facts": exchange.facts.model_dump_json(),
    }


def move_exchange(tx: Transaction, exchange: Exchange) -> None:
    """Puts a conversation, with its open items, under the case, person and party that it names now."""
    put_exchange(tx, exchange)
    owner = {"case_id": exchange.case_id, "person_id": exchange.person_id, "party_id": exchange.party_id}
    tx.execute(update(CALL).where(CALL.c.exchange_id == exchange.id, CALL.c.closed_at.is_(None)).values(**owner))


def case_of_exchange(tx: Transaction, exchange_id: str) -> str | None:
    """The case that a conversation belongs to now."""
    return tx.execute(select(EXCHANGE.c.case_id).where(EXCHANGE.c.id == exchange_id)).scalar()


def find_exchange(tx: Transaction, exchange_id: str) -> Exchange | None:
    """One conversation."""
    row = tx.execute(select(EXCHANGE).where(EXCHANGE.c.id == exchange_id)).first()
    return None if row is None else _exchange(row)


def exchanges(tx: Transaction, case_id: str) -> list[Exchange]:
    """Every conversation of a case, in order of making as far as letters tell."""
    return [_exchange(row) for row in tx.execute(select(EXCHANGE).where(EXCHANGE.c.case_id == case_id))]


def preceding(tx: Transaction, exchange_id: str) -> list[Exchange]:
    """Open conversations that end as soon as this one is confirmed."""
    query = select(EXCHANGE).where(EXCHANGE.c.successor == exchange_id, EXCHANGE.c.open.is_(True))
    return [_exchange(row) for row in tx.execute(query)]


def cases_with_open_exchanges(tx: Transaction) -> list[str]:
    """Ids of the cases that still have something to wait for."""
    return list(tx.execute(select(EXCHANGE.c.case_id).where(EXCHANGE.c.open.is_(True)).distinct()).scalars())


def _exchange(row: Row[Any]) -> Exchange:
    return Exchange(
        id=row.id,
        case_id=row.case_id,
        subject=row.subject,
        person_id=row.person_id,
        party_id=row.party_id,
        oin=row.oin,
        facts=Conversation.model_validate_json(row.facts),
        open=row.open,
        state=row.state,
        successor=row.successor,
    )


# — calls and events ——————————————————————————————————————————————————————————————————————————————————————————————


def open_call(tx: Transaction, item: CallItem) -> bool:
    """Opens an item unless one with its key ever was; whether it is new."""
    dialect = sqlite if tx.dialect.name == "sqlite" else postgresql
    values = {
        "id": item.id,
        "key": item.key,
        "case_id": item.case_id,
        "person_id": item.person_id,
        "party_id": item.party_id,
        "exchange_id": item.exchange_id,
        "reason": item.reason,
        "opened_at": instant(item.opened_at),
        "due": None if item.due is None else instant(item.due),
    }
    done = tx.execute(dialect.insert(CALL).values(**values).on_conflict_do_nothing(index_elements=["key"]))
    return done.rowcount == 1


def close_call(tx: Transaction, item: CallItem) -> None:
    """Writes how an item was closed."""
    closed = None if item.closed_at is None else instant(item.closed_at)
    end = None if item.end is None else item.end.isoformat()
    values = {"closed_at": closed, "outcome": item.outcome, "closed_by": item.closed_by, "end": end}
    tx.execute(update(CALL).where(CALL.c.id == item.id).values(**values))


def calls(tx: Transaction, case_id: str | None = None, *, only_open: bool = False, most: int = 500) -> list[CallItem]:
    """Items of a case or of all, oldest first."""
    query = select(CALL).order_by(CALL.c.opened_at, CALL.c.id).limit(most)
    if case_id is not None:
        query = query.where(CALL.c.case_id == case_id)
    if only_open:
        query = query.where(CALL.c.closed_at.is_(None))
    return [_call(row) for row in tx.execute(query)]


def calls_of_exchange(tx: Transaction, exchange_id: str) -> list[CallItem]:
    """The open items of a conversation."""
    query = select(CALL).where(CALL.c.exchange_id == exchange_id, CALL.c.closed_at.is_(None))
    return [_call(row) for row in tx.execute(query)]


def call_keys(tx: Transaction, exchange_id: str) -> tuple[set[str], set[str]]:
    """The keys of every item that a conversation ever had, and of those that are open."""
    rows = tx.execute(select(CALL.c.key, CALL.c.closed_at).where(CALL.c.exchange_id == exchange_id)).all()
    return {row.key for row in rows}, {row.key for row in rows if row.closed_at is None}


def find_call(tx: Transaction, call_id: str) -> CallItem | None:
    """One item."""
    row = tx.execute(select(CALL).where(CALL.c.id == call_id)).first()
    return None if row is None else _call(row)


def _call(row: Row[Any]) -> CallItem:
    return CallItem(
        id=row.id,
        key=row.key,
        case_id=row.case_id,
        person_id=row.person_id,
        party_id=row.party_id,
        reason=row.reason,
        opened_at=moment(row.opened_at),
        exchange_id=row.exchange_id,
        due=None if row.due is None else moment(row.due),
        closed_at=None if row.closed_at is None else moment(row.closed_at),
        outcome=row.outcome,
        closed_by=row.closed_by,
        end=None if row.end is None else date.fromisoformat(row.end),
    )


def count_up(tx: Transaction, name: str) -> int:
    """The next number of this name; whoever asks later waits until this transaction has ended."""
    dialect = sqlite if tx.dialect.name == "sqlite" else postgresql
    first = dialect.insert(COUNTER).values(name=name, value=1)
    following = first.on_conflict_do_update(index_elements=["name"], set_={"value": COUNTER.c.value + 1})
    value: int = tx.execute(following.returning(COUNTER.c.value)).scalar_one()
    return value


def add_event(
    tx: Transaction,
    at: datetime,
    kind: str,
    case_id: str,
    *,
    person_id: str | None = None,
    party_id: str | None = None,
    state: str | None = None,
) -> None:
    """One more event; its number is the next one, without a later number ever being visible before it."""
    number = count_up(tx, "event")
    values = {"number": number, "at": instant(at), "kind": kind, "case_id": case_id}
    tx.execute(insert(EVENT).values(**values, person_id=person_id, party_id=party_id, state=state))


def events_after(tx: Transaction, number: int, most: int, case_id: str | None = None) -> Sequence[CaseEvent]:
    """Events with a higher number, oldest first."""
    query = select(EVENT).where(EVENT.c.number > number).order_by(EVENT.c.number).limit(most)
    if case_id is not None:
        query = query.where(EVENT.c.case_id == case_id)
    return [
        CaseEvent(row.number, moment(row.at), row.kind, row.case_id, row.person_id, row.party_id, row.state)
        for row in tx.execute(query)
    ]
