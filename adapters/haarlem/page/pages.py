"""Every act as a form: what was filled in is shown with what it sends, and once that is confirmed, done.

A refusal stands at its field, with what was typed. Acting is in the access log before anything is shown.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response

from adapters.api.trouble import TroubleError
from adapters.haarlem.desk.counter import Act
from adapters.haarlem.desk.problems import status_of
from adapters.haarlem.page import reading, screens
from adapters.haarlem.page.acting import ChangedError, Filled, Plan, errors_of, perform, rehearse
from adapters.haarlem.page.catalogue import BY_SLUG, REGISTER, TALK_BY_SLUG
from adapters.haarlem.page.deeds import ActForm
from adapters.haarlem.page.desk import Asked, caller_of
from adapters.haarlem.page.fields import Given, Source
from adapters.haarlem.page.roles import WORK
from adapters.haarlem.page.screens import id_of, looked
from adapters.haarlem.refusals import DUTCH as REFUSED
from adapters.haarlem.refusals import ActRefusedError, Refusal
from adapters.haarlem.store import Transaction
from adapters.haarlem.talks import store as talks
from hub.clock import new_pseudonym
from hub.web.desk import Page

#: A registration has a row for each of five creditors.
MOST_FIELDS: Final = 200
_CONFIRMED, _KEY, _SHOWN, _AGAIN = "bevestigd", "sleutel", "plan", "terug"


# — act ————————————————————————————————————————————————————————————————————————————————————————————————————————————


def _form_of(visitor: Asked) -> tuple[ActForm, str]:
    """The form of this address, and the case; no case for a registration."""
    if "zaak" not in visitor.request.path_params:
        return REGISTER, ""
    form = BY_SLUG.get(str(visitor.request.path_params["handeling"]))
    if form is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return form, id_of(visitor, "zaak")


async def _in_talk(visitor: Asked) -> tuple[ActForm, str] | None:
    """The form of an act in one conversation, and its case if it has one; nothing at any other address."""
    if "gesprek" not in visitor.request.path_params:
        return None
    form = TALK_BY_SLUG.get(str(visitor.request.path_params["handeling"]))
    found = await visitor.desk.database.read(talks.find, id_of(visitor, "gesprek"))
    if form is None or found is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return form, found.case_id or ""


async def empty_form(visitor: Asked) -> Response:
    """A form to fill in; what it is about may stand in the address, by its pseudonym."""
    form, case_id = await _in_talk(visitor) or _form_of(visitor)
    known = {**visitor.request.query_params, **visitor.request.path_params}
    given = {one.name: (str(known[_bare(one.name)]),) for one in form.fields if _bare(one.name) in known}
    return await _shown_form(visitor, Filled(form, case_id, given), {}, HTTPStatus.OK)


def _bare(name: str) -> str:
    """What a field is called in an address: only what an act is about is ever there."""
    return "persoon" if name in {"/personen/0/id", "/persoonId"} else "partij" if name == "/partijen/0/id" else name


async def act(visitor: Asked) -> Response:
    """What was filled in: shown with what it sends, and once that is confirmed, done."""
    form, case_id = await _in_talk(visitor) or _form_of(visitor)
    sent = await visitor.request.form()
    given: Given = {name: tuple(str(one) for one in sent.getlist(name)) for name in sent}
    if "gesprek" in visitor.request.path_params:
        given = {**given, "gesprek": (str(visitor.request.path_params["gesprek"]),)}
    filled = Filled(form, case_id, _with_names(visitor, given))
    if _AGAIN in given:
        return await _shown_form(visitor, filled, {}, HTTPStatus.OK)
    caller = caller_of(visitor)
    try:
        if _CONFIRMED in given:
            key, shown = given.get(_KEY, ("",))[-1][:64], given.get(_SHOWN, ("",))[-1][:64]
            done = await run_in_threadpool(perform, visitor.desk.counter, caller, filled, key, shown)
            return visitor.go(
                f"/zaken/{done}?gedaan={form.slug}" if done else visitor.request.url.path.rpartition("/")[0]
            )
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
        "path": visitor.request.url.path,
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

    shown = await looked(visitor, Act.LOOK_UP, filled.case_id or None, work)
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
            path=visitor.request.url.path,
            given=given,
            plan=plan,
            key=new_pseudonym(),
            changed=changed,
            count=count,
            wrong_count=wrong_count,
        )

    shown = await looked(visitor, Act.LOOK_UP, filled.case_id or None, work)
    shown.status_code = HTTPStatus.CONFLICT if changed or wrong_count else HTTPStatus.OK
    return shown


PAGES: Final[tuple[Page[Any], ...]] = (
    Page("/", "begin", WORK, screens.begin),
    Page("/belpunten", "belpunten", WORK, screens.open_calls),
    Page("/zoeken", "zoeken", WORK, screens.search, "POST"),
    Page("/zaken/nieuw", "nieuw", WORK, empty_form),
    Page("/zaken/nieuw", "nieuw-doen", WORK, act, "POST", fields=MOST_FIELDS),
    Page("/zaken/{zaak}", "zaak", WORK, screens.case),
    Page("/bewinden", "bewinden", WORK, screens.administrations),
    Page("/gesprekken/{gesprek}", "gesprek", WORK, screens.talk),
    Page("/gesprekken/{gesprek}/{handeling}", "gespreksformulier", WORK, empty_form),
    Page("/gesprekken/{gesprek}/{handeling}", "gesprekshandeling", WORK, act, "POST", fields=MOST_FIELDS),
    Page("/zaken/{zaak}/brief/{persoon}", "brief", WORK, screens.letter, "POST"),
    Page("/zaken/{zaak}/{handeling}", "formulier", WORK, empty_form),
    Page("/zaken/{zaak}/{handeling}", "handeling", WORK, act, "POST", fields=MOST_FIELDS),
)
