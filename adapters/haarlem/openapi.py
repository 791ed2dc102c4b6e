"""The published description of the API: the framework's, with our models, the version header and problems filled in."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from adapters.api.problem import MEDIA_TYPE
from adapters.haarlem import answers, requests, talk_answers, talk_requests
from adapters.haarlem.ddas import reporting
from adapters.haarlem.desk.problems import API_VERSION
from adapters.haarlem.settings import ApiSettings
from schemas.document import Document

REF: Final = "#/components/schemas/{model}"
TITLE: Final = "Schuldenrust voor het zaaksysteem"
DESCRIPTION: Final = (
    "Meldt schuldenrust in één handeling aan alle partijen: VISH, belastingkantoren en schuldeisers. Elke aanroep "
    "noemt de handelende medewerker (Medewerker-Id) en heeft een token nodig; elke POST heeft een Idempotency-Key."
)
_PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "title": "Probleem",
    "required": ["type", "status", "title", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "status": {"type": "integer"},
        "title": {"type": "string"},
        "detail": {"type": "string"},
        "velden": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "pointer": {"type": "string"},
                    "code": {"type": "string"},
                    "toelichting": {"type": "string"},
                },
            },
        },
        "zaak": {"type": "string", "format": "uuid"},
        "aantalPauzes": {"type": "integer"},
        "einddatum": {"type": "string", "format": "date"},
    },
}
_VERSION_HEADER: Final[dict[str, Any]] = {
    "API-Version": {
        "description": "Volledige versie van de API.",
        "schema": {"type": "string", "examples": [API_VERSION]},
    }
}
_ERRORS: Final = {
    "400": "Ongeldige invoer; zie velden.",
    "401": "Geen of geen geldig token.",
    "403": "Het token geeft dit recht niet.",
    "404": "Dit bestaat niet.",
    "409": "De handeling past niet bij de stand van de zaak.",
    "413": "De inhoud is te groot.",
    "415": "Verkeerd mediatype.",
    "503": "Tijdelijk niet beschikbaar; er is niets gebeurd.",
}


def body(model: type[Document]) -> dict[str, Any]:
    """What a route adds to its operation: the JSON that it takes."""
    reference = {"$ref": REF.format(model=model.__name__)}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": reference}}}}


def csv_body() -> dict[str, Any]:
    """What the import adds: a CSV file."""
    return {"requestBody": {"required": True, "content": {"text/csv": {"schema": {"type": "string"}}}}}


def answered(model: type[Document], status: int = 200, words: str = "Gelukt.") -> dict[int | str, dict[str, Any]]:
    """What a route answers when all is well."""
    reference = {"$ref": REF.format(model=model.__name__)}
    return {status: {"description": words, "content": {"application/json": {"schema": reference}}}}


def answered_csv() -> dict[int | str, dict[str, Any]]:
    """What a route answers that gives a CSV file."""
    return {200: {"description": "Het bestand.", "content": {"text/csv": {"schema": {"type": "string"}}}}}


def describe(api: FastAPI, settings: ApiSettings) -> dict[str, Any]:
    """The whole description, once per application."""
    document = get_openapi(
        title=TITLE,
        version=API_VERSION,
        description=DESCRIPTION,
        routes=api.routes,
        servers=[{"url": f"{settings.url}/v1"}],
        license_info={"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
    )
    # Not by the framework's own argument: its check of a mail address needs one more library.
    document["info"]["contact"] = {
        "name": settings.contact_name,
        "email": settings.contact_email,
        "url": settings.contact_url,
    }
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    for asked in (requests, talk_requests, reporting):
        schemas.update(_models(_documents(asked), "validation"))
    for told in (answers, talk_answers):
        schemas.update(_models(_documents(told), "serialization"))
    schemas["Problem"] = _PROBLEM
    for path in document["paths"].values():
        for operation in path.values():
            _complete(operation)
    return document


def _documents(module: object) -> list[type[Document]]:
    found: Iterable[object] = vars(module).values()
    return [one for one in found if isinstance(one, type) and issubclass(one, Document) and one is not Document]


def _models(models: list[type[Document]], mode: Any) -> dict[str, Any]:  # noqa: ANN401 - a literal of pydantic
    _, made = models_json_schema([(model, mode) for model in models], by_alias=True, ref_template=REF)
    schemas: dict[str, Any] = made["$defs"]
    for schema in schemas.values():
        schema.pop("description", None)  # what programmers read; the page is for users, in Dutch
        for member in schema.get("properties", {}).values():
            member.pop("title", None)
            # A member that may be left out is absent, never null; so null is no default either.
            if member.get("default", "") is None:
                del member["default"]
    return schemas


def _complete(operation: dict[str, Any]) -> None:
    """The version header on every answer, and every way in which it can go wrong, in the words of the standard."""
    operation["summary"] = re.split("[:;]", operation["description"])[0].rstrip(".")
    for parameter in operation.get("parameters", ()):
        parameter["required"] = parameter["in"] != "query"
    responses = operation["responses"]
    responses.pop("422", None)
    reading = "requestBody" not in operation
    for status, words in _ERRORS.items():
        if reading and status in {"409", "413", "415"}:
            continue
        responses[status] = {
            "description": words,
            "content": {MEDIA_TYPE: {"schema": {"$ref": REF.format(model="Problem")}}},
        }
    for response in responses.values():
        response["headers"] = {**_VERSION_HEADER, **response.get("headers", {})}
