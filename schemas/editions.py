"""Two collections of schemas: which schema follows which, and what changed from one to the other. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from schemas.changes import Change, Rule
from schemas.compatibility import compare, version_of
from schemas.references import Schema

Version = tuple[int, ...]
#: The name of a payload and its major version: what is compatible only within itself.
_Line = tuple[str, Version]

_ID: Final = "/$id"


@dataclass(frozen=True, slots=True)
class Difference:
    """One change, and the schema (its `$id`) in which it is found."""

    schema: str
    change: Change


def compare_two(old: Schema, new: Schema) -> tuple[Difference, ...]:
    """Every change from one schema to another, whatever their versions."""
    urn = str(new.get("$id", ""))
    return tuple(Difference(urn, change) for change in compare(old, new))


def compare_editions(old: Iterable[Schema], new: Iterable[Schema]) -> tuple[Difference, ...]:
    """Every change: in a schema that is in both, from each new version to the one before it, and what is gone.

    A schema that is only in `new` is compared with the newest lower version of its type and major version, wherever
    that is; one that is only in `old` was withdrawn.
    """
    before, after = _by_version(old), _by_version(new)
    found = [*_of_what_is_there(before, after), *_of_what_is_gone(before, after)]
    return tuple(sorted(found, key=lambda one: (one.schema, one.change.pointer, one.change.rule, one.change.what)))


def _by_version(schemas: Iterable[Schema]) -> dict[_Line, dict[Version, Schema]]:
    lines: dict[_Line, dict[Version, Schema]] = {}
    for schema in schemas:
        name, version = version_of(schema)
        lines.setdefault((name, version[:1]), {})[version] = schema
    return lines


def _of_what_is_there(
    before: Mapping[_Line, Mapping[Version, Schema]], after: Mapping[_Line, Mapping[Version, Schema]]
) -> Iterator[Difference]:
    for line, versions in after.items():
        known = before.get(line, {})
        for version, schema in versions.items():
            earlier = known.get(version) or _newest_below(version, {**known, **versions})
            urn = str(schema.get("$id", ""))
            if earlier is None:
                yield Difference(urn, Change(_ID, Rule.TYPE_ADDED, urn))
            else:
                yield from (Difference(urn, change) for change in compare(earlier, schema))


def _newest_below(version: Version, versions: Mapping[Version, Schema]) -> Schema | None:
    below = [known for known in versions if known < version]
    return versions[max(below)] if below else None


def _of_what_is_gone(
    before: Mapping[_Line, Mapping[Version, Schema]], after: Mapping[_Line, Mapping[Version, Schema]]
) -> Iterator[Difference]:
    for line, versions in before.items():
        for version, schema in versions.items():
            if version not in after.get(line, {}):
                urn = str(schema.get("$id", ""))
                yield Difference(urn, Change(_ID, Rule.VERSION_GONE, urn))
