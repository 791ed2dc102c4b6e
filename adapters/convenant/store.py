"""Rows of a creditor's adapter: every statement takes an open transaction of the edge's ledger and never commits."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import Connection, Row, delete, func, insert, or_, select, update

from adapters.convenant.orders import Act, Order
from adapters.convenant.tables import BATCH, METADATA, MORATORIUM, ORDER, PAUSE, REPORT
from adapters.ledger import INBOX, Taken
from adapters.outside.deaths.store import Decisions
from adapters.outside.items.store import Items

Transaction = Connection
ITEMS = Items("creditor", METADATA)
DEATHS = Decisions("creditor", METADATA)


class PauseState(StrEnum):
    """Where a pause stands."""

    ACTIVE = "active"
    KEPT = "kept"  # ended at the sender, collecting does not go on by itself
    DECISION = "decision"  # the customer died: a person decides
    LIFTING = "lifting"  # the order to resume has been made
    ENDED = "ended"
    REFUSED = "refused"
    REMOVED = "removed"  # registered by mistake: nothing is known of it any more


class OrderState(StrEnum):
    """Where an order is."""

    OPEN = "open"  # written down; whether it was given is not known
    GIVEN = "given"  # their system has it, and no last answer has come
    ANSWERED = "answered"
    DROPPED = "dropped"  # never left us, and is not wanted any more


class ItemKind(StrEnum):
    """Why a person must look."""

    UNREADABLE_FILE = "unreadable-file"
    UNREADABLE_ROW = "unreadable-row"
    UNKNOWN_ORDER = "unknown-order"
    UNFETCHED = "unfetched"
    LIFTING_REFUSED = "lifting-refused"
    LATE_DECISION = "late-decision"
    ARRANGEMENT_REFUSED = "arrangement-refused"


@dataclass(frozen=True, slots=True)
class Pause:
    """One conversation about the pause of one customer."""

    conversation: str
    case: str
    sender: str
    person: str | None
    customer: str | None
    state: PauseState
    start: date
    until: date
    given_until: date | None
    message: str
    turn: int
    lift_due: int | None


@dataclass(frozen=True, slots=True)
class Report:
    """Who told of an incident beside the sender of the pause, and in which conversation."""

    sender: str
    case: str
    conversation: str


@dataclass(frozen=True, slots=True)
class Kept:
    """An order as it is kept."""

    key: str
    conversation: str
    message: str | None
    act: Act
    turn: int
    end: date
    urgent: bool
    content: str | None
    state: OrderState
    answered: int
    batch: str | None
    created: int
    attempts: int
    next_attempt: int | None

    @property
    def order(self) -> Order | None:
        """What is asked; None when it has its last answer."""
        return None if self.content is None else Order.model_validate_json(self.content)


# — pauses ————————————————————————————————————————————————————————————————————————————————————————————————————————


def pause(tx: Transaction, conversation: str) -> Pause | None:
    """The pause of this conversation."""
    row = tx.execute(select(PAUSE).where(PAUSE.c.conversation == conversation)).first()
    return None if row is None else _pause(row)


def put_pause(tx: Transaction, kept: Pause) -> None:
    """Writes the pause, whether it was there or not."""
    values = {column: getattr(kept, column) for column in PAUSE.c.keys()}  # noqa: SIM118 - of columns, not of a dict
    tx.execute(delete(PAUSE).where(PAUSE.c.conversation == kept.conversation))
    tx.execute(insert(PAUSE).values(values | {"state": kept.state.value}))


def moratorium(tx: Transaction, conversation: str) -> date | None:
    """The last day of the cooling-off period that a court granted, when there is one."""
    row = tx.execute(select(MORATORIUM.c.until).where(MORATORIUM.c.conversation == conversation)).first()
    return None if row is None else row.until


def put_moratorium(tx: Transaction, conversation: str, until: date) -> None:
    """A court granted a cooling-off period; a later one replaces it."""
    tx.execute(delete(MORATORIUM).where(MORATORIUM.c.conversation == conversation))
    tx.execute(insert(MORATORIUM).values(conversation=conversation, until=until))


def due_pauses(tx: Transaction, now: int, most: int = 100) -> list[Pause]:
    """Pauses whose lifting is due, the longest due first."""
    query = select(PAUSE).where(PAUSE.c.lift_due <= now).order_by(PAUSE.c.lift_due).limit(most)
    return [_pause(row) for row in tx.execute(query)]


def pauses_of_case(tx: Transaction, case: str) -> list[Pause]:
    """Every pause of one case; of two persons when the case has two."""
    query = select(PAUSE).where(PAUSE.c.case == case).order_by(PAUSE.c.conversation)
    return [_pause(row) for row in tx.execute(query)]


def to_decide(tx: Transaction) -> list[Pause]:
    """Pauses of customers who died: a person decides what becomes of them."""
    query = select(PAUSE).where(PAUSE.c.state == PauseState.DECISION.value).order_by(PAUSE.c.until)
    return [_pause(row) for row in tx.execute(query)]


def _pause(row: Row[tuple[object, ...]]) -> Pause:
    return Pause(**(dict(row._mapping) | {"state": PauseState(row.state)}))  # noqa: SLF001 - its documented mapping


# — orders ————————————————————————————————————————————————————————————————————————————————————————————————————————


def order(tx: Transaction, key: str) -> Kept | None:
    """The order with this key."""
    row = tx.execute(select(ORDER).where(ORDER.c.key == key)).first()
    return None if row is None else _kept(row)


def add_order(tx: Transaction, asked: Order, *, message: str | None, end: date, now: int) -> None:
    """Writes an order down before it is given."""
    row = {"key": asked.key, "conversation": asked.conversation, "message": message, "act": asked.act.value}
    known = {"turn": asked.turn, "end": end, "urgent": asked.urgent, "content": asked.model_dump_json()}
    rest = {"state": OrderState.OPEN.value, "answered": 0, "created": now, "attempts": 0}
    tx.execute(insert(ORDER).values(row | known | rest | {"next_attempt": now if message is None else None}))


def add_report(tx: Transaction, key: str, report: Report) -> None:
    """The answer to this order goes to who told of it."""
    tx.execute(insert(REPORT).values(key=key, **asdict(report)))


def report(tx: Transaction, key: str) -> Report | None:
    """Who told of what this order stops, where that is not the sender of the pause."""
    row = tx.execute(select(REPORT).where(REPORT.c.key == key)).first()
    return None if row is None else Report(row.sender, row.case, row.conversation)


def given(tx: Transaction, key: str) -> None:
    """Their system has the order; an answer that was quicker than this stands."""
    open_one = (ORDER.c.key == key) & (ORDER.c.state == OrderState.OPEN.value)
    tx.execute(update(ORDER).where(open_one).values(state=OrderState.GIVEN.value))


def answered(tx: Transaction, key: str, number: int, *, last: bool) -> None:
    """An answer was taken in; after the last one nothing of what was asked is kept."""
    values: dict[str, object] = {"answered": number}
    values |= {"state": OrderState.ANSWERED.value, "content": None} if last else {"state": OrderState.GIVEN.value}
    tx.execute(update(ORDER).where(ORDER.c.key == key).values(values))


def own_orders_due(tx: Transaction, now: int, most: int = 50) -> list[Kept]:
    """Orders of our own that are to be given now."""
    due = (ORDER.c.state == OrderState.OPEN.value) & (ORDER.c.next_attempt <= now) & ORDER.c.message.is_(None)
    return [_kept(row) for row in tx.execute(select(ORDER).where(due).order_by(ORDER.c.created).limit(most))]


def put_off(tx: Transaction, key: str, until: int | None) -> None:
    """Gives this order again at `until`, or not by itself any more."""
    changed = {"next_attempt": until, "attempts": ORDER.c.attempts + 1}
    tx.execute(update(ORDER).where(ORDER.c.key == key).values(changed))


def drop_unsent(tx: Transaction, conversation: str) -> bool:
    """Drops the orders of a conversation, when none has left us; True when they were dropped."""
    mine = ORDER.c.conversation == conversation
    left = or_(ORDER.c.state != OrderState.OPEN.value, ORDER.c.batch.is_not(None))
    if tx.execute(select(ORDER.c.key).where(mine, left).limit(1)).first() is not None:
        return False
    tx.execute(update(ORDER).where(mine).values(state=OrderState.DROPPED.value, content=None))
    return True


def _kept(row: Row[tuple[object, ...]]) -> Kept:
    known = dict(row._mapping)  # noqa: SLF001 - its documented mapping
    return Kept(**(known | {"act": Act(row.act), "state": OrderState(row.state)}))


# — batches ———————————————————————————————————————————————————————————————————————————————————————————————————————


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch file that was not fetched yet."""

    id: str
    content: bytes
    supplied: int | None
    alarmed: bool


