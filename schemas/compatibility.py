"""Compares two JSON Schemas (2020-12): every change with its place and its rule. Pure; errs on the side of breaking.

Shapes are compared where they are used first, by what they say and not by what they are called. Of conditions and
negations only equality is judged: whether one pattern or condition includes another is more than these rules can tell.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final

from schemas.changes import Change, Rule
from schemas.references import WORDS, Schema, as_object, in_place, said, target, without_reference

_UPPER: Final = frozenset({"maxLength", "maxItems", "maxProperties", "maximum", "exclusiveMaximum"})
_LOWER: Final = frozenset({"minLength", "minItems", "minProperties", "minimum", "exclusiveMinimum"})
#: Keywords that only ever take values away, so that leaving one out is harmless. `x-controle` names what models check.
_CHECKS: Final = frozenset({"pattern", "format", "multipleOf", "uniqueItems", "not", "oneOf", "x-controle"})
#: These three are one check.
_CONDITION: Final = frozenset({"if", "then", "else"})
#: Looked at by themselves, or where they are referred to.
_APART: Final = _CONDITION | {"enum", "const", "$defs", "$id", "$schema"}
#: Their text may be the same while a shape that it refers to changed.
_NESTED: Final = frozenset({"properties", "items", "additionalProperties", "allOf", "anyOf", "oneOf", "not"})
_EVERY_TYPE: Final = frozenset({"null", "boolean", "object", "array", "number", "integer", "string"})
#: Deeper than any schema that is not a reference to itself.
_DEEPEST: Final = 256
_URN: Final = re.compile(r"urn:hub:(?:schema|payload):(?P<name>[a-z0-9-]+):(?P<version>[0-9]+(?:\.[0-9]+){0,2})")


def compare(old: Schema, new: Schema) -> tuple[Change, ...]:
    """Every change from `old` to `new`, by place; none when they say the same in the same words."""
    found = {*_of_identity(old, new), *_Comparison(old, new).of_schemas("", old, new)}
    return tuple(sorted(found, key=lambda change: (change.pointer, change.rule, change.what)))


def version_of(schema: Schema) -> tuple[str, tuple[int, ...]]:
    """The name in `$id` and the version as numbers; without such a URN the `$id` itself and no number."""
    urn = str(schema.get("$id", ""))
    matched = _URN.fullmatch(urn)
    if matched is None:
        return urn, ()
    return matched["name"], tuple(int(part) for part in matched["version"].split("."))


def _of_identity(old: Schema, new: Schema) -> Iterator[Change]:
    (old_name, old_version), (new_name, new_version) = version_of(old), version_of(new)
    if (old_name, old_version[:1]) != (new_name, new_version[:1]):
        yield Change("/$id", Rule.OTHER_TYPE, str(new.get("$id", "")))
    elif new_version < old_version:
        yield Change("/$id", Rule.VERSION_BACK, str(new.get("$id", "")))
    if old.get("$schema") != new.get("$schema"):
        yield Change("/$schema", Rule.NOT_JUDGED, "$schema")


class _Comparison:
    """Of two documents; remembers which pairs of shapes it has compared."""

    def __init__(self, old: Schema, new: Schema) -> None:
        self._old, self._new = old, new
        self._compared: set[tuple[str, str]] = set()

    def of_schemas(self, place: str, old: object, new: object) -> Iterator[Change]:
        """The changes between two schemas that stand in one place."""
        before, after = as_object(old), as_object(new)
        if place.count("/") > _DEEPEST:
            yield Change(place, Rule.NOT_JUDGED, "$ref")
            return
        if "$ref" in before and "$ref" in after:
            yield from self._of_shapes(str(before["$ref"]), str(after["$ref"]))
            before, after = without_reference(before), without_reference(after)
        else:
            before, after = in_place(self._old, before), in_place(self._new, after)
        yield from self._of_conditions(place, before, after)
        yield from _of_codes(place, before, after)
        for keyword in sorted((before.keys() | after.keys()) - _APART):
            if keyword in _NESTED or before.get(keyword, ...) != after.get(keyword, ...):
                yield from self._of_keyword(place, keyword, before, after)

    def _of_shapes(self, old: str, new: str) -> Iterator[Change]:
        if (old, new) not in self._compared:
            self._compared.add((old, new))
            yield from self.of_schemas(new.removeprefix("#"), target(self._old, old), target(self._new, new))

    def _of_keyword(self, place: str, keyword: str, old: Schema, new: Schema) -> Iterator[Change]:
        here = f"{place}/{_escaped(keyword)}"
        match keyword:
            case "properties":
                yield from self._of_members(here, old, new)
            case "items":
                yield from self._of_items(here, old, new)
            case "additionalProperties":
                yield from self._of_openness(here, old, new)
            case "allOf":
                yield from self._of_alternatives(here, keyword, old, new, Rule.CHECK_ADDED, Rule.CHECK_REMOVED)
            case "anyOf":
                yield from self._of_choices(here, old, new)
            case _ if keyword in _CHECKS:
                yield from self._of_checks(here, keyword, _check(old, keyword), _check(new, keyword))
            case _:
                yield from _of_value(here, keyword, old, new)

    def _of_members(self, here: str, old: Schema, new: Schema) -> Iterator[Change]:
        before, after = old.get("properties", {}), new.get("properties", {})
        for name in sorted(before.keys() | after.keys()):
            at = f"{here}/{_escaped(name)}"
            if name not in after:
                yield Change(at, Rule.MEMBER_FREED if _is_open(new) else Rule.MEMBER_REMOVED, name)
            elif name not in before:
                yield Change(at, Rule.MEMBER_ADDED if _is_closed(old) else Rule.MEMBER_BOUND, name)
            else:
                yield from self.of_schemas(at, before[name], after[name])

    def _of_items(self, here: str, old: Schema, new: Schema) -> Iterator[Change]:
        if "items" not in old:
            yield Change(here, Rule.CHECK_ADDED, "items")
        elif "items" not in new:
            yield Change(here, Rule.CHECK_REMOVED, "items")
        else:
            yield from self.of_schemas(here, old["items"], new["items"])

    def _of_openness(self, here: str, old: Schema, new: Schema) -> Iterator[Change]:
        before, after = old.get("additionalProperties", True), new.get("additionalProperties", True)
        if before is not False and after is False:
            yield Change(here, Rule.OBJECT_CLOSED, "additionalProperties")
        elif before is False and after is not False:
            yield Change(here, Rule.OBJECT_OPENED, "additionalProperties")
        elif before is not False:
            yield from self.of_schemas(here, before, after)

    def _of_choices(self, here: str, old: Schema, new: Schema) -> Iterator[Change]:
        if "anyOf" in old and "anyOf" in new:
            yield from self._of_alternatives(here, "anyOf", old, new, Rule.CHOICE_ADDED, Rule.CHOICE_REMOVED)
        else:
            yield Change(here, Rule.CHECK_ADDED if "anyOf" in new else Rule.CHECK_REMOVED, "anyOf")

    def _of_alternatives(
        self, here: str, keyword: str, old: Schema, new: Schema, came: Rule, went: Rule
    ) -> Iterator[Change]:
        before = {said(self._old, part): at for at, part in enumerate(old.get(keyword, ()))}
        after = {said(self._new, part): at for at, part in enumerate(new.get(keyword, ()))}
        for part in after.keys() - before.keys():
            yield Change(f"{here}/{after[part]}", came, keyword)
        for part in before.keys() - after.keys():
            yield Change(f"{here}/{before[part]}", went, keyword)

    def _of_conditions(self, place: str, old: Schema, new: Schema) -> Iterator[Change]:
        yield from self._of_checks(f"{place}/if", "if", _condition(old), _condition(new))

    def _of_checks(self, here: str, keyword: str, before: object, after: object) -> Iterator[Change]:
        if before is None and after is not None:
            yield Change(here, Rule.CHECK_ADDED, keyword)
        elif after is None and before is not None:
            yield Change(here, Rule.CHECK_REMOVED, keyword)
        elif said(self._old, before) != said(self._new, after):
            yield Change(here, Rule.CHECK_CHANGED, keyword)


def _of_value(here: str, keyword: str, old: Schema, new: Schema) -> Iterator[Change]:
    """The changes of a keyword that holds no schema."""
    match keyword:
        case "required":
            yield from _of_names(here, old, new)
        case "type":
            yield from _of_types(here, old, new)
        case "default":
            yield Change(here, Rule.DEFAULT_CHANGED, keyword)
        case _ if keyword in WORDS:
            yield Change(here, Rule.WORDS_CHANGED, keyword)
        case _ if keyword in _UPPER | _LOWER:
            yield _of_bounds(here, keyword, old.get(keyword), new.get(keyword))
        case _:
            yield Change(here, Rule.NOT_JUDGED, keyword)


def _of_codes(place: str, old: Schema, new: Schema) -> Iterator[Change]:
    before, after = _codes(old), _codes(new)
    here = f"{place}/{'const' if 'const' in (old if after is None else new) else 'enum'}"
    if before is None or after is None:
        if before is not after:
            yield Change(here, Rule.CHECK_ADDED if before is None else Rule.CHECK_REMOVED, "enum")
        return
    for code in sorted(after - before):
        yield Change(here, Rule.CODE_ADDED, code)
    for code in sorted(before - after):
        yield Change(here, Rule.CODE_REMOVED, code)


def _codes(schema: Schema) -> frozenset[str] | None:
    """The values that a list or a constant allows, as JSON texts; nothing when any value goes."""
    lists = [[schema["const"]]] if "const" in schema else []
    lists += [schema["enum"]] if "enum" in schema else []
    if not lists:
        return None
    allowed = [frozenset(json.dumps(code, ensure_ascii=False, sort_keys=True) for code in codes) for codes in lists]
    return allowed[0].intersection(*allowed[1:])


def _of_names(here: str, old: Schema, new: Schema) -> Iterator[Change]:
    before, after = set(old.get("required", ())), set(new.get("required", ()))
    for name in sorted(after - before):
        yield Change(here, Rule.REQUIRED_ADDED, name)
    for name in sorted(before - after):
        yield Change(here, Rule.REQUIRED_REMOVED, name)


def _of_types(here: str, old: Schema, new: Schema) -> Iterator[Change]:
    before, after = _types(old), _types(new)
    if before - after:
        yield Change(here, Rule.TYPE_NARROWED, " ".join(sorted(before - after)))
    if after - before:
        yield Change(here, Rule.TYPE_WIDENED, " ".join(sorted(after - before)))


def _types(schema: Schema) -> frozenset[str]:
    named = schema.get("type", _EVERY_TYPE)
    types = frozenset({named} if isinstance(named, str) else named)
    return types | {"integer"} if "number" in types else types


def _of_bounds(here: str, keyword: str, before: object, after: object) -> Change:
    if after is None:
        return Change(here, Rule.BOUND_LOOSENED, keyword)
    if before is None:
        return Change(here, Rule.BOUND_TIGHTENED, keyword)
    if not isinstance(before, (int, float)) or not isinstance(after, (int, float)):
        return Change(here, Rule.NOT_JUDGED, keyword)
    looser = after > before if keyword in _UPPER else after < before
    return Change(here, Rule.BOUND_LOOSENED if looser else Rule.BOUND_TIGHTENED, keyword)


def _condition(schema: Schema) -> Schema | None:
    """The three together; `then` and `else` mean nothing without an `if`."""
    return {keyword: schema[keyword] for keyword in _CONDITION & schema.keys()} if "if" in schema else None


def _check(schema: Schema, keyword: str) -> object:
    """What a check asks; one that is false asks nothing."""
    asked = schema.get(keyword)
    return None if asked is False else asked


def _is_closed(schema: Schema) -> bool:
    """Whether no member may stand in it but those that it names."""
    return schema.get("additionalProperties") is False and "patternProperties" not in schema


def _is_open(schema: Schema) -> bool:
    """Whether any member may stand in it that it does not name."""
    others = {"patternProperties", "unevaluatedProperties"} & schema.keys()
    return schema.get("additionalProperties", True) is True and not others


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
