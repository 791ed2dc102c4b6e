"""What operators have done on a busy day: evidence of every cause, recoveries at every stage, a paused partner."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hub.clock import SystemClock, new_pseudonym
from hub.database import Connection, Database, instant
from hub.messagelog.entries.store import sequence_entries
from hub.messagelog.store import Row, add_quarantined
from hub.operations.acts import Act, ActName, Doer
from hub.operations.evidence import Cause
from hub.operations.evidence.store import assign, evidence_by_id, oldest_open, put_note, settle
from hub.operations.partners.store import ask_notice, mark_notice, pause, plan_window
from hub.operations.recovery import Outcome
from hub.operations.recovery.planning import plan_forward, plan_release
from hub.operations.recovery.store import add_plan, confirm, due, take
from hub.operations.recovery.store import settle as settle_items
from hub.operations.waiting.store import waiting_for
from hub.wire.postmark import refhash_of
from schemas.codes import HubNoticeCode
from tests.world import CRED, SHV, TAX_HAARLEM, VISH, World, make_body, make_event

HANS, VERA = Doer("behandelaar", "Hans Behandelaar"), Doer("vrijgever", "Vera Vrijgever")
HOUR = timedelta(hours=1)


@dataclass
class Operated:
    """What was done, for a test to open."""

    evidence: int = 0
    settled: int = 0
    recoveries: dict[str, str] = field(default_factory=dict)


def operate(database: Database, world: World, now: datetime) -> Operated:
    """Everything that an operator's screen can show."""
    done = Operated()
    with database.begin() as connection:
        _evidence(connection, world, now)
        rows = oldest_open(connection, Cause.LANE, 100)
        done.evidence, done.settled = rows[5].row_id, rows[0].row_id
        settle(connection, [rows[0].row_id], _act(ActName.EVIDENCE_REJECTED, now - HOUR, "dubbel met een eerder stuk"))
        assign(connection, Cause.LANE, _act(ActName.EVIDENCE_ASSIGNED, now - HOUR, None, HANS))
        note = _act(
            ActName.EVIDENCE_NOTED, now - HOUR, "fout in versie 0.4.1, hersteld in 0.4.2", HANS, "quarantine/lane"
        )
        put_note(connection, Cause.LANE, note)
        _recoveries(connection, world, now, done)
        _partners(connection, now)
        sequence_entries(connection, 10_000)
    return done


def lay_aside(database: Database, world: World, count: int) -> list[int]:
    """Dead letters of a lane, made just now; their numbers."""
    now = SystemClock().now()
    bodies = [make_body(world, make_event(now=now), now) for _ in range(count)]
    with database.begin() as connection:
        add_quarantined(connection, [_row(body, SHV, now) for body in bodies])
        return [one.row_id for one in oldest_open(connection, Cause.LANE, 1_000)]


def _act(name: ActName, at: datetime, reason: str | None, doer: Doer = VERA, target: str | None = None) -> Act:
    return Act(new_pseudonym(), name, at, doer, target=target, reason=reason)


def _evidence(connection: Connection, world: World, now: datetime) -> None:
    """Good ones, an expired one, a tampered one, an unreadable one, one of an inbox, one of which only the hash is."""
    good = [make_body(world, make_event(now=now - HOUR), now - HOUR) for _ in range(6)]
    old = now - timedelta(days=13)
    expired = make_body(world, make_event(now=old), old)
    tampered = good[-1][:-6] + b"AAAAAA"
    aside = [*good, expired, tampered, b"niet te lezen"]
    inbox = [make_body(world, make_event(sender=SHV, to=CRED, now=now - HOUR), now - HOUR) for _ in range(2)]
    rows = [_row(body, SHV, now - (10 - place) * HOUR) for place, body in enumerate(aside)]
    rows += [_row(body, None, now - 2 * HOUR) for body in inbox]
    rows.append(
        _row(b"", VISH, now - 30 * HOUR) | {"cause": "row-refused", "code": "database_unavailable", "body": None}
    )
    add_quarantined(connection, rows)


def _row(body: bytes, oin: str | None, at: datetime) -> Row:
    return {
        "cause": "dead-letter",
        "code": None,
        "received": instant(at),
        "refhash": refhash_of(body),
        "oin": oin,
        "queue": "hub.dead",
        "body": body,
    }


def _recoveries(connection: Connection, world: World, now: datetime, done: Operated) -> None:
    """One done, one under way, one that waits for a second, one that was only planned, one to forward."""
    rows = [one.row_id for one in oldest_open(connection, Cause.LANE, 100)]
    for name, wanted in (("done", rows[:2]), ("running", rows[2:3]), ("asked", rows[3:4]), ("planned", rows[3:])):
        identity, at = new_pseudonym(), now - timedelta(minutes=20)
        plan = plan_release(connection, world.register, evidence_by_id(connection, wanted), at)
        add_plan(connection, identity, plan, HANS, at)
        done.recoveries[name] = identity
        if name == "planned":
            continue
        act = _act(ActName.RECOVERY_CONFIRMED, at, "de fout is hersteld, zie wijziging 4711", VERA, identity)
        confirm(connection, identity, plan.hash, act, per_minute=10, second_needed=name == "asked")
        if name == "done":
            found = due(connection, now)
            assert found is not None
            taken = take(connection, found, 10, now)
            outcomes = dict.fromkeys((step.position for step in taken), Outcome.CARRIED.value) | {1: "no_agreement"}
            settle_items(connection, found, outcomes, now)
    identity = new_pseudonym()
    plan = plan_forward(connection, waiting_for(connection, CRED, 100), now)
    add_plan(connection, identity, plan, HANS, now - timedelta(minutes=5))
    done.recoveries["forward"] = identity


def _partners(connection: Connection, now: datetime) -> None:
    """VISH is paused, Cocensus will be away, and the creditor was sent a test message that did not get through."""
    why = "hun systeem wordt vervangen, aangekondigd"
    pause(connection, VISH, _act(ActName.PARTNER_PAUSED, now - HOUR, why, Doer("beheerder", "Bea Beheerder"), VISH))
    window = _act(ActName.WINDOW_PLANNED, now - HOUR, "onderhoud op zaterdag", target=TAX_HAARLEM)
    plan_window(connection, TAX_HAARLEM, now - HOUR, now + 5 * HOUR, window)
    test = _act(ActName.PARTNER_TESTED, now - HOUR, None, HANS, CRED)
    ask_notice(connection, CRED, HubNoticeCode.CONNECTION_TEST, test)
    mark_notice(connection, 1, "unroutable", now - HOUR)
