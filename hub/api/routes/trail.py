"""The audit trail: who looked at what, and who did what. Looking at it is a line too."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter

from hub.api import parameters as given
from hub.api.access import Scope
from hub.api.answers import Links
from hub.api.answers.trail import ActAnswer, ActPage, TrailPage, VisitAnswer
from hub.api.calls import Call, allowed
from hub.console.audit.store import visits
from hub.database import instant
from hub.operations.acts.store import newest_acts

routes = APIRouter()
Auditing = Annotated[Call, allowed(Scope.AUDIT)]


@routes.get("/trail", name="listTrail")
def list_trail(call: Auditing, before: given.Before = None, most: given.Most = 50) -> TrailPage:
    """Who looked at what, newest first: every view of a case or message, search, act and refusal."""
    found = call.read(lambda connection: visits(connection, most + 1, before))
    lines = tuple(VisitAnswer.of(number, visit) for number, visit in found[:most])
    links = call.next(before=found[most - 1][0] if len(found) > most else None)
    return TrailPage(lines=lines, links=Links.model_validate(links))


@routes.get("/acts", name="listActs")
def list_acts(
    call: Auditing, *, target: given.Target = None, after: given.After = None, most: given.Most = 50
) -> ActPage:
    """What operators did, newest first."""
    about = None if target is None else [target]
    found = call.read(lambda connection: newest_acts(connection, most + 1, about=about, after=given.place_of(after)))
    last = found[most - 1] if len(found) > most else None
    links = call.next(after=(instant(last.at), last.id) if last else None)
    return ActPage(acts=tuple(map(ActAnswer.of, found[:most])), links=Links.model_validate(links))
