"""Bericht: where one message is, who must act, what happens next by itself, and everything that proves it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from starlette.exceptions import HTTPException
from starlette.responses import Response

from hub.console import words
from hub.console.audit import Act
from hub.console.desk import Page, Visitor
from hub.console.explaining import explanation_of
from hub.console.roles import Permission
from hub.database import Connection
from hub.messagelog.reading.records import Carried, LogLine
from hub.messagelog.reading.standing import Facts, MessageState
from hub.messagelog.reading.store import carried, entries_about
from hub.register.model import Key
from hub.wire.names import OIN, UUID

_NOT_FOUND: Final = 404


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened to a message; `index` where it is an entry of the log."""

    at: datetime
    what: str
    by: str
    tone: words.Tone
    code: str | None = None
    index: int | None = None


async def show(visitor: Visitor) -> Response:
    """One message by its id; `van` names its sender, where two should have used the same id."""
    message_id = visitor.request.path_params["id"].lower()
    sender = visitor.request.query_params.get("van")
    if UUID.fullmatch(message_id) is None or (sender is not None and OIN.fullmatch(sender) is None):
        raise HTTPException(_NOT_FOUND)
    found, entries = await visitor.desk.database.read(_about, message_id, sender)
    if not found and not entries:
        raise HTTPException(_NOT_FOUND)
    await visitor.note(Act.VIEWED, target=message_id)
    if not found:
        return _refused(visitor, message_id, entries)
    return visitor.shown("bericht.html", messages=[_card(visitor, one, entries) for one in found], id=message_id)


def _about(connection: Connection, message_id: str, sender: str | None) -> tuple[list[Carried], list[LogLine]]:
    return carried(connection, message_id, sender), entries_about(connection, message_id)


def _card(visitor: Visitor, one: Carried, entries: Sequence[LogLine]) -> dict[str, object]:
    names = visitor.desk.names
    sender, recipient = names.get(one.source_oin, one.source_oin), names.get(one.recipient_oin, one.recipient_oin)
    return {
        "message": one,
        "explanation": explanation_of(one.facts, sender, recipient, visitor.now),
        "steps": steps_of(one, entries, sender, recipient),
        "key": _key(visitor, one.kid),
    }


def _key(visitor: Visitor, kid: str) -> Key | None:
    return visitor.desk.register.current.key(kid)


def steps_of(one: Carried, entries: Sequence[LogLine], sender: str, recipient: str) -> list[Step]:
    """What happened, in the order in which it did."""
    mine = [entry for entry in entries if entry.message_id == one.id and _answered_to(entry) == one.source_oin]
    steps = [Step(one.time, "gemaakt en verzegeld", sender, "neutral")]
    steps += [_step(entry, recipient) for entry in mine if entry.kind == "accepted"]
    if one.forwarded:
        steps.append(Step(one.forwarded, "in de postbus van de ontvanger gelegd", "de hub", "busy"))
    steps += [_step(entry, recipient) for entry in mine if entry.kind != "accepted"]
    return sorted(steps, key=lambda step: step.at)  # what happened at the same moment stays in the order of the road


def _answered_to(entry: LogLine) -> str | None:
    """Whose message an entry is about."""
    return entry.recipient if entry.kind == "receipt" else entry.sender


def _step(entry: LogLine, recipient: str) -> Step:
    what = words.KINDS.get(entry.kind, entry.kind)
    if entry.kind == "receipt":
        refused = entry.result == "refused"
        what = "ontvangstbewijs: geweigerd" if refused else "ontvangstbewijs: bewaard bij de ontvanger"
        return Step(entry.at, what, recipient, "error" if refused else "good", entry.code, entry.index)
    tone: words.Tone = "error" if entry.kind in {"refused", "expired"} else "busy"
    return Step(entry.at, what, "de hub", tone, entry.code, entry.index)


def _refused(visitor: Visitor, message_id: str, entries: Sequence[LogLine]) -> Response:
    """A message that the hub only ever refused: little is known, because nothing unvalidated is kept."""
    last = entries[-1]
    names = visitor.desk.names
    sender = names.get(last.sender or "", "een onbekende afzender")
    facts = Facts(MessageState.REFUSED, "hub", last.code, 0, None, None)
    return visitor.shown(
        "bericht_geweigerd.html",
        id=message_id,
        last=last,
        sender=sender,
        explanation=explanation_of(facts, sender, None, visitor.now),
        steps=[_step(entry, "de ontvanger") for entry in entries],
    )


PAGES: Final = (Page("/berichten/{id}", "bericht", Permission.SEE_ROAD, show),)
