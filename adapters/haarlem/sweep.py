"""What time alone changes: terms that pass, end dates that come near, pauses that run out. Each fires once.

The look itself only reads. A case in which something is due is then held and reviewed in a transaction of its own, so
that a crash in between fires nothing twice and forgets nothing.
"""

from __future__ import annotations

from adapters.haarlem import book, store, talkbook
from adapters.haarlem.agenda import store as agenda
from adapters.haarlem.book import DebtHelper
from adapters.haarlem.store import Exchange, Transaction
from adapters.haarlem.talks import store as talks


def look(helper: DebtHelper) -> int:
    """Reviews every case in which time has changed something; returns how many there were."""
    with helper.edge.ledger.database.reading() as tx:
        due = [case_id for case_id in store.cases_with_open_exchanges(tx) if _is_due(helper, tx, case_id)]
    for case_id in due:
        with helper.edge.ledger.begin() as tx:
            store.lock_case(tx, case_id)
            for exchange in store.exchanges(tx, case_id):
                if exchange.open:
                    book.keep(helper, tx, exchange, exchange.facts)
    return len(due) + _look_at_talks(helper)


def _look_at_talks(helper: DebtHelper) -> int:
    """The same for conversations whose facts are their messages."""
    with helper.edge.ledger.database.reading() as tx:
        due = [talk for talk in talks.every_open(tx) if talkbook.has_changed(helper, tx, talk)]
    for talk in due:
        with helper.edge.ledger.begin() as tx:
            if talk.case_id is not None:
                store.lock_case(tx, talk.case_id)
            held = talks.find(tx, talk.id)
            if held is not None:
                talkbook.keep(helper, tx, held, held.facts)
    return len(due)


def _is_due(helper: DebtHelper, tx: Transaction, case_id: str) -> bool:
    return any(_has_changed(helper, tx, exchange) for exchange in store.exchanges(tx, case_id) if exchange.open)


def _has_changed(helper: DebtHelper, tx: Transaction, exchange: Exchange) -> bool:
    if book.time_changed(helper, exchange):
        return True
    wanted = set(book.wanted_calls(helper, tx, exchange))
    every, still_open = agenda.call_keys(tx, exchange.id)
    return not wanted <= every or not still_open <= wanted
