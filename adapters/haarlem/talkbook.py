"""Keeps the books of conversations whose facts are their messages: said and written down in one transaction.

Every change runs through `keep`, which tells who polls when the state changed and when an alarm starts or clears.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TypeVar

from adapters.contract import Received
from adapters.haarlem import store
from adapters.haarlem.agenda import store as agenda
from adapters.haarlem.book import DebtHelper
from adapters.haarlem.conversations.position import Position
from adapters.haarlem.conversations.positions import position_of
from adapters.haarlem.conversations.talk import Heard, Said, Talk, TalkKind
from adapters.haarlem.facts import Carried
from adapters.haarlem.store import Transaction
from adapters.haarlem.talks import store as talks
from adapters.haarlem.talks.store import KeptTalk
from hub.clock import milliseconds, new_id
from schemas.messages import Message, SettlementProposal

M = TypeVar("M", bound=Message)


@dataclass(frozen=True, slots=True)
class About:
    """Whom and what a new conversation is about; without `oin` it is kept by hand."""

    kind: TalkKind
    subject: str
    oin: str
    case_id: str | None = None
    person_id: str | None = None
    party_id: str | None = None


def begin(tx: Transaction, about: About, talk_id: str, facts: Talk, conversation: str | None = None) -> KeptTalk:
    """A new conversation in the books; nothing is said yet."""
    made = KeptTalk(
        id=talk_id,
        conversation=conversation or talk_id,
        kind=about.kind,
        case_id=about.case_id,
        person_id=about.person_id,
        party_id=about.party_id,
        subject=about.subject,
        oin=about.oin,
        facts=facts,
    )
    talks.add(tx, made)
    return made


def say(
    helper: DebtHelper,
    tx: Transaction,
    talk: KeptTalk,
    message: Message,
    *,
    person: str | None = None,
    answers: str | None = None,
    term_days: int | None = None,
    by_hand: bool = False,
) -> KeptTalk:
    """Sends a message in a conversation and writes it down; what goes `by_hand` is somebody's to post.

    So is everything to who is not on the road.

    Raises:
        RefusedError: it cannot be sealed, or the recipient may not have it; the transaction must not commit.
    """
    now = helper.now()
    by_hand = by_hand or not talk.oin
    if by_hand:
        message_id = new_id(helper.edge.office.clock)
    else:
        message_id = helper.edge.publish(
            tx, message, to=talk.oin, case=talk.subject, conversation=talk.conversation, causation=answers
        )
    said = Said(
        id=message_id,
        number=talk.facts.next_number,
        sent=now,
        carried=Carried.DELIVERED if by_hand else Carried.SENT,
        carried_at=now if by_hand else None,
        name=message.message_type.name,
        data=message.to_wire(),
        person=person,
        answers=answers,
        term_days=term_days,
        by_hand=by_hand,
    )
    return keep(helper, tx, talk, talk.facts.saying(said))


def hear(helper: DebtHelper, tx: Transaction, talk: KeptTalk, received: Received[M]) -> KeptTalk:
    """Writes down what the other side said."""
    heard = Heard(
        id=received.id,
        sequence=received.sequence,
        at=received.time,
        name=received.message.message_type.name,
        data=received.message.to_wire(),
        answers=received.causation,
    )
    return keep(helper, tx, talk, talk.facts.hearing(heard))


def write_down(
    helper: DebtHelper, tx: Transaction, talk: KeptTalk, message: Message, *, by: str, answers: str | None
) -> KeptTalk:
    """Writes down what the other side said by letter or telephone, on behalf of an employee."""
    now = helper.now()
    heard = Heard(
        id=new_id(helper.edge.office.clock),
        sequence=milliseconds(now),
        at=now,
        name=message.message_type.name,
        data=message.to_wire(),
        answers=answers,
        by=by,
    )
    return keep(helper, tx, talk, talk.facts.hearing(heard))


def position(helper: DebtHelper, tx: Transaction, talk: KeptTalk) -> Position:
    """Where it stands now."""
    case = None if talk.case_id is None else store.find_case(tx, talk.case_id)
    return position_of(talk.facts, helper.settings, helper.now(), None if case is None else case.ended_at)


def has_changed(helper: DebtHelper, tx: Transaction, talk: KeptTalk) -> bool:
    """Whether time alone made it stand otherwise than was told."""
    now_at = position(helper, tx, talk)
    return (now_at.state, now_at.actor, now_at.alarm, now_at.over) != (
        talk.state,
        talk.actor,
        talk.alarm,
        not talk.open,
    )


def keep(helper: DebtHelper, tx: Transaction, talk: KeptTalk, facts: Talk) -> KeptTalk:
    """Writes down new facts and tells who polls what changed.

    Time alone changes it too, so this is also what a look at the clock does with the facts as they are.
    """
    found = position(helper, tx, replace(talk, facts=facts))
    kept = replace(
        talk,
        facts=facts,
        open=not found.over,
        state=found.state.value,
        actor=found.actor.value,
        since=found.since,
        due=found.due,
        alarm=found.alarm and found.alarm.value,
    )
    if kept != talk:
        talks.put(tx, kept)
    now = helper.now()
    if kept.state != talk.state:
        # How the news of a phase fares on the road is no change of phase.
        kind = "fasebericht" if kept.kind is TalkKind.PHASES else kept.kind.value
        _tell(tx, kept, now, f"{kind}-gewijzigd", kept.state)
    if kept.alarm != talk.alarm:
        if talk.alarm is not None:
            _tell(tx, kept, now, "alarm-voorbij", talk.alarm)
        if kept.alarm is not None:
            _tell(tx, kept, now, "alarm", kept.alarm)
    return kept


def _tell(tx: Transaction, talk: KeptTalk, at: datetime, kind: str, state: str) -> None:
    case_id = talk.case_id or talk.subject
    agenda.add_event(tx, at, kind, case_id, person_id=talk.person_id, party_id=talk.party_id, state=state)


def remake(helper: DebtHelper, tx: Transaction, talk: KeptTalk, expired: Said) -> None:
    """Says a message that expired once more, while the case still needs it (wire.md 8, T4); else the alarm stays."""
    if not talk.open or not talk.facts.is_needed(expired) or _is_stale(expired, helper.today()):
        return
    say(
        helper,
        tx,
        talk,
        expired.anew,
        person=expired.person,
        answers=expired.answers,
        term_days=expired.term_days,
    )


def _is_stale(said: Said, today: date) -> bool:
    """Whether what was said no longer holds: an offer past its last day is a person's to make anew."""
    model = SettlementProposal
    return said.name == model.message_type.name and said.message(model).valid_until < today
