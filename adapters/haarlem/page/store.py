"""What only the page asks of the books: a person by name and birth date, and what an act would put into the outbox."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from adapters.haarlem.dossier import Person, PersonState
from adapters.haarlem.tables import PERSON
from adapters.ledger import OUTBOX
from hub.database import instant
from schemas.identifiers import same_birth_date, same_name


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A letter that waits to be sent; its content is sealed."""

    id: str
    type: str
    recipient: str
    conversation: str


def cases_of_name(tx: Connection, surname: str, birth_date: str) -> list[str]:
    """Cases of somebody by surname (without prefix, diacritics ignored) and birth date, as far as that is known.

    There is no index for it: the year narrows the rows, the rest is compared here.
    """
    year = birth_date[:4]
    wanted = PERSON.c.document.contains(f'"birth_date":"{year}', autoescape=True)
    rows = tx.execute(select(PERSON.c.document).where(wanted, PERSON.c.state != PersonState.REPLACED)).scalars()
    found = (Person.model_validate_json(text) for text in rows)
    alike = [one for one in found if same_name(one.surname, surname) and same_birth_date(one.birth_date, birth_date)]
    return sorted({person.case_id for person in alike})


def outgoing(tx: Connection, since: datetime, subjects: Collection[str]) -> dict[str, Outgoing]:
    """What was put into the outbox since an instant about these pseudonyms, by message id."""
    columns = (OUTBOX.c.id, OUTBOX.c.type, OUTBOX.c.recipient, OUTBOX.c.correlationid)
    query = select(*columns).where(OUTBOX.c.created >= instant(since), OUTBOX.c.subject.in_(sorted(subjects)))
    return {row.id: Outgoing(row.id, row.type, row.recipient, row.correlationid) for row in tx.execute(query)}
