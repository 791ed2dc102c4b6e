"""Writes the published schemas from the models: run `python -m schemas.generate` after a change of a model.

The files are committed, so that a partner needs no Python to read them; a test generates them again and compares. A
released file is never written again: with `--release` the list of them is extended by what is new.
"""

from __future__ import annotations

import argparse
import inspect
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

from schemas.asyncapi import asyncapi
from schemas.changes import Effect
from schemas.compatibility import compare
from schemas.messages import MODELS, Message
from schemas.published import FOLDER, RELEASED, read_released, schema_file, sha256_of, write_released
from schemas.road import ROAD_MODELS

if TYPE_CHECKING:
    from pydantic_core import core_schema

    from schemas.document import Document

_ASYNCAPI: Final = "asyncapi.yaml"


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


def json_schema(model: type[Document], urn: str, without: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The closed JSON Schema of one payload, with `urn` as its `$id`, `without` these members of the wire."""
    written = model.model_json_schema(by_alias=True, schema_generator=_Published, mode="validation")
    for name in without:
        del written["properties"][name]
    shapes = _used(written.pop("$defs", {}), written)
    for name, shape in shapes.items():
        if "enum" in shape:  # a code list: its codes say it, its docstring is English
            shapes[name] = {"type": shape["type"], "enum": shape["enum"]}
    head = {"$schema": GenerateJsonSchema.schema_dialect, "$id": urn}
    return head | ({"$defs": shapes} if shapes else {}) | written


def _used(shapes: Mapping[str, Any], written: object) -> dict[str, Any]:
    """The shapes that the schema refers to, and those that these refer to, in their order."""
    names, found = _references(written), set[str]()
    while names - found:
        found |= names
        names = {deeper for name in found for deeper in _references(shapes[name])}
    return {name: shape for name, shape in shapes.items() if name in found}


def _references(part: object) -> set[str]:
    if isinstance(part, dict):
        own = {part["$ref"].removeprefix("#/$defs/")} if "$ref" in part else set[str]()
        return own.union(*(_references(inner) for inner in part.values()))
    if isinstance(part, list):
        return set[str]().union(*(_references(inner) for inner in part))
    return set()


def message_schema(model: type[Message], version: str) -> dict[str, Any]:
    """The schema of one known version of a message type: as the model has it, without what came later."""
    versions = model.message_type.versions
    later = [name for name, since in model.later_members.items() if versions.index(since) > versions.index(version)]
    aliases = frozenset(model.model_fields[name].alias or name for name in later)
    return json_schema(model, model.message_type.schema_urn(version), aliases)


def schema_documents() -> dict[str, dict[str, Any]]:
    """Every schema by its file name: each known version of each message type, and each payload of the road."""
    messages = {
        schema_file(model.message_type.name, version): message_schema(model, version)
        for model in MODELS.values()
        for version in model.message_type.versions
    }
    road = {schema_file(model.name, model.version): json_schema(model, model.urn()) for model in ROAD_MODELS.values()}
    return messages | road


def newest_files() -> dict[str, str]:
    """The file of the newest version of each payload, by the payload's name."""
    messages = [model.message_type for model in MODELS.values()]
    return {known.name: schema_file(known.name, known.versions[-1]) for known in messages} | {
        name: schema_file(name, model.version) for name, model in ROAD_MODELS.items()
    }


def files() -> dict[str, str]:
    """Every generated file: its name in `schemas/v1` and its whole text."""
    texts = {name: text_of(document) for name, document in schema_documents().items()}
    return texts | {_ASYNCAPI: asyncapi(newest_files())}


def text_of(document: Mapping[str, Any]) -> str:
    """A schema as its file has it."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def write(folder: Path, texts: Mapping[str, str], released: Mapping[str, str]) -> list[str]:
    """Writes the files that may be written; the names of released ones that would say something else, if any.

    Nothing is written when there are such. An older version that differs in its words alone stays as it was released.
    """
    differing = {name for name in released.keys() & texts.keys() if sha256_of(texts[name]) != released[name]}
    newest = set(newest_files().values())
    refused = sorted(name for name in differing if name in newest or not _words_alone(folder / name, texts[name]))
    if not refused:
        folder.mkdir(exist_ok=True)
        for name in texts.keys() - differing:
            (folder / name).write_text(texts[name], encoding="utf-8")
    return refused


def _words_alone(file: Path, text: str) -> bool:
    changes = compare(json.loads(file.read_text(encoding="utf-8")), json.loads(text))
    return all(change.effect is Effect.WORDS for change in changes)


def _is_chosen(file: str, payloads: Sequence[str]) -> bool:
    """Whether the file is a schema of one of these payloads; of any when none is named."""
    return file != _ASYNCAPI and (not payloads or file.partition(".")[0] in payloads)


def main(words: Sequence[str] | None = None, folder: Path = FOLDER) -> int:
    """Writes them all; with `--release` also lists as released what was not, of the payloads named or of all."""
    parser = argparse.ArgumentParser(prog="python -m schemas.generate", description="Write the published schemas.")
    parser.add_argument(
        "--release", nargs="*", metavar="NAME", help="release what is not released yet: of these payloads, or of all"
    )
    asked, list_file = parser.parse_args(words), folder / RELEASED.name
    texts, released = files(), read_released(list_file)
    refused = write(folder, texts, released)
    if refused:
        parser.exit(1, f"released and never changed; give these a new version: {', '.join(refused)}\n")
    if asked.release is not None:
        chosen = {name: sha256_of(text) for name, text in texts.items() if _is_chosen(name, asked.release)}
        write_released(chosen | released, list_file)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
