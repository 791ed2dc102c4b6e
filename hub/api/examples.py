"""An example of an answer, put together from the examples of its members, so that no description goes without. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

_OF_TYPE: Final[Mapping[str, Any]] = {
    "string": "…",
    "integer": 0,
    "number": 1.5,
    "boolean": False,
    "null": None,
    "object": {},
}


def example_of(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any JSON
    """A value that fits a schema; `schemas` are those that it may refer to."""
    if "$ref" in schema:
        return example_of(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    if found := schema.get("examples"):
        return found[0]
    if "const" in schema or "enum" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    if some := schema.get("anyOf"):
        return example_of(some[0], schemas)
    match schema.get("type"):
        case "object" if "properties" in schema:
            return {name: example_of(member, schemas) for name, member in schema["properties"].items()}
        case "array":
            return [example_of(schema["items"], schemas)]
        case "string" if schema.get("format") == "date":
            return "2026-12-25"
        case kind:
            return _OF_TYPE[str(kind)]
