"""Quarantaine: what could not be carried or attributed, by cause; looked at, taken on, planned for release, settled."""

from __future__ import annotations

from typing import Final

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.responses import Response

from hub.clock import new_pseudonym
from hub.console.acting import About, WrongFormError, act_of, again, do, doer_of, done_of
from hub.console.audit import Act as Entry
from hub.console.audit.store import add_visit
from hub.console.desk import Page, Visitor
from hub.console.explaining import explanation_of_evidence, explanation_of_group
from hub.console.partners.store import reports
from hub.console.roles import Permission
from hub.database import Connection
from hub.messagelog.health.store import EdgeReport
from hub.operations.acts import ActName, Done
from hub.operations.acts.store import acts_by_id, newest_acts
from hub.operations.evidence import Cause, Evidence, Group, attributes_of
from hub.operations.evidence.store import (
    assign,
    cases_of,
    evidence_by_id,
    groups,
    listed,
    oldest_open,
    put_note,
    settle,
)
from hub.operations.recovery import MOST
from hub.operations.recovery.planning import plan_release
from hub.operations.recovery.store import add_plan

AT_ONCE: Final = 50
_DIGITS: Final = 18
_NOT_FOUND: Final = 404
_FIELDS: Final = AT_ONCE + 10
_NOTHING: Final = "Kies ten minste één stuk."
_HOW: Final = {"afwijzen": ActName.EVIDENCE_REJECTED, "archiveren": ActName.EVIDENCE_ARCHIVED}


async def show(visitor: Visitor) -> Response:
    """The groups."""
    found, edges, settled = await visitor.desk.database.read(_look)
    return visitor.shown(
        "quarantaine.html", done=done_of(visitor), groups=found, edges=edges, settled=settled, causes=list(Cause)
    )


def _look(connection: Connection) -> tuple[list[Group], dict[str, EdgeReport], list[Evidence]]:
    return groups(connection), reports(connection), listed(connection, 10, settled=True)


async def group(visitor: Visitor) -> Response:
    """One group, newest first, to pick from."""
    cause = _cause(visitor)
    given = visitor.request.query_params.get("voor", "")
    before = int(given) if given.isascii() and given.isdigit() and len(given) <= _DIGITS else None
    found, mine, notes = await visitor.desk.database.read(_look_at, cause, before)
    rows = [(one, attributes_of(one.body) if one.body is not None else None) for one in found[:AT_ONCE]]
    older = rows[-1][0].row_id if len(found) > AT_ONCE else None
    await visitor.note(Entry.VIEWED, target=f"quarantine/{cause.value}")
    context: dict[str, object] = {
        "cause": cause,
        "group": mine,
        "rows": rows,
        "older": older,
        "notes": notes,
        "most": MOST,
    }
    context["explanation"] = explanation_of_group(cause)
    return visitor.shown("quarantaine_groep.html", 200, done=done_of(visitor), **context)


def _look_at(
    connection: Connection, cause: Cause, before: int | None
) -> tuple[list[Evidence], Group | None, list[Done]]:
    mine = next((one for one in groups(connection) if one.cause is cause), None)
    notes = newest_acts(connection, 10, about=[_target(cause)], names=frozenset({ActName.EVIDENCE_NOTED}))
    return listed(connection, AT_ONCE + 1, cause, before=before), mine, notes


async def piece(visitor: Visitor) -> Response:
    """One piece of evidence, by everything but its content."""
    number = visitor.request.path_params["number"]
    row_id = int(number) if number.isascii() and number.isdigit() and len(number) <= _DIGITS else 0
    found = await visitor.desk.database.read(evidence_by_id, [row_id])
    if not found:
        raise HTTPException(_NOT_FOUND)
    one = found[0]
    await visitor.note(Entry.VIEWED, target=f"evidence/{one.row_id}")
    act = await visitor.desk.database.read(acts_by_id, [one.settled_act])
    attributes = attributes_of(one.body) if one.body is not None else None
    return visitor.shown(
        "bewijs.html",
        one=one,
        attributes=attributes,
        explanation=explanation_of_evidence(one, attributes),
        act=act.get(one.settled_act or ""),
    )


