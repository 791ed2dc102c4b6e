"""Bericht: where one message is, who must act, what happens next by itself, and everything that proves it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from starlette.exceptions import HTTPException
from starlette.responses import Response

from hub.console import words
from hub.console.acting import done_of
from hub.console.audit import Act
from hub.console.desk import Page, Visitor
from hub.console.explaining import explanation_of
from hub.console.roles import Permission
from hub.conversations.questions import Question
from hub.database import Connection
from hub.messagelog.reading.records import Carried, CarriedKey, LogLine
from hub.messagelog.reading.standing import Facts, MessageState
from hub.messagelog.reading.store import carried, entries_about
from hub.operations.acts import Done
from hub.operations.acts.store import newest_acts
from hub.operations.terms.store import open_question
from hub.register.model import Contact, Key
from hub.wire.names import OIN, UUID

ACTS_SHOWN: Final = 20
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


@dataclass(frozen=True, slots=True)
class _About:
    """What the database says of messages with one id."""

    found: list[Carried]
    entries: list[LogLine]
    questions: dict[CarriedKey, Question]
    acts: list[Done]


async def show(visitor: Visitor) -> Response:
    """One message by its id; `van` names its sender, where two should have used the same id."""
    message_id = visitor.request.path_params["id"].lower()
    sender = visitor.request.query_params.get("van")
    if UUID.fullmatch(message_id) is None or (sender is not None and OIN.fullmatch(sender) is None):
        raise HTTPException(_NOT_FOUND)
    about = await visitor.desk.database.read(_look, message_id, sender)
    if not about.found and not about.entries:
        raise HTTPException(_NOT_FOUND)
    await visitor.note(Act.VIEWED, target=message_id)
    if not about.found:
        return _refused(visitor, message_id, about.entries)
    cards = [_card(visitor, one, about) for one in about.found]
    return visitor.shown("bericht.html", messages=cards, id=message_id, done=done_of(visitor), acts_done=about.acts)


def _look(connection: Connection, message_id: str, sender: str | None) -> _About:
    found = carried(connection, message_id, sender)
    questions = {one.key: open_question(connection, one.key) for one in found}
    return _About(
        found,
        entries_about(connection, message_id),
        {key: question for key, question in questions.items() if question is not None},
        newest_acts(connection, ACTS_SHOWN, about=[message_id]),
    )


def _card(visitor: Visitor, one: Carried, about: _About) -> dict[str, object]:
    names = visitor.desk.names
    sender, recipient = names.get(one.source_oin, one.source_oin), names.get(one.recipient_oin, one.recipient_oin)
    return {
        "message": one,
        "explanation": explanation_of(one.facts, sender, recipient, visitor.now),
        "steps": steps_of(one, about.entries, sender, recipient),
        "key": _key(visitor, one.kid),
        "question": about.questions.get(one.key),
        "contacts": _contacts(visitor, one.recipient_oin),
    }


def _contacts(visitor: Visitor, oin: str) -> list[Contact]:
    """Whom to call about a term that passes: escalation contacts, else functional ones."""
    organisation = visitor.desk.register.current.organisation(oin)
    found = organisation.contacts if organisation else ()
    mine = [one for one in found if one.purpose == "escalation"]
    return mine or [one for one in found if one.purpose == "functional"]


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
