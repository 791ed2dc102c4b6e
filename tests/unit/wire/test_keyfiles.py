from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from hub.errors import Code, RefusedError
from hub.wire.keyfiles import PUBLIC_FILE, read_folder, read_private, write_new, write_public
from tests.world import SHV, new_key

NAME = "sig-a.jwk.json"


def refused_place(folder: Path) -> str:
    with pytest.raises(RefusedError) as refused:
        read_folder(folder)
    assert refused.value.code is Code.KEY_INVALID
    return refused.value.place or ""


def test_a_new_key_is_for_its_owner_only(tmp_path: Path) -> None:
    jwk = new_key(SHV, "Ed25519")
    file = write_new(tmp_path / "keys", NAME, jwk)
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert read_private(file) == jwk
    assert read_folder(file.parent) == {NAME: jwk}


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    first = new_key(SHV, "Ed25519")
    write_new(tmp_path, NAME, first)
    with pytest.raises(RefusedError) as refused:
        write_new(tmp_path, NAME, new_key(SHV, "Ed25519"))
    assert refused.value.code is Code.KEY_INVALID
    assert read_private(tmp_path / NAME) == first


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o200 | 0o400])
def test_a_mode_of_0600_or_tighter_will_do(tmp_path: Path, mode: int) -> None:
    write_new(tmp_path, NAME, new_key(SHV, "Ed25519")).chmod(mode)
    assert list(read_folder(tmp_path)) == [NAME]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o700, 0o610, 0o4600])
def test_a_wider_mode_makes_the_folder_unusable(tmp_path: Path, mode: int) -> None:
    write_new(tmp_path, NAME, new_key(SHV, "Ed25519")).chmod(mode)
    assert NAME in refused_place(tmp_path)


def test_files_with_other_names_are_ignored(tmp_path: Path) -> None:
    for name in ("governance.jwk", "sig.jwk.json.bak", "README", "sig.json", PUBLIC_FILE):
        (tmp_path / name).write_text("no key")
    assert read_folder(tmp_path) == {}


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"{}", b'{"kid":1}', b'{"kid":"a","kid":"a"}', b" " * 70_000])
def test_a_file_that_is_no_key_makes_the_folder_unusable(tmp_path: Path, content: bytes) -> None:
    (tmp_path / NAME).touch(0o600)
    (tmp_path / NAME).write_bytes(content)
    assert NAME in refused_place(tmp_path)


def test_what_is_no_file_makes_the_folder_unusable(tmp_path: Path) -> None:
    (tmp_path / NAME).mkdir(0o600)
    assert NAME in refused_place(tmp_path)


def test_a_link_to_nowhere_makes_the_folder_unusable(tmp_path: Path) -> None:
    (tmp_path / NAME).symlink_to(tmp_path / "gone")
    assert NAME in refused_place(tmp_path)


def test_a_named_pipe_does_not_hold_us_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / NAME, 0o600)
    assert NAME in refused_place(tmp_path)


def test_a_link_to_a_tight_file_is_followed(tmp_path: Path) -> None:
    file = write_new(tmp_path / "there", NAME, new_key(SHV, "Ed25519"))
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / NAME).symlink_to(file)
    assert list(read_folder(tmp_path / "here")) == [NAME]


def test_a_folder_that_is_not_there_is_unusable(tmp_path: Path) -> None:
    assert "gone" in refused_place(tmp_path / "gone")
    (tmp_path / "file").touch()
    assert "file" in refused_place(tmp_path / "file")


def test_the_public_set_holds_the_public_halves_of_all(tmp_path: Path) -> None:
    keys = {"sig-a.jwk.json": new_key(SHV, "Ed25519"), "enc-a.jwk.json": new_key(SHV, "X25519")}
    for name, jwk in keys.items():
        write_new(tmp_path, name, jwk)
        write_public(tmp_path)
    shown = json.loads((tmp_path / PUBLIC_FILE).read_text())["keys"]
    assert [jwk["kid"] for jwk in shown] == [f"{SHV}/enc/a", f"{SHV}/sig/a"]
    assert not any("d" in jwk for jwk in shown)
