"""What can go wrong with a call, as `application/problem+json` (RFC 9457); no answer repeats what was asked."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Final

from starlette.responses import JSONResponse, Response

API_VERSION: Final = "1.0.0"
MEDIA_TYPE: Final = "application/problem+json"


class Problem(Enum):
    """Status, title and what to do."""

    INVALID = (400, "Bad request", "A parameter has not the form that the description of the API gives.")
    NO_TOKEN = (401, "No token", "Send a valid token: Authorization: Bearer …")
    NO_SCOPE = (403, "Not allowed", "This token does not allow this.")
    NOT_FOUND = (404, "Not found", "There is nothing by that name, or not yet.")
    NO_METHOD = (405, "Not possible here", "This address takes another method.")
    FAULT = (500, "Error", "An error in the software; it was logged.")
    UNAVAILABLE = (503, "Away", "Something that the answer needs does not answer; try again.")


class ProblemError(Exception):
    """A call that cannot be answered."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.name)
        self.problem = problem


def answer(problem: Problem) -> Response:
    """The problem as an answer."""
    status, title, detail = problem.value
    headers: Mapping[str, str] = {"API-Version": API_VERSION}
    if problem is Problem.NO_TOKEN:
        headers = {**headers, "WWW-Authenticate": "Bearer"}
    content = {"type": f"urn:schuldhub:problem:{problem.name.lower()}", "status": status, "title": title}
    return JSONResponse({**content, "detail": detail}, status, headers, MEDIA_TYPE)
