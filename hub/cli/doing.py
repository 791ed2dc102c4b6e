"""How a command acts: as the user of this machine, with a reason, once, and in the operators' trail."""

from __future__ import annotations

import os
import pwd
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Final, TypeVar

from cyclopts import Parameter, Token

from hub.clock import new_pseudonym
from hub.console.audit import Act as Entry
from hub.console.audit import Visit
from hub.console.audit.store import add_visit
from hub.database import Connection, Database
from hub.errors import Code, RefusedError
from hub.operations.acts import Act, ActName, Doer, OvertakenError
from hub.operations.texts import LONGEST, SHORTEST, Wrong, problem_with

PAGE: Final = "opdrachtregel"
T = TypeVar("T")
_WRONG: Final = {
    Wrong.SHORT: f"a reason has {SHORTEST} characters at least",
    Wrong.LONG: f"a reason has {LONGEST} characters at most",
    Wrong.STRANGE: "a reason is one line of ordinary characters",
    Wrong.NUMBER: "a reason holds no number that could be a BSN",
    Wrong.MAIL: "a reason holds no e-mail address",
}


def _reason(_kind: object, tokens: Sequence[Token]) -> str:
    text = tokens[0].value.strip()
    wrong = problem_with(text)
    if wrong is not None:
        raise ValueError(_WRONG[wrong])
    return text


ReasonOption = Annotated[str, Parameter(name="--reason", converter=_reason, help="Why; no names, it is kept.")]


def doer() -> Doer:
    """The user of this machine who runs the command."""
    name = pwd.getpwuid(os.getuid()).pw_name
    return Doer(f"machine:{name}", f"{name} (opdrachtregel)")


def new_act(
    name: ActName,
    now: datetime,
    target: str,
    reason: str | None,
    *,
    oin: str | None = None,
    cases: tuple[str, ...] = (),
) -> Act:
    """An act with a key of its own: a command that is run again is another act."""
    return Act(new_pseudonym(), name, now, doer(), target, reason, oin=oin, cases=cases)


def do(database: Database, act: Act, effect: Callable[[Connection], T]) -> T:
    """Does it, with its line in the trail.

    Raises:
        RefusedError: `overtaken`, with why.
    """
    visit = Visit(act.at, act.doer.subject, act.doer.name, Entry.ACTED, PAGE, act.target, act.name.value)
    try:
        with database.begin() as connection:
            found = effect(connection)
            add_visit(connection, visit)
    except OvertakenError as error:
        raise RefusedError(Code.OVERTAKEN, error.why.value) from None
    return found
