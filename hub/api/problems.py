"""What can go wrong with a call, as `application/problem+json` (RFC 9457); no answer repeats what was asked."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any, Final

from starlette.responses import JSONResponse, Response

API_VERSION: Final = "1.0.0"
MEDIA_TYPE: Final = "application/problem+json"


class Problem(Enum):
    """Status, title and what to do."""

    INVALID = (400, "Bad request", "A parameter is not known here, or has not the form that the description gives.")
    NO_TOKEN = (401, "No token", "Send a valid token: Authorization: Bearer …")
    NO_SCOPE = (403, "Not allowed", "This token does not allow this.")
    NOT_FOUND = (404, "Not found", "There is nothing by that name, or not yet.")
    NO_METHOD = (405, "Not possible here", "This address takes another method.")
    AMBIGUOUS = (409, "More than one", "More than one has this name: name a case in full, a message with its sender.")
    FAULT = (500, "Error", "An error in the software; it was logged.")
    UNAVAILABLE = (503, "Away", "Something that the answer needs does not answer; try again.")

    @property
    def status(self) -> int:
        """Of HTTP."""
        return self.value[0]

    @property
    def document(self) -> dict[str, object]:
        """What is answered."""
        status, title, detail = self.value
        slug = self.name.lower()
        return {"type": f"urn:schuldhub:problem:{slug}", "status": status, "title": title, "detail": detail}


#: What a route adds to its operation that may find more than one.
AMBIGUOUS: Final[dict[int | str, dict[str, Any]]] = {Problem.AMBIGUOUS.status: {}}


class ProblemError(Exception):
    """A call that cannot be answered."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.name)
        self.problem = problem


def answer(problem: Problem, more: Mapping[str, str] | None = None) -> Response:
    """The problem as an answer, with more headers."""
    headers = {"API-Version": API_VERSION, **(more or {})}
    if problem is Problem.NO_TOKEN:
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(problem.document, problem.status, headers, MEDIA_TYPE)
