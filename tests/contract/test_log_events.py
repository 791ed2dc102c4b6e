"""docs/log-events.md and the code say the same: which events there are, how loud they are, and what stands in them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest

from hub.events import ALLOWED_KEYS, Event

TOP = Path(__file__).parents[2]
PAGE = TOP / "docs/log-events.md"
ROW = re.compile(r"^\| `([a-z]+\.[a-z]+)` \| ([a-z, ]+) \| ([^|]+) \| ([^|]*) \| ([^|]+) \|$", re.MULTILINE)
LEVELS = {"debug", "info", "warning", "error"}


@dataclass
class Emitted:
    """How the code logs one event, over all places."""

    places: list[str] = field(default_factory=list)
    levels: set[str] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)


@cache
def emitted() -> dict[str, Emitted]:
    """Every use of an event in hub and adapters, read from the source and not by running it."""
    found: dict[str, Emitted] = {}
    for file in sorted(path for package in ("hub", "adapters") for path in (TOP / package).rglob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        names = set(_names_of_event(tree)) | ({"Event"} if file == TOP / "hub/events.py" else set())
        for node in ast.walk(tree):
            if (member := _member(node, names)) is not None:
                place = f"{file.relative_to(TOP)}:{node.lineno}"  # type: ignore[attr-defined]
                found.setdefault(member, Emitted()).places.append(place)
            if isinstance(node, ast.Call) and node.args and (member := _member(node.args[0], names)) is not None:
                one = found.setdefault(member, Emitted())
                one.levels |= _levels(node.func, tree)
                one.keys |= {keyword.arg for keyword in node.keywords if keyword.arg is not None}
    return found


def _levels(logs: ast.expr, tree: ast.Module) -> set[str]:
    """The level of `log().level(…)`; of a name, every level that it may stand for in its module."""
    if isinstance(logs, ast.Attribute):
        return {logs.attr}
    assigned = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and any(ast.dump(target) == _stored(logs) for target in node.targets)
    ]
    return {
        node.attr
        for value in assigned
        for node in ast.walk(value)
        if isinstance(node, ast.Attribute) and node.attr in LEVELS
    }


def _stored(name: ast.expr) -> str:
    return ast.dump(name).replace("Load()", "Store()")


def _names_of_event(tree: ast.Module) -> Iterator[str]:
    """Under which names a module knows `hub.events.Event`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "hub.events":
            yield from (alias.asname or alias.name for alias in node.names if alias.name == "Event")


def _member(node: ast.AST, names: set[str]) -> str | None:
    """The event that an expression names."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in names:
        return Event[node.attr].value if node.attr in Event.__members__ else None
    return None


@dataclass(frozen=True)
class Documented:
    """One row of the page."""

    levels: frozenset[str]
    when: str
    keys: frozenset[str]
    action: str


@cache
def documented() -> dict[str, Documented]:
    """The rows of the page; each event once."""
    rows = ROW.findall(PAGE.read_text(encoding="utf-8"))
    assert len({row[0] for row in rows}) == len(rows), "an event stands twice on the page"
    return {
        name: Documented(frozenset(levels.split(", ")), when.strip(), frozenset(re.findall(r"`(\w+)`", keys)), action)
        for name, levels, when, keys, action in rows
    }


def test_the_page_lists_every_event_and_no_other() -> None:
    assert set(documented()) == {event.value for event in Event}


@pytest.mark.parametrize("event", list(Event))
def test_every_event_is_logged_somewhere(event: Event) -> None:
    assert event.value in emitted(), f"{event.value}: log it or take it off the list"


@pytest.mark.parametrize("event", list(Event))
def test_the_page_has_the_levels_and_fields_of_the_code(event: Event) -> None:
    code, page = emitted()[event.value], documented()[event.value]
    assert page.levels == code.levels, code.places
    assert page.keys == code.keys, code.places


@pytest.mark.parametrize("event", list(Event))
def test_every_event_tells_when_and_what_to_do(event: Event) -> None:
    row = documented()[event.value]
    assert row.levels <= LEVELS
    assert len(row.when) > 10
    assert len(row.action) > 2


def test_no_log_call_uses_a_field_that_the_allow_list_would_drop() -> None:
    dropped = {name: one.keys - ALLOWED_KEYS for name, one in emitted().items() if one.keys - ALLOWED_KEYS}
    assert dropped == {}
