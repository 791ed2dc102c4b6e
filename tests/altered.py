"""Documents changed at random: members dropped, added and set, lists stretched, characters swapped."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from schemas.generate import schema_documents

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


def change(data: st.DataObject, document: dict[str, Any]) -> None:
    """Changes one place of a document, which may be valid or not afterwards."""
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
