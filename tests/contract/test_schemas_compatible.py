"""The judgement of changes against an independent validator, against our own versions, and against the page about it.

A schema is changed at random; when the change is judged compatible, every document that an independent validator took
by the old schema is taken by the new one. The reverse is not asked: what cannot be judged counts as breaking.
"""

from __future__ import annotations

import copy
import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.catalogue import CATALOGUE
from schemas.changes import Change, Effect, Rule, asked_for
from schemas.compatibility import compare
from schemas.generate import newest_files
from schemas.messages import MODELS
from schemas.published import FOLDER, schema_file
from tests.altered import change

PAGE = Path(__file__).parents[2] / "docs" / "adr" / "0009-schema-versions.md"
NAMES = sorted(newest_files())
KEYWORDS = {
    "maxLength": st.integers(0, 50),
    "maxItems": st.integers(0, 3),
    "minItems": st.integers(0, 3),
    "minimum": st.integers(-2, 20),
    "maximum": st.integers(-2, 20),
    "pattern": st.sampled_from(["^[0-9]+$", "^.*$", "a"]),
    "type": st.sampled_from(["string", "integer", "number", "object", "array", ["string", "null"]]),
    "enum": st.lists(st.sampled_from(["a", "beslag", "SK", "akkoord", 1, None]), min_size=1, unique=True),
    "const": st.sampled_from(["beslag", True, 18]),
    "required": st.lists(st.sampled_from(["naam", "reden", "bsn", "status", "x"]), unique=True),
    "additionalProperties": st.sampled_from([True, False, {"type": "string"}]),
    "not": st.sampled_from([{"required": ["reden"]}, {}, {"type": "null"}]),
    "anyOf": st.sampled_from([[{"required": ["reden"]}], [{"required": ["reden"]}, {"required": ["naam"]}]]),
    "allOf": st.sampled_from([[{"required": ["reden"]}], [{}]]),
    "if": st.sampled_from([{"required": ["reden"]}]),
    "then": st.sampled_from([{"required": ["naam"]}]),
    "items": st.sampled_from([{"type": "string"}, False, True]),
    "title": st.sampled_from(["Oud", "Nieuw"]),
}


def _read(file: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((FOLDER / file).read_text(encoding="utf-8"))
    return document


def _examples(name: str) -> list[dict[str, Any]]:
    paths = sorted((FOLDER / "examples").glob("*.json"))
    return [json.loads(path.read_text(encoding="utf-8")) for path in paths if path.stem.partition("--")[0] == name]


def _schemas_in(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """The schema and every schema inside it that stands by a name or in a list."""
    found = [schema]
    for keyword in ("properties", "$defs"):
        for part in schema.get(keyword, {}).values():
            found += _schemas_in(part) if isinstance(part, dict) else []
    for keyword in ("items", "not"):
        found += _schemas_in(schema[keyword]) if isinstance(schema.get(keyword), dict) else []
    for keyword in ("allOf", "anyOf"):
        found += [deeper for part in schema.get(keyword, ()) for deeper in _schemas_in(part)]
    return found


def _alter(data: st.DataObject, schema: dict[str, Any]) -> None:
    """One change to the schema: a keyword set or dropped, or a member of an object added or dropped."""
    part = data.draw(st.just(schema) | st.sampled_from(_schemas_in(schema)))
    act = data.draw(st.sampled_from(["set", "drop", "member", "gone"]))
    members = part.get("properties")
    if act == "member" and isinstance(members, dict):
        name = data.draw(st.sampled_from(["x", "reden", "naam"]))
        members[name] = data.draw(st.sampled_from([{}, {"type": "string"}]).map(copy.deepcopy))
    elif act == "gone" and members:
        del members[data.draw(st.sampled_from(sorted(members)))]
    elif act == "drop":
        droppable = sorted(part.keys() - {"$schema", "$id", "$defs", "$ref", "properties"})
        if droppable:
            del part[data.draw(st.sampled_from(droppable))]
    else:
        keyword = data.draw(st.sampled_from(sorted(KEYWORDS)))
        part[keyword] = data.draw(KEYWORDS[keyword].map(copy.deepcopy))


def _takes(schema: dict[str, Any], document: dict[str, Any]) -> bool:
    return jsonschema_rs.Draft202012Validator(schema).is_valid(document)


@given(data=st.data())
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_a_change_that_is_judged_compatible_takes_all_that_was_taken_before(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(NAMES))
    one = _read(newest_files()[name])
    other = copy.deepcopy(one)
    for _ in range(data.draw(st.integers(1, 3))):
        _alter(data, other)
    documents = copy.deepcopy(_examples(name))
    for document in documents[:]:
        changed = copy.deepcopy(document)
        change(data, changed)
        documents.append(changed)
    for old, new in ((one, other), (other, one)):
        if asked_for(compare(old, new)) is not Effect.BREAKING:
            assert all(_takes(new, document) for document in documents if _takes(old, document))


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_a_schema_is_the_same_as_itself_whatever_it_says(data: st.DataObject) -> None:
    schema = _read(newest_files()[data.draw(st.sampled_from(NAMES))])
    _alter(data, schema)
    assert compare(schema, json.loads(json.dumps(schema))) == ()


def test_every_version_of_a_type_takes_all_that_the_one_before_it_took() -> None:
    for known in CATALOGUE.values():
        schemas = [_read(schema_file(known.name, version)) for version in known.versions]
        for old, new in pairwise(schemas):
            assert asked_for(compare(old, new)) in {Effect.COMPATIBLE, Effect.WORDS}, new["$id"]


def test_the_one_type_with_two_versions_gained_one_member() -> None:
    old, new = (_read(schema_file("statusbericht", version)) for version in ("1.0.0", "1.1.0"))
    assert compare(old, new) == (Change("/properties/maatregel", Rule.MEMBER_ADDED, "maatregel"),)


@pytest.mark.parametrize("name", sorted(known.name for known in CATALOGUE.values()))
def test_an_example_fits_the_version_that_it_is_sent_under_and_each_later_one(name: str) -> None:
    model = MODELS[next(known.type for known in CATALOGUE.values() if known.name == name)]
    versions = model.message_type.versions
    for example in _examples(name):
        message = model.from_wire(example)
        since = versions.index(message.schema_version)
        fits = [_takes(_read(schema_file(name, version)), example) for version in versions]
        assert fits == [at >= since for at in range(len(versions))]
        assert model.from_wire(example, version=message.schema_version) == message


def test_every_version_has_an_example_that_is_sent_under_it() -> None:
    for model in MODELS.values():
        sent = {model.from_wire(example).schema_version for example in _examples(model.message_type.name)}
        assert sent == set(model.message_type.versions)


def test_the_page_names_every_rule_with_its_effect() -> None:
    rows = dict(re.findall(r"^\| `([a-z-]+)` \| (\w+) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    assert rows == {rule.value: Change("", rule, "").effect.value for rule in Rule}
