"""Offering kept bytes again, so that a message that a recipient never stored still reaches it.

An owner that was away for a day finds its messages in the inbox and must not come back to copies of them: bytes that
the broker has are offered again only when the recipient is there, has read everything, and sent no receipt.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from hub.errors import HubError
from hub.events import Event, log
from hub.failpoints import Failpoint, reached
from hub.messagelog import store
from hub.messagelog.due.store import undelivered
from hub.messagelog.store import Known
from hub.messagelog.tables import State
from hub.relay.answers import envelope_to
from hub.relay.office import Office
from hub.wire.link import Link

#: After the broker took the bytes, how long until they are offered again when no receipt came: attempts 1, 2, 3, 4+.
PATIENCE: Final = (timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6), timedelta(days=1))
LOOK: Final = timedelta(minutes=1)  # when an inbox that is read now, or away, is looked at again
UNTAKEN: Final = timedelta(minutes=5)  # when bytes that the broker did not take are offered again
AT_ONCE: Final = 200


async def redeliver(office: Office, link: Link, inboxes: Mapping[str, str]) -> int:
    """Offers again what is due; returns how many messages."""
    now = office.clock.now()
    due = await office.database.read(undelivered, now, AT_ONCE)
    idle = {oin: await _is_idle(link, inboxes.get(oin)) for oin in {one.recipient_oin for one in due}}
    again, later = _split(due, lambda one: one.state is State.ACCEPTED or idle[one.recipient_oin])
    await office.database.run(store.postpone, [one.key for one in later], now + LOOK)
    if again:
        await offer(office, link, again, now)
    return len(again)


async def _is_idle(link: Link, queue: str | None) -> bool:
    """True when the inbox has a consumer and nothing waits in it."""
    found = await link.inspect(queue) if queue else None
    return found is not None and found[0] == 0 and found[1] > 0


async def offer(office: Office, link: Link, again: Sequence[Known], now: datetime) -> dict[store.Key, bool]:
    """Lays the kept bytes into their inbox again, in this order.

    Returns whether the broker has them, by key; a message whose receipt came meanwhile has no bytes and is absent.
    """
    bodies = await office.database.read(store.sealed, [one.key for one in again])
    held, answered = _split(again, lambda one: one.key in bodies)  # a receipt may have come while we looked
    reached(Failpoint.KEEPER_BEFORE_PUBLISH)
    results = await link.publish(
        [envelope_to(one.recipient_oin, bodies[one.key], one.id, one.type, one.correlationid) for one in held],
    )
    reached(Failpoint.KEEPER_AFTER_PUBLISH)
    taken = [(one.key, now + _patience(one)) for one, error in zip(held, results, strict=True) if error is None]
    await office.database.run(store.mark_forwarded, taken, now)
    failed = [one.key for one, error in zip(held, results, strict=True) if error is not None]
    await office.database.run(store.postpone, [*failed, *(one.key for one in answered)], now + UNTAKEN)
    reached(Failpoint.KEEPER_AFTER_MARK)
    for one, error in zip(held, results, strict=True):
        _report(one, error)
    return {one.key: error is None for one, error in zip(held, results, strict=True)}


def _report(one: Known, error: HubError | None) -> None:
    if error is None:
        log().info(Event.MESSAGE_REDELIVERED, id=one.id, recipient=one.recipient_oin, attempt=one.attempts + 1)
    else:
        log().warning(
            Event.MESSAGE_DELAYED, id=one.id, recipient=one.recipient_oin, code=error.code, advice=error.advice()
        )


def _patience(one: Known) -> timedelta:
    """The more often the bytes were offered, the longer until they are offered again."""
    return PATIENCE[min(one.attempts, len(PATIENCE) - 1)]


def _split(messages: Sequence[Known], fits: Callable[[Known], bool]) -> tuple[list[Known], list[Known]]:
    """Those that fit, and the others."""
    return [one for one in messages if fits(one)], [one for one in messages if not fits(one)]
