"""The published description of the delivery, made of the models that it reads and writes."""

from __future__ import annotations

from typing import Any, Final

from pydantic.json_schema import models_json_schema

from adapters.api.problem import MEDIA_TYPE
from adapters.haarlem.ddas.model import Answer
from adapters.haarlem.ddas_desk.asking import GegevensRequest
from adapters.haarlem.desk.problems import API_VERSION
from adapters.haarlem.settings import ApiSettings

_REF: Final = "#/components/schemas/{model}"
_PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "title": "Probleem",
    "required": ["type", "status", "title", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "status": {"type": "integer"},
        "title": {"type": "string"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "domain": {"type": "string"},
    },
}
_VERSION: Final = {
    "API-Version": {
        "description": "Volledige versie van de API.",
        "schema": {"type": "string", "examples": [API_VERSION]},
    }
}
_FSC: Final = {"Fsc-Error-Code": {"description": "Code volgens FSC Core.", "schema": {"type": "string"}}}
_DIGEST: Final = {"Digest": {"description": "SHA-256 van de inhoud (RFC 3230).", "schema": {"type": "string"}}}
_GRANT: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["grant_type"],
    "properties": {
        "grant_type": {"type": "string", "enum": ["client_credentials"]},
        "scope": {"type": "string", "enum": ["read"]},
        "client_id": {"type": "string"},
        "client_secret": {"type": "string"},
    },
}
_TOKEN: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["access_token", "token_type", "expires_in"],
    "properties": {
        "access_token": {"type": "string"},
        "token_type": {"type": "string"},
        "expires_in": {"type": "integer"},
        "scope": {"type": "string"},
    },
}


def describe(settings: ApiSettings, root: str) -> dict[str, Any]:
    """The whole description."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "DDAS-levering schuldhulpverlening",
            "version": API_VERSION,
            "description": "Levert de gegevens van schuldhulptrajecten volgens DDAS v1.0, één levering per gemeente.",
            "contact": {
                "name": settings.contact_name,
                "email": settings.contact_email,
                "url": settings.contact_url,
            },
            "license": {"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
        },
        "servers": [{"url": f"{settings.url}{root}"}],
        "paths": {"/token": {"post": _token_operation()}, "/gegevens": {"post": _data_operation()}},
        "components": {"schemas": _schemas(), "securitySchemes": _security(settings, root)},
    }


def _schemas() -> dict[str, Any]:
    made: dict[str, Any] = {}
    for model, mode in ((GegevensRequest, "validation"), (Answer, "serialization")):
        _, found = models_json_schema([(model, mode)], by_alias=True, ref_template=_REF)  # type: ignore[list-item]
        made.update(found["$defs"])
    for schema in made.values():
        schema.pop("description", None)  # what programmers read
        for member in schema.get("properties", {}).values():
            member.pop("title", None)
            if member.get("default", "") is None:
                del member["default"]
    return {**made, "Problem": _PROBLEM, "Token": _TOKEN, "Grant": _GRANT}


def _security(settings: ApiSettings, root: str) -> dict[str, Any]:
    flow = {"tokenUrl": f"{settings.url}{root}/token", "scopes": {"read": "Gegevens ophalen."}}
    return {"OAuth2": {"type": "oauth2", "flows": {"clientCredentials": flow}}}


def _token_operation() -> dict[str, Any]:
    return {
        "operationId": "postToken",
        "tags": ["ddas"],
        "summary": "Een toegangstoken aanvragen",
        "description": "OAuth 2.0 client credentials: id en geheim in Authorization (Basic) of in het formulier.",
        "security": [],
        "requestBody": {
            "required": True,
            "content": {"application/x-www-form-urlencoded": {"schema": {"$ref": "#/components/schemas/Grant"}}},
        },
        "responses": {
            "200": _answer("Een token.", "Token", _VERSION),
            "400": {"description": "Verkeerde aanvraag (RFC 6749, 5.2).", "headers": _VERSION},
            "401": {"description": "Onbekende of ingetrokken client.", "headers": _VERSION},
        },
    }


def _data_operation() -> dict[str, Any]:
    problems = {
        "400": ("Ongeldig verzoek; zie velden.", {}),
        "401": ("Geen of geen geldig token.", _FSC),
        "404": ("Onbekend adres.", _FSC),
        "405": ("Methode niet toegestaan.", _FSC),
        "413": ("De inhoud is te groot.", {}),
        "415": ("Verkeerd mediatype.", {}),
        "503": ("Tijdelijk niet beschikbaar.", {}),
    }
    return {
        "operationId": "postGegevens",
        "tags": ["ddas"],
        "summary": "Gegevens van een periode opvragen",
        "description": "Zonder einddatum tot en met vandaag, zonder startdatum vanaf 1 januari van dat jaar.",
        "security": [{"OAuth2": ["read"]}],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/GegevensRequest"}}},
        },
        "responses": {
            "200": _answer("De levering.", "Answer", {**_VERSION, **_DIGEST}),
            **{
                status: {
                    "description": words,
                    "headers": {**_VERSION, **headers},
                    "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
                }
                for status, (words, headers) in problems.items()
            },
        },
    }


def _answer(words: str, model: str, headers: dict[str, Any]) -> dict[str, Any]:
    reference = {"$ref": _REF.format(model=model)}
    return {"description": words, "headers": headers, "content": {"application/json": {"schema": reference}}}
