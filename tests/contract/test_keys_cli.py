"""`schuldhub keys` as a partner runs it: one act makes everything, a second key comes beside the first."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from hub.register.partners import Application
from hub.wire import strictjson
from hub.wire.jwk import PRIVATE_MEMBERS, public_jwk
from hub.wire.keyfiles import read_folder
from tests.world import SHV, TAX, World, listed_key, make_world

ROOT: Final = Path(__file__).parents[2]
WORLD: Final = make_world()
TODAY: Final = ("--now", "2026-11-23T12:00:00Z")


@dataclass(frozen=True)
class Ended:
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str

    @property
    def rows(self) -> dict[str, dict[str, Any]]:
        """Its lines by kid."""
        return {row["kid"]: row for row in map(json.loads, self.out.splitlines())}


def keys(*words: str | Path) -> Ended:
    """Runs the real command; whatever it writes is as tight under any umask."""
    done = subprocess.run(
        [sys.executable, "-m", "adapters", "keys", *map(str, words)],
        cwd=ROOT,
        env={"PATH": os.defpath},
        umask=0,
        capture_output=True,
        text=True,
        check=False,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def written(folder: Path, world: World) -> tuple[str, ...]:
    """The options that name this world's register."""
    (folder / "register.jws").write_bytes(world.body)
    (folder / "governance.jwk").write_bytes(strictjson.dumps(public_jwk(world.governance_jwk)))
    return ("--register", str(folder / "register.jws"), "--governance", str(folder / "governance.jwk"))


def world_with(*entries: Mapping[str, object]) -> World:
    """The world in which the register lists these keys of the tax office."""
    return WORLD.edited(lambda document: document["organisations"][3].update(keys=list(entries)))


