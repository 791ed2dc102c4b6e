"""Cases and terms: who was asked what, who answered, and for whom rest is still asked."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter

from hub.api import parameters as given
from hub.api.access import Scope
from hub.api.answers.cases import CaseAnswer, CaseList, TermPage
from hub.api.calls import Call, allowed
from hub.api.problems import AMBIGUOUS, Problem, ProblemError
from hub.conversations import store
from hub.conversations.casefile import CaseFile, case_file, cases_of
from hub.conversations.details import Row, case_record, question_row
from hub.conversations.questions import Question
from hub.database import Connection, Place

routes = APIRouter()
Reading = Annotated[Call, allowed(Scope.READ)]
_MESSAGES: Final = 1_000


@routes.get("/cases", name="listCases")
def list_cases(call: Reading, most: given.MostCases = 50) -> CaseList:
    """Cases with an open question: the one that asks for attention first in front. Page by page: `/terms`."""
    found = call.read(lambda connection: store.cases_with_attention(connection, call.now, most))
    return CaseList.model_validate({"cases": [_line(question, call) for question in found]})


@routes.get("/cases/{case}", name="getCase", responses=AMBIGUOUS)
def get_case(case: given.CaseName, call: Reading) -> CaseAnswer:
    """One case: per organisation what was sent, delivered, confirmed, overdue, and the hours without rest."""

    def ask(connection: Connection) -> CaseFile | None:
        cases = cases_of(connection, case)
        if len(cases) > 1:
            raise ProblemError(Problem.AMBIGUOUS)
        return case_file(connection, cases[0], call.api.register.current, _MESSAGES) if cases else None

    found = call.read(ask, case)
    if found is None:
        raise ProblemError(Problem.NOT_FOUND)
    return CaseAnswer.model_validate({**case_record(found, {}, call.now), "cut": found.cut})


@routes.get("/terms", name="listTerms")
def list_terms(
    call: Reading, *, rest: given.RestOnly = False, after: given.After = None, most: given.Most = 50
) -> TermPage:
    """Open questions with their terms: the one that asks for attention first in front."""

    def ask(connection: Connection) -> tuple[list[Question], Place | None]:
        since = call.now if rest else None
        found = store.open_questions(connection, most + 1, rest_since=since, after=given.place_of(after))
        return found[:most], store.place_of(connection, found[most - 1]) if len(found) > most else None

    found, following = call.read(ask)
    rows = [_line(question, call) for question in found]
    return TermPage.model_validate({"terms": rows, "_links": call.next(after=following)})


def _line(question: Question, call: Call) -> Row:
    return question_row(question, {}, call.now) | {"case": question.case}
