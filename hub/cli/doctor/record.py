"""Looks at the hub's database: there, of this release, kept up with; and at what edges said of themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from hub.cli.doctor.finding import Finding, clocks, failed, ok, problem, warn
from hub.database import Connection, Database
from hub.errors import HubError
from hub.messagelog import schema
from hub.messagelog.health import store
from hub.messagelog.health.store import EdgeReport

SEQUENCED_WITHIN: Final = timedelta(seconds=30)
OFFERED_WITHIN: Final = timedelta(minutes=10)
REPORTED_WITHIN: Final = timedelta(minutes=15)
_START: Final = "see whether the hub runs (`schuldhub up`) and what its log says"


def look_at_database(
    database: Database, names: Mapping[str, str], register_version: int, now: datetime
) -> list[Finding]:
    """Everything that the database can tell; stops at the first thing without which nothing more can be asked."""
    try:
        present, wanted = schema.present(database), schema.newest()
        if present != wanted:
            says = f"schema {present or 'none'}, this release needs {wanted}"
            return [problem("database", says, "stop the hub, make a back-up, run `schuldhub db upgrade`")]
        with database.reading() as connection:
            return [
                ok("database", f"answers; schema {present}"),
                *_look_at_backlog(connection, now),
                *_look_at_clock(connection, now),
                *_look_at_edges(connection, names, register_version, now),
            ]
    except HubError as error:
        return [failed("database", error)]


def _look_at_backlog(connection: Connection, now: datetime) -> Iterator[Finding]:
    found = store.backlog(connection, now - SEQUENCED_WITHIN, now - OFFERED_WITHIN)
    if found.unsequenced:
        says = f"{found.unsequenced} entries without an index, the oldest of {found.oldest_unsequenced:%Y-%m-%d %H:%M}Z"
        yield problem("message log", says, f"the keeper gives them theirs: {_START}")
    else:
        yield ok("message log", "every entry has its index")
    if found.overdue:
        says = f"{found.overdue} messages should have been offered again since {found.oldest_overdue:%Y-%m-%d %H:%M}Z"
        yield problem("keeper", says, _START)
    else:
        yield ok("keeper", "nothing is overdue")
    if found.quarantined:
        yield warn("quarantine", f"{found.quarantined} pieces of evidence", "somebody must look at each")


def _look_at_clock(connection: Connection, now: datetime) -> Iterator[Finding]:
    theirs = store.server_time(connection)
    if theirs is not None:
        yield clocks(
            "clock", "the database server's clock", theirs - now, "set the clock of that machine or of this one"
        )


def _look_at_edges(
    connection: Connection, names: Mapping[str, str], register_version: int, now: datetime
) -> Iterator[Finding]:
    for report in store.edge_reports(connection):
        yield from _look_at_edge(report, names.get(report.oin, report.oin), register_version, now)


def _look_at_edge(report: EdgeReport, name: str, register_version: int, now: datetime) -> Iterator[Finding]:
    """One line for an edge that is well, one for each thing that is not."""
    call = f"call {name}"
    silent = now - report.received
    found = []
    if silent > REPORTED_WITHIN:
        found.append(warn("edge", f"{name} has not reported for {int(silent.total_seconds() // 60)} minutes", call))
    if report.circuit != "closed":
        found.append(warn("edge", f"{name} does not reach its own system (circuit {report.circuit})", call))
    if report.uncertain:
        found.append(warn("edge", f"{name} has {report.uncertain} uncertain acts: somebody there must decide", call))
    if report.register_version < register_version:
        found.append(warn("edge", f"{name} works with register version {report.register_version}", call))
    offset = clocks("edge", f"the clock of {name}", timedelta(milliseconds=report.clock_offset_ms), f"{call} about it")
    if offset.advice is not None:
        found.append(offset)
    yield from found or [ok("edge", f"{name}: {report.waiting} acts wait, none uncertain, circuit closed")]
