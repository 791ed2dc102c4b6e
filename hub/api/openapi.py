"""The published description of the API, by the rules of the Dutch government: contact, version header, problems."""

from __future__ import annotations

import re
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from hub.api.problems import API_VERSION, MEDIA_TYPE
from hub.register.model import Organisation

_VERSION_HEADER: Final[dict[str, Any]] = {
    "API-Version": {"description": "Full version of the API.", "schema": {"type": "string", "examples": [API_VERSION]}}
}
_ERRORS: Final = {
    "400": "A parameter has not its form.",
    "401": "No valid token.",
    "403": "The token does not allow this.",
    "404": "There is nothing by that name.",
    "503": "Something that is needed does not answer.",
}
_PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "title": "Problem",
    "required": ["type", "status", "title", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "status": {"type": "integer"},
        "title": {"type": "string"},
        "detail": {"type": "string"},
    },
}


def describe(app: FastAPI, hub: Organisation, url: str) -> dict[str, Any]:
    """The whole description, once per application."""
    document = get_openapi(
        title="schuldhub: messages, proofs and health",
        version=API_VERSION,
        description="For operators' scripts and monitoring. Read only; there is no content, the hub cannot read it.",
        routes=app.routes,
        servers=[{"url": f"{url}/v1"}],
        license_info={"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
    )
    email = next((one.email for one in hub.contacts if one.purpose == "technical"), "beheer@hub.example")
    document["info"]["contact"] = {"name": hub.name, "email": email, "url": url}
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas["Problem"] = _PROBLEM
    components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    for path in document["paths"].values():
        for operation in path.values():
            _complete(operation)
    return document


def _complete(operation: dict[str, Any]) -> None:
    operation["summary"] = re.split("[:;]", operation["description"])[0].rstrip(".")
    operation["operationId"] = operation["operationId"].split("_")[0]
    operation["security"] = [{"token": []}]
    responses = operation["responses"]
    responses.pop("422", None)
    responses["200"]["content"] = {"application/json": {"schema": {"type": "object"}}}
    problem = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    responses |= {status: {"description": words, "content": problem} for status, words in _ERRORS.items()}
    for response in responses.values():
        response["headers"] = _VERSION_HEADER
