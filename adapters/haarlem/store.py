"""What the debt helper writes and asks about cases, inside the caller's transaction; nothing here commits.

A case row is locked by whoever changes anything of that case, so that an act and an answer cannot overwrite each other.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from adapters.haarlem.dossier import Case, CaseState, Party, Person, PersonState
from adapters.haarlem.facts import Conversation
from adapters.haarlem.tables import CASE, EXCHANGE, PARTY, PERSON

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


def case_ids(tx: Transaction) -> list[str]:
    """Ids of all cases."""
    return list(tx.execute(select(CASE.c.id).order_by(CASE.c.id)).scalars())


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
