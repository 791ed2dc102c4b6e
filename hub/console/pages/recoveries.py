"""Herstelacties: a plan to look at, its confirmation, and how far the keeper is with it."""

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
from hub.console.roles import Permission
from hub.database import Connection
from hub.operations.acts import ActName
from hub.operations.evidence.store import cases_of, evidence_by_id
from hub.operations.recovery import MOST, PACES, Recovery, Stage, Step
from hub.operations.recovery.planning import plan_forward
from hub.operations.recovery.store import add_plan, approve, cancel, confirm, recoveries, recovery, steps
from hub.operations.waiting.store import cases_of_messages, waiting_for, waiting_message
from hub.wire.names import OIN, UUID

SHOWN: Final = 50
_NOT_FOUND: Final = 404


async def show(visitor: Visitor) -> Response:
    """The newest recoveries."""
    found = await visitor.desk.database.read(recoveries, SHOWN)
    return visitor.shown("herstel.html", recoveries=found)


async def one(visitor: Visitor) -> Response:
    """A plan, or a job with its progress."""
    found = await _found(visitor)
    items = await visitor.desk.database.read(steps, found.id)
    await visitor.note(Entry.VIEWED, target=found.id)
    context = _sorted(items) | _may(visitor, found)
    return visitor.shown("herstelactie.html", 200, done=done_of(visitor), found=found, paces=PACES, **context)


def _sorted(items: list[Step]) -> dict[str, object]:
    """What will be sent, and what will not by why."""
    why: dict[str, int] = {}
    for step in items:
        if step.item.skipped is not None:
            why[step.item.skipped] = why.get(step.item.skipped, 0) + 1
    return {"steps": items, "why": sorted(why.items(), key=lambda one: -one[1])}


def _may(visitor: Visitor, found: Recovery) -> dict[str, object]:
    """What may be done now, and for what may not be done, why not."""
    subject = doer_of(visitor).subject
    first = found.confirmed.doer.subject if found.confirmed else None
    no_right = None if visitor.may(Permission.RELEASE) else "Alleen een vrijgever mag dit."
    not_to_confirm = no_right
    if found.to_send == 0:
        not_to_confirm = "In dit plan is niets te sturen."
    elif found.stale(visitor.now):
        not_to_confirm = "Dit plan is ouder dan een uur. Maak een nieuw plan."
    not_to_approve = no_right or ("Dit moet een ander zijn dan wie bevestigde." if first == subject else None)
    return {
        "not_to_confirm": not_to_confirm,
        "not_to_approve": not_to_approve,
        "not_to_cancel": no_right,
        "open": found.stage in {Stage.PLANNED, Stage.ASKED, Stage.RUNNING},
        "four_eyes": visitor.desk.four_eyes,
    }


async def confirm_plan(visitor: Visitor) -> Response:
    """Confirms the plan that was shown: by its hash, its count, a reason and a pace."""
    found, form = await _found(visitor), await visitor.request.form()
    if _count(form) != found.to_send:
        problem = f"Typ hoeveel berichten u laat sturen: in dit plan zijn dat er {found.to_send}."
        return again(visitor, form, problem, str(form.get("reden", ""))[:500])
    pace = form.get("tempo")
    per_minute = int(pace) if pace in {str(one) for one in PACES} else PACES[1]
    plan_hash = str(form.get("plan", ""))
    try:
        act = act_of(visitor, form, ActName.RECOVERY_CONFIRMED, await _about(visitor, found))
    except WrongFormError as error:
        return error.response

    def effect(connection: Connection) -> Stage:
        return confirm(
            connection, found.id, plan_hash, act, per_minute=per_minute, second_needed=visitor.desk.four_eyes
        )

    return await do(visitor, act, effect, f"/herstel/{found.id}")


async def approve_plan(visitor: Visitor) -> Response:
    """The second person's word."""
    return await _decide(visitor, ActName.RECOVERY_APPROVED)


async def stop(visitor: Visitor) -> Response:
    """Ends a recovery; what was not sent yet is not sent."""
    return await _decide(visitor, ActName.RECOVERY_CANCELLED)


