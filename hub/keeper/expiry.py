"""Giving up hope, in time and not before: `expired` a day after the expiry that a recipient goes by (wire.md 8, T1)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from hub.database import Connection, instant
from hub.errors import Code, UnavailableError
from hub.events import Event, log
from hub.failpoints import Failpoint, reached
from hub.messagelog import store
from hub.messagelog.due.store import overdue_expiry
from hub.messagelog.entries.store import add_entries
from hub.messagelog.store import Known
from hub.relay.answers import signed_receipts
from hub.relay.office import Office
from hub.wire.link import Link
from hub.wire.names import organisation_urn
from schemas.codes import HubDecision
from schemas.road import HubReceiptEntry

GRACE: Final = timedelta(hours=24)  # after `expirytime`, for clocks that differ and receipts under way
AT_ONCE: Final = 200


async def expire(office: Office, link: Link) -> int:
    """Tells senders of messages that passed their expiry a day ago without a receipt; returns how many.

    The receipt goes first and the row after it: a crash between tells the sender twice, never not at all. A sender
    whose inbox does not take it is told when it asks again (T3), and holds up nobody else.

    Raises:
        UnavailableError: the broker or the database is away; nothing was given up.
    """
    now = office.clock.now()
    due = await office.database.read(overdue_expiry, now - GRACE, AT_ONCE)
    if not due:
        return 0
    entries: dict[str, list[HubReceiptEntry]] = {}
    for one in due:
        entries.setdefault(one.source_oin, []).append(_entry(one, now))
    key = office.keys.signing(now)
    receipts = signed_receipts(entries, source=office.source, key=key, clock=office.clock)
    results = await link.publish(receipts)
    if link.lost.is_set():
        raise UnavailableError(Code.BROKER_UNAVAILABLE)
    reached(Failpoint.KEEPER_AFTER_EXPIRY)
    expired = await office.database.run(_mark, due, now)
    reached(Failpoint.KEEPER_AFTER_EXPIRY_MARK)
    for receipt, error in zip(receipts, results, strict=True):
        if error is not None:
            log().warning(Event.MESSAGE_DELAYED, recipient=receipt.routing_key, code=error.code, advice=error.advice())
    for one in expired:
        log().error(Event.MESSAGE_EXPIRED, id=one.id, recipient=one.recipient_oin)
    return len(expired)


def _mark(connection: Connection, due: Sequence[Known], now: datetime) -> list[Known]:
    """Only what has no receipt by now has expired."""
    marked = set(store.mark_expired(connection, [one.key for one in due], now))
    expired = [one for one in due if one.key in marked]
    entries: list[store.Row] = [
        {
            "kind": "expired",
            "ts": instant(now),
            "id": one.id,
            "type": one.type,
            "src": one.source_oin,
            "rcpt": one.recipient_oin,
            "refhash": one.refhash,
            "result": "expired",
            "subject": one.subject,
        }
        for one in expired
    ]
    add_entries(connection, entries)
    return expired


def _entry(one: Known, now: datetime) -> HubReceiptEntry:
    return HubReceiptEntry(
        ref=one.id,
        refhash=one.refhash,
        source=one.source,
        recipient=organisation_urn(one.recipient_oin),
        decision=HubDecision.EXPIRED,
        received=now,
    )
