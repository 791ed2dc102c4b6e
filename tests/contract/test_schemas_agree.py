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
from tests.altered import change

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
        change(data, document)
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
    change(data, document)
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
