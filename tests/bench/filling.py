"""Fills a hub's PostgreSQL with a year of the road, and with what keeper and operators keep beside the log."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import cycle, islice
from typing import Any, Final

from sqlalchemy import Connection, Table, insert, text

from hub.alarms.kinds import AlarmKind
from hub.alarms.tables import ALARM
from hub.clock import new_pseudonym
from hub.console.tables import AUDIT, LAST_VISIT
from hub.conversations.tables import QUESTION
from hub.database import Database, instant
from hub.messagelog.entries.store import add_register_version
from hub.messagelog.tables import (
    CHECKPOINT,
    COSIGNATURE,
    EDGE_STATUS,
    ENTRY,
    MESSAGE,
    QUARANTINE,
    TREE,
    VERIFICATION,
)
from hub.operations.acts import ActName
from hub.operations.tables import ACT, RECOVERY, RECOVERY_ITEM
from tests.bench.year import DAY, SECOND, Row, Year
from tests.world import CRED, SHV, TAX, TAX_HAARLEM, VISH, World, make_body, make_event

AT_ONCE: Final = 20_000
#: Beside a million messages; fewer beside fewer.
ALARMS, STANDING = 20_000, 250
EVIDENCE, OPEN = 6_000, 600
ACTS, LOOKS, RECOVERIES, ITEMS = 30_000, 200_000, 400, 100
MILLION: Final = 1_000_000
_ESCAPED: Final = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
OPERATOR: Final = ("proef", "Pia Proef")


@dataclass(frozen=True)
class Filling:
    """What lies in the database, for whoever asks about it."""

    messages: int
    entries: int
    questions: int
    cases: list[str]
    ids: list[str]
    recoveries: list[str]
    evidence: int


def fill(database: Database, world: World, now: datetime, messages: int) -> Filling:
    """Writes the rows and lets PostgreSQL look at them; takes a few minutes for a million."""
    year = Year(messages, instant(now))
    ids: list[str] = []
    with database.begin() as connection:
        _write_road(connection, year, ids)
        copy(connection, QUESTION, year.questions)
        share = messages / MILLION
        recoveries = _write_operations(connection, world, year.end, share)
        _write_keeping(connection, year, share)
        add_register_version(connection, 1, "0" * 64, now - timedelta(days=365))
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    evidence = _some(EVIDENCE, share)
    return Filling(messages, year.entries, len(year.questions), year.cases, ids, recoveries, evidence)


def copy(connection: Connection, table: Table, rows: Iterable[Row]) -> None:
    """Writes rows by COPY; every row has the columns of the first."""
    waiting = iter(rows)
    first = next(waiting, None)
    if first is None:
        return
    columns = list(first)
    cursor = connection.connection.cursor()
    with cursor.copy(f"COPY {table.name} ({', '.join(columns)}) FROM STDIN") as stream:
        stream.write(_line(first, columns))
        while some := list(islice(waiting, AT_ONCE)):
            stream.write("".join(_line(row, columns) for row in some))


def _line(row: Row, columns: Sequence[str]) -> str:
    return "\t".join(_cell(row[name]) for name in columns) + "\n"


def _cell(value: Any) -> str:  # noqa: ANN401 - whatever a column holds
    return "\\N" if value is None else str(value).translate(_ESCAPED)


# — the road ——————————————————————————————————————————————————————————————————————————————————————————————————————————


def _write_road(connection: Connection, year: Year, ids: list[str]) -> None:
    messages: list[Row] = []
    entries: list[Row] = []
    for message, some in year.rows():
        messages.append(message)
        entries += some
        if len(messages) == AT_ONCE:
            ids.append(message["id"])
            _write(connection, messages, entries)
    ids += [message["id"] for message in messages[-10:]]
    entries += year.finish()
    _write(connection, messages, entries)


def _write(connection: Connection, messages: list[Row], entries: list[Row]) -> None:
    copy(connection, MESSAGE, messages)
    names = ("leaf_index", "kind", "ts", "id", "ref", "type", "src", "rcpt", "kid", "refhash", "result", "code")
    copy(connection, ENTRY, ({name: entry.get(name) for name in names} for entry in entries))
    messages.clear()
    entries.clear()


# — what keeper and operators keep ————————————————————————————————————————————————————————————————————————————————————


def _write_operations(connection: Connection, world: World, end: int, share: float) -> list[str]:
    """Evidence, acts and recoveries; the ids of the recoveries."""
    bodies = cycle([make_body(world, make_event()) for _ in range(20)])
    count, settled = _some(EVIDENCE, share), _some(EVIDENCE - OPEN, share)
    evidence: list[Row] = [
        {
            "cause": "row-refused" if number % 50 == 0 else "dead-letter",
            "received": end - (count - number) * DAY // 20,
            "refhash": "sha-256:" + f"{number:064x}",
            "oin": None if number % 3 == 0 and number % 50 else SHV,
            "queue": "hub.dead",
            "body": None if number % 50 == 0 else next(bodies),
            "settled": end if number < settled else None,
            "settled_how": "archived" if number < settled else None,
        }
        for number in range(count)
    ]
    connection.execute(insert(QUARANTINE), evidence)
    copy(connection, ACT, (_act(end - number * DAY // 80, number) for number in range(_some(ACTS, share))))
    ids = [new_pseudonym() for _ in range(_some(RECOVERIES, share))]
    copy(connection, RECOVERY, (_recovery(one, end - number * DAY) for number, one in enumerate(ids)))
    copy(connection, RECOVERY_ITEM, (_item(one, position, end) for one in ids for position in range(ITEMS)))
    return ids


def _act(at: int, number: int) -> Row:
    name = list(ActName)[number % len(ActName)]
    who = {"subject": OPERATOR[0], "name": OPERATOR[1]}
    return {"id": new_pseudonym(), "at": at, **who, "act": name.value, "target": TAX, "reason": "onderhoud gepland"}


def _recovery(identity: str, at: int) -> Row:
    row = {"id": identity, "kind": "release", "state": "done", "planned": at, "planned_by": OPERATOR[0]}
    more = {"planned_by_name": OPERATOR[1], "hash": "sha-256:" + "1" * 64, "to_send": ITEMS, "to_skip": 0}
    return {**row, **more, "finished": at + 60 * SECOND}


def _item(identity: str, position: int, end: int) -> Row:
    row = {"recovery_id": identity, "position": position, "evidence": position + 1, "refhash": "sha-256:" + "1" * 64}
    return {**row, "begun": end, "tries": 1, "outcome": "carried", "outcome_at": end}


def _write_keeping(connection: Connection, year: Year, share: float) -> None:
    """Alarms, what edges said, the heads of the log, the trail of who looked, and a visit from long ago."""
    end = year.end
    copy(connection, ALARM, (_alarm(end, number, year.cases) for number in range(_some(ALARMS, share))))
    connection.execute(insert(EDGE_STATUS), [_edge(oin, end) for oin in (SHV, VISH, TAX, TAX_HAARLEM, CRED)])
    tree = {"tree_id": 1, "origin": "hub.example.test/log/2026", "first": 0, "size": year.entries}
    connection.execute(insert(TREE), tree)
    connection.execute(insert(CHECKPOINT), [_head(end, year.entries - 1000 * ago) for ago in range(_heads(year))])
    connection.execute(
        insert(COSIGNATURE),
        [
            {"tree_id": 1, "size": year.entries - 1000 * ago, "oin": oin, "kid": "k", "line": "x", "time": end}
            for oin in (SHV, VISH, TAX)
            for ago in range(0, _heads(year), 24)  # a witness confirms once a day
        ],
    )
    audit = {"begun": end - DAY, "seen": end - DAY, "ended": end - DAY, "done": 1, "total": 1, "problems": ""}
    connection.execute(insert(VERIFICATION), [audit] * 12)
    copy(connection, AUDIT, (_look(end - number * DAY // 600, number) for number in range(_some(LOOKS, share), 0, -1)))
    here = {"subject": OPERATOR[0], "began": end - DAY, "seen": end - DAY, "seen_index": year.entries // 2}
    connection.execute(insert(LAST_VISIT), here)


def _alarm(end: int, number: int, cases: Sequence[str]) -> Row:
    kind = (AlarmKind.PAUSE, AlarmKind.TERM, AlarmKind.PARTNER)[number % 3]
    case = None if kind is AlarmKind.PARTNER else cases[number % len(cases)]
    started = end - number * DAY // 60
    return {
        "id": new_pseudonym(),
        "kind": kind.value,
        "subject": f"{TAX}:{number}",
        "oin": TAX,
        "case_id": case,
        "started": started,
        "seen": started,
        "cleared": None if number < STANDING else started + 3600 * SECOND,
        "start_mailed": started,
        "start_posted": started,
        "clear_mailed": started,
        "clear_posted": started,
    }


def _edge(oin: str, end: int) -> Row:
    facts = {"waiting": 3, "oldest_waiting": end, "uncertain": 0, "circuit": "closed", "software": "schuldhub 0.1.0"}
    types = "kennisgeving-publiek:1,pauze-verlenging:1"
    return {"oin": oin, "time": end, "received": end, **facts, "types": types, "register_version": 1} | {
        "clock_offset_ms": 12
    }


def _heads(year: Year) -> int:
    return min(8_760, year.entries // 1000)


def _head(end: int, size: int) -> Row:
    return {"tree_id": 1, "size": size, "root": b"0" * 32, "note": "x" * 200, "made": end, "published": end}


def _look(at: int, number: int) -> Row:
    act = ("viewed", "searched", "followed", "acted")[number % 4]
    who = {"subject": OPERATOR[0], "name": OPERATOR[1]}
    return {"at": at, **who, "act": act, "page": "bericht", "target": new_pseudonym(), "detail": None}


def _some(count: int, share: float) -> int:
    return max(2, round(count * min(share, 1.0)))
