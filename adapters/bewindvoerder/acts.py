"""What an office does: it opens, answers, begins, hands over. Each is one transaction of its ledger.

A form has a key: sent twice, it is done once, and the second time leads to the letter that the first made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from adapters.bewindvoerder import store
from adapters.bewindvoerder.handlers import Office
from adapters.bewindvoerder.mapping import person_in
from adapters.bewindvoerder.records import Client, Letter
from adapters.bewindvoerder.referrals import HELPING, may_follow, status_of
from adapters.bewindvoerder.store import Transaction
from adapters.bewindvoerder.trades import ANSWERS, answers_to
from hub.clock import new_pseudonym
from schemas.codes import Status
from schemas.errors import PayloadError, Problem, Slug
from schemas.messages import (
    AdministrationDossier,
    AdministrationEnd,
    AdministrationStart,
    CollectionDespitePause,
    DebtRestRequest,
    Message,
    Referral,
    ReferralStatusReport,
    StatusReport,
)

#: What the debt helper hears when a creditor was told of an incident; nothing of the person stands in it.
TOLD: Final = "Wij meldden aan {name}: incasso ondanks de pauze ({measure}, {day})."


class NotHereError(Exception):
    """What is asked does not exist for this office, or cannot be done with it now."""


@dataclass(frozen=True, slots=True)
class Author:
    """Who does it, and the key of the form that it is done with."""

    name: str
    key: str
    now: datetime


def opened(tx: Transaction, office: Office, letter_id: str, by: str, now: datetime) -> Letter:
    """A letter, read by somebody; the first time, its sender is told so (*opgehaald*).

    Raises:
        NotHereError: the office has no such letter.
    """
    letter = store.letter(tx, letter_id)
    if letter is None:
        raise NotHereError
    if not letter.ours and store.open_letter(tx, letter_id, by, now):
        office.edge.publish(
            tx,
            StatusReport(status=Status.FETCHED),
            to=letter.counterpart,
            case=letter.case,
            conversation=letter.conversation,
            causation=letter.id,
        )
    return store.letter(tx, letter_id) or letter


def answer(tx: Transaction, office: Office, letter_id: str, message: Message, author: Author) -> str:
    """Answers a letter; the id of the answer.

    Raises:
        NotHereError: no such letter, or this is no answer to it.
        PayloadError: a status that cannot follow.
        RefusedError: it cannot be sealed.
    """
    asked = store.letter(tx, letter_id)
    if asked is None or asked.ours or type(message) not in answers_to(asked.type):
        raise NotHereError
    if isinstance(message, ReferralStatusReport):
        last = status_of(store.letters(tx, case=asked.case), asked.conversation)
        if message.status not in may_follow(last) and store.made_by(tx, author.key) is None:
            raise PayloadError([Problem("/status", Slug.UNKNOWN_CODE)])
    sent = _send(tx, office, message, author, to=asked.counterpart, case=asked.case, talk=asked.conversation,
                 answers=asked.id)  # fmt: skip
    if type(message) in ANSWERS.get(asked.type, ()):
        store.mark_answered(tx, asked.id, author.now)
    return sent


def begin(
    tx: Transaction, office: Office, message: AdministrationStart, author: Author, case: str | None = None
) -> str:
    """Tells of a bewind (*bewind-gestart*), of a client whom we know or of a new one; the id of the letter.

    Raises:
        NotHereError: another's case.
        RefusedError: it cannot be sealed.
    """
    known = None if case is None else store.client(tx, case)
    person = person_in(message)
    helper = office.settings.helper
    if (case is not None and known is None) or person is None or helper is None:
        raise NotHereError
    case = case or new_pseudonym()
    to = known.counterpart if known else helper
    sent = _send(tx, office, message, author, to=to, case=case, talk=new_pseudonym())
    if (letter := store.letter(tx, sent)) is not None and letter.case == case:
        store.put_client(tx, Client(case, to, person, known.since if known else author.now))
    return sent


def tell(tx: Transaction, office: Office, case: str, message: Message, author: Author) -> str:
    """Says something in a bewind that runs: dossier, request for rest, end; the id of the letter.

    Raises:
        NotHereError: there is no conversation in which it can be said.
        RefusedError: it cannot be sealed.
    """
    talk = talk_for(type(message), store.letters(tx, case=case))
    if talk is None or type(message) not in office.trade.begins:
        if (before := store.made_by(tx, author.key)) is not None:
            return before
        raise NotHereError
    sent = _send(tx, office, message, author, to=talk.counterpart, case=case, talk=talk.conversation)
    if isinstance(message, AdministrationDossier):
        store.drop_estate(tx, case)
        store.put_plan(tx, case, "")
    if isinstance(message, AdministrationEnd):
        store.end_client(tx, case, author.now)
    return sent


def report(tx: Transaction, office: Office, case: str, to: str, message: CollectionDespitePause, author: Author) -> str:
    """Tells a creditor that it collected in spite of the pause; the id of the letter.

    It goes in a conversation of its own: the case says at the creditor which pause is meant. The debt helper, who asked
    for that pause, hears in the same transaction that we did.

    Raises:
        NotHereError: not this office's client, or nobody whom it may tell; or a case that is our own, which no creditor
            knows.
        RefusedError: it cannot be sealed.
    """
    if (before := store.made_by(tx, author.key)) is not None:
        return before
    known, letters = store.client(tx, case), store.letters(tx, case=case)
    helped = talk_for(CollectionDespitePause, letters)
    named = {one.oin: one.name for one in office.may_write_to(CollectionDespitePause)}
    if known is None or known.ended is not None or helped is None or to not in named:
        raise NotHereError
    sent = _send(tx, office, message, author, to=to, case=case, talk=new_pseudonym())
    told = StatusReport(
        status=Status.OTHER, explanation=TOLD.format(name=named[to], measure=message.measure.value, day=message.date)
    )
    _write(tx, office, told, author, to=helped.counterpart, case=case, talk=helped.conversation)
    return sent


def talk_for(model: type[Message], letters: Sequence[Letter]) -> Letter | None:
    """The letter in whose conversation this is said to the debt helper, if it can be now.

    A bewind says the most. Rest and incidents are said in a referral too while that is taken on. An incident needs the
    case of the debt helper: the one that came with the referral.
    """
    asked = (one for one in letters if one.of(Referral) and not one.ours)
    referred = max(asked, key=lambda one: one.number, default=None)
    start = running(letters)
    if model is CollectionDespitePause and referred is None:
        return None
    if start is not None or model not in {CollectionDespitePause, DebtRestRequest} or referred is None:
        return start
    return referred if status_of(letters, referred.conversation) in HELPING else None


def running(letters: Sequence[Letter]) -> Letter | None:
    """The start of the bewind that runs, if one does."""
    ended = {one.conversation for one in letters if one.of(AdministrationEnd)}
    starts = (one for one in letters if one.of(AdministrationStart) and one.conversation not in ended)
    return max(starts, key=lambda one: one.number, default=None)


def already_told(tx: Transaction, start: AdministrationStart) -> str | None:
    """The letter in which this very bewind was told of before: of this person, from this day."""
    wanted = start.to_wire()
    for letter in store.letters(tx, ours=True, most=100_000):
        same = letter.of(AdministrationStart) and letter.data["bsn"] == wanted["bsn"]
        if same and letter.data["startdatum"] == wanted["startdatum"]:
            return letter.id
    return None


def _send(
    tx: Transaction,
    office: Office,
    message: Message,
    author: Author,
    *,
    to: str,
    case: str,
    talk: str,
    answers: str | None = None,
) -> str:
    if (before := store.made_by(tx, author.key)) is not None:
        return before
    sent = _write(tx, office, message, author, to=to, case=case, talk=talk, answers=answers)
    store.claim_form(tx, author.key, sent, author.now)
    return sent


def _write(
    tx: Transaction,
    office: Office,
    message: Message,
    author: Author,
    *,
    to: str,
    case: str,
    talk: str,
    answers: str | None = None,
) -> str:
    sent = office.edge.publish(tx, message, to=to, case=case, conversation=talk, causation=answers)
    store.add_letter(
        tx,
        Letter(
            id=sent,
            case=case,
            conversation=talk,
            counterpart=to,
            ours=True,
            type=message.message_type.type,
            data=message.to_wire(),
            at=author.now,
            answers=answers,
            by=author.name,
        ),
    )
    return sent
