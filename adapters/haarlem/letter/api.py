"""The address under `/v1` where a case system gets the letter, to print or to keep; nothing personal is in it."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from adapters.haarlem.desk.counter import Act
from adapters.haarlem.desk.entrance import ReadCall
from adapters.haarlem.desk.places import CaseId, PersonId
from adapters.haarlem.letter.printing import printed, rest_letter

routes = APIRouter()
LETTER: Final = "/schuldenrust/{zaakId}/personen/{persoonId}/rustbrief"
_PAGE: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "De brief.", "content": {"text/html": {"schema": {"type": "string"}}}}
}


@routes.get(LETTER, responses=_PAGE, response_class=HTMLResponse)
def rest_letter_of(call: ReadCall, case_id: CaseId, person_id: PersonId) -> Response:
    """De rustbrief van één persoon: wie bevestigd heeft en wie nog niet, om af te drukken."""
    content = call.counter.look(
        call.caller, Act.LETTER, case_id, lambda tx: printed(rest_letter(call.helper, tx, case_id, person_id))
    )
    return HTMLResponse(content)
