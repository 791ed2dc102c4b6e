"""The screens to look at: what must be looked after, search, a case, a conversation, the letter.

Reading and searching is in the access log before anything is shown. Nothing personal stands in an address: a case and
who it is about are pseudonyms there, and what somebody types is sent in a form.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response
from stdnum.nl import bsn as bsn_number

from adapters.haarlem import talk_views
from adapters.haarlem.conversations.talk import TalkKind
from adapters.haarlem.desk.counter import Act
from adapters.haarlem.desk.places import UUID
from adapters.haarlem.desk.problems import status_of
from adapters.haarlem.letter.printing import printed, rest_letter
from adapters.haarlem.page import reading
from adapters.haarlem.page.catalogue import BY_SLUG, CASE_FORMS, OF_KIND, OLD_DETAILS, REGISTER, TALK_BY_SLUG
from adapters.haarlem.page.desk import Asked, caller_of
from adapters.haarlem.page.fields import day_of
from adapters.haarlem.page.words import ENDS_NEAR
from adapters.haarlem.refusals import ActRefusedError
from adapters.haarlem.store import Transaction

_BIRTH: Final = re.compile(r"(1[89]|20)\d\d-\d\d-\d\d")


async def looked(visitor: Asked, act: Act, case_id: str | None, work: Callable[[Transaction], str]) -> Response:
    """A page, written down before it is shown.

    Raises:
        HTTPException: 404, there is no such case.
    """
    look = partial(visitor.desk.counter.look, caller_of(visitor), act, case_id, work)
    try:
        return HTMLResponse(await run_in_threadpool(look))
    except ActRefusedError as error:
        raise HTTPException(status_of(error)) from None


# — look ———————————————————————————————————————————————————————————————————————————————————————————————————————————


async def begin(visitor: Asked) -> Response:
    """What must be looked after now, and the way to a case."""

    def work(tx: Transaction) -> str:
        return visitor.text(
            "begin.html", work=reading.work(visitor.desk.helper, tx), most=reading.MOST_SHOWN, errors={}
        )

    return await looked(visitor, Act.CALLS, None, work)


async def open_calls(visitor: Asked) -> Response:
    """Everything that somebody must look after."""
    return await looked(
        visitor,
        Act.CALLS,
        None,
        lambda tx: visitor.text("belpunten.html", items=reading.open_items(visitor.desk.helper, tx)),
    )


async def search(visitor: Asked) -> Response:
    """Cases of one person; what was typed stands in no address and is not shown again."""
    form = await visitor.request.form()
    names = ("bsn", "zaaknummer", "achternaam", "geboortedatum")
    given = {name: str(form.get(name, "")).strip()[:200] for name in names}
    bsn = re.sub(r"[\s.]", "", given["bsn"]).rjust(9, "0") if given["bsn"] else ""
    birth = day_of(given["geboortedatum"])
    errors = _search_errors(bsn, given["zaaknummer"], given["achternaam"], birth)

    def work(tx: Transaction) -> str:
        helper = visitor.desk.helper
        if errors:
            return visitor.text("begin.html", work=reading.work(helper, tx), most=reading.MOST_SHOWN, errors=errors)
        cases = reading.search(tx, bsn=bsn, number=given["zaaknummer"], surname=given["achternaam"], birth_date=birth)
        return visitor.text("gevonden.html", people=reading.found(helper, tx, cases))

    shown = await looked(visitor, Act.SEARCH, None, work)
    shown.status_code = HTTPStatus.BAD_REQUEST if errors else HTTPStatus.OK
    return shown


def _search_errors(bsn: str, number: str, surname: str, birth: str) -> dict[str, str]:
    if bsn:
        return {} if bsn_number.is_valid(bsn) else {"bsn": "Dit is geen geldig BSN: het heeft negen cijfers."}
    if number:
        return {}
    if not surname:
        words = "Vul een BSN, een zaaknummer, of een achternaam met geboortedatum in."
        return {"bsn" if not birth else "achternaam": words}
    return {} if _BIRTH.fullmatch(birth) else {"geboortedatum": "Vul de geboortedatum in als dd-mm-jjjj."}


async def case(visitor: Asked) -> Response:
    """One case: who has rest, each party in words, what can be done."""
    case_id = id_of(visitor, "zaak")
    forms_known = {**BY_SLUG, **TALK_BY_SLUG, REGISTER.slug: REGISTER}
    done = forms_known.get(visitor.request.query_params.get("gedaan", ""))

    def work(tx: Transaction) -> str:
        shown = reading.case_page(visitor.desk.helper, tx, case_id)
        forms = [form for form in CASE_FORMS if shown.running or form.ended_too]
        said = done.done if done else None
        return visitor.text("zaak.html", it=shown, forms=forms, done=said, near_reasons=ENDS_NEAR)

    return await looked(visitor, Act.LOOK_UP, case_id, work)


async def talk(visitor: Asked) -> Response:
    """One conversation with everything that was said in it, and what can be done in it."""
    talk_id = id_of(visitor, "gesprek")

    def work(tx: Transaction) -> str:
        found = talk_views.talk_view(visitor.desk.helper, tx, talk_id)
        of_kind = OF_KIND.get(TalkKind(found.line.kind), ())
        forms = [TALK_BY_SLUG[slug] for slug in (*of_kind, *(OLD_DETAILS if found.line.corrected else ()))]
        return visitor.text("gesprek.html", talk=found, forms=forms)

    return await looked(visitor, Act.TALK, None, work)


async def administrations(visitor: Asked) -> Response:
    """The administrations that offices told of."""

    def work(tx: Transaction) -> str:
        found = talk_views.administrations_view(visitor.desk.helper, tx, only_open=True)
        return visitor.text("bewinden.html", lines=found.lines)

    return await looked(visitor, Act.ADMINISTRATIONS, None, work)


async def letter(visitor: Asked) -> Response:
    """The letter to one person, to print."""
    case_id, person_id = id_of(visitor, "zaak"), id_of(visitor, "persoon")
    style = visitor.desk.assets["rustbrief.css"]

    def work(tx: Transaction) -> str:
        return printed(rest_letter(visitor.desk.helper, tx, case_id, person_id), (style.path, style.integrity))

    return await looked(visitor, Act.LETTER, case_id, work)


def id_of(visitor: Asked, name: str) -> str:
    """A pseudonym out of the address; anything else is no place of ours."""
    value = str(visitor.request.path_params[name])
    if not re.fullmatch(UUID, value):
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return value
