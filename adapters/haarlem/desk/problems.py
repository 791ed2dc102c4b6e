"""What went wrong, as the NL API Design Rules want it said: `application/problem+json`, Dutch, never a value."""

from __future__ import annotations

from typing import Any, Final

from starlette.responses import Response

from adapters.api.problem import problem
from adapters.haarlem.refusals import DUTCH as REFUSED
from adapters.haarlem.refusals import FAULTS, ActRefusedError, Fault, FieldFault, Refusal
from schemas.errors import DUTCH as FORMS
from schemas.errors import Slug

API_VERSION: Final = "1.0.0"


_STATUS: Final[dict[Refusal, int]] = {
    Refusal.INVALID: 400,
    Refusal.UNKNOWN: 404,
    Refusal.CASE_EXISTS: 409,
    Refusal.NUMBER_TAKEN: 409,
    Refusal.CASE_ENDED: 409,
    Refusal.NOTHING_TO_DO: 409,
    Refusal.AT_MAXIMUM: 409,
    Refusal.NOT_READY: 409,
    Refusal.COUNT_NEEDED: 409,
    Refusal.NOT_ALL_AGREED: 409,
    Refusal.NOT_ALLOWED: 409,
}


def status_of(error: ActRefusedError) -> int:
    """The HTTP status of an act that is not done."""
    return _STATUS[error.refusal]


def refused(error: ActRefusedError) -> Response:
    """The answer to an act that is not done."""
    title, detail = REFUSED[error.refusal]
    members: dict[str, Any] = {}
    if error.fields:
        members["velden"] = [
            {"pointer": one.pointer, "code": one.code, "toelichting": one.text} for one in error.fields
        ]
    if error.case_id is not None:
        members["zaak"] = error.case_id
    if error.count is not None:
        members["aantalPauzes"] = error.count
    if error.end is not None:
        members["einddatum"] = error.end.isoformat()
    return problem(_STATUS[error.refusal], error.refusal.value, title, detail, members)


#: What the web framework finds wrong with a header, query or path, in our words.
_OF_FRAMEWORK: Final = {
    "missing": Slug.REQUIRED,
    "string_too_long": Slug.TEXT_TOO_LONG,
    "greater_than_equal": Slug.OUT_OF_RANGE,
    "less_than_equal": Slug.OUT_OF_RANGE,
}


def misread(errors: list[dict[str, Any]]) -> ActRefusedError:
    """Headers, query and path that do not fit; only names that we know stand in the places."""
    return ActRefusedError(Refusal.INVALID, *(_field(error["type"], error["loc"]) for error in errors))


def _field(kind: str, place: tuple[int | str, ...]) -> FieldFault:
    pointer = "".join(f"/{part}" for part in place)
    slug = _OF_FRAMEWORK.get(kind)
    if slug is not None:
        return FieldFault(pointer, slug.value, FORMS[slug])
    return FieldFault(pointer, Fault.HEADER.value, FAULTS[Fault.HEADER])
