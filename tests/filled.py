"""A hub's database as a busy day leaves it: every state of a message, by the functions that relay and keeper use."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache

from hub.alarms import store as alarms
from hub.alarms.kinds import AlarmKind, Subject
from hub.clock import new_id, new_pseudonym
from hub.conversations.following.store import follow
from hub.conversations.ladder import LadderSettings
from hub.conversations.questions import agreed_in
from hub.database import Connection, Database, instant
from hub.messagelog import store
from hub.messagelog.entries.store import add_entries, add_register_version, sequence_entries
from hub.messagelog.store import Row
from hub.register.model import Register
from hub.wire.names import source_urn
from tests.world import CRED, SHV, TAX, VISH, FixedClock, full_type, make_world

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass
class Filled:
    """What was written, for a test to ask for."""

    calm: str = field(default_factory=new_pseudonym)
    troubled: str = field(default_factory=new_pseudonym)
    waiting: str = field(default_factory=new_pseudonym)
    messages: dict[str, str] = field(default_factory=dict)


@dataclass
class Writer:
    """Writes messages and what became of them, at given times before `now`."""

    connection: Connection
    now: datetime

    def message(
        self,
        name: str,
        sender: str,
        to: str,
        ago: timedelta,
        case: str,
        conversation: str,
        *,
        answers: str | None = None,
    ) -> str:
        """A message that the hub accepted and laid in its recipient's inbox."""
        at = self.now - ago
        message_id = new_id(FixedClock(at))
        body = hashlib.sha256(message_id.encode()).hexdigest()
        row: Row = {
            "source_oin": sender,
            "id": message_id,
            "signing_hash": body,
            "refhash": f"sha-256:{body}",
            "kid": f"{sender}/sig/a",
            "source": source_urn(sender, "proef"),
            "recipient_oin": to,
            "type": full_type(name),
            "dataschema": f"urn:hub:schema:{name}:1.0.0",
            "subject": case,
            "correlationid": conversation,
            "causationid": answers,
            "sequence": instant(at) // 1000,
            "time": instant(at - timedelta(seconds=1)),
            "expirytime": instant(at + 7 * DAY),
            "received": instant(at),
            "state": 1,
            "attempts": 0,
            "next_attempt": instant(at + 10 * MINUTE),
        }
        store.add_messages(self.connection, [row], {(sender, message_id): b"sealed"})
        entry = {"kind": "accepted", "ts": instant(at), "id": message_id, "type": row["type"], "src": sender}
        add_entries(
            self.connection, [{**entry, "rcpt": to, "kid": row["kid"], "refhash": row["refhash"], "subject": case}]
        )
        return message_id

    def forwarded(self, sender: str, message_id: str, ago: timedelta, again: timedelta = 10 * MINUTE) -> None:
        """The broker confirmed it; the keeper looks again at `again` from now."""
        store.mark_forwarded(self.connection, [((sender, message_id), self.now + again)], self.now - ago)

    def receipt(
        self, sender: str, to: str, message_id: str, ago: timedelta, result: str = "accepted", code: str | None = None
    ) -> None:
        """Its recipient's receipt."""
        at = instant(self.now - ago)
        receipt_id = new_id(FixedClock(self.now - ago))
        outcome = {"key_oin": sender, "key_id": message_id, "new_outcome": result, "new_code": code, "at": at}
        store.add_outcomes(self.connection, [{**outcome, "by_receipt": receipt_id}])
        entry = {"kind": "receipt", "ts": at, "id": receipt_id, "ref": message_id, "src": to, "rcpt": sender}
        add_entries(self.connection, [{**entry, "result": result, "code": code}])

    def delivered(
        self, name: str, sender: str, to: str, ago: timedelta, case: str, conversation: str, **more: str
    ) -> str:
        """A message that its recipient has stored, two seconds later."""
        message_id = self.message(name, sender, to, ago, case, conversation, **more)
        self.forwarded(sender, message_id, ago)
        self.receipt(sender, to, message_id, ago - timedelta(seconds=2))
        return message_id

    def refused_by_hub(self, code: str, sender: str, to: str, ago: timedelta) -> str:
        """A message that the hub did not take."""
        message_id = new_id(FixedClock(self.now - ago))
        entry = {"kind": "refused", "ts": instant(self.now - ago), "id": message_id, "src": sender, "rcpt": to}
        add_entries(self.connection, [{**entry, "type": full_type("kennisgeving-publiek"), "code": code}])
        return message_id

    def expired(self, sender: str, message_id: str, ago: timedelta) -> None:
        """The hub gave up hope."""
        store.mark_expired(self.connection, [(sender, message_id)], self.now - ago)
        entry = {"kind": "expired", "ts": instant(self.now - ago), "ref": message_id, "src": sender}
        add_entries(self.connection, [entry])

    def edge(self, oin: str, ago: timedelta, **changes: object) -> None:
        """What an edge said of itself."""
        at = instant(self.now - ago)
        row: Row = {
            "oin": oin,
            "time": at,
            "received": at,
            "waiting": 0,
            "oldest_waiting": None,
            "uncertain": 0,
            "circuit": "closed",
            "software": "schuldhub 0.1.0",
            "types": "kennisgeving-publiek:1,pauze-verlenging:1",
            "register_version": 1,
            "clock_offset_ms": 12,
        }
        store.put_edge_status(self.connection, [row | changes])


