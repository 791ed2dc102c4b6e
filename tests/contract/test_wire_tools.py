"""`keys` and `register` at the command line: what they make is what `wire` uses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest

from hub.cli.app import make_app
from hub.errors import Code, HubError
from hub.register.governance import read_governance
from hub.register.load import load_register
from hub.wire.jwk import PRIVATE_MEMBERS, load_private
from hub.wire.keyfiles import read_folder
from hub.wire.keys import KeyFolder
from tests.world import NOW, SHV, World, listed_key, make_world

WORLD: Final = make_world()
Printed = pytest.CaptureFixture[bytes]


def run(*words: str | Path) -> int:
    status = make_app()([str(word) for word in words])
    assert isinstance(status, int)
    return status


def code_of(*words: str | Path) -> Code:
    with pytest.raises(HubError) as refused:
        run(*words)
    return refused.value.code


def test_new_keys_stay_in_their_folder_and_public_halves_are_printed(tmp_path: Path, capfdbinary: Printed) -> None:
    folder = tmp_path / "keys"
    assert run("keys", "new", "--oin", SHV, "--dir", folder, "--label", "een") == 0
    printed = json.loads(capfdbinary.readouterr().out)
    handed_over = json.loads((folder / "public.jwks.json").read_text())["keys"]
    assert sorted(jwk["kid"] for jwk in handed_over) == sorted(jwk["kid"] for jwk in printed["keys"])
    assert [jwk["kid"] for jwk in printed["keys"]] == [f"{SHV}/sig/een", f"{SHV}/enc/een"]
    assert not any(PRIVATE_MEMBERS & jwk.keys() for jwk in printed["keys"])
    private = {"sig-een.jwk.json", "enc-een.jwk.json", "broker.key.pem"}
    assert {file.name for file in folder.iterdir()} == private | {"public.jwks.json", "broker.csr.pem"}
    assert folder.stat().st_mode & 0o777 == 0o700
    for file in (folder / name for name in private):
        assert file.stat().st_mode & 0o777 == 0o600


def test_new_keys_are_used_once_the_register_lists_them(tmp_path: Path) -> None:
    run("keys", "new", "--oin", SHV, "--dir", tmp_path, "--label", "een")
    made = read_folder(tmp_path).values()

    def edit(document: dict[str, Any]) -> None:
        document["organisations"][1]["keys"] = [listed_key(jwk) for jwk in made]

    folder = KeyFolder.load(tmp_path, SHV, WORLD.edited(edit).register)
    assert folder.signing(NOW).kid == f"{SHV}/sig/een"
    assert folder.opening(f"{SHV}/enc/een") is not None


@pytest.mark.parametrize(
    ("words", "kinds"),
    [
        ([], {"Ed25519", "ECDH-ES+A256KW"}),
        (["--use", "sig"], {"Ed25519"}),
        (["--use", "enc"], {"ECDH-ES+A256KW"}),
        (["--alg", "ES256"], {"ES256", "ECDH-ES+A256KW"}),
        (["--alg", "ES256", "--alg", "P-256"], {"ES256", "ECDH-ES+A256KW"}),
        (["--use", "enc", "--alg", "RSA-OAEP-256"], {"RSA-OAEP-256"}),
        (["--use", "sig", "--alg", "PS256"], {"PS256"}),
    ],
)
def test_keys_of_any_kind_can_be_made(tmp_path: Path, words: list[str], kinds: set[str]) -> None:
    run("keys", "new", "--oin", SHV, "--dir", tmp_path, *words)
    made = read_folder(tmp_path).values()
    assert {jwk["alg"] for jwk in made} == kinds
    for jwk in made:
        load_private(jwk)


def test_the_label_is_the_day_when_none_is_given(tmp_path: Path) -> None:
    run("keys", "new", "--oin", SHV, "--dir", tmp_path, "--use", "sig", "--now", "2026-11-23T12:00:00Z")
    assert list(read_folder(tmp_path)) == ["sig-20261123.jwk.json"]


def test_a_key_is_never_made_twice(tmp_path: Path) -> None:
    words = ("keys", "new", "--oin", SHV, "--dir", tmp_path, "--label", "een")
    run(*words)
    before = read_folder(tmp_path)
    assert code_of(*words) is Code.KEY_INVALID
    assert read_folder(tmp_path) == before


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--oin", SHV, "--label", "Een"],
        ["--oin", SHV, "--use", "sig", "--alg", "X25519"],
        ["--oin", SHV, "--alg", "ES256", "--alg", "Ed25519"],
        ["--governance", "--alg", "X25519"],
    ],
)
def test_keys_that_make_no_sense_are_not_made(tmp_path: Path, words: list[str]) -> None:
    assert code_of("keys", "new", "--dir", tmp_path / "keys", *words) is Code.KEY_INVALID
    assert not (tmp_path / "keys").exists()


def test_keys_are_listed_without_anything_private(tmp_path: Path, capfdbinary: Printed) -> None:
    run("keys", "new", "--oin", SHV, "--dir", tmp_path, "--label", "een")
    capfdbinary.readouterr()
    assert run("keys", "list", "--dir", tmp_path) == 0
    printed = capfdbinary.readouterr().out
    assert {json.loads(line)["kid"] for line in printed.splitlines()} == {f"{SHV}/sig/een", f"{SHV}/enc/een"}
    assert not any(str(jwk["d"]).encode() in printed for jwk in read_folder(tmp_path).values())


@pytest.fixture
def governed(tmp_path: Path, capfdbinary: Printed) -> Path:
    """A folder with a governance key and a register document that is not signed yet."""
    assert run("keys", "new", "--governance", "--dir", tmp_path) == 0
    capfdbinary.readouterr()
    (tmp_path / "register.json").write_text(json.dumps(WORLD.document))
    return tmp_path


def sign(folder: Path, capfdbinary: Printed) -> bytes:
    assert run("register", "sign", "--key", folder / "governance.jwk.json", folder / "register.json") == 0
    return capfdbinary.readouterr().out


def test_a_signed_register_is_one_that_everybody_can_check(governed: Path, capfdbinary: Printed) -> None:
    printed = sign(governed, capfdbinary)
    public = governed / "governance.pub.jwk.json"
    assert load_register(printed.removesuffix(b"\n"), read_governance(public)).version == 1
    (governed / "register.jws").write_bytes(printed)
    assert run("register", "check", governed / "register.jws", "--governance", public) == 0
    assert json.loads(capfdbinary.readouterr().out)["version"] == 1
    assert run("register", "check", "--register", governed / "register.jws", "--governance", public) == 0


def test_the_governance_key_is_private_and_its_public_half_is_not(governed: Path) -> None:
    assert (governed / "governance.jwk.json").stat().st_mode & 0o777 == 0o600
    public = json.loads((governed / "governance.pub.jwk.json").read_text())
    assert public["kid"] == "governance"
    assert public["alg"] == "Ed25519"
    assert not PRIVATE_MEMBERS & public.keys()


def test_a_folder_with_a_governance_key_can_be_a_key_folder(governed: Path) -> None:
    assert KeyFolder.load(governed, SHV, WORLD.register).kids() == ()


def test_a_register_that_nobody_could_use_is_not_signed(governed: Path) -> None:
    for content in ("x", "[]", json.dumps(WORLD.document | {"environment": "production"})):
        (governed / "register.json").write_text(content)
        words = ("register", "sign", "--key", governed / "governance.jwk.json", governed / "register.json")
        assert code_of(*words) is Code.REGISTER_INVALID


def test_a_register_is_signed_with_the_governance_key_alone(governed: Path) -> None:
    register_file = governed / "register.json"
    assert code_of("register", "sign", "--key", governed / "governance.pub.jwk.json", register_file) is Code.KEY_INVALID
    (governed / "governance.jwk.json").chmod(0o644)
    assert code_of("register", "sign", "--key", governed / "governance.jwk.json", register_file) is Code.KEY_INVALID


def test_a_register_of_somebody_else_is_refused(governed: Path, tmp_path: Path) -> None:
    other: World = make_world()
    (tmp_path / "other.jws").write_bytes(other.body)
    words = ("register", "check", tmp_path / "other.jws", "--governance", governed / "governance.pub.jwk.json")
    assert code_of(*words) is Code.REGISTER_INVALID


def test_an_old_register_is_warned_about(governed: Path, capfdbinary: Printed) -> None:
    (governed / "register.jws").write_bytes(sign(governed, capfdbinary))
    words = ("register", "check", governed / "register.jws", "--governance", governed / "governance.pub.jwk.json")
    assert run(*words, "--now", "2098-01-01T00:00:01Z") == 0
    assert capfdbinary.readouterr().err.startswith(b"warning:")


@pytest.mark.parametrize(
    ("what", "member", "count"), [("organisations", "oin", 11), ("keys", "kid", 21), ("agreements", "type", 79)]
)
def test_a_register_is_shown(governed: Path, capfdbinary: Printed, what: str, member: str, count: int) -> None:
    (governed / "register.jws").write_bytes(sign(governed, capfdbinary))
    public = governed / "governance.pub.jwk.json"
    assert run("register", "show", governed / "register.jws", "--governance", public, "--what", what) == 0
    rows = [json.loads(line) for line in capfdbinary.readouterr().out.splitlines()]
    assert len(rows) == count
    assert all(row[member] for row in rows)