async def _decide(visitor: Visitor, name: ActName) -> Response:
    found, form = await _found(visitor), await visitor.request.form()
    try:
        act = act_of(visitor, form, name, await _about(visitor, found))
    except WrongFormError as error:
        return error.response

    def effect(connection: Connection) -> Stage:
        return _DECIDERS[name](connection, found.id, act)

    return await do(visitor, act, effect, f"/herstel/{found.id}")


async def plan_for_partner(visitor: Visitor) -> Response:
    """Makes a plan to lay everything without a receipt into one partner's inbox again."""
    oin = visitor.request.path_params["oin"]
    if OIN.fullmatch(oin) is None or visitor.desk.register.current.organisation(oin) is None:
        raise HTTPException(_NOT_FOUND)
    return await _plan(visitor, f"forward {oin}", oin=oin)


async def plan_for_message(visitor: Visitor) -> Response:
    """The same for one message."""
    message_id = visitor.request.path_params["id"].lower()
    sender = str((await visitor.request.form()).get("van", ""))
    if UUID.fullmatch(message_id) is None or OIN.fullmatch(sender) is None:
        raise HTTPException(_NOT_FOUND)
    return await _plan(visitor, "forward message", key=(sender, message_id))


async def _plan(visitor: Visitor, said: str, *, oin: str = "", key: tuple[str, str] | None = None) -> Response:
    recovery_id, now = new_pseudonym(), visitor.now

    def make(connection: Connection) -> bool:
        found = waiting_message(connection, key) if key else waiting_for(connection, oin, MOST)
        if key and not found:
            return False
        add_plan(connection, recovery_id, plan_forward(connection, found, now), doer_of(visitor), now)
        add_visit(connection, visitor.visit(Entry.PLANNED, recovery_id, said))
        return True

    if not await visitor.desk.database.run(make):
        raise HTTPException(_NOT_FOUND)
    return visitor.go(f"/herstel/{recovery_id}")


async def _found(visitor: Visitor) -> Recovery:
    given = visitor.request.path_params["id"].lower()
    found = await visitor.desk.database.read(recovery, given) if UUID.fullmatch(given) else None
    if found is None:
        raise HTTPException(_NOT_FOUND)
    return found


async def _about(visitor: Visitor, found: Recovery) -> About:
    """The cases that the reason may speak of: those of everything in the plan."""

    def cases(connection: Connection) -> tuple[str, ...]:
        items = [step.item for step in steps(connection, found.id)]
        evidence = evidence_by_id(connection, [item.evidence for item in items if item.evidence is not None])
        keys = [(item.source_oin or "", item.message_id or "") for item in items]
        return (*cases_of(evidence), *cases_of_messages(connection, keys))

    return About(found.id, cases=await visitor.desk.database.read(cases))


def _count(form: FormData) -> int | None:
    given = form.get("aantal")
    text = given.strip() if isinstance(given, str) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None  # noqa: PLR2004


_DECIDERS: Final = {ActName.RECOVERY_APPROVED: approve, ActName.RECOVERY_CANCELLED: cancel}

PAGES: Final = (
    Page("/herstel", "herstel", Permission.SEE_ROAD, show),
    Page("/herstel/{id}", "herstelactie", Permission.SEE_ROAD, one),
    Page("/herstel/{id}/bevestigen", "herstel-bevestigen", Permission.RELEASE, confirm_plan, "POST"),
    Page("/herstel/{id}/goedkeuren", "herstel-goedkeuren", Permission.RELEASE, approve_plan, "POST"),
    Page("/herstel/{id}/stoppen", "herstel-stoppen", Permission.RELEASE, stop, "POST"),
    Page("/ketenpartners/{oin}/opnieuw", "partner-opnieuw", Permission.HANDLE, plan_for_partner, "POST"),
    Page("/berichten/{id}/opnieuw", "bericht-opnieuw", Permission.HANDLE, plan_for_message, "POST"),
)
