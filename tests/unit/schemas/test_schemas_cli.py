"""`schuldhub schemas` as its user runs it, in this process."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest

from hub.cli.schemas import MOST_BYTES, app
from schemas.published import FOLDER

if TYPE_CHECKING:
    from pathlib import Path

EXAMPLE = FOLDER / "examples" / "kennisgeving-publiek.json"


def _run(*words: str) -> int:
    with pytest.raises(SystemExit) as ended:
        app(list(words))
    return int(ended.value.code or 0)


def test_a_valid_payload_ends_with_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("validate", "kennisgeving-publiek", str(EXAMPLE)) == 0
    assert capsys.readouterr().out == ""


def test_a_type_may_be_named_in_full() -> None:
    assert _run("validate", "nl.schuldhulpverlening.kennisgeving-publiek.v1", str(EXAMPLE)) == 0


def test_a_payload_of_the_road_is_named_by_its_typ() -> None:
    assert _run("validate", "hub-receipt", str(FOLDER / "examples" / "hub-receipt.json")) == 0


def test_a_wrong_payload_ends_with_6_and_shows_pointers_and_no_values(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = json.loads(EXAMPLE.read_text(encoding="utf-8")) | {"bsn": "999123457", "Jansen 1970": 1}
    document["contact"]["email"] = "geheim"
    file = tmp_path / "payload.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    assert _run("validate", "kennisgeving-publiek", str(file)) == 6
    printed = capsys.readouterr()
    rows = [json.loads(line) for line in printed.out.splitlines()]
    assert {(row["pointer"], row["code"]) for row in rows} == {
        ("/bsn", "bsn_elfproef"),
        ("/contact/email", "email_form"),
        ("", "unknown_member"),
    }
    for value in ("999123457", "Jansen", "geheim", document["geslachtsnaam"]):
        assert value not in printed.out + printed.err


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"bsn":"1","bsn":"2"}', b"\xff", b'{"a":NaN}'])
def test_what_is_not_one_strict_object_ends_with_6(tmp_path: Path, body: bytes) -> None:
    file = tmp_path / "payload.json"
    file.write_bytes(body)
    assert _run("validate", "statusbericht", str(file)) == 6


def test_a_file_over_the_limit_is_refused_before_it_is_parsed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "payload.json"
    file.write_bytes(b"{" + b" " * MOST_BYTES + b"}")
    assert _run("validate", "statusbericht", str(file)) == 6
    assert json.loads(capsys.readouterr().out)["code"] == "too_large"


def test_an_unknown_type_and_a_missing_file_end_with_3(tmp_path: Path) -> None:
    assert _run("validate", "liefdesbrief", str(EXAMPLE)) == 3
    assert _run("validate", "statusbericht", str(tmp_path / "nothing.json")) == 3


def test_a_dash_reads_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(EXAMPLE.read_bytes())))
    assert _run("validate", "kennisgeving-publiek", "-") == 0


def test_the_list_names_every_payload(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("list", "-o", "json") == 0
    names = {row["name"] for row in json.loads(capsys.readouterr().out)}
    assert names == {path.stem.partition("--")[0] for path in (FOLDER / "examples").iterdir()}
    assert _run("list", "-o", "table") == 0
    assert "Kennisgeving Publiek" in capsys.readouterr().out
