"""An independent validator of JSON Schema and the models accept the same documents.

Documents are made by changing the examples: members dropped, added, set to other values, lists stretched, characters
swapped. Where JSON Schema cannot say it (`MODEL_ONLY`) the models refuse and the schema does not; never the reverse.
"""

from __future__ import annotations

import copy
import json
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.document import Document
from schemas.errors import PayloadError, Slug
from schemas.generate import newest_files, schema_documents
from schemas.messages import MODELS
from schemas.published import FOLDER
from schemas.road import ROAD_MODELS

PAYLOADS: dict[str, type[Document]] = {model.message_type.name: model for model in MODELS.values()} | dict(ROAD_MODELS)
VALIDATORS = {
    name: jsonschema_rs.Draft202012Validator(schema_documents()[file]) for name, file in newest_files().items()
}
#: By payload: what it says in each case that an example shows.
EXAMPLES: dict[str, list[dict[str, Any]]] = {
    name: [
        json.loads(path.read_text(encoding="utf-8"))
        for path in sorted((FOLDER / "examples").glob("*.json"))
        if path.stem.partition("--")[0] == name
    ]
    for name in sorted(PAYLOADS)
}

#: The closed list of what JSON Schema cannot express; the schemas name each with `x-controle`.
MODEL_ONLY = frozenset({Slug.BSN_ELFPROEF, Slug.END_BEFORE_START, Slug.PERIOD_TOO_LONG})

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)
PATTERNS = sorted(
    {
        part["pattern"]
        for schema in schema_documents().values()
        for shape in [schema, *schema.get("$defs", {}).values()]
        for part in shape.get("properties", {}).values()
        if "pattern" in part
    }
)
CODES = sorted(
    {
        code
        for schema in schema_documents().values()
        for shape in [*schema.get("properties", {}).values(), *schema.get("$defs", {}).values()]
        for code in shape.get("enum", [])
    }
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**53) + 1, 2**53 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-5, 5).map(float),
    TEXT,
    st.sampled_from(CODES),
    st.sampled_from(PATTERNS).flatmap(st.from_regex),
    st.dates().map(str),
    st.datetimes().map(lambda moment: f"{moment.isoformat()}Z"),
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3), max_leaves=4
)


def _places(value: object, place: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    found = [place]
    if isinstance(value, dict):
        found += [deeper for key, inner in value.items() for deeper in _places(inner, (*place, key))]
    elif isinstance(value, list):
        found += [deeper for key, inner in enumerate(value) for deeper in _places(inner, (*place, key))]
    return found


def _holder(document: dict[str, Any], place: tuple[str | int, ...]) -> Any:  # noqa: ANN401 any JSON container
    held: Any = document
    for part in place:
        held = held[part]
    return held


def _swap_a_character(data: st.DataObject, text: str) -> str:
    at = data.draw(st.integers(0, len(text)))
    return text[:at] + data.draw(st.sampled_from(["", "0", "9", "a", "Z", " ", "\n", "-", "é"])) + text[at + 1 :]


def _change(data: st.DataObject, document: dict[str, Any]) -> None:
    place = data.draw(st.sampled_from(_places(document)))
    if not place:
        document[data.draw(st.sampled_from(["bsn", "adres", "code", "log", "urgent", "x"]))] = data.draw(VALUES)
        return
    *path, last = place
    holder = _holder(document, tuple(path))
    act = data.draw(st.sampled_from(["drop", "set", "swap", "stretch", "add"]))
    value = holder[last]
    if act == "drop":
        del holder[last]
    elif act == "swap" and isinstance(value, str):
        holder[last] = _swap_a_character(data, value)
    elif act == "stretch" and isinstance(value, list | str):
        holder[last] = value * data.draw(st.integers(0, 101))
    elif act == "add" and isinstance(value, dict):
        value[data.draw(TEXT)] = data.draw(VALUES)
    else:
        holder[last] = data.draw(VALUES)


def _slugs(name: str, document: dict[str, Any]) -> set[Slug]:
    try:
        PAYLOADS[name].from_wire(document)
    except PayloadError as refused:
        return {problem.slug for problem in refused.problems}
    return set()


@pytest.mark.parametrize("name", sorted(PAYLOADS))
@given(data=st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_model_and_schema_accept_the_same_documents(name: str, data: st.DataObject) -> None:
    document = copy.deepcopy(data.draw(st.sampled_from(EXAMPLES[name])))
    for _ in range(data.draw(st.integers(1, 3))):
        _change(data, document)
    slugs = _slugs(name, document)
    if VALIDATORS[name].is_valid(document):
        assert slugs <= MODEL_ONLY
    else:
        assert slugs  # rules between members are looked at when each member is good, so which slug is not the same


@pytest.mark.parametrize("name", sorted(PAYLOADS))
@given(data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_what_a_model_accepts_it_writes_so_that_both_accept_it_again(name: str, data: st.DataObject) -> None:
    document = copy.deepcopy(data.draw(st.sampled_from(EXAMPLES[name])))
    _change(data, document)
    if not _slugs(name, document):
        model = PAYLOADS[name].from_wire(document)
        written = model.to_wire()
        assert VALIDATORS[name].is_valid(written)
        assert PAYLOADS[name].from_wire(written) == model
        assert set(written) == set(document)


def test_what_a_schema_cannot_say_stands_in_it_as_an_annotation() -> None:
    annotated = {name for name, file in newest_files().items() if "x-controle" in json.dumps(schema_documents()[file])}
    assert annotated == {
        "schuldenrust-aanmelding",
        "kennisgeving",
        "kennisgeving-publiek",
        "saldoverzoek",
        "verwijzing",
        "bewind-gestart",
        "afkoelingsperiode",
    }
