"""Rows of a local tax office: every statement takes an open transaction of the edge's ledger and never commits."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from adapters.gbkz.plan import Hold, Uitstel
from adapters.gbkz.records import Cause, Change, Placed, Placement, Reason
from adapters.gbkz.tables import DOSSIER, METADATA, MORATORIUM, PAUSE, PLACEMENT, UITSTEL
from adapters.ledger import INBOX, Taken
from adapters.outside.deaths.store import Decisions

Transaction = Connection
DEATHS = Decisions("tax", METADATA)


class PauseState(StrEnum):
    """Where a pause stands."""

    ACTIVE = "active"
    KEPT = "kept"  # ended at the sender, collecting does not go on by itself
    DECISION = "decision"  # the taxpayer died: a person decides
    ENDED = "ended"
    REFUSED = "refused"  # answered that there is no cooperation
    REMOVED = "removed"  # registered by mistake: nothing is known of it any more


@dataclass(frozen=True, slots=True)
class Pause:
    """One conversation about the pause of one taxpayer."""

    conversation: str
    case: str
    sender: str
    taxpayer: str | None
    state: PauseState
    start: date
    until: date
    message: str
    lift_due: int | None
    attempts: int


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


def put_off(tx: Transaction, conversation: str, until: int) -> None:
    """Tries the lifting of this pause again at `until`."""
    changed = {"lift_due": until, "attempts": PAUSE.c.attempts + 1}
    tx.execute(update(PAUSE).where(PAUSE.c.conversation == conversation).values(changed))


def to_decide(tx: Transaction) -> list[Pause]:
    """Pauses of taxpayers who died: a person decides what becomes of them."""
    query = select(PAUSE).where(PAUSE.c.state == PauseState.DECISION.value).order_by(PAUSE.c.until)
    return [_pause(row) for row in tx.execute(query)]


def pauses_of_case(tx: Transaction, case: str) -> list[Pause]:
    """Every pause of one case; of two persons when the case has two."""
    query = select(PAUSE).where(PAUSE.c.case == case).order_by(PAUSE.c.conversation)
    return [_pause(row) for row in tx.execute(query)]


def others_of(tx: Transaction, taxpayer: str, conversation: str) -> bool:
    """Whether another conversation about this taxpayer still stands."""
    standing = [PauseState.ACTIVE.value, PauseState.KEPT.value, PauseState.DECISION.value]
    query = select(PAUSE.c.conversation).where(
        PAUSE.c.taxpayer == taxpayer, PAUSE.c.conversation != conversation, PAUSE.c.state.in_(standing)
    )
    return tx.execute(query.limit(1)).first() is not None


def _pause(row: Row[tuple[object, ...]]) -> Pause:
    return Pause(**(dict(row._mapping) | {"state": PauseState(row.state)}))  # noqa: SLF001 - its documented mapping


# — dossiers ——————————————————————————————————————————————————————————————————————————————————————————————————————


def hold(tx: Transaction, conversation: str, dossiers: Iterable[str], until: date | None, reason: Reason) -> None:
    """This conversation wants these dossiers paused; what the tax system said of them before is kept."""
    said = dict(
        tx.execute(select(DOSSIER.c.dossier, DOSSIER.c.said).where(DOSSIER.c.conversation == conversation)).all()
    )
    for dossier in sorted(set(dossiers)):
        key = (DOSSIER.c.conversation == conversation) & (DOSSIER.c.dossier == dossier)
        tx.execute(delete(DOSSIER).where(key))
        row = {"conversation": conversation, "dossier": dossier, "held": True, "until": until, "reason": reason.value}
        tx.execute(insert(DOSSIER).values(row | {"said": said.get(dossier) or _said_to_another(tx, dossier)}))


def _said_to_another(tx: Transaction, dossier: str) -> str | None:
    """What the tax system said of a dossier that another conversation already had paused."""
    query = select(DOSSIER.c.said).where(DOSSIER.c.dossier == dossier, DOSSIER.c.held, DOSSIER.c.said.is_not(None))
    return tx.execute(query.limit(1)).scalar()


def held_by(tx: Transaction, conversation: str) -> list[str]:
    """The dossiers that this conversation holds."""
    query = select(DOSSIER.c.dossier).where(DOSSIER.c.conversation == conversation, DOSSIER.c.held)
    return list(tx.execute(query.order_by(DOSSIER.c.dossier)).scalars())


def dossiers_of(tx: Transaction, conversation: str) -> list[str]:
    """Every dossier that this conversation is or was about."""
    query = select(DOSSIER.c.dossier).where(DOSSIER.c.conversation == conversation)
    return list(tx.execute(query.order_by(DOSSIER.c.dossier)).scalars())


def let_go(tx: Transaction, conversation: str, dossiers: Iterable[str]) -> None:
    """This conversation holds these dossiers no longer."""
    key = (DOSSIER.c.conversation == conversation) & DOSSIER.c.dossier.in_(sorted(set(dossiers)))
    tx.execute(update(DOSSIER).where(key).values(held=False))


def holds(tx: Transaction, dossiers: Iterable[str]) -> list[Hold]:
    """Every hold on these dossiers, of all conversations."""
    query = select(DOSSIER).where(DOSSIER.c.dossier.in_(sorted(set(dossiers))), DOSSIER.c.held)
    return [Hold(row.conversation, row.dossier, row.until, Reason(row.reason)) for row in tx.execute(query)]


def running(tx: Transaction, dossiers: Iterable[str]) -> list[Uitstel]:
    """Our own *uitstel* that runs on these dossiers."""
    query = select(UITSTEL).where(UITSTEL.c.dossier.in_(sorted(set(dossiers))), UITSTEL.c.running)
    rows = tx.execute(query.order_by(UITSTEL.c.number))
    return [Uitstel(row.number, row.dossier, row.until, Reason(row.reason)) for row in rows]


def said(tx: Transaction, conversation: str) -> list[Placed]:
    """What the tax system said of each dossier of this conversation."""
    query = select(DOSSIER.c.said).where(DOSSIER.c.conversation == conversation, DOSSIER.c.said.is_not(None))
    texts = tx.execute(query.order_by(DOSSIER.c.dossier)).scalars()
    return [Placed.model_validate_json(text, by_alias=True, by_name=False) for text in texts]


def with_letters(tx: Transaction) -> list[str]:
    """Conversations of which a letter could not be called back."""
    query = select(DOSSIER.c.conversation).where(DOSSIER.c.said.contains(f'"{Cause.SENT.value}"')).distinct()
    return list(tx.execute(query.order_by(DOSSIER.c.conversation)).scalars())


def drop_letters(tx: Transaction, conversation: str, sent_before: date) -> bool:
    """Forgets letters that were sent before this day; True when there were any."""
    dropped = False
    for one in said(tx, conversation):
        left = tuple(
            goes_on
            for goes_on in one.not_stopped
            if goes_on.cause is not Cause.SENT or (goes_on.since is not None and goes_on.since >= sent_before)
        )
        if left != one.not_stopped:
            at = (DOSSIER.c.conversation == conversation) & (DOSSIER.c.dossier == one.dossier)
            text = one.model_copy(update={"not_stopped": left}).model_dump_json(by_alias=True)
            tx.execute(update(DOSSIER).where(at).values(said=text))
            dropped = True
    return dropped


# — placements ————————————————————————————————————————————————————————————————————————————————————————————————————


def keep_placement(tx: Transaction, message: str, conversation: str, placement: Placement) -> str:
    """Writes a placement down before it is carried out; returns its key, which begins with the message id."""
    earlier = tx.execute(select(func.count()).where(PLACEMENT.c.message == message)).scalar() or 0
    key = f"{message}.{earlier}" if earlier else message
    row = {"key": key, "message": message, "conversation": conversation, "carried_out": False}
    tx.execute(insert(PLACEMENT).values(row | {"placement": placement.model_dump_json(by_alias=True)}))
    return key


def open_placements(tx: Transaction, message: str) -> list[tuple[str, Placement]]:
    """Placements of this message that an earlier attempt began: they may have been carried out."""
    query = select(PLACEMENT).where(PLACEMENT.c.message == message, PLACEMENT.c.carried_out.is_(False))
    rows = tx.execute(query.order_by(PLACEMENT.c.key))
    return [(row.key, Placement.model_validate_json(row.placement, by_alias=True, by_name=False)) for row in rows]


def close_placement(
    tx: Transaction, key: str, conversation: str, placement: Placement, placed: Sequence[Placed]
) -> None:
    """Records what the tax system made of a placement."""
    tx.execute(update(PLACEMENT).where(PLACEMENT.c.key == key).values(carried_out=True))
    for one in placed:
        at = (DOSSIER.c.conversation == conversation) & (DOSSIER.c.dossier == one.dossier)
        found = {"said": one.model_dump_json(by_alias=True), "held": one.uitstel is not None}
        tx.execute(update(DOSSIER).where(at).values(found))
        if one.uitstel is not None:
            row = {"number": one.uitstel, "dossier": one.dossier, "running": True}
            ends = {"until": placement.until, "reason": placement.reason.value}
            tx.execute(insert(UITSTEL).values(row | ends))


def changed(tx: Transaction, asked: Change, handled: Collection[str]) -> None:
    """Records the new ends; one that the tax system did not handle had ended there, so it no longer runs."""
    for one in asked.uitstellen:
        values = {"until": one.until, "reason": one.reason.value} if one.uitstel in handled else {"running": False}
        tx.execute(update(UITSTEL).where(UITSTEL.c.number == one.uitstel).values(values))


def ended(tx: Transaction, uitstellen: Collection[str]) -> None:
    """Records that these run no longer."""
    tx.execute(update(UITSTEL).where(UITSTEL.c.number.in_(sorted(uitstellen))).values(running=False))


# — what the edge's ledger knows —————————————————————————————————————————————————————————————————————————————————


def unread(tx: Transaction, conversation: str) -> bool:
    """Whether a message of this conversation is here that has not been acted on."""
    open_states = (Taken.WAITING, Taken.READY, Taken.ACTING, Taken.UNCERTAIN, Taken.FAILED)
    query = select(func.count()).where(INBOX.c.correlationid == conversation, INBOX.c.state.in_(open_states))
    return bool(tx.execute(query).scalar())


def blank(tx: Transaction, conversation: str) -> None:
    """Forgets who this conversation is about; that it was, and that it was taken back, stays."""
    tx.execute(delete(DOSSIER).where(DOSSIER.c.conversation == conversation))
    tx.execute(
        update(PLACEMENT).where(PLACEMENT.c.conversation == conversation).values(placement=None, carried_out=True)
    )
    values = {"taxpayer": None, "state": PauseState.REMOVED.value, "lift_due": None}
    tx.execute(update(PAUSE).where(PAUSE.c.conversation == conversation).values(values))
    tx.execute(
        update(INBOX).where(INBOX.c.correlationid == conversation, INBOX.c.state == Taken.DONE).values(data=None)
    )
