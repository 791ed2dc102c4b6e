from __future__ import annotations

import json
from pathlib import Path

import pytest

from hub.errors import Code, RefusedError
from hub.register.file import RegisterFile, read_body
from hub.register.governance import read_governance
from hub.wire import strictjson
from tests.world import World, make_world, new_key, sign_register

WORLD = make_world(governance="ES256")  # each signature differs, so the same register has other bytes


class Disk:
    """A register file and its floor, as a process finds them at each start."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "register.jws"
        self.floor = folder / "state" / "register-floor.json"

    def put(self, world: World, end: bytes = b"") -> None:
        self.path.write_bytes(world.body + end)

    def started(self) -> RegisterFile:
        return RegisterFile(self.path, WORLD.governance, self.floor)

    def code(self) -> Code:
        with pytest.raises(RefusedError) as refused:
            self.started().load()
        return refused.value.code


@pytest.fixture
def disk(tmp_path: Path) -> Disk:
    return Disk(tmp_path)


def newer(world: World = WORLD) -> World:
    return world.edited(lambda _: None)


def test_the_first_register_is_taken_and_remembered(disk: Disk) -> None:
    disk.put(WORLD)
    register = disk.started().load()
    assert json.loads(disk.floor.read_bytes()) == {"version": 1, "hash": register.hash}
    assert disk.floor.stat().st_mode & 0o777 == 0o600


def test_a_line_end_closes_the_body(disk: Disk) -> None:
    disk.put(WORLD, b"\n")
    assert disk.started().load().hash == WORLD.register.hash
    disk.put(WORLD, b"\r\n")
    assert disk.code() is Code.REGISTER_INVALID


def test_versions_only_go_up_also_across_restarts(disk: Disk) -> None:
    disk.put(newer())
    assert disk.started().load().version == 2
    disk.put(WORLD)
    assert disk.code() is Code.REGISTER_STALE
    disk.put(newer(newer()))
    assert disk.started().load().version == 3


def test_the_same_version_with_other_bytes_is_refused(disk: Disk) -> None:
    disk.put(WORLD)
    disk.started().load()
    disk.path.write_bytes(sign_register(WORLD.document, WORLD.governance_jwk))
    assert disk.code() is Code.REGISTER_INVALID
    disk.put(WORLD)
    assert disk.started().load().version == 1


def test_what_does_not_verify_leaves_no_trace(disk: Disk) -> None:
    disk.put(newer(make_world()))
    assert disk.code() is Code.REGISTER_INVALID
    assert not disk.floor.exists()


def test_a_newer_register_is_found_while_running(disk: Disk) -> None:
    disk.put(WORLD)
    file = disk.started()
    present = file.load()
    assert file.reload(present) is None
    disk.put(newer())
    found = file.reload(present)
    assert found is not None
    assert found.version == 2


def test_a_file_that_goes_bad_is_refused_while_running(disk: Disk) -> None:
    disk.put(WORLD)
    file = disk.started()
    present = file.load()
    disk.path.write_bytes(b"x")
    with pytest.raises(RefusedError):
        file.reload(present)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"version":"1","hash":"x"}', b'{"version":1}'])
def test_a_torn_floor_stops_the_process(disk: Disk, content: bytes) -> None:
    disk.put(WORLD)
    disk.floor.parent.mkdir()
    disk.floor.write_bytes(content)
    assert disk.code() is Code.REGISTER_INVALID


def test_without_a_place_for_the_floor_nothing_is_loaded(disk: Disk) -> None:
    disk.put(WORLD)
    disk.floor.parent.write_text("a file where the folder should be")
    assert disk.code() is Code.REGISTER_INVALID


def test_a_register_that_is_not_there_is_refused(disk: Disk) -> None:
    assert disk.code() is Code.REGISTER_INVALID
    disk.path.mkdir()
    assert disk.code() is Code.REGISTER_INVALID


def test_no_more_of_a_file_is_read_than_a_body_may_hold(tmp_path: Path) -> None:
    (tmp_path / "big").write_bytes(b"x" * 1_000)
    assert len(read_body(tmp_path / "big", limit=10)) == 12


def governance_code(path: Path, content: bytes | None) -> Code:
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(RefusedError) as refused:
        read_governance(path)
    return refused.value.code


def test_the_governance_key_is_public_and_names_its_algorithm(tmp_path: Path) -> None:
    path = tmp_path / "governance.jwk"
    private = dict(WORLD.governance_jwk)
    public = {name: value for name, value in private.items() if name != "d"}
    path.write_bytes(strictjson.dumps(public) + b"\n")
    assert read_governance(path).alg == "ES256"
    without = {name: value for name, value in public.items() if name != "alg"}
    for jwk in (private, without, public | {"alg": "PS256"}, public | {"alg": 5}, new_key("0" * 20, "X25519")):
        assert governance_code(path, strictjson.dumps(jwk)) is Code.KEY_INVALID


def test_a_file_that_is_no_governance_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "governance.jwk"
    assert governance_code(path, None) is Code.KEY_INVALID
    for content in (b"", b"[]", b"x" * 100_000, b'{"kty":"OKP","kty":"OKP"}'):
        assert governance_code(path, content) is Code.KEY_INVALID
