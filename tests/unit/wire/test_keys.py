from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.errors import Code, RefusedError
from hub.wire.keyfiles import write_new
from hub.wire.keys import GOVERNANCE_FILE, KeyFolder, kid_for, load_governance_private, new_private_jwk
from tests.world import NOW, SHV, TAX, Edit, World, listed_key, make_world, new_key


def with_keys(*listed: dict[str, Any]) -> Edit:
    """An edit that lists these keys for the debt helper and no others."""

    def edit(document: dict[str, Any]) -> None:
        document["organisations"][1]["keys"] = list(listed)

    return edit


def at(days: int) -> str:
    return (NOW + timedelta(days=days)).isoformat()


def written(folder: Path, *keys: Mapping[str, object]) -> Path:
    for position, jwk in enumerate(keys):
        write_new(folder, f"{position}.jwk.json", jwk)
    return folder


def test_a_folder_gives_the_keys_that_the_register_lists(tmp_path: Path) -> None:
    world = make_world()
    world.write(tmp_path)
    keys = KeyFolder.load(tmp_path / SHV / "keys", SHV, world.register)
    assert keys.kids() == (f"{SHV}/sig/a", f"{SHV}/enc/a")
    assert keys.signing(NOW).kid == f"{SHV}/sig/a"
    opening = keys.opening(f"{SHV}/enc/a")
    assert opening is not None
    assert opening.alg == "ECDH-ES+A256KW"


def test_a_signing_key_opens_nothing(tmp_path: Path) -> None:
    world = make_world()
    world.write(tmp_path)
    keys = KeyFolder.load(tmp_path / SHV / "keys", SHV, world.register)
    assert keys.opening(f"{SHV}/sig/a") is None
    assert keys.opening(f"{SHV}/enc/b") is None


def test_keys_that_the_register_does_not_list_are_ignored(tmp_path: Path) -> None:
    foreign = {"kid": "something else", "kty": "OKP"}
    folder = written(tmp_path, new_key(SHV, "Ed25519", "unknown"), new_private_jwk("governance", "ES256"), foreign)
    assert KeyFolder.load(folder, SHV, make_world().register).kids() == ()


def test_keys_of_another_organisation_are_ignored(tmp_path: Path) -> None:
    world = make_world()
    folder = written(tmp_path, *(jwk for kid, jwk in world.private.items() if kid.startswith(TAX)))
    keys = KeyFolder.load(folder, SHV, world.register)
    assert keys.kids() == ()
    assert keys.opening(f"{TAX}/enc/a") is None
    with pytest.raises(RefusedError) as refused:
        keys.signing(NOW)
    assert refused.value.code is Code.KEY_MISSING


def test_another_private_key_under_a_listed_kid_is_refused(tmp_path: Path) -> None:
    folder = written(tmp_path, new_key(SHV, "Ed25519"))
    with pytest.raises(RefusedError) as refused:
        KeyFolder.load(folder, SHV, make_world().register)
    assert refused.value.code is Code.KEY_INVALID


def test_a_public_key_under_a_listed_kid_is_refused(tmp_path: Path) -> None:
    world = make_world()
    jwk = {name: value for name, value in world.private[f"{SHV}/sig/a"].items() if name != "d"}
    with pytest.raises(RefusedError) as refused:
        KeyFolder.load(written(tmp_path, jwk), SHV, world.register)
    assert refused.value.code is Code.KEY_INVALID


def test_use_and_alg_may_be_left_to_the_register(tmp_path: Path) -> None:
    world = make_world()
    jwk = {name: value for name, value in world.private[f"{SHV}/sig/a"].items() if name not in {"use", "alg"}}
    assert KeyFolder.load(written(tmp_path, jwk), SHV, world.register).signing(NOW).alg == "Ed25519"


def choose(*listed: dict[str, Any], private: dict[str, Any]) -> str:
    world = make_world(edit=with_keys(*listed))
    holding = World(world.governance_jwk, world.document, world.body, world.register, world.governance, private)
    return holding.keys(SHV).signing(NOW).kid.rpartition("/")[2]


def test_the_latest_key_signs_and_the_first_listed_on_a_tie() -> None:
    jwks = {label: new_key(SHV, "Ed25519", label) for label in "abcd"}
    private = {str(jwk["kid"]): jwk for jwk in jwks.values()}
    listed = [
        listed_key(jwks["a"], nbf=at(-3)),
        listed_key(jwks["b"], nbf=at(-1)),
        listed_key(jwks["c"], nbf=at(-1)),
        listed_key(jwks["d"], nbf=at(-2)),
    ]
    assert choose(*listed, private=private) == "b"
    assert choose(*reversed(listed), private=private) == "c"


def test_only_an_active_key_within_its_term_signs() -> None:
    jwks = {label: new_key(SHV, "Ed25519", label) for label in "abcde"}
    private = {str(jwk["kid"]): jwk for jwk in jwks.values()}
    assert (
        choose(
            listed_key(jwks["a"], nbf=at(0), status="retired"),
            listed_key(jwks["b"], nbf=at(0), status="revoked", revokedAt=at(5)),
            listed_key(jwks["c"], nbf=at(1)),
            listed_key(jwks["d"], nbf=at(-1), exp=at(0)),
            listed_key(jwks["e"], nbf=at(-9)),
            private=private,
        )
        == "e"
    )


def test_a_private_key_shows_nothing_but_its_name() -> None:
    world = make_world()
    secret = str(world.private[f"{SHV}/sig/a"]["d"])
    assert repr(world.signing(SHV)) == f"PrivateKey({SHV}/sig/a)"
    assert secret not in repr(world.signing(SHV))


def test_the_governance_key_is_read_from_its_own_file(tmp_path: Path) -> None:
    file = write_new(tmp_path, GOVERNANCE_FILE, new_private_jwk("governance", "ES256"))
    key = load_governance_private(file)
    assert (key.kid, key.alg) == ("governance", "ES256")


def test_another_key_is_no_governance_key(tmp_path: Path) -> None:
    for jwk in (new_key(SHV, "Ed25519"), new_private_jwk("governance", "X25519"), {"kid": "governance"}):
        file = write_new(tmp_path, f"{len(list(tmp_path.iterdir()))}.jwk.json", jwk)
        with pytest.raises(RefusedError) as refused:
            load_governance_private(file)
        assert refused.value.code is Code.KEY_INVALID


@pytest.mark.parametrize(("oin", "label"), [("1", "a"), (SHV, ""), (SHV, "A"), (SHV, "a" * 17), (SHV, "a/b")])
def test_a_name_of_bad_form_is_refused(oin: str, label: str) -> None:
    with pytest.raises(RefusedError) as refused:
        kid_for(oin, "sig", label)
    assert refused.value.code is Code.KEY_INVALID
