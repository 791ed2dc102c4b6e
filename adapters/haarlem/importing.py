"""Imports at the counter: a file is taken in at once and carried out as a job that can be followed."""

from __future__ import annotations

from starlette.responses import Response

from adapters.haarlem.answers import ImportAnswer, ImportState
from adapters.haarlem.csv_import import ALREADY, DONE, REFUSED, Acting
from adapters.haarlem.desk import store as desk
from adapters.haarlem.desk.counter import Act, Answered
from adapters.haarlem.desk.entrance import Call
from adapters.haarlem.imports import jobs, store
from adapters.haarlem.refusals import ActRefusedError, Refusal
from adapters.haarlem.store import Transaction

_PATH = "/v1/importen/{id}"
_RESULT = _PATH + "/resultaat"


def import_file(call: Call, *, running: bool, count: int | None) -> Response:
    """Takes a file in, once for its key; answers where it can be followed."""
    acting = Acting(call.caller.token.id, call.caller.employee)

    def work(tx: Transaction) -> Answered:
        job = jobs.accept(call.helper, tx, acting, call.posted.body, running=running, count=count)
        return Answered(progress(tx, job.id), None, 202, _PATH.format(id=job.id))

    return call.act(Act.IMPORT, None, work)


def look_at(call: Call, import_id: str) -> Response:
    """How far an import is."""
    return call.read(Act.IMPORT_STATE, None, lambda tx: Answered(progress(tx, import_id)))


def progress(tx: Transaction, import_id: str) -> ImportAnswer:
    """How far an import is.

    Raises:
        ActRefusedError: UNKNOWN.
    """
    job = store.find_job(tx, import_id)
    if job is not None:
        totals = store.tally(tx, import_id)
        return ImportAnswer(
            id=job.id,
            at=job.at,
            state=ImportState.BUSY if totals else ImportState.WAITING,
            total=job.total,
            done=totals[DONE],
            already=totals[ALREADY],
            refused=totals[REFUSED],
        )
    done = desk.find_import(tx, import_id)
    if done is None:
        raise ActRefusedError(Refusal.UNKNOWN)
    return ImportAnswer(
        id=done.id,
        at=done.at,
        state=ImportState.READY,
        total=done.total,
        done=done.done,
        already=done.already,
        refused=done.refused,
        result=_RESULT.format(id=done.id),
    )


def result_file(call: Call, import_id: str) -> Response:
    """The result file of an import; nothing in it says who somebody is."""

    def work(tx: Transaction) -> str:
        found = desk.find_import(tx, import_id)
        if found is None:
            raise ActRefusedError(Refusal.NOT_READY if store.find_job(tx, import_id) else Refusal.UNKNOWN)
        return found.result

    content = call.counter.look(call.caller, Act.IMPORT_RESULT, None, work)
    return Response(content.encode(), media_type="text/csv; charset=utf-8")
