"""How a page does something: a form with a key and a reason, one transaction for the act, its leaf and its trail.

Done twice it is done once; where somebody else was first, nothing is done and the page says so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import FormData
from starlette.responses import Response

from hub.clock import new_pseudonym
from hub.console import phrases
from hub.console.audit import Act as Entry
from hub.console.audit.store import add_visit
from hub.console.desk import Visitor
from hub.database import Connection
from hub.operations.acts import Act, ActName, Doer, OvertakenError
from hub.operations.texts import Wrong, problem_with
from hub.wire.names import UUID

KEY: Final = "sleutel"
REASON: Final = "reden"
_BAD: Final = 400
_CONFLICT: Final = 409
_SECRETIVE: Final = frozenset({Wrong.NUMBER, Wrong.MAIL})


class WrongFormError(Exception):
    """A form that cannot be taken; `response` is the page that says why, with the form again where it can be mended."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


@dataclass(frozen=True, slots=True)
class About:
    """What an act is about, as `hub.operations.acts.Act`."""

    target: str
    message: str | None = None
    oin: str | None = None
    cases: tuple[str, ...] = ()


def new_key() -> str:
    """A key for one form."""
    return new_pseudonym()


def done_of(visitor: Visitor) -> str:
    """What the page before this one did, for a line that says so; the template knows which words there are."""
    return visitor.request.query_params.get("gedaan", "")


def doer_of(visitor: Visitor) -> Doer:
    """Who acts. The guard lets nobody act who is not signed in."""
    assert visitor.session is not None  # noqa: S101 - see above
    return Doer(visitor.session.user.subject, visitor.session.user.name)


def act_of(visitor: Visitor, form: FormData, name: ActName, about: About, *, reasoned: bool = True) -> Act:
    """The act that a form asks for.

    Raises:
        WrongFormError: its key is no key, or its reason is not one that may be kept.
    """
    key = form.get(KEY)
    if not isinstance(key, str) or UUID.fullmatch(key) is None:
        raise WrongFormError(visitor.shown("fout.html", _BAD, number=_BAD))
    reason = _reason_of(visitor, form) if reasoned else None
    return Act(
        key,
        name,
        visitor.now,
        doer_of(visitor),
        target=about.target,
        reason=reason,
        message=about.message,
        oin=about.oin,
        cases=about.cases,
    )


def _reason_of(visitor: Visitor, form: FormData) -> str:
    given = form.get(REASON)
    reason = given.strip() if isinstance(given, str) else ""
    wrong = problem_with(reason)
    if wrong is not None:
        raise WrongFormError(again(visitor, form, phrases.WRONG[wrong], "" if wrong in _SECRETIVE else reason))
    return reason


def again(visitor: Visitor, form: FormData, problem: str, reason: str) -> Response:
    """The form once more, with what is wrong; a reason that may hold a person does not come back."""
    others = [(name, value) for name, value in form.multi_items() if name not in {REASON, "csrf"}]
    return visitor.shown(
        "opnieuw.html",
        _BAD,
        problem=problem,
        reason=reason,
        fields=[(name, value) for name, value in others if isinstance(value, str)],
        action=visitor.request.url.path,
    )


async def do(visitor: Visitor, act: Act, effect: Callable[[Connection], object], path: str) -> Response:
    """Does it, with its line in the trail, and goes to `path`; where somebody else was first, a page that says so."""

    def transaction(connection: Connection) -> None:
        effect(connection)
        add_visit(connection, visitor.visit(Entry.ACTED, act.target, act.name.value))

    try:
        await visitor.desk.database.run(transaction)
    except OvertakenError as error:
        await visitor.note(Entry.REFUSED, act.target, f"{act.name.value}: {error.why.value}")
        return visitor.shown("ingehaald.html", _CONFLICT, said=phrases.OVERTAKEN[error.why], path=path)
    joined = "&" if "?" in path else "?"
    return visitor.go(f"{path}{joined}gedaan={act.name.value}")
