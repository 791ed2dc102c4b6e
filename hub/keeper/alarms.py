"""The alarms that follow from rows: partners, terms, keys; settled in one transaction, told when their class says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, assert_never

from hub.alarms import store
from hub.alarms.kinds import Alarm, AlarmClass, AlarmKind, Subject, told_from
from hub.alarms.letters import Letter, alarm_letters, escalation_letter
from hub.alarms.messenger import Messenger
from hub.alarms.store import Changes, Channel
from hub.conversations.climbing.store import Reached, mark_told, untold
from hub.conversations.ladder import Rung
from hub.conversations.store import alarming
from hub.database import Connection
from hub.errors import HubError
from hub.events import Event, log
from hub.failpoints import Failpoint, reached
from hub.messagelog.due.store import Missing, Standstill
from hub.messagelog.health.store import EdgeReport, edge_reports
from hub.messagelog.incidents.store import follow_incidents
from hub.register.model import Organisation, Register
from hub.relay.office import Office

KEPT: Final = frozenset(
    {
        AlarmKind.FORK,
        AlarmKind.STALLED,
        AlarmKind.PARTNER,
        AlarmKind.INBOX,
        AlarmKind.UNRECEIPTED,
        AlarmKind.PAUSED,
        AlarmKind.TERM,
        AlarmKind.PAUSE,
        AlarmKind.KEY,
        AlarmKind.REGISTER,
    }
)
#: A key that has no successor by then is told of.
KEY_ENDS_WITHIN: Final = timedelta(days=60)
#: What happens at one moment stands so long after the last time.
REMEMBERED: Final = timedelta(hours=24)
AT_ONCE: Final = 5_000

Found = Iterator[tuple[AlarmKind, Subject]]


async def look(office: Office, standing: Sequence[Standstill], *, forked: bool) -> Changes:
    """Starts and clears alarms as the rows say now, each once; `forked`: the log contradicts itself."""
    found = [(_kind_of(one.missing), Subject(one.recipient, one.recipient)) for one in standing]
    if forked:
        found.append((AlarmKind.FORK, Subject("log")))
    changes = await office.database.run(_settle, office.register.current, found, office.clock.now())
    reached(Failpoint.KEEPER_AFTER_ALARM)
    for alarm in changes.started:
        log().error(Event.ALARM_STARTED, state=alarm.kind.value, recipient=alarm.subject.oin)
    for alarm in changes.cleared:
        log().info(Event.ALARM_CLEARED, state=alarm.kind.value, recipient=alarm.subject.oin)
    return changes


def _kind_of(missing: Missing) -> AlarmKind:
    match missing:
        case Missing.FORWARD:
            return AlarmKind.INBOX
        case Missing.RECEIPT:
            return AlarmKind.UNRECEIPTED
        case Missing.ATTEMPT:
            return AlarmKind.STALLED
        case Missing.RESUME:
            return AlarmKind.PAUSED
        case _:
            assert_never(missing)


def _settle(
    connection: Connection, register: Register, standing: Sequence[tuple[AlarmKind, Subject]], now: datetime
) -> Changes:
    found = [
        *standing,
        *_partners(register.organisations, edge_reports(connection), now),
        *_questions(connection),
        *_papers(register, now),
    ]
    present = {(kind, subject.name): subject for kind, subject in found}
    silenced = store.away_now(store.windows(connection, now), now)
    unreachable = {AlarmKind.PARTNER, AlarmKind.INBOX, AlarmKind.UNRECEIPTED}
    first = store.settle(connection, unreachable, _only(present, unreachable), now, silenced=silenced)
    rest = KEPT - unreachable  # a planned window silences no term
    second = store.settle(connection, rest, _only(present, rest), now)
    started, cleared = _incidents(connection, now)
    return Changes(first.started + second.started + started, first.cleared + second.cleared + cleared)


def _only(present: store.Standing, kinds: Iterable[AlarmKind]) -> store.Standing:
    wanted = set(kinds)
    return {key: subject for key, subject in present.items() if key[0] in wanted}


def _partners(organisations: Mapping[str, Organisation], reports: Iterable[EdgeReport], now: datetime) -> Found:
    """Who reported once and is silent, or whose own system is away."""
    for report in reports:
        known = organisations.get(report.oin)
        if known is not None and known.active and report.unreachable(now):
            yield AlarmKind.PARTNER, Subject(report.oin, report.oin)


def _questions(connection: Connection) -> Found:
    """One alarm for a conversation, however many of its questions wait."""
    for question in alarming(connection, AT_ONCE):
        kind = AlarmKind.PAUSE if question.asks_rest else AlarmKind.TERM
        yield kind, Subject(f"{question.conversation}:{question.recipient}", question.recipient, question.case)


def _papers(register: Register, now: datetime) -> Found:
    for organisation in register.organisations.values():
        for use in ("sig", "enc") if organisation.active else ():
            usable = [key for key in organisation.keys if key.use == use and key.status == "active"]
            last = max(usable, key=lambda key: key.exp, default=None)
            if last is not None and last.exp - now <= KEY_ENDS_WITHIN:
                yield AlarmKind.KEY, Subject(last.kid, organisation.oin)
    if register.outdated(now):
        yield AlarmKind.REGISTER, Subject("register")


def _incidents(connection: Connection, now: datetime) -> tuple[list[Alarm], list[Alarm]]:
    """An id that was used again is an event: it stands for a day after the last time."""
    started = []
    for oin in follow_incidents(connection):
        subject = Subject(oin or "unknown", oin)
        if store.seen(connection, AlarmKind.ID_REUSED, subject, now):
            started += [
                alarm for alarm in store.stands(connection, {AlarmKind.ID_REUSED}) if alarm.subject.name == subject.name
            ]
    cleared = store.clear_unseen(connection, {AlarmKind.ID_REUSED}, now - REMEMBERED, now)
    return started, cleared


# — telling ———————————————————————————————————————————————————————————————————————————————————————————————————————————


class Teller:
    """Tells what is to be told, each channel for itself; what one does not take now, it takes later."""

    def __init__(self, office: Office, messenger: Messenger, console: str | None) -> None:
        self._office = office
        self._messenger = messenger
        self._console = console
        self._failing: set[Channel] = set()

    async def tell(self) -> int:
        """Tells alarms and escalations that are due; returns how many letters went out."""
        count = 0
        for channel in Channel:
            count += await self._tell_alarms(channel)
        return count + await self._escalate()

    async def _tell_alarms(self, channel: Channel) -> int:
        database, now = self._office.database, self._office.clock.now()
        starts, ends = await database.read(store.untold, channel, AT_ONCE)
        if not self._messenger.has(channel):
            if starts or ends:
                await database.run(store.mark_told, channel, starts, ends, now)
            return 0
        due_starts = [alarm for alarm in starts if told_from(alarm.of, alarm.started) <= now]
        due_ends = [alarm for alarm in ends if alarm.cleared and told_from(alarm.of, alarm.cleared) <= now]
        count = 0
        for letter, begun, over in alarm_letters(due_starts, due_ends, self._names, self._console):
            if not await self._send(channel, letter):
                break
            await database.run(store.mark_told, channel, begun, over, now)
            count += 1
        return count

    async def _escalate(self) -> int:
        """Tells escalation contacts, one letter for each organisation and morning; nobody is told of what is over."""
        database, now = self._office.database, self._office.clock.now()
        rungs = (Rung.UNREACHED, Rung.ESCALATED)
        due = [
            one for one in await database.read(untold, rungs, AT_ONCE) if told_from(AlarmClass.WORKDAY, one.at) <= now
        ]
        by_recipient: dict[str, list[Reached]] = {}
        for one in due:
            by_recipient.setdefault(one.question.recipient, []).append(one)
        count = 0
        for oin, mine in by_recipient.items():
            letter = self._escalation(oin, [one for one in mine if one.question.open])
            if letter is not None:
                if not await self._send(Channel.MAIL, letter):
                    break
                count += 1
            await database.run(mark_told, mine, now)
        return count

    def _escalation(self, oin: str, waiting: Sequence[Reached]) -> Letter | None:
        """The letter to an organisation; None where there is nothing to say, no way, or nobody to say it to."""
        organisation = self._office.register.current.organisation(oin)
        if organisation is None or not waiting or not self._messenger.has(Channel.MAIL):
            return None
        to = _addresses(organisation, "escalation") or _addresses(organisation, "functional")
        questions = [one.question for one in waiting]
        return escalation_letter(questions, to, self._names) if to else None

    async def _send(self, channel: Channel, letter: Letter) -> bool:
        try:
            await self._messenger.tell(channel, letter)
        except HubError as error:
            if channel not in self._failing:
                self._failing.add(channel)
                log().error(Event.ALARM_UNTOLD, state=channel.value, code=error.code, place=error.place)
            return False
        reached(Failpoint.KEEPER_AFTER_TELLING)
        self._failing.discard(channel)
        log().info(Event.ALARM_TOLD, state=channel.value, count=1)
        return True

    @property
    def _names(self) -> dict[str, str]:
        return {oin: one.name for oin, one in self._office.register.current.organisations.items()}


def _addresses(organisation: Organisation, purpose: str) -> tuple[str, ...]:
    return tuple(contact.email for contact in organisation.contacts if contact.purpose == purpose)
