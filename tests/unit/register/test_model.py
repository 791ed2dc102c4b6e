from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from hub.clock import rfc3339
from hub.errors import Code, RefusedError
from hub.register.model import Organisation
from tests.world import NOW, SHV, TAX, VISH, World, full_type, listed_key, make_world, new_key

WORLD = make_world()


def code_of(world: World, oin: str = TAX, after: timedelta = timedelta()) -> Code:
    with pytest.raises(RefusedError) as refused:
        world.register.sealing_key(oin, NOW + after)
    return refused.value.code


def listing(*keys: dict[str, Any]) -> World:
    return WORLD.edited(lambda document: document["organisations"][3].update(keys=list(keys)))


def at(days: int) -> str:
    return rfc3339(NOW + timedelta(days=days))


def test_the_latest_key_is_sealed_to_and_the_first_listed_on_a_tie() -> None:
    keys = [new_key(TAX, "X25519", label) for label in "abc"]
    listed = [listed_key(jwk, nbf=at(-day)) for jwk, day in zip(keys, (2, 1, 1), strict=True)]
    assert listing(*listed).register.sealing_key(TAX, NOW).kid == f"{TAX}/enc/b"
    assert listing(*reversed(listed)).register.sealing_key(TAX, NOW).kid == f"{TAX}/enc/c"


def test_only_an_active_key_within_its_term_is_sealed_to() -> None:
    keys = {label: new_key(TAX, "X25519", label) for label in "abcde"}
    world = listing(
        listed_key(keys["a"], status="retired", nbf=at(0)),
        listed_key(keys["b"], status="revoked", revokedAt=at(9), nbf=at(0)),
        listed_key(keys["c"], nbf=at(1)),
        listed_key(keys["d"], exp=at(0)),
        listed_key(keys["e"], nbf=at(-5)),
    )
    assert world.register.sealing_key(TAX, NOW).kid == f"{TAX}/enc/e"


def test_a_new_key_is_sealed_to_from_its_first_instant() -> None:
    old, new = new_key(TAX, "X25519", "old"), new_key(TAX, "X25519", "new")
    register = listing(listed_key(old), listed_key(new, nbf=at(1))).register
    assert register.sealing_key(TAX, NOW + timedelta(days=1, microseconds=-1)).kid == f"{TAX}/enc/old"
    assert register.sealing_key(TAX, NOW + timedelta(days=1)).kid == f"{TAX}/enc/new"


def test_without_a_key_nothing_is_sealed() -> None:
    assert code_of(listing(listed_key(new_key(TAX, "Ed25519")))) is Code.KEY_MISSING
    assert code_of(WORLD, "00000099000000009999") is Code.UNKNOWN_RECIPIENT


def test_sealing_stops_thirty_days_after_the_next_update() -> None:
    world = WORLD.edited(lambda document: document.update(nextUpdate=at(1)))
    assert not world.register.outdated(NOW + timedelta(days=1))
    assert world.register.outdated(NOW + timedelta(days=1, microseconds=1))
    assert world.register.sealing_key(TAX, NOW + timedelta(days=31)).oin == TAX
    assert code_of(world, after=timedelta(days=31, microseconds=1)) is Code.REGISTER_STALE


def parties(world: World = WORLD) -> tuple[Organisation, Organisation]:
    sender, recipient = world.register.organisation(SHV), world.register.organisation(TAX)
    assert sender
    assert recipient
    return sender, recipient


def test_a_line_allows_a_type_between_two_roles() -> None:
    sender, recipient = parties()
    (found,) = WORLD.register.lines(full_type("kennisgeving-publiek"), sender, recipient, NOW)
    agreement, line = found
    assert agreement.id == "proef"
    assert line.reply_term_working_days == 2
    assert full_type("kennisgeving-antwoord") in line.reply_types


def test_nothing_is_allowed_the_other_way_or_to_another_role() -> None:
    sender, recipient = parties()
    index = WORLD.register.organisation(VISH)
    assert index
    assert WORLD.register.lines(full_type("kennisgeving-publiek"), recipient, sender, NOW) == []
    assert WORLD.register.lines(full_type("kennisgeving-publiek"), sender, index, NOW) == []
    assert WORLD.register.lines(full_type("onbekend"), sender, recipient, NOW) == []


@pytest.mark.parametrize(
    "changes", [{"from": at(1)}, {"until": at(0)}, {"legalBasis": ""}, {"legalBasis": "  "}, {"until": "2026-11-22"}]
)
def test_an_agreement_that_is_not_in_force_allows_nothing(changes: dict[str, object]) -> None:
    world = WORLD.edited(lambda document: document["agreements"][0].update(changes))
    assert world.register.lines(full_type("kennisgeving-publiek"), *parties(world), NOW) == []


def test_every_agreement_that_allows_it_is_found() -> None:
    world = WORLD.edited(lambda document: document["agreements"].append(document["agreements"][0] | {"id": "tweede"}))
    found = world.register.lines(full_type("statusbericht"), *parties(world), NOW)
    assert [agreement.id for agreement, _ in found] == ["proef", "tweede"]
