"""The calls of case workers (*belpunten*): what is open, and how one ended."""

from __future__ import annotations

from dataclasses import replace

from adapters.haarlem import casefile, store, views
from adapters.haarlem.agenda import store as agenda
from adapters.haarlem.answers import CallsAnswer
from adapters.haarlem.book import DebtHelper
from adapters.haarlem.refusals import ActRefusedError, Fault, Refusal, invalid
from adapters.haarlem.requests import CallDoneRequest
from adapters.haarlem.store import Transaction


def open_calls(tx: Transaction, case_id: str | None = None) -> CallsAnswer:
    """Open items, of one case or of all; the oldest 500.

    Raises:
        ActRefusedError: UNKNOWN.
    """
    if case_id is not None:
        casefile.read(tx, case_id)
    items = agenda.calls(tx, case_id, only_open=True)
    files = {one: casefile.read(tx, one) for one in dict.fromkeys(item.case_id for item in items)}
    return CallsAnswer(calls=tuple(views.call_view(files[item.case_id], item) for item in items))


def settle_call(helper: DebtHelper, tx: Transaction, call_id: str, employee: str, request: CallDoneRequest) -> str:
    """Writes down how a call ended; returns the case.

    Raises:
        ActRefusedError: UNKNOWN, INVALID for a promise that is over, or NOTHING_TO_DO for what was closed before.
    """
    if request.end is not None and request.end < helper.today():
        raise invalid(Fault.BEFORE_TODAY, "/einddatum")
    item = agenda.find_call(tx, call_id)
    if item is None:
        raise ActRefusedError(Refusal.UNKNOWN)
    store.lock_case(tx, item.case_id)  # and nothing more: a look at the clock could close what is being closed here
    item = agenda.find_call(tx, call_id)
    if item is None or item.closed_at is not None:
        raise ActRefusedError(Refusal.NOTHING_TO_DO)
    now = helper.now()
    closed = replace(item, closed_at=now, outcome=request.outcome.value, closed_by=employee, end=request.end)
    agenda.close_call(tx, closed)
    ids = {"person_id": item.person_id, "party_id": item.party_id}
    agenda.add_event(tx, now, "belpunt-gesloten", item.case_id, state=request.outcome.value, **ids)
    return item.case_id
