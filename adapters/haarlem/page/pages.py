"""The screens: what must be looked after, search, a case, every act as a form that shows what it sends, the letter.

Reading, searching and acting is in the access log before anything is shown. Nothing personal stands in an address: a
case and who it is about are pseudonyms there, and what somebody types is sent in a form.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response
from stdnum.nl import bsn as bsn_number

from adapters.haarlem.desk.counter import Act
from adapters.haarlem.desk.places import UUID
from adapters.haarlem.desk.problems import TroubleError, status_of
from adapters.haarlem.letter.printing import printed, rest_letter
from adapters.haarlem.page import reading
from adapters.haarlem.page.acting import ChangedError, Filled, Plan, errors_of, perform, rehearse
from adapters.haarlem.page.catalogue import BY_SLUG, CASE_FORMS, REGISTER
from adapters.haarlem.page.deeds import ActForm
from adapters.haarlem.page.desk import Asked, caller_of
from adapters.haarlem.page.fields import Given, Source, day_of
from adapters.haarlem.page.roles import WORK
from adapters.haarlem.page.words import ENDS_NEAR
from adapters.haarlem.refusals import DUTCH as REFUSED
from adapters.haarlem.refusals import ActRefusedError, Refusal
from adapters.haarlem.store import Transaction
from hub.clock import new_pseudonym
from hub.web.desk import Page

#: A registration has a row for each of five creditors.
MOST_FIELDS: Final = 200
_CONFIRMED, _KEY, _SHOWN, _AGAIN = "bevestigd", "sleutel", "plan", "terug"
_BIRTH: Final = re.compile(r"(1[89]|20)\d\d-\d\d-\d\d")


async def _looked(visitor: Asked, act: Act, case_id: str | None, work: Callable[[Transaction], str]) -> Response:
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

    return await _looked(visitor, Act.CALLS, None, work)


async def open_calls(visitor: Asked) -> Response:
    """Everything that somebody must look after."""
    return await _looked(
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

    shown = await _looked(visitor, Act.SEARCH, None, work)
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
    case_id = _id_of(visitor, "zaak")
    done = BY_SLUG.get(visitor.request.query_params.get("gedaan", "")) or (
        REGISTER if visitor.request.query_params.get("gedaan") == REGISTER.slug else None
    )

    def work(tx: Transaction) -> str:
        shown = reading.case_page(visitor.desk.helper, tx, case_id)
        forms = [form for form in CASE_FORMS if shown.running or form.ended_too]
        said = done.done if done else None
        return visitor.text("zaak.html", it=shown, forms=forms, done=said, near_reasons=ENDS_NEAR)

    return await _looked(visitor, Act.LOOK_UP, case_id, work)


async def letter(visitor: Asked) -> Response:
    """The letter to one person, to print."""
    case_id, person_id = _id_of(visitor, "zaak"), _id_of(visitor, "persoon")
    style = visitor.desk.assets["rustbrief.css"]

    def work(tx: Transaction) -> str:
        return printed(rest_letter(visitor.desk.helper, tx, case_id, person_id), (style.path, style.integrity))

    return await _looked(visitor, Act.LETTER, case_id, work)


def _id_of(visitor: Asked, name: str) -> str:
    """A pseudonym out of the address; anything else is no place of ours."""
    value = str(visitor.request.path_params[name])
    if not re.fullmatch(UUID, value):
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return value


# — act ————————————————————————————————————————————————————————————————————————————————————————————————————————————


def _form_of(visitor: Asked) -> tuple[ActForm, str]:
    """The form of this address, and the case; no case for a registration."""
    if "zaak" not in visitor.request.path_params:
        return REGISTER, ""
    form = BY_SLUG.get(str(visitor.request.path_params["handeling"]))
    if form is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return form, _id_of(visitor, "zaak")


async def empty_form(visitor: Asked) -> Response:
    """A form to fill in; what it is about may stand in the address, by its pseudonym."""
    form, case_id = _form_of(visitor)
    query = visitor.request.query_params
    given = {one.name: (query[_bare(one.name)],) for one in form.fields if _bare(one.name) in query}
    return await _shown_form(visitor, Filled(form, case_id, given), {}, HTTPStatus.OK)


def _bare(name: str) -> str:
    """What a field is called in an address: only what an act is about is ever there."""
    return "persoon" if name in {"/personen/0/id", "/persoonId"} else "partij" if name == "/partijen/0/id" else name


async def act(visitor: Asked) -> Response:
    """What was filled in: shown with what it sends, and once that is confirmed, done."""
    form, case_id = _form_of(visitor)
    sent = await visitor.request.form()
    given: Given = {name: tuple(str(one) for one in sent.getlist(name)) for name in sent}
    filled = Filled(form, case_id, _with_names(visitor, given))
    if _AGAIN in given:
        return await _shown_form(visitor, filled, {}, HTTPStatus.OK)
    caller = caller_of(visitor)
    try:
        if _CONFIRMED in given:
            key, shown = given.get(_KEY, ("",))[-1][:64], given.get(_SHOWN, ("",))[-1][:64]
            done = await run_in_threadpool(perform, visitor.desk.counter, caller, filled, key, shown)
            return visitor.go(f"/zaken/{done}?gedaan={form.slug}")
        plan = await run_in_threadpool(rehearse, visitor.desk.helper, caller, filled)
    except ChangedError as changed:
        return await _shown_plan(visitor, filled, changed.plan, changed=True)
    except TroubleError:
        return visitor.go(f"/zaken/{case_id}" if case_id else "/")
    except ActRefusedError as error:
        return await _refused(visitor, filled, error)
    return await _shown_plan(visitor, filled, plan)


def _with_names(visitor: Asked, given: Given) -> Given:
    """The name of a creditor that was chosen from the register, where none was typed."""
    register = visitor.desk.helper.directory().register
    named = dict(given)
    for field, values in given.items():
        beside = field.removesuffix("/oin") + "/naam"
        if field.endswith("/oin") and values[-1] and not "".join(given.get(beside, ())).strip():
            organisation = register.organisation(values[-1])
            named[beside] = (organisation.name,) if organisation else ("",)
    return named


async def _refused(visitor: Asked, filled: Filled, error: ActRefusedError) -> Response:
    """The form again with what is wrong at its field; or the plan again, when it asks how many pauses end."""
    caller = caller_of(visitor)
    if error.refusal is Refusal.COUNT_NEEDED and error.count is not None:
        counted = Filled(filled.form, filled.case_id, {**filled.given, "/aantalPauzes": (str(error.count),)})
        plan = await run_in_threadpool(rehearse, visitor.desk.helper, caller, counted)
        wrong = bool("".join(filled.given.get("/aantalPauzes", ())).strip())
        return await _shown_plan(visitor, filled, plan, count=error.count, wrong_count=wrong)
    log = visitor.desk.counter.log_refused
    await run_in_threadpool(log, caller, filled.form.act, filled.case_id or None, error)
    if error.refusal is Refusal.UNKNOWN and not error.fields:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    errors = errors_of(error, filled.read)
    return await _shown_form(visitor, filled, errors, HTTPStatus(status_of(error)), error)


async def _shown_form(
    visitor: Asked,
    filled: Filled,
    errors: dict[str, str],
    status: HTTPStatus,
    error: ActRefusedError | None = None,
) -> Response:
    """The form, with the case that it is about above it."""
    helper, form = visitor.desk.helper, filled.form
    names = {one.name for one in form.fields}
    context: dict[str, Any] = {
        "form": form,
        "case_id": filled.case_id,
        "given": filled.given,
        "errors": {name: words for name, words in errors.items() if name in names},
        "stray": sorted({words for name, words in errors.items() if name not in names}),
        "refused": REFUSED[error.refusal] if error and error.refusal is not Refusal.INVALID else None,
        "other_case": error.case_id if error else None,
    }

    def work(tx: Transaction) -> str:
        it = reading.case_page(helper, tx, filled.case_id) if filled.case_id else None
        lists = {source: reading.choices(helper, tx, source, filled.case_id) for source in Source}
        return visitor.text("formulier.html", it=it, lists=lists, **context)

    shown = await _looked(visitor, Act.LOOK_UP, filled.case_id or None, work)
    shown.status_code = status
    return shown


async def _shown_plan(
    visitor: Asked,
    filled: Filled,
    plan: Plan,
    *,
    changed: bool = False,
    count: int | None = None,
    wrong_count: bool = False,
) -> Response:
    """What will be sent to whom, to confirm."""
    helper = visitor.desk.helper
    names = {one.name for one in filled.form.fields}
    given = {name: values for name, values in filled.given.items() if name in names}

    def work(tx: Transaction) -> str:
        it = reading.case_page(helper, tx, filled.case_id) if filled.case_id else None
        return visitor.text(
            "bevestigen.html",
            it=it,
            form=filled.form,
            case_id=filled.case_id,
            given=given,
            plan=plan,
            key=new_pseudonym(),
            changed=changed,
            count=count,
            wrong_count=wrong_count,
        )

    shown = await _looked(visitor, Act.LOOK_UP, filled.case_id or None, work)
    shown.status_code = HTTPStatus.CONFLICT if changed or wrong_count else HTTPStatus.OK
    return shown


PAGES: Final[tuple[Page[Any], ...]] = (
    Page("/", "begin", WORK, begin),
    Page("/belpunten", "belpunten", WORK, open_calls),
    Page("/zoeken", "zoeken", WORK, search, "POST"),
    Page("/zaken/nieuw", "nieuw", WORK, empty_form),
    Page("/zaken/nieuw", "nieuw-doen", WORK, act, "POST", fields=MOST_FIELDS),
    Page("/zaken/{zaak}", "zaak", WORK, case),
    Page("/zaken/{zaak}/brief/{persoon}", "brief", WORK, letter, "POST"),
    Page("/zaken/{zaak}/{handeling}", "formulier", WORK, empty_form),
    Page("/zaken/{zaak}/{handeling}", "handeling", WORK, act, "POST", fields=MOST_FIELDS),
)
