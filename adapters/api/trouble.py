"""What an API refuses by itself, beside its acts: no token, no page, a key used twice; in the same words at each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from starlette.responses import Response

from adapters.api.problem import problem
from schemas.errors import Problem


class Trouble(StrEnum):
    """Why a call is refused; stable, it is the end of the problem's `type`."""

    NO_TOKEN = "geen-toegang"  # noqa: S105 a slug, no secret
    NO_SCOPE = "geen-recht"
    INVALID = "ongeldige-invoer"
    UNKNOWN = "niet-gevonden"
    NO_PAGE = "onbekend-adres"
    NO_METHOD = "methode-niet-toegestaan"
    TOO_LARGE = "te-groot"
    MEDIA_TYPE = "verkeerd-mediatype"
    KEY_REUSED = "idempotentiesleutel-hergebruikt"
    UNSENDABLE = "niet-te-versturen"
    UNAVAILABLE = "tijdelijk-niet-beschikbaar"
    INTERNAL = "interne-fout"


_WORDS: Final[Mapping[Trouble, tuple[int, str, str]]] = MappingProxyType(
    {
        Trouble.NO_TOKEN: (401, "Geen toegang", "Stuur een geldig toegangstoken mee (Authorization: Bearer)."),
        Trouble.NO_SCOPE: (403, "Geen recht", "Dit token geeft geen recht op deze handeling."),
        Trouble.INVALID: (400, "Ongeldige invoer", "Een of meer gegevens kloppen niet; zie velden."),
        Trouble.UNKNOWN: (404, "Niet gevonden", "Dit bestaat niet, of kan niet bij dit bericht of deze zaak."),
        Trouble.NO_PAGE: (404, "Onbekend adres", "Op dit adres is niets; zie openapi.json."),
        Trouble.NO_METHOD: (405, "Methode niet toegestaan", "Dit adres kent deze methode niet; zie openapi.json."),
        Trouble.TOO_LARGE: (413, "Te groot", "De inhoud is groter dan hier is toegestaan."),
        Trouble.MEDIA_TYPE: (415, "Verkeerd mediatype", "Stuur application/json, of bij een import text/csv."),
        Trouble.KEY_REUSED: (
            400,
            "Sleutel hergebruikt",
            "Deze Idempotency-Key is eerder met een andere inhoud gebruikt.",
        ),
        Trouble.UNSENDABLE: (409, "Niet te versturen", "De ontvanger mag of kan dit bericht nu niet krijgen."),
        Trouble.UNAVAILABLE: (
            503,
            "Tijdelijk niet beschikbaar",
            "Er is niets gebeurd; probeer het straks opnieuw.",
        ),
        Trouble.INTERNAL: (
            500,
            "Interne fout",
            "Er ging hier iets mis; er is niets gebeurd. De beheerder kan het vinden.",
        ),
    }
)
_HEADERS: Final[Mapping[Trouble, Mapping[str, str]]] = MappingProxyType(
    {Trouble.NO_TOKEN: {"WWW-Authenticate": "Bearer"}, Trouble.UNAVAILABLE: {"Retry-After": "30"}}
)


class TroubleError(Exception):
    """A call is refused; `fields` are what is wrong in what was sent, by place and never by value."""

    def __init__(
        self, trouble: Trouble, fields: Iterable[Problem] = (), *, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble
        self.fields = tuple(fields)
        self.headers = dict(headers or {})

    def response(self) -> Response:
        """The answer."""
        status, title, detail = _WORDS[self.trouble]
        members: dict[str, Any] = {}
        if self.fields:
            members["velden"] = [
                {"pointer": one.pointer, "code": one.slug.value, "toelichting": one.explain()} for one in self.fields
            ]
        headers = {**_HEADERS.get(self.trouble, {}), **self.headers}
        return problem(status, self.trouble.value, title, detail, members, headers)
