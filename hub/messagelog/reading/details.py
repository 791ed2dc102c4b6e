"""Messages and log entries as rows for a reader: ids, codes, times, names of organisations. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from hub.clock import rfc3339
from hub.messagelog.reading.records import Carried, Listed, LogLine
from hub.messagelog.reading.standing import Facts, MessageState, Standing, standing_of
from hub.wire.shortnames import case_code, short_type

Row = dict[str, object]
Names = Mapping[str, str]
TAIL_COLUMNS: Final = ("index", "time", "kind", "message", "dossierkenmerk", "from", "to", "type", "result", "code")


def listed_row(one: Listed, names: Names) -> Row:
    """One line of a list; organisations by name where `names` has one."""
    return {
        "index": one.index,
        "time": rfc3339(one.at),
        "dossierkenmerk": case_code(one.case) if one.case else None,
        "type": short_type(one.type),
        "from": _named(one.sender, names),
        "to": _named(one.recipient, names),
        "state": one.state.value,
        "by": one.by,
        "code": one.code,
        "id": one.id,
    }


def tail_row(line: LogLine, names: Names) -> Row:
    """One entry of the log; `message` is the id of the message that it is about."""
    values = (
        line.index,
        rfc3339(line.at),
        line.kind,
        line.message_id,
        case_code(line.case) if line.case else None,
        _named(line.sender, names),
        _named(line.recipient, names),
        short_type(line.type),
        line.result,
        line.code,
    )
    return dict(zip(TAIL_COLUMNS, values, strict=True))


def carried_record(one: Carried, entries: Sequence[LogLine], names: Names, now: datetime) -> Row:
    """An accepted message with its way so far and where that leaves everybody."""
    mine = [entry for entry in entries if _is_about(entry, one)]
    return {
        "id": one.id,
        "dossierkenmerk": case_code(one.case),
        "type": one.type,
        "from": one.source_oin,
        "fromName": names.get(one.source_oin),
        "to": one.recipient_oin,
        "toName": names.get(one.recipient_oin),
        **_standing_cells(one.facts, standing_of(one.facts, now)),
        "case": one.case,
        "conversation": one.conversation,
        "causation": one.causation,
        "sequence": one.sequence,
        "source": one.source,
        "dataschema": one.dataschema,
        "kid": one.kid,
        "refhash": one.refhash,
        "expirytime": rfc3339(one.expirytime),
        "attempts": one.facts.attempts,
        "timeline": _timeline(one, mine),
    }


def refused_record(entries: Sequence[LogLine], names: Names, now: datetime) -> Row:
    """A message that the hub only ever refused: little is known, because nothing unvalidated is kept."""
    last = entries[-1]
    facts = Facts(MessageState.REFUSED, "hub", last.code, 0, None, None)
    sender = last.sender or ""
    return {
        "id": last.id,
        "from": last.sender,
        "fromName": names.get(sender),
        **_standing_cells(facts, standing_of(facts, now)),
        "timeline": [_step(entry.at, "refused", "hub", entry.code, entry.index) for entry in entries],
    }


def _standing_cells(facts: Facts, standing: Standing) -> Row:
    return {
        "state": facts.state.value,
        "by": facts.by,
        "code": facts.code,
        "cause": standing.cause,
        "whoMustAct": standing.who,
        "why": standing.why,
        "nextStep": standing.next_step,
        "nextAt": rfc3339(standing.at) if standing.at else None,
    }


def _timeline(one: Carried, entries: Sequence[LogLine]) -> list[Row]:
    """What happened, in the order in which it did; what is a leaf of the log has its index."""
    steps: list[tuple[datetime, Row]] = [(one.time, _step(one.time, "made", "sender", None, None))]
    if one.forwarded:
        steps.append((one.forwarded, _step(one.forwarded, "forwarded", "hub", None, None)))
    for entry in entries:
        by = "recipient" if entry.kind == "receipt" else "hub"
        word = f"receipt {entry.result}" if entry.kind == "receipt" else entry.kind
        steps.append((entry.at, _step(entry.at, word, by, entry.code, entry.index)))
    return [row for _, row in sorted(steps, key=lambda step: step[0])]


def _step(at: datetime, event: str, by: str, code: str | None, index: int | None) -> Row:
    return {"time": rfc3339(at), "event": event, "by": by, "code": code, "index": index}


def _is_about(entry: LogLine, one: Carried) -> bool:
    sender = entry.recipient if entry.kind == "receipt" else entry.sender
    return entry.message_id == one.id and sender == one.source_oin


def _named(oin: str | None, names: Names) -> str | None:
    return names.get(oin, oin) if oin else None
