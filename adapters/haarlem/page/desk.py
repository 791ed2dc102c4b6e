"""What one request may count on: the kit's desk with the counter beside it, and who acts, for the access log."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from stdnum.nl import bsn

from adapters.haarlem.book import DebtHelper
from adapters.haarlem.desk.access import OPAQUE, Caller
from adapters.haarlem.desk.counter import Counter
from adapters.haarlem.desk.store import Token
from hub.web.desk import Desk, Visitor
from hub.web.sessions import Session

#: Under which the access log and the kept answers know the page; the employee is who signed in.
TOKEN_ID: Final = "pagina"  # noqa: S105 a name, no secret
STRANGER: Final = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageDesk(Desk):
    """What the pages share."""

    counter: Counter

    @property
    def helper(self) -> DebtHelper:
        """What every act needs."""
        return self.counter.helper

    def shared(self, session: Session | None) -> Mapping[str, object]:  # noqa: ARG002 - the same for everybody
        """The present day, to compare days with."""
        return {"today": self.helper.today()}


Asked = Visitor[PageDesk]


def employee_of(subject: str | None) -> str:
    """Who acts, as the access log knows it: the issuer's own id where that is opaque and short, else its hash."""
    if subject is None:
        return STRANGER
    if re.fullmatch(OPAQUE, subject) and not bsn.is_valid(subject):
        return subject
    return f"o-{hashlib.sha256(subject.encode()).hexdigest()[:32]}"


def caller_of(visitor: Asked) -> Caller:
    """Who signed in, as the counter wants to know it."""
    subject = visitor.session.user.subject if visitor.session else None
    return Caller(Token(TOKEN_ID, "pagina", "", frozenset(), visitor.now), employee_of(subject))
