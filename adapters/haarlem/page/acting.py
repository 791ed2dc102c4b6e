"""How a form becomes an act: rehearsed first, so that a person sees what will be sent to whom, and then done as shown.

A rehearsal is the act itself in a transaction that is taken back. The act is done only if it says what was shown: when
something changed in between, nothing is done and the new plan is shown.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from adapters.haarlem import casefile, store, talk_views, views
from adapters.haarlem.agenda import store as agenda
from adapters.haarlem.book import DebtHelper
from adapters.haarlem.desk.access import Caller
from adapters.haarlem.desk.counter import Answered, Counter, Posted
from adapters.haarlem.page import store as page
from adapters.haarlem.page.deeds import ActForm, Deed
from adapters.haarlem.page.fields import Given, Read, read
from adapters.haarlem.page.names import name_of, names_of
from adapters.haarlem.page.words import message_words
from adapters.haarlem.refusals import ActRefusedError, FieldFault, Refusal, misfit
from adapters.haarlem.store import Transaction
from adapters.haarlem.talks import store as talks
from schemas.errors import DUTCH as FORMS
from schemas.errors import PayloadError, Slug

COUNT: str = "/aantalPauzes"


@dataclass(frozen=True, slots=True, order=True)
class Planned:
    """One letter that will go out, or one call that somebody must make."""

    party: str
    words: str
    about: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What an act will bring about."""

    letters: tuple[Planned, ...]
    calls: tuple[Planned, ...]

    @property
    def digest(self) -> str:
        """What two plans that say the same have in common."""
        said = [[one.party, one.words, one.about] for one in (*self.letters, *self.calls)]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()


class ChangedError(Exception):
    """Something changed since the plan was shown; holds the new one."""

    def __init__(self, plan: Plan) -> None:
        super().__init__("plan")
        self.plan = plan


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as somebody filled it in, for one case."""

    form: ActForm
    case_id: str
    given: Given

    @property
    def read(self) -> Read:
        """The request that it makes."""
        count = self.given.get(COUNT, ("",))[-1].strip()
        found = read(self.form.fields, self.given)
        if count:
            found.document[COUNT[1:]] = int(count) if count.isdecimal() and count.isascii() else count
        return found

    @property
    def about(self) -> Mapping[str, str]:
        """What the act is about, beside its request."""
        named = (one.name for one in self.form.fields if not one.name.startswith("/"))
        return {name: self.given.get(name, ("",))[-1] for name in named}


def rehearse(helper: DebtHelper, caller: Caller, filled: Filled) -> Plan:
    """What the act would bring about; nothing of it stays.

    Raises:
        ActRefusedError: it would be refused.
    """
    with helper.edge.ledger.database.begin() as tx:
        _, plan = _done(helper, tx, caller, filled)
        tx.rollback()
    return plan


def perform(counter: Counter, caller: Caller, filled: Filled, key: str, shown: str) -> str:
    """Does the act once for its key, if it brings about what was shown; returns the case to show, if there is one.

    Raises:
        ActRefusedError: it is refused.
        ChangedError: it would bring about something else.
        TroubleError: the key was used for something else.
    """
    body = json.dumps({"gegevens": filled.read.document, "over": dict(filled.about)}, sort_keys=True).encode()
    posted = Posted(key, f"/{filled.case_id}/{filled.form.slug}", body)

    def work(tx: Transaction) -> Answered:
        case_id, plan = _done(counter.helper, tx, caller, filled)
        if plan.digest != shown:
            raise ChangedError(plan)
        if case_id:
            return Answered(views.case_view(counter.helper, tx, case_id), case_id)
        return Answered(talk_views.talk_view(counter.helper, tx, filled.about["gesprek"]))

    answer = counter.act(caller, filled.form.act, filled.case_id or None, posted, work)
    case_id: str = json.loads(bytes(answer.body)).get("id", "")
    return case_id


def _done(helper: DebtHelper, tx: Transaction, caller: Caller, filled: Filled) -> tuple[str, Plan]:
    """Does the act in this transaction; the case to show, and what it brought about."""
    try:
        request = filled.form.model.from_wire(filled.read.document)
    except PayloadError as error:
        raise misfit(error) from None
    empty = [one.name for one in filled.form.fields if one.name in filled.about and not filled.about[one.name]]
    if empty:
        words = FORMS[Slug.REQUIRED]
        raise ActRefusedError(Refusal.INVALID, *(FieldFault(name, Slug.REQUIRED.value, words) for name in empty))
    began = helper.now()
    before = _waiting(tx, filled.case_id)
    known = page.outgoing(tx, began, _subjects(tx, filled.case_id, filled.about))
    deed = Deed(helper, tx, filled.case_id, caller.employee, filled.about, request)
    case_id = filled.form.do(deed) or filled.case_id
    cases = [one for one in dict.fromkeys((filled.case_id, case_id)) if one]
    subjects = {subject for one in cases or [""] for subject in _subjects(tx, one, filled.about)}
    sent = page.outgoing(tx, began, subjects)
    letters = [_letter(helper, tx, one) for message_id, one in sent.items() if message_id not in known]
    calls = [call for one in cases for call in _calls(tx, one, before)]
    return case_id, Plan(tuple(sorted(letters)), tuple(sorted(calls)))


def _subjects(tx: Transaction, case_id: str, about: Mapping[str, str]) -> set[str]:
    """The pseudonyms under which letters about this case, or in this conversation, go."""
    talk = talks.find(tx, about["gesprek"]) if about.get("gesprek") else None
    found = {talk.subject} if talk is not None else set[str]()
    if case_id:
        found |= {case_id, *(one.subject for one in store.exchanges(tx, case_id))}
        found |= {one.subject for one in talks.of_case(tx, case_id)}
    return found


def _letter(helper: DebtHelper, tx: Transaction, sent: page.Outgoing) -> Planned:
    organisation = helper.directory().register.organisation(sent.recipient)
    exchange = store.find_exchange(tx, sent.conversation)
    words = message_words(sent.type)
    if exchange is None:
        return Planned(organisation.name if organisation else sent.recipient, words, "")
    file = casefile.read(tx, exchange.case_id)
    party = file.party(exchange.party_id).name
    called = names_of(helper, file).get(party, party)
    return Planned(called, words, name_of(file.person(exchange.person_id)))


def _waiting(tx: Transaction, case_id: str) -> set[str]:
    return {item.id for item in agenda.calls(tx, case_id, only_open=True)} if case_id else set()


def _calls(tx: Transaction, case_id: str, before: set[str]) -> list[Planned]:
    """The calls that an act opens: where no letter can go, a person must."""
    file = casefile.read(tx, case_id)
    return [
        Planned(file.party(item.party_id).name, views.CALL_WORDS[item.reason], name_of(file.person(item.person_id)))
        for item in agenda.calls(tx, case_id, only_open=True)
        if item.id not in before
    ]


def errors_of(error: ActRefusedError, found: Read) -> dict[str, str]:
    """What is wrong, by the name of the field; what belongs to no field is under an empty name."""
    return {found.field_at(one.pointer): one.text for one in reversed(error.fields)}