async def plan(visitor: Visitor) -> Response:
    """Makes a plan to release what was picked, or the whole group; nothing is sent by it."""
    cause, form = _cause(visitor), await visitor.request.form()
    whole, picked = form.get("alles") is not None, _picked(form)
    if not whole and not picked:
        return again(visitor, form, _NOTHING, "")
    recovery_id, register, now = new_pseudonym(), visitor.desk.register.current, visitor.now

    def make(connection: Connection) -> None:
        evidence = oldest_open(connection, cause, MOST) if whole else evidence_by_id(connection, picked)
        add_plan(connection, recovery_id, plan_release(connection, register, evidence, now), doer_of(visitor), now)
        add_visit(connection, visitor.visit(Entry.PLANNED, recovery_id, f"release {cause.value}"))

    await visitor.desk.database.run(make)
    return visitor.go(f"/herstel/{recovery_id}")


async def finish(visitor: Visitor) -> Response:
    """Rejects or archives what was picked; it stays to be looked at."""
    cause, form = _cause(visitor), await visitor.request.form()
    name, picked = _HOW.get(str(form.get("hoe"))), _picked(form)
    if name is None or not picked:
        return again(visitor, form, _NOTHING, str(form.get("reden", ""))[:500])
    evidence = await visitor.desk.database.read(evidence_by_id, picked)
    target = f"{_target(cause)}: {len(picked)}"
    try:
        act = act_of(visitor, form, name, About(target, cases=cases_of(evidence)))
    except WrongFormError as error:
        return error.response
    return await do(visitor, act, lambda connection: settle(connection, picked, act), "/quarantaine")


async def note(visitor: Visitor) -> Response:
    """Writes the group's note."""
    cause, form = _cause(visitor), await visitor.request.form()
    try:
        act = act_of(visitor, form, ActName.EVIDENCE_NOTED, About(_target(cause)))
    except WrongFormError as error:
        return error.response
    return await do(visitor, act, lambda connection: put_note(connection, cause, act), f"/quarantaine/{cause.value}")


async def take_on(visitor: Visitor) -> Response:
    """Takes the group on, or gives it back."""
    cause, form = _cause(visitor), await visitor.request.form()
    back = form.get("terug") is not None
    try:
        act = act_of(visitor, form, ActName.EVIDENCE_ASSIGNED, About(_target(cause)), reasoned=False)
    except WrongFormError as error:
        return error.response
    path = f"/quarantaine/{cause.value}"
    return await do(visitor, act, lambda connection: assign(connection, cause, act, back=back), path)


def _cause(visitor: Visitor) -> Cause:
    given = visitor.request.path_params["cause"]
    if given not in set(Cause):
        raise HTTPException(_NOT_FOUND)
    return Cause(given)


def _target(cause: Cause) -> str:
    return f"quarantine/{cause.value}"


def _picked(form: FormData) -> list[int]:
    given = {value for value in form.getlist("stuk") if isinstance(value, str)}
    return sorted(int(value) for value in given if value.isascii() and value.isdigit() and len(value) <= _DIGITS)


PAGES: Final = (
    Page("/quarantaine", "quarantaine", Permission.SEE_ROAD, show),
    Page("/quarantaine/stuk/{number}", "bewijs", Permission.SEE_ROAD, piece),
    Page("/quarantaine/{cause}", "quarantaine-groep", Permission.SEE_ROAD, group),
    Page("/quarantaine/{cause}/plan", "quarantaine-plan", Permission.HANDLE, plan, "POST", fields=_FIELDS),
    Page("/quarantaine/{cause}/afhandelen", "quarantaine-af", Permission.RELEASE, finish, "POST", fields=_FIELDS),
    Page("/quarantaine/{cause}/notitie", "quarantaine-notitie", Permission.HANDLE, note, "POST"),
    Page("/quarantaine/{cause}/op-zich", "quarantaine-op-zich", Permission.HANDLE, take_on, "POST"),
)
