"""One case as operators read it, on every screen and in every list the same: its messages and what they add up to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from hub.conversations.questions import CaseMessage, Question, act_began, agreed_in, questions_of
from hub.conversations.store import cases_between, messages_of
from hub.database import Connection
from hub.register.model import Register
from hub.wire.shortnames import cases_named

#: A *dossierkenmerk* that fits more cases than this is none.
CANDIDATES: Final = 20


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A case. `cut`: it has more messages than these, the oldest; `began`: when rest was first asked in it."""

    case: str
    messages: list[CaseMessage]
    cut: bool
    questions: list[Question]
    began: datetime | None


def case_file(connection: Connection, case: str, register: Register, most: int) -> CaseFile | None:
    """The case with this pseudonym, by its oldest `most` messages; None where the hub carried none."""
    found = messages_of(connection, case, most + 1)
    if not found:
        return None
    messages = found[:most]
    questions = questions_of(messages, agreed_in(register))
    return CaseFile(case, messages, len(found) > most, questions, act_began(questions))


def cases_of(connection: Connection, name: str) -> list[str]:
    """The cases that a *dossierkenmerk* or a whole pseudonym names: one, none, or some that share a mark."""
    return cases_between(connection, *cases_named(name), CANDIDATES)
