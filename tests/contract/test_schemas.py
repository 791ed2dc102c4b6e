"""The published schemas, examples and counter-examples against the models that they come from."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import pytest

from hub.errors import Code
from schemas.catalogue import CATALOGUE
from schemas.codes import HubRefusal, RecipientRefusal
from schemas.errors import PayloadError, Slug
from schemas.generate import files, newest_files, schema_documents
from schemas.messages import MODELS
from schemas.published import FOLDER, RELEASED, read_released, schema_file, schema_files
from schemas.road import ROAD_MODELS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from schemas.document import Document

PAYLOADS: dict[str, type[Document]] = {model.message_type.name: model for model in MODELS.values()} | dict(ROAD_MODELS)
NEWEST = newest_files()
EXAMPLES = sorted((FOLDER / "examples").glob("*.json"))
COUNTEREXAMPLES = sorted((FOLDER / "counterexamples").glob("*.json"))

#: What JSON Schema cannot say; here, and nowhere else, the models are the stricter side.
MODEL_ONLY = frozenset(
    {Slug.BSN_ELFPROEF, Slug.RSIN_ELFPROEF, Slug.IBAN_CHECK, Slug.END_BEFORE_START, Slug.PERIOD_TOO_LONG}
)


def _read(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


def _validator(name: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(_read(FOLDER / NEWEST[name]))


def _stem(path: Path) -> str:
    return path.stem


def _payload(path: Path) -> str:
    """The payload that a file shows; what stands behind two hyphens says which case of it."""
    return path.stem.partition("--")[0]


def test_the_committed_files_are_what_the_models_generate() -> None:
    committed = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir() if path.is_file()}
    generated = files()
    # a released file stays when its version is withdrawn, or said in better words by a later one
    kept = {name for name in read_released() if committed[name] != generated.get(name)} - set(NEWEST.values())
    mine = {name: text for name, text in committed.items() if name not in {RELEASED.name, *kept}}
    theirs = {name: text for name, text in generated.items() if name not in kept}
    assert mine == theirs, "run `python -m schemas.generate` and look at what changed"


def test_every_payload_has_a_schema_for_each_version_an_example_and_counterexamples() -> None:
    assert {path.name for path in schema_files(FOLDER)} >= set(schema_documents()) >= set(NEWEST.values())
    assert {path.stem for path in EXAMPLES if "--" not in path.stem} == set(PAYLOADS)
    assert {_payload(path) for path in EXAMPLES} == set(PAYLOADS)
    counted = {name: sum(path.stem.startswith(f"{name}--") for path in COUNTEREXAMPLES) for name in PAYLOADS}
    assert sum(counted.values()) == len(COUNTEREXAMPLES)
    assert {name for name, count in counted.items() if count < 2} == set()


@pytest.mark.parametrize("path", schema_files(FOLDER), ids=_stem)
def test_a_schema_is_a_valid_schema_of_2020_12(path: Path) -> None:
    schema = _read(path)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema_rs.meta.validate(schema)


def test_the_id_of_a_message_schema_is_its_dataschema() -> None:
    for known in CATALOGUE.values():
        assert _read(FOLDER / NEWEST[known.name])["$id"] == known.dataschema
        for version in known.versions:
            assert _read(FOLDER / schema_file(known.name, version))["$id"] == known.schema_urn(version)


@pytest.mark.parametrize("path", EXAMPLES, ids=_stem)
def test_an_example_is_accepted_by_model_and_schema_and_comes_back_unchanged(path: Path) -> None:
    document = _read(path)
    model = PAYLOADS[_payload(path)].from_wire(document)
    assert _validator(_payload(path)).is_valid(document)
    written = model.to_wire()
    assert PAYLOADS[_payload(path)].from_wire(written) == model
    assert set(written) == set(document)


@pytest.mark.parametrize("name", sorted(PAYLOADS))
def test_the_examples_of_a_payload_show_every_member(name: str) -> None:
    shown = {member for path in EXAMPLES if _payload(path) == name for member in _read(path)}
    assert shown == set(_read(FOLDER / NEWEST[name])["properties"])


@pytest.mark.parametrize("path", COUNTEREXAMPLES, ids=_stem)
def test_a_counterexample_is_refused_for_the_reason_that_it_is_named_after(path: Path) -> None:
    name, _, why = path.stem.partition("--")
    document = _read(path)
    with pytest.raises(PayloadError) as refused:
        PAYLOADS[name].from_wire(document)
    (problem,) = refused.value.problems
    assert f"{why}-".startswith(f"{problem.slug.replace('_', '-')}-")
    assert _validator(name).is_valid(document) == (problem.slug in MODEL_ONLY)


def _places(schema: object, place: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(schema, dict):
        if isinstance(schema.get("type"), str):
            yield place, schema
        for key, inner in schema.items():
            yield from _places(inner, f"{place}/{key}")
    elif isinstance(schema, list):
        for position, inner in enumerate(schema):
            yield from _places(inner, f"{place}/{position}")


BOUNDS = {
    "string": ("maxLength", "enum"),
    "array": ("maxItems",),
    "integer": ("maximum",),
    "object": ("additionalProperties",),
    "boolean": ("type",),
    "null": ("type",),
}


def test_every_object_is_closed_and_every_string_list_and_number_has_an_upper_bound() -> None:
    for name, schema in schema_documents().items():
        for place, part in _places(schema, name):
            assert any(bound in part for bound in BOUNDS[part["type"]]), place
            assert part.get("additionalProperties") in {None, False}, place


def test_every_member_has_a_title_and_a_dutch_description() -> None:
    for model in PAYLOADS.values():
        for name, field in model.model_fields.items():
            assert field.title, f"{model.__name__}.{name}"
            assert field.description, f"{model.__name__}.{name}"
            assert field.alias, f"{model.__name__}.{name}"


def test_no_english_docstring_stands_in_a_published_schema() -> None:
    english = re.compile(r"\b(the|what|which|messages\.md|wire\.md)\b", re.IGNORECASE)
    for name, schema in schema_documents().items():
        for place, part in _places(schema, name):
            assert not english.search(part.get("description", "")), place


def test_the_codes_of_receipts_are_codes_of_the_error_tree() -> None:
    known = {code.value for code in Code}
    assert {code.value for code in HubRefusal} <= known
    assert {code.value for code in RecipientRefusal} <= known


def test_every_reference_of_the_asyncapi_document_leads_somewhere() -> None:
    text = (FOLDER / "asyncapi.yaml").read_text(encoding="utf-8")
    references = set(re.findall(r'"\$ref": "([^"]+)"', text))
    assert {reference for reference in references if reference.startswith("./")} == {
        f"./{file}" for file in NEWEST.values()
    }
    for reference in references - {f"./{file}" for file in NEWEST.values()}:
        assert re.search(rf"^ +{reference.rsplit('/', 1)[1]}:$", text, re.MULTILINE), reference
