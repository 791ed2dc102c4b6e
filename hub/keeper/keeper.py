"""One keeper leads, by a lock of the database; the others wait until it is gone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from hub.alarms.messenger import Messenger
from hub.conversations.ladder import LadderSettings
from hub.database import Lead
from hub.errors import HubError, UnavailableError
from hub.events import Alarms, Event, log
from hub.keeper import alarms, asked, deadletters, expiry, recovering, redelivery, reminders, terms
from hub.keeper.checkpoints import Checkpoints, LogSettings, log_name
from hub.messagelog import sequencer
from hub.messagelog.due.store import standstills
from hub.messagelog.store import AT_WORK, say
from hub.relay.office import Office
from hub.relay.quota import Quota, QuotaSettings
from hub.relay.relay import Relay
from hub.waiting import pause, set_when_any
from hub.wire.link import Link, LinkSettings

LEAD: Final = 0x5C41F  # any number that only we use
ENTRIES_AT_ONCE: Final = 5_000
RECONNECT_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class KeeperSettings:
    """How often the keeper looks (seconds), and when it alarms."""

    sequence_s: float = 0.4
    follow_s: float = 0.4
    climb_s: float = 15.0
    redeliver_s: float = 5.0
    expire_s: float = 30.0
    remind_s: float = 3600.0
    act_s: float = 0.5  # how soon what operators asked for is begun
    sweep_s: float = 30.0
    checkpoint_s: float = 10.0
    publish_s: float = 5.0  # how often it is looked whether a checkpoint is due to go out
    log: LogSettings | None = None  # None signs nothing
    tell_s: float = 10.0
    lead_s: float = 5.0  # how often a waiting keeper tries to lead, and a leading one looks whether it still does
    forward_within: timedelta = timedelta(minutes=15)  # else the recipient has no inbox, or its inbox is full
    receipt_within: timedelta = timedelta(days=1)  # else the recipient is away, or cannot read what it gets
    look_within: timedelta = timedelta(minutes=30)  # else the keeper itself does not do its work
    settle: timedelta = timedelta(minutes=2)  # after taking the lead: answers that wait on the lanes go before terms
    ladder: LadderSettings = field(default_factory=LadderSettings)


class Keeper:
    """The tasks of the hub's leader; each is safe to do twice."""

    def __init__(
        self,
        office: Office,
        settings: KeeperSettings,
        link_settings: LinkSettings,
        inboxes: Callable[[], Mapping[str, str]],
        teller: alarms.Teller | None = None,
    ) -> None:
        self._office = office
        self._settings = settings
        self._link_settings = link_settings
        self._inboxes = inboxes
        self._relay = Relay(office, Quota(QuotaSettings()))  # evidence takes the road that every delivery takes
        self._alarms = Alarms()
        self._teller = teller or alarms.Teller(office, Messenger(None, None, office.clock), None)
        self._leads_since: datetime | None = None
        self._damage: str | None = None  # of the tree, as it was said last
        self.checkpoints = None if settings.log is None else Checkpoints(office, settings.log)

    @property
    def leads(self) -> bool:
        """Whether this is the leader."""
        return self._leads_since is not None

    async def run(self, stop: asyncio.Event) -> None:
        """Waits for the lead and does every task at its interval until `stop`; a failing one comes again."""
        while not stop.is_set():
            try:
                lead = await self._office.database.lead(LEAD)
            except UnavailableError as error:
                _report("lead", error)
                lead = None
            if lead is None:
                await pause(stop, self._settings.lead_s)
                continue
            log().info(Event.LEAD_TAKEN)
            self._leads_since = self._office.clock.now()
            try:
                await self._lead(lead, stop)
            finally:
                self._leads_since = None
                lead.give_back()

    async def _lead(self, lead: Lead, stop: asyncio.Event) -> None:
        over = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            group.create_task(set_when_any(over, stop))
            group.create_task(self._watch(lead, over))
            group.create_task(self._every(self._settings.sequence_s, over, self.sequence, "sequence"))
            group.create_task(self._every(self._settings.follow_s, over, self.follow, "follow"))
            group.create_task(self._every(self._settings.climb_s, over, self._climb_when_settled, "climb"))
            group.create_task(self._every(self._settings.sweep_s, over, self.sweep, "sweep"))
            if self.checkpoints is not None:
                group.create_task(self._every(self._settings.checkpoint_s, over, self.checkpoint, "checkpoint"))
            group.create_task(self._every(self._settings.tell_s, over, self.tell_outside, "tell-outside"))
            group.create_task(self._linked(over))

    async def _watch(self, lead: Lead, over: asyncio.Event) -> None:
        """Ends everything when the lead is gone: another keeper has it or will."""
        while not await pause(over, self._settings.lead_s):
            if not await self._office.database.still(lead):
                log().warning(Event.LEAD_LOST)
                over.set()

    async def _every(
        self, seconds: float, over: asyncio.Event, task: Callable[[], Awaitable[object]], name: str
    ) -> None:
        while not over.is_set():
            try:
                await task()
            except HubError as error:
                _report(name, error)
            await pause(over, seconds)

    async def _linked(self, over: asyncio.Event) -> None:
        """The tasks that need the broker, on one link after another."""
        while not over.is_set():
            try:
                link = await Link.open(self._link_settings)
            except UnavailableError as error:
                _report("link", error)
                await pause(over, RECONNECT_S)
                continue
            await self._on_link(link, over)
            await link.close()
            await pause(over, RECONNECT_S)

    async def _on_link(self, link: Link, over: asyncio.Event) -> None:
        done = asyncio.Event()
        tasks: tuple[tuple[float, Callable[[], Awaitable[object]], str], ...] = (
            (self._settings.redeliver_s, lambda: self.redeliver(link), "redeliver"),
            (self._settings.expire_s, lambda: self.expire(link), "expire"),
            (self._settings.remind_s, lambda: self.remind(link), "remind"),
            (self._settings.climb_s, lambda: self.remind_of_terms(link), "remind-of-terms"),
            (self._settings.act_s, lambda: self.recover(link), "recover"),
            (self._settings.act_s, lambda: self.tell(link), "tell"),
            (self._settings.publish_s, lambda: self.publish(link), "publish"),
            (RECONNECT_S, lambda: deadletters.keep_dead_letters(self._office, link, done), "dead-letters"),
        )
        async with asyncio.TaskGroup() as group:
            group.create_task(set_when_any(done, over, link.lost))
            for seconds, task, name in tasks:
                group.create_task(self._every(seconds, done, task, name))

    async def sequence(self) -> int:
        """Gives pending log entries their index and lets the tree grow over them; returns how many it did more of."""
        done = await self._office.database.run(sequencer.sequence, log_name(self._office), ENTRIES_AT_ONCE)
        damage = done.problem.place if done.problem else None
        if done.problem is not None and damage != self._damage:
            log().error(Event.LOG_FORKED, code=done.problem.code, place=damage, advice=done.problem.advice())
        self._damage = damage
        return max(done.entries, done.leaves)

    async def checkpoint(self) -> int:
        """Signs the head of the log where it grew, and alarms where that or a witness is late; returns how many."""
        if self.checkpoints is None:
            return 0
        made = await self.checkpoints.make()
        await self.checkpoints.watch()
        return made

    async def publish(self, link: Link) -> int:
        """Sends a checkpoint to partners where one is due; returns to how many."""
        return 0 if self.checkpoints is None else await self.checkpoints.publish(link, self._inboxes())

    async def follow(self) -> int:
        """Brings the questions of all conversations in step with the log; returns how many entries that took."""
        return await terms.follow(self._office, self._settings.ladder)

    async def climb(self) -> int:
        """Reaches the rungs of terms that are due, each once; returns how many."""
        return await terms.climb(self._office, self._settings.ladder)

    async def _climb_when_settled(self) -> int:
        settled = self._office.clock.now() - self._settings.settle
        if self._leads_since is None or self._leads_since > settled:
            return 0
        return await self.climb()

    async def remind_of_terms(self, link: Link) -> int:
        """Reminds partners of terms that are nearly over; returns how many notices went out."""
        return await terms.remind(self._office, link)

    async def tell_outside(self) -> int:
        """Tells alarms and escalations outside the console; returns how many letters went out."""
        return await self._teller.tell()

    async def redeliver(self, link: Link) -> int:
        """Offers bytes again whose recipient is there, has read everything, and sent no receipt; returns how many."""
        return await redelivery.redeliver(self._office, link, self._inboxes())

    async def expire(self, link: Link) -> int:
        """Tells senders of messages that passed their expiry a day ago without a receipt; returns how many."""
        return await expiry.expire(self._office, link)

    async def remind(self, link: Link) -> int:
        """Reminds partners of keys near their end; returns how many notices went out."""
        return await reminders.remind(self._office, link)

    async def recover(self, link: Link) -> int:
        """Goes on with what operators confirmed to be sent again; returns how many items have an outcome now."""
        return await recovering.recover(self._office, self._relay, link)

    async def tell(self, link: Link) -> int:
        """Sends the notices that operators asked for; returns how many the broker took."""
        return await asked.send_asked(self._office, link)

    async def sweep(self) -> int:
        """Alarms for what stands still, all the time and not only at the start; returns how many messages do."""
        now, within = self._office.clock.now(), self._settings
        found = await self._office.database.read(
            standstills, now - within.forward_within, now - within.receipt_within, now - within.look_within
        )
        self._alarms.report({(one.missing, one.recipient): one.count for one in found})
        forked = self._damage is not None or (self.checkpoints is not None and self.checkpoints.forked)
        await alarms.look(self._office, found, forked=forked)
        await self._office.database.run(say, AT_WORK, now)
        return sum(one.count for one in found)


def _report(task: str, error: HubError) -> None:
    log().warning(Event.TASK_FAILED, task=task, code=error.code, place=error.place, advice=error.advice())
