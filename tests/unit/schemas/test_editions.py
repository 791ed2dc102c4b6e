from __future__ import annotations

from typing import Any

from schemas.changes import Change, Rule
from schemas.editions import Difference, compare_editions, compare_two


def _schema(version: str, *members: str, name: str = "statusbericht") -> dict[str, Any]:
    return {
        "$id": f"urn:hub:schema:{name}:{version}",
        "additionalProperties": False,
        "properties": {member: {} for member in members},
    }


def _found(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> list[tuple[str, str, Rule]]:
    return [(one.schema, one.change.pointer, one.change.rule) for one in compare_editions(old, new)]


def test_the_same_schemas_have_no_difference() -> None:
    assert (
        _found([_schema("1.0.0", "a"), _schema("1.1.0", "a", "b")], [_schema("1.1.0", "a", "b"), _schema("1.0.0", "a")])
        == []
    )


def test_a_new_version_is_compared_with_the_one_before_it_wherever_that_is() -> None:
    old = [_schema("1.0.0", "a"), _schema("1.9.0", "a", "b")]
    new = [*old, _schema("1.10.0", "a", "b", "c"), _schema("1.11.0", "a", "b")]
    assert _found(old, new) == [
        ("urn:hub:schema:statusbericht:1.10.0", "/properties/c", Rule.MEMBER_ADDED),
        ("urn:hub:schema:statusbericht:1.11.0", "/properties/c", Rule.MEMBER_REMOVED),
    ]


def test_a_version_that_changed_in_place_is_compared_with_itself() -> None:
    assert _found([_schema("1.0.0", "a"), _schema("1.1.0")], [_schema("1.0.0"), _schema("1.1.0")]) == [
        ("urn:hub:schema:statusbericht:1.0.0", "/properties/a", Rule.MEMBER_REMOVED)
    ]


def test_a_new_type_or_major_version_is_an_addition() -> None:
    new = [_schema("1.0.0"), _schema("2.0.0", "x"), _schema("1.0.0", name="verwijzing")]
    assert _found([_schema("1.0.0")], new) == [
        ("urn:hub:schema:statusbericht:2.0.0", "/$id", Rule.TYPE_ADDED),
        ("urn:hub:schema:verwijzing:1.0.0", "/$id", Rule.TYPE_ADDED),
    ]


def test_a_version_that_is_gone_is_told() -> None:
    assert _found([_schema("1.0.0"), _schema("1.1.0")], [_schema("1.1.0")]) == [
        ("urn:hub:schema:statusbericht:1.0.0", "/$id", Rule.VERSION_GONE)
    ]


def test_a_payload_of_the_road_has_a_version_of_one_number() -> None:
    one, two = ({"$id": f"urn:hub:payload:hub-notice:{version}"} for version in (1, 2))
    assert _found([one], [one, two]) == [("urn:hub:payload:hub-notice:2", "/$id", Rule.TYPE_ADDED)]


def test_a_schema_without_such_a_name_is_compared_by_its_id() -> None:
    old, new = {"$id": "https://partner.example/x"}, {"$id": "https://partner.example/x", "maxItems": 3}
    assert _found([old], [new]) == [("https://partner.example/x", "/maxItems", Rule.BOUND_TIGHTENED)]


def test_two_schemas_are_compared_whatever_their_versions() -> None:
    assert compare_two(_schema("1.0.0"), _schema("1.1.0", "a")) == (
        Difference("urn:hub:schema:statusbericht:1.1.0", Change("/properties/a", Rule.MEMBER_ADDED, "a")),
    )
