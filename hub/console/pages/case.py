"""Dossier: everything under one case pseudonym, with the clock of the rest that was asked."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from hub.console.audit import Act
from hub.console.cases.lanes import drawing_of
from hub.console.desk import Page, Visitor
from hub.console.roles import Permission
from hub.conversations.casefile import case_file, cases_of
from hub.wire.names import UUID
from hub.wire.shortnames import names_case

#: More messages than this in one case are not drawn; the page says so.
SHOWN: Final = 300
_NOT_FOUND: Final = 404
_SEE_OTHER: Final = 303


async def find(visitor: Visitor) -> Response:
    """From a *dossierkenmerk*, or a message id, to its page; a choice where a mark fits several cases."""
    given = visitor.request.query_params.get("kenmerk", "").strip()
    if not names_case(given):
        return visitor.shown("zoeken.html", 400 if given else 200, given=given, cases=[])
    cases = await visitor.desk.database.read(cases_of, given)
    await visitor.note(Act.SEARCHED, detail=f"kenmerk={given}")
    if len(cases) == 1:
        return RedirectResponse(f"/dossiers/{cases[0]}", _SEE_OTHER)
    if not cases and UUID.fullmatch(given.lower()):
        return RedirectResponse(f"/berichten/{quote(given.lower())}", _SEE_OTHER)
    return visitor.shown("zoeken.html", 200 if cases else _NOT_FOUND, given=given, cases=cases)


async def show(visitor: Visitor) -> Response:
    """One case."""
    case = visitor.request.path_params["case"].lower()
    if UUID.fullmatch(case) is None:
        raise HTTPException(_NOT_FOUND)
    found = await visitor.desk.database.read(case_file, case, visitor.desk.register.current, SHOWN)
    if found is None:
        raise HTTPException(_NOT_FOUND)
    await visitor.note(Act.VIEWED, target=case)
    return visitor.shown(
        "dossier.html",
        case=case,
        messages=found.messages,
        by_id={message.id: message for message in found.messages},
        cut=found.cut,
        drawing=drawing_of(found.messages),
        rest=[question for question in found.questions if question.asks_rest],
        others=[question for question in found.questions if not question.asks_rest and question.open],
        began=found.began,
    )


PAGES: Final = (
    Page("/dossiers", "zoeken", Permission.SEE_ROAD, find),
    Page("/dossiers/{case}", "dossier", Permission.SEE_ROAD, show),
)