def test_one_act_makes_what_a_partner_hands_over_and_keeps_what_is_private(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    made = keys("new", "--oin", TAX, "--dir", folder, *TODAY)
    assert (made.code, "Hand over public.jwks.json and broker.csr.pem." in made.err) == (0, True)
    modes = {file.name: file.stat().st_mode & 0o777 for file in folder.iterdir()}
    private = {"sig-20261123.jwk.json", "enc-20261123.jwk.json", "broker.key.pem"}
    assert modes.keys() == private | {"public.jwks.json", "broker.csr.pem"}
    assert {modes[name] for name in private} == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700
    request, jwks = (folder / "broker.csr.pem").read_bytes(), (folder / "public.jwks.json").read_bytes()
    assert len(Application(TAX, "GBKZ", request, jwks).checked_keys()) == 2
    shown, kept = (json.loads(text)["keys"] for text in (made.out, jwks))
    assert sorted(shown, key=str) == sorted(kept, key=str)
    secrets = [str(jwk["d"]) for jwk in read_folder(folder).values()]
    assert not [secret for secret in secrets if secret in made.out + made.err + jwks.decode()]


@pytest.mark.parametrize("words", [("--no-csr",), ("--use", "sig"), ("--use", "enc")])
def test_the_request_comes_with_a_whole_set_and_can_be_left_out(tmp_path: Path, words: tuple[str, ...]) -> None:
    made = keys("new", "--oin", TAX, "--dir", tmp_path, *words)
    assert (made.code, "broker.csr.pem" in made.err) == (0, False)
    assert not list(tmp_path.glob("*.pem"))


@pytest.mark.parametrize("there", ["broker.key.pem", "broker.csr.pem", "enc-een.jwk.json"])
def test_nothing_at_all_is_made_where_one_file_would_be_overwritten(tmp_path: Path, there: str) -> None:
    (tmp_path / there).write_text("van een ander")
    refused = keys("new", "--oin", TAX, "--dir", tmp_path, "--label", "een")
    assert (refused.code, refused.out) == (5, "")
    assert refused.err.startswith("refused: key_invalid\n")
    assert [file.name for file in tmp_path.iterdir()] == [there]
    assert (tmp_path / there).read_text() == "van een ander"


def test_a_folder_that_cannot_be_written_is_refused_and_no_bug(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("")
    refused = keys("new", "--oin", TAX, "--dir", tmp_path / "keys")
    assert (refused.code, refused.err.splitlines()[0]) == (5, "refused: key_invalid")


def test_a_new_key_comes_beside_the_old_one_of_the_same_kind(tmp_path: Path) -> None:
    keys("new", "--oin", TAX, "--dir", tmp_path, "--label", "20250101", "--alg", "ES256", "--alg", "P-256")
    before = read_folder(tmp_path)
    request = (tmp_path / "broker.csr.pem").read_bytes()
    rotated = keys("rotate", "--dir", tmp_path, *TODAY)
    assert rotated.code == 0
    handed_over = json.loads(rotated.out)["keys"]
    assert [(jwk["kid"], jwk["alg"], jwk["crv"]) for jwk in handed_over] == [
        (f"{TAX}/sig/20261123", "ES256", "P-256"),
        (f"{TAX}/enc/20261123", "ECDH-ES+A256KW", "P-256"),
    ]
    assert not any(PRIVATE_MEMBERS & jwk.keys() for jwk in handed_over)
    after = read_folder(tmp_path)
    assert before.items() <= after.items()
    assert len(after) == 4
    assert len(json.loads((tmp_path / "public.jwks.json").read_bytes())["keys"]) == 4
    assert (tmp_path / "broker.csr.pem").read_bytes() == request
    assert "governance" in rotated.err


def test_one_use_can_be_renewed_and_its_kind_changed(tmp_path: Path) -> None:
    keys("new", "--oin", TAX, "--dir", tmp_path, "--label", "een")
    rotated = keys("rotate", "--dir", tmp_path, "--use", "sig", "--alg", "ES256", "--label", "twee")
    assert [(jwk["kid"], jwk["alg"]) for jwk in json.loads(rotated.out)["keys"]] == [(f"{TAX}/sig/twee", "ES256")]


def test_a_second_renewal_on_one_day_gets_a_label_of_its_own(tmp_path: Path) -> None:
    keys("new", "--oin", TAX, "--dir", tmp_path, "--use", "sig", *TODAY)
    labels = [json.loads(keys("rotate", "--dir", tmp_path, *TODAY).out)["keys"][0]["kid"] for _ in range(2)]
    assert labels == [f"{TAX}/sig/20261123-2", f"{TAX}/sig/20261123-3"]


@pytest.mark.parametrize(
    ("made", "words", "code"),
    [
        ((), (), "key_missing"),
        ((TAX, SHV), (), "key_invalid"),
        ((TAX,), ("--use", "enc"), "key_missing"),
        ((TAX,), ("--alg", "X25519"), "key_invalid"),
        ((TAX,), ("--label", "een"), "key_invalid"),
        ((TAX,), ("--label", "Een"), "key_invalid"),
    ],
)
def test_what_cannot_be_renewed_is_refused_and_changes_nothing(
    tmp_path: Path, made: tuple[str, ...], words: tuple[str, ...], code: str
) -> None:
    for number, oin in enumerate(made):
        label = ("een", "twee")[number]
        keys("new", "--oin", oin, "--dir", tmp_path, "--use", "sig", "--label", label)
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    refused = keys("rotate", "--dir", tmp_path, *words)
    assert (refused.code, refused.err.splitlines()[0]) == (5, f"refused: {code}")
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_the_list_tells_what_each_key_is_good_for(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    keys("new", "--oin", TAX, "--dir", folder, "--label", "oud")
    keys("rotate", "--dir", folder, "--label", "nieuw")
    keys("rotate", "--dir", folder, "--use", "sig", "--label", "later")
    jwks = {str(jwk["kid"]).removeprefix(f"{TAX}/"): jwk for jwk in read_folder(folder).values()}
    gone = WORLD.private[f"{TAX}/enc/a"]
    options = written(
        tmp_path,
        world_with(
            listed_key(jwks["sig/oud"], exp="2026-12-01T00:00:00Z"),
            listed_key(jwks["enc/oud"], exp="2026-11-20T00:00:00Z"),
            listed_key(jwks["sig/nieuw"], nbf="2027-01-01T00:00:00Z"),
            listed_key(jwks["enc/nieuw"]),
            listed_key(gone, status="retired"),
        ),
    )
    rows = keys("list", "--dir", folder, *options, *TODAY).rows
    assert {kid.removeprefix(f"{TAX}/"): (row["state"], row["inUse"]) for kid, row in rows.items()} == {
        "sig/oud": ("ending", True),
        "enc/oud": ("opening", False),
        "sig/nieuw": ("waiting", False),
        "enc/nieuw": ("active", True),
        "sig/later": ("unlisted", False),
        "enc/a": ("missing", False),
    }
    assert (rows[f"{TAX}/sig/oud"]["daysLeft"], rows[f"{TAX}/sig/oud"]["until"]) == (7, "2026-12-01T00:00:00.000Z")
    assert rows[f"{TAX}/enc/oud"]["until"] == "2026-12-18T00:00:00.000Z"
    assert "public.jwks.json" in rows[f"{TAX}/sig/later"]["advice"]
    assert (rows[f"{TAX}/enc/a"]["file"], rows[f"{TAX}/enc/nieuw"]["advice"]) == (None, None)


def test_the_list_refuses_a_key_that_is_not_the_one_in_the_register(tmp_path: Path) -> None:
    keys("new", "--oin", TAX, "--dir", tmp_path / "keys", "--label", "a")
    refused = keys("list", "--dir", tmp_path / "keys", *written(tmp_path, WORLD), *TODAY)
    assert (refused.code, refused.out) == (5, "")
    assert "not the private half of the key in the register" in refused.err


def test_the_list_of_a_governance_folder_has_no_state(tmp_path: Path) -> None:
    keys("new", "--governance", "--dir", tmp_path / "keys")
    rows = keys("list", "--dir", tmp_path / "keys", *written(tmp_path, WORLD), *TODAY).rows
    assert [(kid, row["state"], row["advice"]) for kid, row in rows.items()] == [("governance", None, None)]


def test_half_a_trust_is_a_usage_error(tmp_path: Path) -> None:
    keys("new", "--oin", TAX, "--dir", tmp_path / "keys")
    assert keys("list", "--dir", tmp_path / "keys", "--register", tmp_path / "register.jws").code == 2
