"""The published description of the API, by the rules of the Dutch government: contact, version header, problems."""

from __future__ import annotations

import re
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from hub.api import metrics
from hub.api.examples import example_of
from hub.api.problems import API_VERSION, MEDIA_TYPE, Problem
from hub.register.model import Organisation

_VERSION_HEADER: Final[dict[str, Any]] = {
    "API-Version": {"description": "Full version of the API.", "schema": {"type": "string", "examples": [API_VERSION]}}
}
_CHALLENGE: Final[dict[str, Any]] = {
    "WWW-Authenticate": {"description": "How to show who calls.", "schema": {"type": "string", "examples": ["Bearer"]}}
}
_JSON: Final = "application/json"
_EVERYWHERE: Final = (Problem.INVALID, Problem.NO_TOKEN, Problem.NO_SCOPE, Problem.UNAVAILABLE)
_PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "title": "Problem",
    "required": ["type", "status", "title", "detail"],
    "additionalProperties": False,
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "status": {"type": "integer"},
        "title": {"type": "string"},
        "detail": {"type": "string"},
    },
}


def describe(app: FastAPI, hub: Organisation, url: str) -> dict[str, Any]:
    """The whole description, once per application; `url`: where callers reach it, `…/v1`."""
    document = get_openapi(
        title="schuldhub: what the operators' console shows",
        version=API_VERSION,
        description="For operators' scripts and monitoring. Read only; there is no content, the hub cannot read it.",
        routes=app.routes,
        servers=[{"url": url}],
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
    for path, item in document["paths"].items():
        for operation in item.values():
            _complete(operation, named="{" in path, schemas=schemas)
    return document


def _complete(operation: dict[str, Any], *, named: bool, schemas: dict[str, Any]) -> None:
    operation["summary"] = re.split("[:;]", operation["description"])[0].rstrip(".")
    operation["operationId"] = operation["operationId"].split("_")[0]
    operation["security"] = [{"token": []}]
    for parameter in operation.get("parameters", ()):
        _never_null(parameter)
    responses = operation["responses"]
    responses.pop("422", None)
    well = responses["200"]["content"]
    if _JSON in well:
        well[_JSON]["example"] = example_of(well[_JSON]["schema"], schemas)
    else:
        responses["200"]["content"] = {metrics.MEDIA_TYPE: {"schema": {"type": "string"}, "example": metrics.EXAMPLE}}
    responses["200"]["description"] = "Done."
    wrong = {*_EVERYWHERE, *(one for one in Problem if str(one.status) in responses)}
    wrong |= {Problem.NOT_FOUND} if named or operation["operationId"] == "getCheckpoint" else set()
    for problem in wrong:
        responses[str(problem.status)] = _answer(problem)
    for response in responses.values():
        response["headers"] = {**_VERSION_HEADER, **response.get("headers", {})}
    operation["responses"] = dict(sorted(responses.items()))


def _answer(problem: Problem) -> dict[str, Any]:
    content = {"schema": {"$ref": "#/components/schemas/Problem"}, "example": problem.document}
    found: dict[str, Any] = {"description": problem.value[2], "content": {MEDIA_TYPE: content}}
    return {**found, "headers": _CHALLENGE} if problem is Problem.NO_TOKEN else found


def _never_null(parameter: dict[str, Any]) -> None:
    """A parameter that may be left out is absent, never null."""
    schema = parameter["schema"]
    some = [one for one in schema.pop("anyOf", []) if one.get("type") != "null"]
    parameter["schema"] = {**(some[0] if some else {}), **schema}
