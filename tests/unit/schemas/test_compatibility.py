"""Each rule by which a change of a schema is judged, and that what cannot be judged is breaking."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.changes import WHY, Change, Effect, Rule, asked_for
from schemas.compatibility import compare
from schemas.references import is_schema

CLOSED: dict[str, Any] = {"type": "object", "additionalProperties": False}


def _with(**members: Any) -> dict[str, Any]:  # noqa: ANN401 any schema
    return CLOSED | {"properties": members}


def _urn(version: str, name: str = "statusbericht") -> dict[str, Any]:
    return {"$id": f"urn:hub:schema:{name}:{version}"}


#: old, new, where, by which rule, of what.
CASES: list[tuple[dict[str, Any], dict[str, Any], str, Rule, str]] = [
    (_with(a={}), _with(a={}, b={}), "/properties/b", Rule.MEMBER_ADDED, "b"),
    (_with(a={}, b={}), _with(a={}), "/properties/b", Rule.MEMBER_REMOVED, "b"),
    ({"properties": {}}, {"properties": {"b": {}}}, "/properties/b", Rule.MEMBER_BOUND, "b"),
    ({"properties": {"b": {}}}, {"properties": {}}, "/properties/b", Rule.MEMBER_FREED, "b"),
    ({"required": ["a"]}, {"required": ["a", "b"]}, "/required", Rule.REQUIRED_ADDED, "b"),
    ({"required": ["a", "b"]}, {"required": ["b"]}, "/required", Rule.REQUIRED_REMOVED, "a"),
    ({"enum": ["x"]}, {"enum": ["x", "y"]}, "/enum", Rule.CODE_ADDED, '"y"'),
    ({"enum": ["x", "y"]}, {"enum": ["x"]}, "/enum", Rule.CODE_REMOVED, '"y"'),
    ({"const": "x"}, {"enum": ["x", "y"]}, "/enum", Rule.CODE_ADDED, '"y"'),
    ({"type": "string"}, {"enum": ["x"], "type": "string"}, "/enum", Rule.CHECK_ADDED, "enum"),
    ({"const": "x"}, {}, "/const", Rule.CHECK_REMOVED, "enum"),
    ({"type": "integer"}, {"type": "number"}, "/type", Rule.TYPE_WIDENED, "number"),
    ({"type": ["string", "null"]}, {"type": "string"}, "/type", Rule.TYPE_NARROWED, "null"),
    ({"maxLength": 10}, {"maxLength": 20}, "/maxLength", Rule.BOUND_LOOSENED, "maxLength"),
    ({"maxLength": 20}, {"maxLength": 10}, "/maxLength", Rule.BOUND_TIGHTENED, "maxLength"),
    ({"minimum": 1}, {"minimum": 0}, "/minimum", Rule.BOUND_LOOSENED, "minimum"),
    ({"minItems": 0}, {"minItems": 1}, "/minItems", Rule.BOUND_TIGHTENED, "minItems"),
    ({"maxItems": 100}, {}, "/maxItems", Rule.BOUND_LOOSENED, "maxItems"),
    ({}, {"maxItems": 100}, "/maxItems", Rule.BOUND_TIGHTENED, "maxItems"),
    (CLOSED, {"type": "object"}, "/additionalProperties", Rule.OBJECT_OPENED, "additionalProperties"),
    ({"type": "object"}, CLOSED, "/additionalProperties", Rule.OBJECT_CLOSED, "additionalProperties"),
    (
        {"anyOf": [{"required": ["a"]}]},
        {"anyOf": [{"required": ["a"]}, {"required": ["b"]}]},
        "/anyOf/1",
        Rule.CHOICE_ADDED,
        "anyOf",
    ),
    (
        {"anyOf": [{"required": ["a"]}, {"required": ["b"]}]},
        {"anyOf": [{"required": ["b"]}]},
        "/anyOf/0",
        Rule.CHOICE_REMOVED,
        "anyOf",
    ),
    ({}, {"anyOf": [{"required": ["a"]}]}, "/anyOf", Rule.CHECK_ADDED, "anyOf"),
    ({}, {"pattern": "^a$"}, "/pattern", Rule.CHECK_ADDED, "pattern"),
    ({"pattern": "^a$"}, {}, "/pattern", Rule.CHECK_REMOVED, "pattern"),
    ({"pattern": "^a$"}, {"pattern": "^[ab]$"}, "/pattern", Rule.CHECK_CHANGED, "pattern"),
    ({"format": "date"}, {"format": "date-time"}, "/format", Rule.CHECK_CHANGED, "format"),
    ({}, {"x-controle": "elfproef"}, "/x-controle", Rule.CHECK_ADDED, "x-controle"),
    ({"items": {}}, {}, "/items", Rule.CHECK_REMOVED, "items"),
    ({}, {"items": {}}, "/items", Rule.CHECK_ADDED, "items"),
    ({}, {"not": {}}, "/not", Rule.CHECK_ADDED, "not"),
    ({"uniqueItems": False}, {"uniqueItems": True}, "/uniqueItems", Rule.CHECK_ADDED, "uniqueItems"),
    ({"oneOf": [{}, {"type": "null"}]}, {"oneOf": [{}]}, "/oneOf", Rule.CHECK_CHANGED, "oneOf"),
    ({"allOf": [{}]}, {"allOf": [{}, {"required": ["a"]}]}, "/allOf/1", Rule.CHECK_ADDED, "allOf"),
    ({"allOf": [{"required": ["a"]}]}, {}, "/allOf/0", Rule.CHECK_REMOVED, "allOf"),
    ({}, {"if": {"required": ["a"]}, "then": {"required": ["b"]}}, "/if", Rule.CHECK_ADDED, "if"),
    (
        {"if": {"required": ["a"]}, "then": {"required": ["b"]}},
        {"if": {"required": ["a"]}, "then": {"required": ["c"]}},
        "/if",
        Rule.CHECK_CHANGED,
        "if",
    ),
    ({"default": False}, {"default": True}, "/default", Rule.DEFAULT_CHANGED, "default"),
    ({}, {"contains": {}}, "/contains", Rule.NOT_JUDGED, "contains"),
    ({"contains": {}}, {}, "/contains", Rule.NOT_JUDGED, "contains"),
    ({"maximum": "10"}, {"maximum": 10}, "/maximum", Rule.NOT_JUDGED, "maximum"),
    ({"$schema": "a"}, {"$schema": "b"}, "/$schema", Rule.NOT_JUDGED, "$schema"),
    (_urn("1.0.0"), _urn("2.0.0"), "/$id", Rule.OTHER_TYPE, "urn:hub:schema:statusbericht:2.0.0"),
    (_urn("1.0.0"), _urn("1.0.0", "verwijzing"), "/$id", Rule.OTHER_TYPE, "urn:hub:schema:verwijzing:1.0.0"),
    (_urn("1.10.0"), _urn("1.9.0"), "/$id", Rule.VERSION_BACK, "urn:hub:schema:statusbericht:1.9.0"),
    ({"title": "Oud"}, {"title": "Nieuw"}, "/title", Rule.WORDS_CHANGED, "title"),
    ({"description": "Oud"}, {}, "/description", Rule.WORDS_CHANGED, "description"),
]


@pytest.mark.parametrize(("old", "new", "pointer", "rule", "what"), CASES)
def test_a_change_is_told_by_its_place_and_rule(
    old: dict[str, Any], new: dict[str, Any], pointer: str, rule: Rule, what: str
) -> None:
    assert compare(old, new) == (Change(pointer, rule, what),)
    nested = compare(_with(lijst={"items": old}), _with(lijst={"items": new}))
    if not pointer.startswith("/$"):
        assert nested == (Change(f"/properties/lijst/items{pointer}", rule, what),)


def test_every_rule_is_shown_but_those_of_whole_collections() -> None:
    assert {case[3] for case in CASES} == set(Rule) - {Rule.TYPE_ADDED, Rule.VERSION_GONE}


def test_every_rule_says_why() -> None:
    assert set(WHY) == set(Rule)


def test_what_is_the_same_has_no_change() -> None:
    for old, new, *_ in CASES:
        assert compare(old, old) == compare(new, new) == ()
    assert compare({"a": 1, "type": "string"}, {"type": "string", "a": 1}) == ()


def test_a_new_version_number_alone_is_no_change() -> None:
    assert compare(_urn("1.9.0"), _urn("1.10.0")) == ()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"additionalProperties": False}, {"additionalProperties": {"type": "string"}}),
        ({"items": False}, {"items": True}),
        ({"items": True}, {}),
        ({"additionalProperties": {"maxLength": 3}}, {"additionalProperties": True}),
    ],
)
def test_schemas_written_as_truth_values_are_read_as_what_they_say(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert asked_for(compare(old, new)) is Effect.COMPATIBLE
    assert asked_for(compare(new, old)) is Effect.BREAKING


def test_a_shape_is_compared_by_what_it_says_and_told_once() -> None:
    old = {
        "$defs": {"Kind": {"enum": ["x", "y"]}},
        **_with(a={"$ref": "#/$defs/Kind"}, b={"$ref": "#/$defs/Kind", "title": "B"}),
    }
    new = {
        "$defs": {"Sort": {"enum": ["x"]}},
        **_with(a={"$ref": "#/$defs/Sort"}, b={"$ref": "#/$defs/Sort", "title": "B"}),
    }
    assert compare(old, new) == (Change("/$defs/Sort/enum", Rule.CODE_REMOVED, '"y"'),)


def test_a_shape_may_be_written_out_or_named() -> None:
    named = {"$defs": {"Kind": {"enum": ["x"]}}, **_with(a={"$ref": "#/$defs/Kind", "title": "A"})}
    out = _with(a={"enum": ["x", "y"], "title": "A"})
    assert compare(named, out) == (Change("/properties/a/enum", Rule.CODE_ADDED, '"y"'),)
    assert asked_for(compare(out, named)) is Effect.BREAKING


def test_a_shape_that_changed_inside_a_condition_is_noticed() -> None:
    def schema(*codes: str) -> dict[str, Any]:
        return {"$defs": {"Kind": {"enum": list(codes)}}, "not": {"properties": {"a": {"$ref": "#/$defs/Kind"}}}}

    assert compare(schema("x"), schema("x", "y")) == (Change("/not", Rule.CHECK_CHANGED, "not"),)


def test_what_stands_beside_a_reference_holds_too() -> None:
    def schema(most: int) -> dict[str, Any]:
        return {"$defs": {"Short": {"maxLength": 10}}, "items": {"$ref": "#/$defs/Short", "maxLength": most}}

    assert compare(schema(5), schema(6)) == (Change("/items/maxLength", Rule.BOUND_LOOSENED, "maxLength"),)
    assert asked_for(compare({"items": {"maxLength": 5}}, schema(5))) is Effect.BREAKING


def test_a_reference_that_leads_elsewhere_is_not_judged() -> None:
    assert asked_for(compare({"$ref": "other.json"}, {"$ref": "another.json"})) is Effect.BREAKING
    assert asked_for(compare({"$ref": "#/$defs/Gone"}, {"type": "string"})) is Effect.BREAKING
    assert compare({"$ref": "other.json"}, {"$ref": "other.json"}) == ()


def test_a_schema_that_refers_to_itself_is_compared_to_its_end() -> None:
    def tree(most: int) -> dict[str, Any]:
        return {
            "$defs": {"Tree": _with(tak={"items": {"$ref": "#/$defs/Tree"}, "maxItems": most})},
            "$ref": "#/$defs/Tree",
        }

    assert compare(tree(2), tree(3)) == (
        Change("/$defs/Tree/properties/tak/maxItems", Rule.BOUND_LOOSENED, "maxItems"),
    )
    out_of_step = {"$defs": {"Tree": _with(tak={"items": _with(tak={"items": {"$ref": "#/$defs/Tree"}})})}}
    assert asked_for(compare(tree(2), out_of_step | {"$ref": "#/$defs/Tree"})) is not None


def test_a_pointer_is_written_as_rfc_6901_says() -> None:
    assert compare(_with(), _with(**{"a/b~c": {}}))[0].pointer == "/properties/a~1b~0c"


def test_the_heaviest_effect_is_what_is_asked_for() -> None:
    words, minor, major = (Change("", rule, "") for rule in (Rule.WORDS_CHANGED, Rule.CODE_ADDED, Rule.CODE_REMOVED))
    assert asked_for([]) is None
    assert asked_for([words]) is Effect.WORDS
    assert asked_for([minor, words]) is Effect.COMPATIBLE
    assert asked_for([minor, major, words]) is Effect.BREAKING


@pytest.mark.parametrize(
    "schema",
    [
        5,
        "x",
        {"properties": []},
        {"properties": {"a": 5}},
        {"items": [{}]},
        {"allOf": {}},
        {"required": "a"},
        {"required": [1]},
        {"type": 5},
        {"enum": "x"},
        {"$ref": 5},
        {"$defs": {"A": None}},
        {"not": {"if": 3}},
    ],
)
def test_what_has_not_the_shape_of_a_schema_is_seen(schema: object) -> None:
    assert not is_schema(schema)


def test_what_is_a_schema_is_taken_as_one() -> None:
    assert all(is_schema(schema) for old, new, *_ in CASES for schema in (old, new, True, False))