def is_round_due(tx: Transaction, last_made_before: int) -> bool:
    """Whether there is something to supply, and the last round was that long ago or something is urgent."""
    waiting = (ORDER.c.state == OrderState.OPEN.value) & ORDER.c.batch.is_(None)
    if tx.execute(select(ORDER.c.key).where(waiting).limit(1)).first() is None:
        return False
    if tx.execute(select(ORDER.c.key).where(waiting, ORDER.c.urgent).limit(1)).first() is not None:
        return True
    last = tx.execute(select(func.max(BATCH.c.made))).scalar()
    return last is None or last <= last_made_before


def take(tx: Transaction, batch: str, most: int) -> list[Order]:
    """The next orders, each conversation in its order; they are in this batch from now on."""
    waiting = (ORDER.c.state == OrderState.OPEN.value) & ORDER.c.batch.is_(None)
    rows = tx.execute(select(ORDER).where(waiting).order_by(ORDER.c.created, ORDER.c.turn).limit(most))
    found = [kept.order for kept in map(_kept, rows)]
    orders = [one for one in found if one is not None]
    tx.execute(update(ORDER).where(ORDER.c.key.in_([one.key for one in orders])).values(batch=batch))
    return orders


def add_batch(tx: Transaction, batch: str, content: bytes, made: int) -> None:
    """Keeps a batch as it was made."""
    tx.execute(insert(BATCH).values(id=batch, content=content, made=made, alarmed=False))


