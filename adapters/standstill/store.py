"""What stands still in a ledger: counts per counterpart, never a message."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Column, ColumnElement, Connection, Select, and_, func, select

from adapters.tables import HELD, INBOX, OUTBOX, Sent, Taken


@dataclass(frozen=True, slots=True)
class Limits:
    """For each state the instant (Unix microseconds) before which it must have ended."""

    publish: int
    hub_receipt: int
    outcome: int
    act: int
    wait: int


def standstills(tx: Connection, limits: Limits) -> dict[tuple[str, str], int]:
    """(what is missing, counterpart) and how many messages that holds up."""
    sent: dict[str, ColumnElement[bool]] = {
        "publish": and_(OUTBOX.c.state == Sent.QUEUED, OUTBOX.c.created <= limits.publish),
        "hub-receipt": and_(OUTBOX.c.state == Sent.PUBLISHED, OUTBOX.c.created <= limits.hub_receipt),
        "outcome": and_(OUTBOX.c.state == Sent.ACCEPTED, OUTBOX.c.expirytime <= limits.outcome),
    }
    taken: dict[str, ColumnElement[bool]] = {
        "act": and_(INBOX.c.state.in_((Taken.READY, Taken.ACTING)), INBOX.c.received <= limits.act),
        "earlier-message": and_(INBOX.c.state == Taken.WAITING, INBOX.c.expirytime <= limits.wait),
        "decision": INBOX.c.state.in_((Taken.UNCERTAIN, Taken.FAILED)),
    }
    found: dict[tuple[str, str], int] = {}
    for counterpart, rules in ((OUTBOX.c.recipient, sent), (INBOX.c.source_oin, taken)):
        for name, rule in rules.items():
            found |= {(name, row.oin): row.messages for row in tx.execute(_by(counterpart, rule))}
    held = tx.execute(select(func.count()).select_from(HELD)).scalar() or 0
    return found | ({("key-or-upgrade", "-"): held} if held else {})


def _by(counterpart: Column[str], rule: ColumnElement[bool]) -> Select[str, int]:
    return select(counterpart.label("oin"), func.count().label("messages")).where(rule).group_by(counterpart)
