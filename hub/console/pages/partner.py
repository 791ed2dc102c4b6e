"""One ketenpartner, and what may be done to it: pause, resume, test message, planned window, everything again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from starlette.exceptions import HTTPException
from starlette.responses import Response

from hub.console.acting import About, WrongFormError, act_of, again, do, done_of
from hub.console.desk import Page, Visitor
from hub.console.pages.partners import shared
from hub.console.partners import Partner, partners_of
from hub.console.partners.store import last_seen, reports, waiting
from hub.console.roles import Permission
from hub.database import Connection
from hub.messagelog.pauses.store import PartnerPause, pauses
from hub.operations.acts import Act, ActName, Done
from hub.operations.acts.store import acts_by_id, newest_acts
from hub.operations.partners import AskedNotice, Window, window_problem
from hub.operations.partners.store import (
    ask_notice,
    last_notices,
    pause,
    plan_window,
    resume,
    windows,
    withdraw_window,
)
from hub.operations.waiting.store import Kept, kept_for
from hub.register.model import Organisation
from hub.wire.names import HUB_ROLE, OIN
from hub.workdays import AMSTERDAM
from schemas.codes import HubNoticeCode

ACTS_SHOWN: Final = 20
_NOT_FOUND: Final = 404
_WINDOW_PROBLEMS: Final = {
    "form": "Kies een begin en een eind.",
    "order": "Het eind moet na het begin liggen.",
    "past": "Dit venster is al voorbij.",
    "long": "Een venster duurt ten hoogste zeven dagen. Wie langer weg is, wordt gepauzeerd.",
    "far": "Plan een venster ten hoogste negentig dagen vooruit.",
}


@dataclass(frozen=True, slots=True)
class Card:
    """Everything of one partner."""

    partner: Partner
    pause: PartnerPause | None
    paused_by: Done | None
    kept: Kept | None
    window: Window | None
    tested: AskedNotice | None
    acts: list[Done]


async def show(visitor: Visitor) -> Response:
    """One partner."""
    organisation = _organisation(visitor)
    card = await visitor.desk.database.read(_look, organisation, visitor.now)
    local = visitor.now.astimezone(AMSTERDAM).strftime("%Y-%m-%dT%H:%M")
    context = shared(visitor) | {"card": card, "local": local, "reasons": _why_not(card)}
    return visitor.shown("ketenpartner.html", 200, done=done_of(visitor), **context)


def _look(connection: Connection, one: Organisation, now: datetime) -> Card:
    found = partners_of([one], reports(connection), waiting(connection), last_seen(connection), now)[0]
    paused = pauses(connection).get(one.oin)
    acts = acts_by_id(connection, [paused.act_id]) if paused else {}
    return Card(
        found,
        paused,
        acts.get(paused.act_id) if paused else None,
        kept_for(connection, [one.oin]).get(one.oin),
        windows(connection, now).get(one.oin),
        last_notices(connection, HubNoticeCode.CONNECTION_TEST).get(one.oin),
        newest_acts(connection, ACTS_SHOWN, about=[one.oin]),
    )


def _why_not(card: Card) -> dict[str, str]:
    """What cannot be done now whatever somebody's role, and why."""
    found = {}
    if card.partner.waiting is None:
        found["again"] = "Er wacht niets op een ontvangstbewijs."
    elif card.pause is not None:
        found["again"] = "Deze partner is gepauzeerd: hervat hem eerst."
    if not card.partner.organisation.active:
        found["test"] = "Deze partner doet volgens het register niet mee."
    return found


async def pause_partner(visitor: Visitor) -> Response:
    """Keeps what is for this partner from now on."""
    oin = _organisation(visitor).oin
    return await _act(visitor, oin, ActName.PARTNER_PAUSED, lambda connection, act: pause(connection, oin, act))


async def resume_partner(visitor: Visitor) -> Response:
    """Lets what was kept go on."""
    oin = _organisation(visitor).oin
    return await _act(visitor, oin, ActName.PARTNER_RESUMED, lambda connection, act: resume(connection, oin, act))


async def send_test(visitor: Visitor) -> Response:
    """Asks the keeper to send a test message."""
    oin = _organisation(visitor).oin

    def effect(connection: Connection, act: Act) -> object:
        return ask_notice(connection, oin, HubNoticeCode.CONNECTION_TEST, act)

    return await _act(visitor, oin, ActName.PARTNER_TESTED, effect, reasoned=False)


async def plan(visitor: Visitor) -> Response:
    """Plans when a partner is away."""
    oin, form = _organisation(visitor).oin, await visitor.request.form()
    begins, ends = _local_moment(form.get("begin")), _local_moment(form.get("eind"))
    wrong = "form" if begins is None or ends is None else window_problem(begins, ends, visitor.now)
    if begins is None or ends is None or wrong is not None:
        return again(visitor, form, _WINDOW_PROBLEMS[wrong or "form"], str(form.get("reden", ""))[:500])

    def effect(connection: Connection, act: Act) -> object:
        return plan_window(connection, oin, begins, ends, act)

    return await _act(visitor, oin, ActName.WINDOW_PLANNED, effect)


async def withdraw(visitor: Visitor) -> Response:
    """Takes the window back."""
    oin = _organisation(visitor).oin
    window = await visitor.desk.database.read(lambda connection: windows(connection, visitor.now).get(oin))
    if window is None:
        raise HTTPException(_NOT_FOUND)
    identity = window.id

    def effect(connection: Connection, act: Act) -> object:
        return withdraw_window(connection, identity, act)

    return await _act(visitor, oin, ActName.WINDOW_WITHDRAWN, effect)


async def _act(
    visitor: Visitor, oin: str, name: ActName, effect: Callable[[Connection, Act], object], *, reasoned: bool = True
) -> Response:
    form = await visitor.request.form()
    try:
        act = act_of(visitor, form, name, About(oin, oin=oin), reasoned=reasoned)
    except WrongFormError as error:
        return error.response
    return await do(visitor, act, lambda connection: effect(connection, act), f"/ketenpartners/{oin}")


def _organisation(visitor: Visitor) -> Organisation:
    oin = visitor.request.path_params["oin"]
    found = visitor.desk.register.current.organisation(oin) if OIN.fullmatch(oin) else None
    if found is None or HUB_ROLE in found.roles:
        raise HTTPException(_NOT_FOUND)
    return found


def _local_moment(given: object) -> datetime | None:
    """What a date and time field holds: a moment in Amsterdam."""
    if not isinstance(given, str):
        return None
    try:
        found = datetime.fromisoformat(given)
    except ValueError:
        return None
    return found.replace(tzinfo=AMSTERDAM) if found.tzinfo is None else None


PAGES: Final = (
    Page("/ketenpartners/{oin}", "ketenpartner", Permission.SEE_ROAD, show),
    Page("/ketenpartners/{oin}/pauzeren", "partner-pauzeren", Permission.ADMINISTER, pause_partner, "POST"),
    Page("/ketenpartners/{oin}/hervatten", "partner-hervatten", Permission.ADMINISTER, resume_partner, "POST"),
    Page("/ketenpartners/{oin}/testen", "partner-testen", Permission.HANDLE, send_test, "POST"),
    Page("/ketenpartners/{oin}/venster", "partner-venster", Permission.ADMINISTER, plan, "POST"),
    Page("/ketenpartners/{oin}/venster-intrekken", "venster-intrekken", Permission.ADMINISTER, withdraw, "POST"),
)