def unfetched(tx: Transaction) -> list[Batch]:
    """Batches that nobody has fetched, oldest first."""
    query = select(BATCH).where(BATCH.c.fetched.is_(None)).order_by(BATCH.c.made, BATCH.c.id)
    return [Batch(row.id, row.content, row.supplied, row.alarmed) for row in tx.execute(query)]


def supplied(tx: Transaction, batch: str, at: int) -> None:
    """The batch lies in their folder."""
    tx.execute(update(BATCH).where(BATCH.c.id == batch).values(supplied=at))


def fetched(tx: Transaction, batch: str, at: int) -> list[Kept]:
    """Their system has taken the batch; returns its orders, which it now has."""
    tx.execute(update(BATCH).where(BATCH.c.id == batch).values(fetched=at, content=None))
    mine = ORDER.c.batch == batch
    open_ones = mine & (ORDER.c.state == OrderState.OPEN.value)
    tx.execute(update(ORDER).where(open_ones).values(state=OrderState.GIVEN.value))
    return [_kept(row) for row in tx.execute(select(ORDER).where(mine).order_by(ORDER.c.created))]


def alarmed(tx: Transaction, batch: str) -> None:
    """Somebody has been told that nobody fetches it."""
    tx.execute(update(BATCH).where(BATCH.c.id == batch).values(alarmed=True))


# — for a person, and what the edge's ledger knows ———————————————————————————————————————————————————————————————


def add_item(tx: Transaction, kind: ItemKind, place: str, line: str, found: int) -> None:
    """Puts something before a person."""
    ITEMS.add(tx, kind.value, place, line, found)


def unread(tx: Transaction, conversation: str) -> bool:
    """Whether a message of this conversation is here that has not been acted on."""
    open_states = (Taken.WAITING, Taken.READY, Taken.ACTING, Taken.UNCERTAIN, Taken.FAILED)
    query = select(func.count()).where(INBOX.c.correlationid == conversation, INBOX.c.state.in_(open_states))
    return bool(tx.execute(query).scalar())


def blank(tx: Transaction, conversation: str) -> None:
    """Forgets who this conversation is about; that it was, and that it was taken back, stays."""
    tx.execute(update(ORDER).where(ORDER.c.conversation == conversation).values(content=None))
    values = {"person": None, "customer": None, "state": PauseState.REMOVED.value, "lift_due": None}
    tx.execute(update(PAUSE).where(PAUSE.c.conversation == conversation).values(values))
    done = (INBOX.c.correlationid == conversation) & (INBOX.c.state == Taken.DONE)
    tx.execute(update(INBOX).where(done).values(data=None))
