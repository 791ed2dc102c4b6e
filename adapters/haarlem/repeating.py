"""Says again what did not come through: by a person's act, or because a letter expired (wire.md 8, T4)."""

from __future__ import annotations

from typing import Final

from adapters.haarlem import asides, book, casefile
from adapters.haarlem.agenda import store as agenda
from adapters.haarlem.book import DebtHelper, Said
from adapters.haarlem.casefile import CaseFile
from adapters.haarlem.conversations import PauseState, RegistrationState, opening_of
from adapters.haarlem.endings import Ending, end_day
from adapters.haarlem.facts import ASIDES, Carried, Kind, Letter, LetterKind
from adapters.haarlem.fanout import Call, Delivery, fan_out
from adapters.haarlem.refusals import ActRefusedError, Refusal
from adapters.haarlem.store import Exchange, Transaction
from schemas.messages import PauseExtension

#: States in which asking once more can help; where rest holds, nothing is said twice.
_WORTH_REPEATING: Final = frozenset(
    {
        PauseState.UNDELIVERABLE,
        PauseState.UNCONFIRMED,
        PauseState.ACTIVE_UNCONFIRMED,
        PauseState.ACTIVE_PARTIAL,
        PauseState.REFUSED,
        PauseState.BREACHED,
        PauseState.LAPSED,
        RegistrationState.UNDELIVERABLE,
        RegistrationState.UNKNOWN,
        RegistrationState.REJECTED,
        RegistrationState.LAPSED,
    },
)


def repeat(helper: DebtHelper, tx: Transaction, case_id: str, party_id: str) -> None:
    """Tells one party again, for everyone for whom it does not hold; and for the first time where no letter could go.

    Raises:
        ActRefusedError: UNKNOWN, CASE_ENDED, NOTHING_TO_DO.
    """
    file = casefile.held(helper, tx, case_id, running=False)
    party = file.party(party_id)
    said = 0
    for person in file.active:
        exchange = file.open_exchange(person, party)
        if exchange is None:
            said += casefile.tell(helper, tx, file.case, person, party) is not None
        elif exchange.state in _WORTH_REPEATING:
            said += open_again(helper, tx, file, exchange)
    for exchange in file.open:
        last = exchange.facts.last
        failed = last is not None and last.carried in {Carried.EXPIRED, Carried.REFUSED}
        if exchange.party_id == party_id and exchange.facts.ending is not None and failed and last is not None:
            said += _say_again(helper, tx, file, exchange, last)
    if not said:
        raise ActRefusedError(Refusal.NOTHING_TO_DO)
    agenda.add_event(tx, helper.now(), "herhaald", case_id, party_id=party_id)


def open_again(helper: DebtHelper, tx: Transaction, file: CaseFile, exchange: Exchange) -> bool:
    """Says the opening of a conversation once more, as things are now; whether a letter went out."""
    person, party = file.person(exchange.person_id), file.party(exchange.party_id)
    planned = fan_out(file.case, person, party, helper.directory(), start=exchange.facts.start)
    if isinstance(planned, Delivery):
        book.say(helper, tx, exchange, book.opening(planned))
        return True
    if isinstance(planned, Call):
        book.call_for(helper, tx, planned)
    return False


def remake(helper: DebtHelper, tx: Transaction, exchange: Exchange, expired: Letter) -> None:
    """Makes a new message of a letter that expired, while the case still needs it; the item about it stays open.

    Where the other side never heard the opening, that is what it needs, and an end then has nothing to end. Any other
    letter that was followed by another is not made anew: the later one says what counts now.
    """
    if expired.kind in ASIDES:
        asides.say_again(helper, tx, exchange, expired)
        return
    opening, last = opening_of(exchange.facts), exchange.facts.last
    if not exchange.open or opening is None or last is None or expired.id not in {opening.id, last.id}:
        return
    file = casefile.read(tx, exchange.case_id)
    if opening.carried is not Carried.EXPIRED:
        _say_again(helper, tx, file, exchange, expired)
    elif exchange.facts.ending is None:
        open_again(helper, tx, file, exchange)
    elif expired.id == last.id:
        book.close(helper, tx, exchange)


def _say_again(helper: DebtHelper, tx: Transaction, file: CaseFile, exchange: Exchange, letter: Letter) -> bool:
    if letter.kind in {LetterKind.NOTICE, LetterKind.REGISTRATION}:
        return open_again(helper, tx, file, exchange)
    if letter.kind is LetterKind.EXTENSION and letter.end is not None:
        message = PauseExtension(end_date=letter.end, reason=letter.reason or "")
        book.say(helper, tx, exchange, Said(letter.kind, message, letter.end, reason=letter.reason))
    elif letter.end is not None and letter.end_class is not None:
        end = max(letter.end, end_day(helper, exchange.facts, Ending(letter.end_class, None)))
        if exchange.facts.kind is Kind.PAUSE:
            end = min(end, exchange.facts.latest_end)
        book.end_exchange(helper, tx, exchange, end, letter.end_class)
    return True
