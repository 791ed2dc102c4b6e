"""What went wrong, as the NL API Design Rules want it said: `application/problem+json`, Dutch, never a value."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from starlette.responses import Response

from adapters.api.problem import problem
from adapters.haarlem.refusals import DUTCH as REFUSED
from adapters.haarlem.refusals import FAULTS, ActRefusedError, Fault, FieldFault, Refusal
from schemas.errors import DUTCH as FORMS
from schemas.errors import Slug

API_VERSION: Final = "1.0.0"


class Trouble(StrEnum):
    """What the counter itself refuses, beside the acts."""

    NO_TOKEN = "geen-toegang"  # noqa: S105 a slug, no secret
    NO_SCOPE = "geen-recht"
    NO_PAGE = "onbekend-adres"
    NO_METHOD = "methode-niet-toegestaan"
    TOO_LARGE = "te-groot"
    MEDIA_TYPE = "verkeerd-mediatype"
    KEY_REUSED = "idempotentiesleutel-hergebruikt"
    UNAVAILABLE = "tijdelijk-niet-beschikbaar"
    INTERNAL = "interne-fout"


_TROUBLE: Final[dict[Trouble, tuple[int, str, str]]] = {
    Trouble.NO_TOKEN: (401, "Geen toegang", "Stuur een geldig toegangstoken mee (Authorization: Bearer)."),
    Trouble.NO_SCOPE: (403, "Geen recht", "Dit token geeft geen recht op deze handeling."),
    Trouble.NO_PAGE: (404, "Onbekend adres", "Op dit adres is niets; zie openapi.json."),
    Trouble.NO_METHOD: (405, "Methode niet toegestaan", "Dit adres kent deze methode niet; zie openapi.json."),
    Trouble.TOO_LARGE: (413, "Te groot", "De inhoud is groter dan hier is toegestaan."),
    Trouble.MEDIA_TYPE: (415, "Verkeerd mediatype", "Stuur application/json, of bij een import text/csv."),
    Trouble.KEY_REUSED: (400, "Sleutel hergebruikt", "Deze Idempotency-Key is eerder met een andere inhoud gebruikt."),
    Trouble.UNAVAILABLE: (503, "Tijdelijk niet beschikbaar", "Er is niets gebeurd; probeer het straks opnieuw."),
    Trouble.INTERNAL: (500, "Interne fout", "Er ging hier iets mis; er is niets gebeurd. De beheerder kan het vinden."),
}
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


class TroubleError(Exception):
    """The counter refuses; `headers` go with the answer."""

    def __init__(self, trouble: Trouble, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble
        self.headers = dict(headers or {})


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


def troubled(error: TroubleError) -> Response:
    """The answer of the counter itself."""
    status, title, detail = _TROUBLE[error.trouble]
    return problem(status, error.trouble.value, title, detail, {}, error.headers)


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
