"""Partners, what was agreed between them, and which days count."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter

from hub.api import parameters as given
from hub.api.access import Scope
from hub.api.answers.partners import (
    AgreementAnswer,
    AgreementsOn,
    CalendarAnswer,
    PartnerAnswer,
    PartnerList,
    RouteAnswer,
)
from hub.api.calls import Call, allowed
from hub.api.problems import Problem, ProblemError
from hub.console.administration import agreements_on, holidays_from, instant_on, routes_of
from hub.console.administration.looking import register_on, version_of
from hub.console.partners import partners_of
from hub.console.partners.store import last_seen, reports, waiting
from hub.database import Connection
from hub.messagelog.pauses.store import pauses
from hub.operations.partners.store import windows
from hub.register.model import Organisation
from hub.workdays import decrees_known_until, local_day

routes = APIRouter()
Reading = Annotated[Call, allowed(Scope.READ)]


@routes.get("/partners", name="listPartners")
def list_partners(call: Reading) -> PartnerList:
    """The organisations of the register: what their edges report, what waits for them, when their keys end."""
    return PartnerList(partners=_partners(call, call.api.register.current.organisations.values()))


@routes.get("/partners/{oin}", name="getPartner")
def get_partner(oin: given.PartnerOin, call: Reading) -> PartnerAnswer:
    """One partner."""
    one = call.api.register.current.organisation(oin)
    found = _partners(call, [one] if one else [], oin)
    if not found:
        raise ProblemError(Problem.NOT_FOUND)
    return found[0]


def _partners(
    call: Call, organisations: Iterable[Organisation], target: str | None = None
) -> tuple[PartnerAnswer, ...]:
    def ask(connection: Connection) -> tuple[PartnerAnswer, ...]:
        paused, planned = pauses(connection), windows(connection, call.now)
        found = partners_of(organisations, reports(connection), waiting(connection), last_seen(connection), call.now)
        oins = [one.organisation.oin for one in found]
        return tuple(
            PartnerAnswer.of(one, paused.get(oin), planned.get(oin)) for oin, one in zip(oins, found, strict=True)
        )

    return call.read(ask, target)


@routes.get("/agreements", name="getAgreements")
def get_agreements(call: Reading, date: given.Day = None) -> AgreementsOn:
    """What was agreed on a day, and who may send what to whom by it."""
    day = date or local_day(call.now)
    kept = call.read(lambda connection: register_on(connection, day, call.now))
    version = version_of(kept, call.api.register) if kept else None
    register = version.register if version else None
    agreements = agreements_on(register, instant_on(day, call.now)) if register else []
    return AgreementsOn(
        day=day,
        register_version=version.version if version else None,
        in_use_since=version.loaded if version else None,
        agreements=tuple(map(AgreementAnswer.of, agreements)),
        routes=tuple(map(RouteAnswer.of, routes_of(register, agreements))) if register else (),
    )


@routes.get("/calendar", name="getCalendar")
def get_calendar(call: Annotated[Call, allowed(Scope.MONITOR)]) -> CalendarAnswer:
    """Which days to come are no working days: terms do not count them."""
    return CalendarAnswer.of(holidays_from(local_day(call.now)), decrees_known_until())
