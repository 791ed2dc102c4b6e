"""Imports at the counter: an import runs a transaction per row, and its answer is kept for its key when it is done."""

from __future__ import annotations

from starlette.responses import Response

from adapters.haarlem import csv_import
from adapters.haarlem.answers import ImportAnswer
from adapters.haarlem.desk import store
from adapters.haarlem.desk.counter import Act, Answered
from adapters.haarlem.desk.entrance import Call
from adapters.haarlem.refusals import ActRefusedError, Refusal
from adapters.haarlem.store import Transaction


def import_file(call: Call, *, running: bool, count: int | None) -> Response:
    """Runs an import, unless its key was answered before.

    The rows are remembered one by one, so an import that broke off half-way and comes again goes on where it was.
    """
    before = call.counter.answered_before(call.caller, Act.IMPORT, call.posted)
    if before is not None:
        return before
    try:
        done = csv_import.run_import(call.helper, call.caller, call.posted.body, running=running, count=count)
    except ActRefusedError as error:
        call.counter.log_refused(call.caller, Act.IMPORT, None, error)
        raise
    answer = ImportAnswer(
        id=done.id, at=done.at, total=done.total, done=done.done, already=done.already, refused=done.refused
    )
    location = f"/v1/importen/{done.id}/resultaat"
    return call.act(Act.IMPORT, None, lambda _tx: Answered(answer, None, 201, location))


def result_file(call: Call, import_id: str) -> Response:
    """The result file of an import; nothing in it says who somebody is."""

    def work(tx: Transaction) -> str:
        found = store.find_import(tx, import_id)
        if found is None:
            raise ActRefusedError(Refusal.UNKNOWN)
        return found.result

    content = call.counter.look(call.caller, Act.IMPORT_RESULT, None, work)
    return Response(content.encode(), media_type="text/csv; charset=utf-8")
