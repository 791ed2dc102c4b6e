"""Writes `schemas/v1/<name>.schema.json` from the models: run `python -m schemas.generate` after a change of a model.

The files are committed, so that a partner needs no Python to read them; a test generates them again and compares.
"""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

from schemas.asyncapi import asyncapi
from schemas.messages import MODELS
from schemas.road import ROAD_MODELS

if TYPE_CHECKING:
    from pydantic_core import core_schema

    from schemas.document import Document

#: Where the generated files stand.
FOLDER: Final = Path(__file__).parent / "v1"


class _Published(GenerateJsonSchema):
    """JSON Schema 2020-12 for readers outside: Dutch descriptions only, and no null where a member is left out."""

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        written = super().model_schema(schema)
        # the docstring of the class is English and for programmers
        if written.get("description") == inspect.cleandoc(schema["cls"].__doc__ or ""):
            del written["description"]
        return written

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        written = super().default_schema(schema)
        if written.get("default", ...) is None:
            del written["default"]
        return written


def json_schema(model: type[Document], urn: str) -> dict[str, Any]:
    """The closed JSON Schema of one payload, with `urn` as its `$id`."""
    written = model.model_json_schema(by_alias=True, schema_generator=_Published, mode="validation")
    shapes = written.get("$defs", {})
    for name, shape in shapes.items():
        if "enum" in shape:  # a code list: its codes say it, its docstring is English
            shapes[name] = {"type": shape["type"], "enum": shape["enum"]}
    return {"$schema": GenerateJsonSchema.schema_dialect, "$id": urn, **written}


def schema_documents() -> dict[str, dict[str, Any]]:
    """Every schema by its file name: the messages by their newest version, the payloads of the road by version 1."""
    messages = {
        f"{model.message_type.name}.schema.json": json_schema(model, model.message_type.dataschema)
        for model in MODELS.values()
    }
    road = {
        f"{name}.schema.json": json_schema(model, f"urn:hub:payload:{name}:1") for name, model in ROAD_MODELS.items()
    }
    return messages | road


def files() -> dict[str, str]:
    """Every generated file: its name in `schemas/v1` and its whole text."""
    texts = {name: _text(document) for name, document in schema_documents().items()}
    return texts | {"asyncapi.yaml": asyncapi()}


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def main() -> None:
    """Writes them all."""
    FOLDER.mkdir(exist_ok=True)
    for name, text in files().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
