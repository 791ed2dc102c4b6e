"""docs/glossary.md against the models, both ways: nothing missing, nothing dead."""

from __future__ import annotations

import inspect
import re
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel

from schemas import codes
from schemas.document import Document
from schemas.messages import MODELS, Message
from schemas.road import ROAD_MODELS, RoadPayload

GLOSSARY = Path(__file__).parents[2] / "docs" / "glossary.md"
ROAD_MODULE = RoadPayload.__module__.rpartition(".")[0]

#: One row of a section: English word, Dutch or protocol word.
Row = tuple[str, str]


def _sections() -> dict[str, list[Row]]:
    """The rows of each section by its title; every row has four filled cells."""
    sections: dict[str, list[Row]] = {}
    title = ""
    for line in GLOSSARY.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            title = line.removeprefix("## ").replace("`", "")
            sections[title] = []
        elif line.startswith("|") and not re.match(r"\|(---\||.*\| meaning \|)", line):
            english, dutch, meaning, source = (cell.strip() for cell in line.strip("|").split("|"))
            assert meaning, line
            assert source, line
            sections[title].append((english.strip("`"), dutch.strip("`")))
    return sections


SECTIONS = _sections()


def _models(kind: type[BaseModel]) -> set[type[BaseModel]]:
    """Every public model below one."""
    below = {deeper for child in kind.__subclasses__() for deeper in {child, *_models(child)}}
    return {model for model in below if model.__module__.startswith("schemas.") and not model.__name__.startswith("_")}


def _on_the_road(model: type[BaseModel]) -> bool:
    return model.__module__.startswith(f"{ROAD_MODULE}.")


def _title(model: type[BaseModel]) -> str | None:
    return model.model_config.get("title")


def _members(*, road: bool) -> set[Row]:
    models = {model for model in _models(Document) if _on_the_road(model) is road}
    return {(name, field.alias or "") for model in models for name, field in model.model_fields.items()}


def test_no_word_stands_twice_in_one_section() -> None:
    for title, rows in SECTIONS.items():
        assert len(rows) == len({english for english, _ in rows}), title


def test_the_messages_are_those_of_the_models() -> None:
    assert set(SECTIONS["Messages"]) == {(model.__name__, model.message_type.name) for model in MODELS.values()}


def test_the_shapes_are_those_of_the_models() -> None:
    shapes = {model for model in _models(Document) if not _on_the_road(model)} - set(MODELS.values())
    assert {english for english, _ in SECTIONS["Shapes of messages"]} == {model.__name__ for model in shapes}
    titles = {model.__name__: _title(model) for model in shapes if _title(model)}
    assert {english: dutch for english, dutch in SECTIONS["Shapes of messages"] if english in titles} == titles
    assert Message in shapes


def test_the_payloads_of_the_road_are_those_of_the_models() -> None:
    rows = dict(SECTIONS["Payloads of the road"])
    assert set(rows) == {model.__name__ for model in _models(Document) if _on_the_road(model)}
    assert {model.__name__: name for name, model in ROAD_MODELS.items()}.items() <= rows.items()
    shapes = {model for model in _models(Document) if _on_the_road(model) and _title(model)} - set(ROAD_MODELS.values())
    assert {model.__name__: _title(model) for model in shapes}.items() <= rows.items()


def test_the_members_of_messages_are_those_of_the_models() -> None:
    assert set(SECTIONS["Members of messages"]) == _members(road=False)


def test_the_members_of_the_road_are_those_of_the_models() -> None:
    assert set(SECTIONS["Members of the road"]) == _members(road=True)


def test_one_english_word_has_one_dutch_word_and_the_reverse() -> None:
    for road in (False, True):
        members = _members(road=road)
        assert len(members) == len({english for english, _ in members}) == len({dutch for _, dutch in members})


def test_every_code_of_every_list_stands_in_the_section_of_its_list() -> None:
    lists = {
        f"Codes: {name}": {(f"{name}.{code.name}", code.value) for code in listed}
        for name, listed in inspect.getmembers(codes, inspect.isclass)
        if issubclass(listed, StrEnum) and listed is not StrEnum
    }
    assert {title: set(rows) for title, rows in SECTIONS.items() if title.startswith("Codes: ")} == lists


def test_every_section_is_one_that_a_test_knows() -> None:
    named = {title for title in SECTIONS if not title.startswith("Codes: ")}
    assert named == {
        "Words without a model",
        "Messages",
        "Shapes of messages",
        "Members of messages",
        "Payloads of the road",
        "Members of the road",
    }
