"""One case with all that belongs to it, held for one transaction."""

from __future__ import annotations

from dataclasses import dataclass, replace

from adapters.haarlem import book, store
from adapters.haarlem.book import DebtHelper
from adapters.haarlem.dossier import Case, CaseState, Party, Person, PersonState
from adapters.haarlem.fanout import Call, Delivery, fan_out
from adapters.haarlem.refusals import ActRefusedError, Refusal
from adapters.haarlem.store import Exchange, Transaction


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A case, everyone in it, everyone who must know, and every conversation."""

    case: Case
    persons: tuple[Person, ...]
    parties: tuple[Party, ...]
    exchanges: tuple[Exchange, ...]

    @property
    def active(self) -> tuple[Person, ...]:
        """Who is helped in this case now."""
        return tuple(person for person in self.persons if person.state is PersonState.ACTIVE)

    @property
    def open(self) -> tuple[Exchange, ...]:
        """Conversations that are not over."""
        return tuple(exchange for exchange in self.exchanges if exchange.open)

    def person(self, person_id: str) -> Person:
        """The person with this id; refused where there is none in this case."""
        found = next((person for person in self.persons if person.id == person_id), None)
        if found is None:
            raise ActRefusedError(Refusal.UNKNOWN)
        return found

    def party(self, party_id: str) -> Party:
        """The party with this id; refused where there is none in this case."""
        found = next((party for party in self.parties if party.id == party_id), None)
        if found is None:
            raise ActRefusedError(Refusal.UNKNOWN)
        return found

    def open_exchange(self, person: Person, party: Party) -> Exchange | None:
        """The open conversation with this party about this person."""
        found = (one for one in self.open if one.person_id == person.id and one.party_id == party.id)
        return next(found, None)


def read(tx: Transaction, case_id: str) -> CaseFile:
    """The case as it stands, to look at; refused where there is none."""
    return _filled(tx, store.find_case(tx, case_id))


def held(helper: DebtHelper, tx: Transaction, case_id: str, *, running: bool = True) -> CaseFile:
    """The case, held until the transaction ends; refused where there is none, or it has ended and must be running.

    Its conversations are as they stand now: a term or an end may have passed since the last look at the clock.
    """
    file = _filled(tx, store.lock_case(tx, case_id))
    if running and file.case.state is not CaseState.OPEN:
        raise ActRefusedError(Refusal.CASE_ENDED, case_id=case_id)
    return replace(file, exchanges=tuple(book.at_this_moment(helper, tx, one) for one in file.exchanges))


def _filled(tx: Transaction, case: Case | None) -> CaseFile:
    if case is None:
        raise ActRefusedError(Refusal.UNKNOWN)
    everyone, parties = store.persons(tx, case.id), store.parties(tx, case.id)
    return CaseFile(case, tuple(everyone), tuple(parties), tuple(store.exchanges(tx, case.id)))


def leave(tx: Transaction, file: CaseFile, person: Person) -> None:
    """Takes a person who leaves out of the parties: whoever takes that number later has other creditors."""
    for party in file.parties:
        left = tuple(number for number in party.persons if number != person.number)
        if len(left) < len(party.persons):
            store.put_party(tx, party.changed(ended=not left, persons=left or party.persons))


def tell(helper: DebtHelper, tx: Transaction, case: Case, person: Person, party: Party) -> Exchange | None:
    """Lets one party know of one person: by a letter, or where none can go by a call."""
    planned = fan_out(case, person, party, helper.directory())
    if isinstance(planned, Delivery):
        book.drop_calls(helper, tx, person, party)
        return book.open_exchange(helper, tx, case, planned)
    if isinstance(planned, Call):
        book.call_for(helper, tx, planned)
    return None


def tell_everyone(helper: DebtHelper, tx: Transaction, file: CaseFile) -> int:
    """Lets every party know of every person that it does not know of yet; returns the number of new conversations."""
    opened = 0
    for person in file.active:
        for party in file.parties:
            if party.concerns(person) and file.open_exchange(person, party) is None:
                opened += tell(helper, tx, file.case, person, party) is not None
    return opened