def fill(database: Database, now: datetime) -> Filled:
    """A calm case, one with every trouble, one that waits; a partner that is away and one whose system is."""
    filled = Filled()
    with database.begin() as connection:
        add_register_version(connection, 1, "0" * 64, now - 9 * DAY)
        writer = Writer(connection, now)
        _troubled(writer, filled)
        _calm(writer, filled)
        _waiting(writer, filled)
        writer.edge(SHV, MINUTE)
        writer.edge(TAX, 2 * MINUTE, waiting=3, oldest_waiting=instant(now - 20 * MINUTE), uncertain=1, circuit="open")
        writer.edge(VISH, 2 * HOUR)
        store.add_quarantined(
            connection,
            [
                {
                    "cause": "dead-letter",
                    "code": None,
                    "received": instant(now - HOUR),
                    "refhash": "sha-256:" + "1" * 64,
                    "oin": None,
                    "queue": "hub.dead",
                    "body": b"x",
                }
            ],
        )
        sequence_entries(connection, 10_000)
        while follow(connection, agreed_in(_register()), LadderSettings()):
            pass
        _alarms(connection, filled, now)
    return filled


def _alarms(connection: Connection, filled: Filled, now: datetime) -> None:
    """What the keeper would have started of all this, and one that is over."""
    pause = Subject(new_pseudonym(), TAX, filled.troubled)
    alarms.start(connection, AlarmKind.PAUSE, pause, now - 2 * DAY)
    alarms.start(connection, AlarmKind.PARTNER, Subject(VISH, VISH), now - HOUR)
    alarms.start(connection, AlarmKind.BROKER, Subject("hub"), now - 3 * DAY)
    (over,) = alarms.stands(connection, {AlarmKind.BROKER})
    alarms.clear(connection, over, now - 3 * DAY + 5 * MINUTE)


@cache
def _register() -> Register:
    """What is agreed in every world of tests."""
    return make_world().register


def _calm(writer: Writer, filled: Filled) -> None:
    case, vish, tax = filled.calm, new_pseudonym(), new_pseudonym()
    asked = writer.delivered("schuldenrust-aanmelding", SHV, VISH, 26 * HOUR, case, vish)
    notice = writer.delivered("kennisgeving-publiek", SHV, TAX, 26 * HOUR - MINUTE, case, tax)
    writer.delivered("kennisgeving-antwoord", TAX, SHV, 25 * HOUR, case, tax, answers=notice)
    writer.delivered("schuldenrust-registratie", VISH, SHV, 3 * HOUR, case, vish, answers=asked)
    filled.messages["delivered"] = notice


def _troubled(writer: Writer, filled: Filled) -> None:
    case, first, second, third = filled.troubled, new_pseudonym(), new_pseudonym(), new_pseudonym()
    writer.delivered("kennisgeving-publiek", SHV, TAX, 12 * DAY, case, first)
    refused = writer.message("kennisgeving-publiek", SHV, CRED, 11 * DAY, case, second)
    writer.forwarded(SHV, refused, 11 * DAY)
    writer.receipt(SHV, CRED, refused, 11 * DAY - MINUTE, "refused", "schema_invalid")
    filled.messages["refused"] = refused
    lost = writer.message("schuldenrust-aanmelding", SHV, VISH, 10 * DAY, case, third)
    writer.forwarded(SHV, lost, 10 * DAY)
    writer.expired(SHV, lost, 2 * DAY)
    filled.messages["expired"] = lost


def _waiting(writer: Writer, filled: Filled) -> None:
    case = filled.waiting
    filled.messages["refused by hub"] = writer.refused_by_hub("no_agreement", SHV, CRED, 150 * MINUTE)
    unread = writer.message("kennisgeving-publiek", SHV, CRED, 2 * HOUR, case, new_pseudonym())
    writer.forwarded(SHV, unread, 2 * HOUR)
    filled.messages["unread"] = unread
    filled.messages["late"] = writer.message("schuldenrust-aanmelding", SHV, VISH, HOUR, case, new_pseudonym())
    writer.delivered("kennisgeving-publiek", SHV, TAX, 30 * MINUTE, case, new_pseudonym())
