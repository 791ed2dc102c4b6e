"""Watches what every other alarm depends on, and tells of it by mail and webhook from memory and a file.

It runs in more than one process (the hub's, the console's, or one of its own); one of them looks at a time. What it
raised is written to the table of alarms when the database takes it.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Final

from hub.alarms import store
from hub.alarms.kinds import Alarm, AlarmKind, Subject
from hub.alarms.letters import alarm_letter
from hub.alarms.memory import Memory, Raised
from hub.alarms.messenger import Messenger
from hub.alarms.store import Channel
from hub.alarms.vitals import Findings, Vitals
from hub.clock import Clock, named_id
from hub.database import Connection, Database, RowError, instant, moment
from hub.errors import HubError
from hub.events import Event, log
from hub.waiting import pause

LOOK_S: Final = 10.0
#: What fails shorter than this is a restart, and no alarm.
PATIENCE: Final = timedelta(minutes=1)
START, CLEAR = "start", "clear"


class Watchman:
    """Looks every ten seconds; raises an alarm when something is wrong for a minute, clears it when it is well."""

    def __init__(
        self,
        vitals: Vitals,
        database: Database,
        messenger: Messenger,
        memory: Memory,
        clock: Clock,
        *,
        console: str | None = None,
        patience: timedelta = PATIENCE,
        look_s: float = LOOK_S,
    ) -> None:
        self._vitals = vitals
        self._database = database
        self._messenger = messenger
        self._memory = memory
        self._clock = clock
        self._console = console
        self._patience = patience
        self._look_s = look_s
        self._wrong_since: dict[AlarmKind, datetime] = {}
        self._failing: set[Channel] = set()

    async def run(self, stop: asyncio.Event) -> None:
        """Watches until `stop`."""
        with self._memory:
            while not stop.is_set():
                if self._memory.mine():
                    await self.look()
                await pause(stop, self._look_s)
        await self._vitals.close()

    async def look(self) -> None:
        """One look, and what follows from it."""
        findings = await self._vitals.look()
        if self._judge(findings, self._clock.now()):
            self._memory.save()
        for channel in Channel:
            await self._tell(channel)
        if findings.get(AlarmKind.DATABASE) is False:
            await self._record()

    def _judge(self, findings: Findings, now: datetime) -> bool:
        """Starts and clears; True when that changed something."""
        changed = False
        standing = {one.kind: one for one in self._memory.raised if one.cleared is None}
        for kind, wrong in findings.items():
            alarm = standing.get(kind.value)
            if wrong:
                since = self._wrong_since.setdefault(kind, now)
                if alarm is None and now - since >= self._patience:
                    self._memory.raised.append(Raised(kind.value, instant(since), None, []))
                    log().error(Event.ALARM_STARTED, state=kind.value)
                    changed = True
            elif wrong is False:
                self._wrong_since.pop(kind, None)
                if alarm is not None:
                    alarm.cleared, alarm.recorded = instant(now), False
                    log().info(Event.ALARM_CLEARED, state=kind.value)
                    changed = True
        return changed

    async def _tell(self, channel: Channel) -> None:
        for one in list(self._memory.raised):
            for word in (START, CLEAR) if one.cleared is not None else (START,):
                mark = f"{channel.value}:{word}"
                if mark in one.told:
                    continue
                if self._messenger.has(channel) and not await self._send(channel, one, word):
                    return  # in order: what comes later is told later
                one.told.append(mark)
                self._memory.save()

    async def _send(self, channel: Channel, one: Raised, word: str) -> bool:
        alarm = _alarm(one)
        letter = alarm_letter(*(([alarm], []) if word == START else ([], [alarm])), {}, self._console)
        try:
            await self._messenger.tell(channel, letter)
        except HubError as error:
            if channel not in self._failing:
                self._failing.add(channel)
                log().error(Event.ALARM_UNTOLD, state=channel.value, code=error.code, place=error.place)
            return False
        self._failing.discard(channel)
        log().info(Event.ALARM_TOLD, state=channel.value, count=1)
        return True

    async def _record(self) -> None:
        """Writes to the table what it does not know; then forgets what is over, told and written."""
        news = [one for one in self._memory.raised if not one.recorded]
        if news:
            try:
                await self._database.run(_write, [_alarm(one) for one in news])
            except (HubError, RowError):
                return
            for one in news:
                one.recorded = True
        whole = 2 * len(Channel)
        kept = [one for one in self._memory.raised if one.cleared is None or len(one.told) < whole]
        if news or len(kept) < len(self._memory.raised):
            self._memory.raised = kept
            self._memory.save()


def _write(connection: Connection, alarms: list[Alarm]) -> None:
    for alarm in alarms:
        store.record(connection, alarm)


def _alarm(one: Raised) -> Alarm:
    kind = AlarmKind(one.kind)
    identity = named_id("alarm", one.kind, str(one.started))
    return Alarm(identity, kind, Subject("hub"), moment(one.started), moment(one.cleared) if one.cleared else None)
