"""What the screens show: cases with names, in the words of a case worker. Reads only; whoever asks writes it down."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from adapters.haarlem import casefile, overview, store, views
from adapters.haarlem.agenda import store as agenda
from adapters.haarlem.agenda.store import CallItem
from adapters.haarlem.answers import CalleeAnswer, PartyAnswer, PersonAnswer
from adapters.haarlem.book import DebtHelper
from adapters.haarlem.casefile import CaseFile
from adapters.haarlem.conversations.position import Actor
from adapters.haarlem.conversations.talk import TalkKind
from adapters.haarlem.dossier import Case, CaseState, PartyRole, Person, PersonState
from adapters.haarlem.overview import Line
from adapters.haarlem.page.fields import Choices, Source
from adapters.haarlem.page.names import name_of, names_of
from adapters.haarlem.page.store import cases_of_name
from adapters.haarlem.page.words import ALARMS, ENDS_NEAR, RUST
from adapters.haarlem.store import Transaction

#: As many items as a person can take in; the list of calls has them all.
MOST_SHOWN: Final = 25
MOST_CALLS: Final = 500
#: Roles that somebody can be referred to (messages.md 1, row 20).
HELPERS: Final = ("KBN", "BEW", "VOL", "VES", "SHV", "MUN")
_PAUSES: Final = frozenset({"pauze", "vish"})


@dataclass(frozen=True, slots=True)
class Shown:
    """One person in one case: who it is, and whether there is rest."""

    case: Case
    person: Person
    answer: PersonAnswer

    @property
    def name(self) -> str:
        """As a case worker says it."""
        return name_of(self.person)

    @property
    def rust(self) -> tuple[str, str, str]:
        """The word, its tone, and a sentence."""
        return RUST[self.answer.rust]

    @property
    def helped(self) -> bool:
        """Whether help to this person goes on in this case."""
        return self.person.state is PersonState.ACTIVE and self.case.state is CaseState.OPEN

    @property
    def parties(self) -> Sequence[PartyAnswer]:
        """How it stands with each party."""
        return self.answer.parties

    @property
    def calls(self) -> Sequence[CalleeAnswer]:
        """Whom to call."""
        return self.answer.calls


@dataclass(frozen=True, slots=True)
class Item:
    """Something to look after, with whom it is about."""

    id: str
    case_id: str
    number: str
    name: str
    party: str
    reason: str
    words: str
    phone: str | None
    opened_at: datetime
    due: datetime | None


@dataclass(frozen=True, slots=True)
class CasePage:
    """A case as the screen shows it."""

    case: Case
    municipality: str
    persons: tuple[Shown, ...]
    items: tuple[Item, ...]
    talks: tuple[Line, ...]
    names: Mapping[str, str]

    def called(self, party: str) -> str:
        """A party as a case worker knows it."""
        return self.names.get(party, party)

    @property
    def running(self) -> bool:
        """Whether help goes on."""
        return self.case.state is CaseState.OPEN


@dataclass(frozen=True, slots=True)
class Work:
    """What must be looked after in all cases, the worst first."""

    alarms: tuple[Item, ...]
    ends: tuple[Item, ...]
    calls: tuple[Item, ...]
    talks: tuple[tuple[str, str, Line], ...]  # case and its number, empty without one; the conversation


def case_page(helper: DebtHelper, tx: Transaction, case_id: str) -> CasePage:
    """One case.

    Raises:
        ActRefusedError: UNKNOWN.
    """
    file = casefile.read(tx, case_id)
    items = tuple(_item(helper, file, one) for one in agenda.calls(tx, case_id, only_open=True))
    items = tuple(sorted(items, key=lambda one: (one.name, one.reason in ENDS_NEAR, one.party)))
    talks = tuple(line for line in overview.overview(helper, tx, case_id) if line.kind not in _PAUSES)
    where, names = helper.municipality(file.case.gemeentecode), names_of(helper, file)
    return CasePage(file.case, where, _shown(helper, tx, file), items, talks, names)


def _shown(helper: DebtHelper, tx: Transaction, file: CaseFile) -> tuple[Shown, ...]:
    """Everyone of the case; a mistaken BSN is nobody."""
    people = {person.id: person for person in file.persons if person.state is not PersonState.REPLACED}
    answers = views.case_view(helper, tx, file.case.id).persons
    return tuple(Shown(file.case, people[one.id], one) for one in answers if one.id in people)


def found(helper: DebtHelper, tx: Transaction, case_ids: Iterable[str]) -> tuple[Shown, ...]:
    """Everyone in these cases, running ones first."""
    everyone = [one for case_id in case_ids for one in _shown(helper, tx, casefile.read(tx, case_id))]
    return tuple(sorted(everyone, key=lambda one: (not one.helped, one.case.helper_number, one.person.number)))


def search(tx: Transaction, *, bsn: str, number: str, surname: str, birth_date: str) -> list[str]:
    """Cases by BSN, by number, or by name and birth date: by the first of them that is given."""
    if bsn:
        return store.cases_of_bsn(tx, bsn, only_open=False)
    if number:
        return [case.id for case in store.cases_numbered(tx, number)]
    return cases_of_name(tx, surname, birth_date)


def work(helper: DebtHelper, tx: Transaction) -> Work:
    """What must be looked after now."""
    items = open_items(helper, tx)
    alarms = tuple(one for one in items if one.reason in ALARMS)
    ends = tuple(one for one in items if one.reason in ENDS_NEAR)
    others = tuple(one for one in items if one.reason not in ALARMS | ENDS_NEAR)
    return Work(alarms, ends, others, _our_turn(helper, tx))


def open_items(helper: DebtHelper, tx: Transaction) -> tuple[Item, ...]:
    """Every open call of every case, the oldest first, at most 500."""
    items = agenda.calls(tx, only_open=True, most=MOST_CALLS)
    files = {case_id: casefile.read(tx, case_id) for case_id in dict.fromkeys(one.case_id for one in items)}
    return tuple(_item(helper, files[one.case_id], one) for one in items)


def _our_turn(helper: DebtHelper, tx: Transaction) -> tuple[tuple[str, str, Line], ...]:
    shown = []
    for talk, line in overview.waiting_for_helper(helper, tx):
        case = store.find_case(tx, talk.case_id) if talk.case_id else None
        if line.actor is Actor.HELPER:
            shown.append((case.id, case.helper_number, line) if case else ("", "", line))
    return tuple(shown[:MOST_SHOWN])


def _item(helper: DebtHelper, file: CaseFile, item: CallItem) -> Item:
    view = views.call_view(file, item)
    return Item(
        id=item.id,
        case_id=item.case_id,
        number=file.case.helper_number,
        name=name_of(file.person(item.person_id)),
        party=names_of(helper, file).get(view.party, view.party),
        reason=item.reason,
        words=view.words,
        phone=view.phone,
        opened_at=item.opened_at,
        due=item.due,
    )


def choices(helper: DebtHelper, tx: Transaction, source: Source, case_id: str) -> Choices:
    """What can be chosen, out of the case or the register."""
    register = helper.directory().register
    if source is Source.CREDITORS:
        return tuple(sorted(((one.oin, one.name) for one in register.with_role("CRED") if one.active), key=_by_words))
    if source is Source.MUNICIPALITIES:
        known = {code for one in register.with_role("TAX") for code in one.gemeentecodes}
        return tuple((code, helper.municipality(code)) for code in sorted(known))
    if source is Source.HELPERS:
        helpers = {one.oin: one.name for role in HELPERS for one in register.with_role(role) if one.active}
        return tuple(sorted(helpers.items(), key=_by_words))
    if not case_id:
        return ()
    if source is Source.REFERRALS:
        lines = overview.overview(helper, tx, case_id)
        return tuple((one.id, one.party) for one in lines if one.kind == TalkKind.REFERRAL and one.open)
    file = casefile.read(tx, case_id)
    if source is Source.PERSONS:
        return tuple((person.id, name_of(person)) for person in file.active)
    if source is Source.CALLS:
        items = agenda.calls(tx, case_id, only_open=True)
        return tuple((one.id, f"{file.party(one.party_id).name}: {views.CALL_WORDS[one.reason]}") for one in items)
    order = {PartyRole.VISH: 1}
    parties = sorted((one for one in file.parties if not one.ended), key=lambda one: order.get(one.role, 0))
    names = names_of(helper, file)
    return tuple((party.id, names.get(party.name, party.name)) for party in parties)


def _by_words(pair: tuple[str, str]) -> str:
    return pair[1].casefold()
