"""Items of a ledger as rows for a reader: ids, codes and times, never what a message says. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from adapters.upkeep.records import Item, ItemState, Kind, standing_of
from hub.clock import rfc3339
from hub.wire.shortnames import case_code, short_type

Row = dict[str, object]
Names = Mapping[str, str]
Decision = tuple[datetime, str, str, str, str]


def item_row(item: Item, names: Names) -> Row:
    """One line of a list; the other party by name where `names` has one."""
    standing = standing_of(item)
    return {
        "time": rfc3339(item.at),
        "kind": item.kind.value,
        "state": item.state.value,
        "dossierkenmerk": case_code(item.case) if item.case else None,
        "type": short_type(item.type),
        "party": names.get(item.counterpart or "", item.counterpart),
        "attempts": item.attempts,
        "whoMustAct": standing.who,
        "nextAt": rfc3339(standing.at) if standing.at else None,
        "code": item.code,
        "id": item.id,
    }


def item_record(item: Item, names: Names, decisions: Sequence[Decision], *, persons: bool) -> Row:
    """Everything about one item but what it says; reasons of decisions, in somebody's own words, only with persons."""
    standing = standing_of(item)
    return {
        "id": item.id,
        "kind": item.kind.value,
        "state": item.state.value,
        "dossierkenmerk": case_code(item.case) if item.case else None,
        "type": item.type,
        "party": item.counterpart,
        "partyName": names.get(item.counterpart or ""),
        "code": item.code,
        "by": item.by,
        "whoMustAct": standing.who,
        "why": standing.why,
        "nextStep": standing.next_step,
        "nextAt": rfc3339(standing.at) if standing.at else None,
        "case": item.case,
        "conversation": item.conversation,
        "sequence": item.sequence,
        "attempts": item.attempts,
        "expirytime": rfc3339(item.expirytime) if item.expirytime else None,
        "refhash": item.refhash,
        "receiptDue": item.receipt_due if item.kind is Kind.IN else None,
        "timeline": _timeline(item, decisions, persons=persons),
    }


def count_rows(counts: Sequence[tuple[Kind, ItemState, int, datetime]]) -> list[Row]:
    """How many there are of each kind and state."""
    return [
        {"kind": kind.value, "state": state.value, "count": count, "oldest": rfc3339(oldest)}
        for kind, state, count, oldest in counts
    ]


def _timeline(item: Item, decisions: Sequence[Decision], *, persons: bool) -> list[Row]:
    begun = "made" if item.kind is Kind.OUT else "received"
    steps = [_step(item.at, begun, None, None, persons=persons)]
    steps += [
        _step(at, f"decided {decision}, was {was}", who, reason, persons=persons)
        for at, who, was, decision, reason in decisions
    ]
    if item.ended:
        steps.append(_step(item.ended, item.state.value, item.by, None, persons=persons))
    return sorted(steps, key=lambda step: str(step["time"]))


def _step(at: datetime, event: str, by: str | None, reason: str | None, *, persons: bool) -> Row:
    row: Row = {"time": rfc3339(at), "event": event, "by": by}
    return {**row, "reason": reason} if persons else row
