"""The file that keeps the random names of inboxes."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hub.errors import Code, RefusedError
from hub.register.inboxes import InboxFile

ME = "00000099000000001000"
OTHER = "00000099000000002000"


@pytest.fixture
def file(tmp_path: Path) -> InboxFile:
    """A file that is not there yet."""
    return InboxFile(tmp_path / "state" / "inboxes.json")


def test_no_file_means_no_names(file: InboxFile) -> None:
    assert file.load() == {}


def test_a_name_has_32_random_hex_digits(file: InboxFile) -> None:
    names = file.ensure([ME, OTHER])
    assert re.fullmatch(rf"inbox\.p-{ME}\.[0-9a-f]{{32}}", names[ME])
    assert names[ME][-32:] != names[OTHER][-32:]


def test_a_name_once_given_stays(file: InboxFile) -> None:
    first = file.ensure([ME])
    assert file.ensure([OTHER, ME])[ME] == first[ME]
    assert InboxFile(file.path).load() == file.load()


def test_only_its_owner_reads_the_file(file: InboxFile) -> None:
    file.ensure([ME])
    assert file.path.stat().st_mode & 0o777 == 0o600


def test_asking_for_names_that_are_there_writes_nothing(file: InboxFile) -> None:
    file.ensure([ME])
    before = file.path.stat().st_ino
    file.ensure([ME])
    assert file.path.stat().st_ino == before


def test_two_commands_at_once_lose_no_name(file: InboxFile) -> None:
    oins = [f"000000990000000{number:05}" for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        given = list(pool.map(lambda oin: InboxFile(file.path).ensure([oin])[oin], oins))
    assert file.load() == dict(zip(oins, given, strict=True))


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{",
        json.dumps({"0000009900000000100": "inbox.p-0000009900000000100." + "a" * 32}),
        json.dumps({ME: f"inbox.p-{OTHER}.{'a' * 32}"}),
        json.dumps({ME: f"inbox.p-{ME}.{'A' * 32}"}),
        json.dumps({ME: f"inbox.p-{ME}.{'a' * 31}"}),
        json.dumps({ME: 1}),
    ],
)
def test_a_file_that_holds_anything_else_is_refused(content: str, file: InboxFile) -> None:
    file.path.parent.mkdir()
    file.path.write_text(content)
    with pytest.raises(RefusedError) as refused:
        file.load()
    assert refused.value.code is Code.SETTINGS_INVALID
