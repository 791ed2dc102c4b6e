"""Follows the references inside one JSON Schema, and writes what a part of it says in one way. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

Schema = Mapping[str, Any]

#: Keywords that are for people: they change nothing about what is valid.
WORDS: Final = frozenset({"title", "description", "$comment", "examples", "deprecated", "readOnly", "writeOnly"})
#: Keywords whose members are schemas by name, and keywords that hold plain values.
_NAMED_SCHEMAS: Final = frozenset({"properties", "patternProperties", "dependentSchemas"})
_PLAIN: Final = frozenset({"enum", "const", "default", "required", "dependentRequired"})
_LISTED_SCHEMAS: Final = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
_ONE_SCHEMA: Final = frozenset({"items", "additionalProperties", "not", "if", "then", "else"})
_NOTHING: Final[Schema] = {"not": {}}


def is_schema(schema: object) -> bool:
    """Whether this has the shape of a JSON Schema, as far as anything here looks into it."""
    if isinstance(schema, bool):
        return True
    return isinstance(schema, Mapping) and all(_is_keyword(keyword, value) for keyword, value in schema.items())


def _is_keyword(keyword: str, value: object) -> bool:
    if keyword in _NAMED_SCHEMAS | {"$defs"}:
        return isinstance(value, Mapping) and all(map(is_schema, value.values()))
    if keyword in _LISTED_SCHEMAS:
        return isinstance(value, list) and all(map(is_schema, value))
    if keyword in _ONE_SCHEMA:
        return is_schema(value)
    if keyword == "enum":
        return isinstance(value, list)
    if keyword == "required" or (keyword == "type" and not isinstance(value, str)):
        return isinstance(value, list) and all(isinstance(name, str) for name in value)
    return keyword != "$ref" or isinstance(value, str)


def as_object(schema: object) -> Schema:
    """A schema written as true or false, as the object that says the same."""
    if isinstance(schema, Mapping):
        return schema
    return {} if schema is True else _NOTHING


def target(document: Schema, reference: str) -> Schema:
    """What a reference inside the document leads to; one that leads elsewhere stays what it is, under another name."""
    found: object = document
    for part in reference.removeprefix("#").split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        found = found.get(name) if isinstance(found, Mapping) else None
    leads_here = reference.startswith("#") and isinstance(found, (Mapping, bool))
    return as_object(found) if leads_here else {"x-elsewhere": reference}


def in_place(document: Schema, schema: Schema) -> Schema:
    """The schema with its own reference followed: what stands beside the reference holds too."""
    while "$ref" in schema:
        beside = without_reference(schema)
        led_to = target(document, str(schema["$ref"]))
        if led_to.keys() & beside.keys() - WORDS:
            return {"allOf": [led_to, beside]}
        schema = {**led_to, **beside}
    return schema


def without_reference(schema: Schema) -> Schema:
    """What stands beside a reference."""
    return {keyword: value for keyword, value in schema.items() if keyword != "$ref"}


def said(document: Schema, schema: object) -> str:
    """One text for everything that is valid by the same words: references followed, texts for people left out."""
    return json.dumps(_plain(document, schema, ()), ensure_ascii=False, sort_keys=True)


def _plain(document: Schema, schema: object, inside: tuple[str, ...]) -> object:
    if isinstance(schema, list):
        return [_plain(document, part, inside) for part in schema]
    if not isinstance(schema, Mapping):
        return schema
    reference = schema.get("$ref")
    if isinstance(reference, str) and reference not in inside:
        return _plain(document, in_place(document, schema), (*inside, reference))
    return {
        keyword: _plain_keyword(document, keyword, value, inside)
        for keyword, value in schema.items()
        if keyword not in WORDS
    }


def _plain_keyword(document: Schema, keyword: str, value: object, inside: tuple[str, ...]) -> object:
    if keyword in _PLAIN:
        return value
    if keyword in _NAMED_SCHEMAS and isinstance(value, Mapping):
        return {name: _plain(document, part, inside) for name, part in value.items()}
    return _plain(document, value, inside)
