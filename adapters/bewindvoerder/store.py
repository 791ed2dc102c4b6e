"""What the portal writes and asks in the ledger of one office; in the caller's transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, inspect, select, update
from sqlalchemy.dialects import postgresql, sqlite

from adapters.bewindvoerder.records import Access, Client, Colleague, Letter, Person, Silence, Unread
from adapters.bewindvoerder.tables import ACCESS, CLIENT, ESTATE, FILED, LETTER, MAILED, PLAN, SILENCE
from hub.database import instant, moment
from hub.web.visits import Visit

Transaction = Connection


# — clients ————————————————————————————————————————————————————————————————————————————————————————————————————————————


def put_client(tx: Transaction, client: Client) -> None:
    """Somebody whom we may know already: what a later letter says of him is newer."""
    dialect = sqlite if tx.dialect.name == "sqlite" else postgresql
    person = json.dumps(asdict(client.person), ensure_ascii=False)
    added = dialect.insert(CLIENT).values(
        case=client.case, counterpart=client.counterpart, person=person, since=instant(client.since)
    )
    tx.execute(added.on_conflict_do_update(index_elements=["case"], set_={"person": person, "ended": None}))


def end_client(tx: Transaction, case: str, at: datetime) -> None:
    """We no longer work for him."""
    tx.execute(update(CLIENT).where(CLIENT.c.case == case).values(ended=instant(at)))


def client(tx: Transaction, case: str) -> Client | None:
    """Somebody by case."""
    row = tx.execute(select(CLIENT).where(CLIENT.c.case == case)).one_or_none()
    return None if row is None else _client(row)


def clients(tx: Transaction) -> list[Client]:
    """Everybody, by name."""
    found = [_client(row) for row in tx.execute(select(CLIENT))]
    return sorted(found, key=lambda one: (one.ended is not None, one.person.surname.casefold(), one.case))


def _client(row: Row[Any]) -> Client:
    ended = None if row.ended is None else moment(row.ended)
    return Client(row.case, row.counterpart, Person(**json.loads(row.person)), moment(row.since), ended)


# — letters ————————————————————————————————————————————————————————————————————————————————————————————————————————————


def add_letter(tx: Transaction, letter: Letter) -> None:
    """A letter that came or goes; the same one twice is one."""
    dialect = sqlite if tx.dialect.name == "sqlite" else postgresql
    values = {
        "id": letter.id,
        "case": letter.case,
        "conversation": letter.conversation,
        "counterpart": letter.counterpart,
        "ours": letter.ours,
        "type": letter.type,
        "data": json.dumps(letter.data, ensure_ascii=False),
        "at": instant(letter.at),
        "answers": letter.answers,
        "by": letter.by,
    }
    tx.execute(dialect.insert(LETTER).values(**values).on_conflict_do_nothing())


def letter(tx: Transaction, letter_id: str) -> Letter | None:
    """One letter."""
    row = tx.execute(select(LETTER).where(LETTER.c.id == letter_id)).one_or_none()
    return None if row is None else _letter(row)


def letters(tx: Transaction, *, case: str | None = None, ours: bool | None = None, most: int = 1000) -> list[Letter]:
    """Letters, newest first: of one case, only ours or only theirs, where asked."""
    query = select(LETTER).order_by(LETTER.c.number.desc()).limit(most)
    if case is not None:
        query = query.where(LETTER.c.case == case)
    if ours is not None:
        query = query.where(LETTER.c.ours.is_(ours))
    return [_letter(row) for row in tx.execute(query)]


def letters_after(tx: Transaction, number: int, most: int) -> list[Letter]:
    """Letters that came or went after this one, the oldest first."""
    query = select(LETTER).where(LETTER.c.number > number).order_by(LETTER.c.number).limit(most)
    return [_letter(row) for row in tx.execute(query)]


def open_letter(tx: Transaction, letter_id: str, by: str, at: datetime) -> bool:
    """Notes the first opening; False when somebody was before."""
    mine = (LETTER.c.id == letter_id, LETTER.c.opened.is_(None), LETTER.c.ours.is_(False))
    return tx.execute(update(LETTER).where(*mine).values(opened=instant(at), by=by)).rowcount == 1


def unread(tx: Transaction) -> Unread | None:
    """What lies unread; None where nothing does."""
    waiting = (LETTER.c.ours.is_(False), LETTER.c.opened.is_(None))
    count, oldest, newest = tx.execute(
        select(func.count(), func.min(LETTER.c.at), func.max(LETTER.c.at)).where(*waiting)
    ).one()
    return Unread(count, moment(oldest), moment(newest)) if count else None


def mark_answered(tx: Transaction, letter_id: str, at: datetime) -> None:
    """What was asked is answered; the first time counts."""
    mine = (LETTER.c.id == letter_id, LETTER.c.answered.is_(None))
    tx.execute(update(LETTER).where(*mine).values(answered=instant(at)))


def set_outcome(tx: Transaction, letter_id: str, outcome: str, code: str | None) -> None:
    """What became of a letter of ours."""
    tx.execute(update(LETTER).where(LETTER.c.id == letter_id, LETTER.c.ours).values(outcome=outcome, code=code))


def _letter(row: Row[Any]) -> Letter:
    def when(value: int | None) -> datetime | None:
        return None if value is None else moment(value)

    return Letter(
        row.id,
        row.case,
        row.conversation,
        row.counterpart,
        row.ours,
        row.type,
        json.loads(row.data),
        moment(row.at),
        row.answers,
        row.by,
        when(row.opened),
        when(row.answered),
        row.outcome,
        row.code,
        row.number,
    )


# — what is being written ——————————————————————————————————————————————————————————————————————————————————————————————


def made_by(tx: Transaction, key: str) -> str | None:
    """The letter that the form with this key made before, if it did."""
    found = tx.execute(select(FILED.c.letter).where(FILED.c.key == key)).scalar()
    return None if found is None else str(found)


def claim_form(tx: Transaction, key: str, letter_id: str, at: datetime) -> None:
    """Takes the key of a form; of two at once only one commits."""
    tx.execute(insert(FILED).values(key=key, letter=letter_id, at=instant(at)))


def estate(tx: Transaction, case: str) -> list[tuple[int, str, str, str]]:
    """(number, part, what, amount) of every line, as written."""
    query = select(ESTATE).where(ESTATE.c.case == case).order_by(ESTATE.c.id)
    return [(row.id, row.part, row.what, row.amount) for row in tx.execute(query)]


def add_estate(tx: Transaction, case: str, lines: Iterable[tuple[str, str, str]]) -> None:
    """Adds lines: part, what, amount."""
    rows = [{"case": case, "part": part, "what": what, "amount": amount} for part, what, amount in lines]
    if rows:
        tx.execute(insert(ESTATE), rows)


def drop_estate(tx: Transaction, case: str, number: int | None = None) -> None:
    """Drops one line, or all."""
    query = delete(ESTATE).where(ESTATE.c.case == case)
    tx.execute(query if number is None else query.where(ESTATE.c.id == number))


def plan(tx: Transaction, case: str) -> str:
    """The plan as it stands."""
    return str(tx.execute(select(PLAN.c.text).where(PLAN.c.case == case)).scalar() or "")


def put_plan(tx: Transaction, case: str, text: str) -> None:
    """Keeps the plan."""
    tx.execute(delete(PLAN).where(PLAN.c.case == case))
    tx.execute(insert(PLAN).values(case=case, text=text))


# — who was here ———————————————————————————————————————————————————————————————————————————————————————————————————————


def add_access(tx: Transaction, visit: Visit) -> None:
    """One line of the access log."""
    values = {"subject": visit.subject or "-", "name": visit.name or "-", "act": visit.act.value, "page": visit.page}
    tx.execute(insert(ACCESS).values(at=instant(visit.at), target=visit.target, **values))


def accesses(tx: Transaction, most: int) -> list[Access]:
    """The newest lines of the access log."""
    query = select(ACCESS).order_by(ACCESS.c.row_id.desc()).limit(most)
    return [Access(moment(row.at), row.name, row.act, row.page, row.target) for row in tx.execute(query)]


def colleagues(tx: Transaction) -> list[Colleague]:
    """Everybody who was here for this office, the last first."""
    query = (
        select(ACCESS.c.subject, func.max(ACCESS.c.name), func.max(ACCESS.c.at).label("last"))
        .group_by(ACCESS.c.subject)
        .order_by(func.max(ACCESS.c.at).desc())
    )
    return [Colleague(subject, name, moment(last)) for subject, name, last in tx.execute(query)]


def is_office(tx: Transaction) -> bool:
    """Whether this ledger is that of an office, as this release keeps it."""
    return inspect(tx).has_table(SILENCE.name)


def silence(tx: Transaction) -> Silence | None:
    """Whether the office is known not to read."""
    row = tx.execute(select(SILENCE)).one_or_none()
    return None if row is None else Silence(moment(row.since), row.over, row.told)


def put_silence(tx: Transaction, known: Silence | None) -> None:
    """Keeps it, or forgets it."""
    tx.execute(delete(SILENCE))
    if known is not None:
        tx.execute(insert(SILENCE).values(since=instant(known.since), over=known.over, told=known.told))


def mailed(tx: Transaction) -> tuple[datetime, datetime] | None:
    """Up to which letter the office was told, and when."""
    row = tx.execute(select(MAILED).order_by(MAILED.c.up_to.desc()).limit(1)).one_or_none()
    return None if row is None else (moment(row.up_to), moment(row.at))


def put_mailed(tx: Transaction, up_to: datetime, at: datetime) -> None:
    """Remembers that the office was told."""
    tx.execute(delete(MAILED))
    tx.execute(insert(MAILED).values(up_to=instant(up_to), at=instant(at)))
