"""How the delivery says no: problems of the NL API Design Rules, with the codes of FSC where DDAS wants them."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from starlette.responses import JSONResponse, Response

from adapters.api.problem import problem
from adapters.haarlem.desk.problems import API_VERSION
from adapters.haarlem.refusals import FieldFault

_DOMAIN: Final = "ERROR_DOMAIN_INWAY"


class Denial(StrEnum):
    """Why nobody is let in, in the codes of FSC Core 1.0.0."""

    MISSING = "ERROR_CODE_ACCESS_TOKEN_MISSING"
    INVALID = "ERROR_CODE_ACCESS_TOKEN_INVALID"
    EXPIRED = "ERROR_CODE_ACCESS_TOKEN_EXPIRED"
    NO_SERVICE = "ERROR_CODE_SERVICE_NOT_FOUND"
    NO_METHOD = "ERROR_CODE_METHOD_UNSUPPORTED"


_DUTCH: Final[dict[Denial, tuple[int, str, str]]] = {
    Denial.MISSING: (401, "Geen toegangstoken", "Vraag een token aan op /token en stuur het mee als Bearer."),
    Denial.INVALID: (401, "Ongeldig toegangstoken", "Dit token is hier niet uitgegeven of is ingetrokken."),
    Denial.EXPIRED: (401, "Verlopen toegangstoken", "Vraag een nieuw token aan op /token."),
    Denial.NO_SERVICE: (404, "Onbekend adres", "Op dit adres is niets; zie openapi.json."),
    Denial.NO_METHOD: (405, "Methode niet toegestaan", "Dit adres kent deze methode niet; zie openapi.json."),
}


class DeniedError(Exception):
    """Nobody is let in, or nothing is here."""

    def __init__(self, denial: Denial) -> None:
        super().__init__(denial.value)
        self.denial = denial


def denied(denial: Denial) -> Response:
    """The answer to who is not let in."""
    status, title, detail = _DUTCH[denial]
    headers = {"Fsc-Error-Code": denial.value}
    if status == 401:  # noqa: PLR2004 - the status of RFC 9110
        headers["WWW-Authenticate"] = "Bearer"
    return problem(status, denial.value, title, detail, {"code": denial.value, "domain": _DOMAIN}, headers)


def invalid(faults: Iterable[FieldFault]) -> Response:
    """The answer to a request that does not fit."""
    fields = [{"pointer": one.pointer, "code": one.code, "toelichting": one.text} for one in faults]
    detail = "Een of meer gegevens kloppen niet; zie velden."
    return problem(400, "ongeldige-invoer", "Ongeldig verzoek", detail, {"velden": fields})


def wrong_media_type() -> Response:
    """The answer to a body of another kind."""
    return problem(415, "verkeerd-mediatype", "Verkeerd mediatype", "Stuur application/json.", {})


def unavailable() -> Response:
    """The answer while something of ours cannot be used."""
    detail = "Er is niets geleverd; probeer het straks opnieuw."
    return problem(503, "tijdelijk-niet-beschikbaar", "Tijdelijk niet beschikbaar", detail, {}, {"Retry-After": "30"})


def token_refused(code: str) -> Response:
    """The answer of the token endpoint to what it does not give a token for (RFC 6749, 5.2)."""
    status = 401 if code == "invalid_client" else 400
    headers = {"WWW-Authenticate": "Basic"} if status == 401 else {}  # noqa: PLR2004
    return JSONResponse({"error": code}, status, headers | {"API-Version": API_VERSION})
