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


def _schema(name: str) -> str:
    return str(FOLDER / f"{name}.schema.json")


def _rows(capsys: pytest.CaptureFixture[str]) -> list[dict[str, str]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_payload_is_checked_as_the_version_that_is_named_has_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "payload.json"
    file.write_text('{"status":"maatregel-hervat","maatregel":"beslag"}', encoding="utf-8")
    assert _run("validate", "urn:hub:schema:statusbericht:1.1.0", str(file)) == 0
    assert _run("validate", "urn:hub:schema:statusbericht:1.0.0", str(file)) == 6
    assert [row["code"] for row in _rows(capsys)] == ["unknown_member"]
    assert _run("validate", "urn:hub:schema:statusbericht:1.2.0", str(file)) == 3
    notice = str(FOLDER / "examples" / "hub-notice.json")
    assert _run("validate", "urn:hub:payload:hub-notice:1", notice) == 0


def test_the_list_names_every_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("list", "-o", "jsonl") == 0
    versions = {row["name"]: row["versions"] for row in _rows(capsys)}
    assert versions["statusbericht"] == "1.0.0 1.1.0"
    assert versions["kennisgeving"] == "1.0.0"
    assert versions["hub-notice"] == "1"


def test_a_compatible_change_ends_with_0_and_is_told_with_its_place(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("diff", _schema("statusbericht.1.0.0"), _schema("statusbericht.1.1.0"), "-o", "json") == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out) == [
        {
            "schema": "urn:hub:schema:statusbericht:1.1.0",
            "pointer": "/properties/maatregel",
            "effect": "compatible",
            "rule": "member-added",
            "what": "maatregel",
            "why": "a member that may be left out",
        }
    ]
    assert "new minor version" in printed.err


def test_a_breaking_change_ends_with_6(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("diff", _schema("statusbericht.1.1.0"), _schema("statusbericht.1.0.0")) == 6
    printed = capsys.readouterr()
    assert {json.loads(line)["effect"] for line in printed.out.splitlines()} == {"breaking"}
    assert "new major version" in printed.err


def test_folders_are_compared_version_by_version(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    earlier = tmp_path / "earlier"
    earlier.mkdir()
    for name in ("statusbericht.1.0.0", "kennisgeving.1.0.0"):
        schema = (FOLDER / f"{name}.schema.json").read_text(encoding="utf-8")
        (earlier / f"{name}.schema.json").write_text(schema, encoding="utf-8")
    assert _run("diff", str(FOLDER), str(FOLDER)) == 0
    assert capsys.readouterr().err == "0 change(s): the same\n"
    assert _run("diff", str(earlier), str(FOLDER)) == 0
    assert {row["rule"] for row in _rows(capsys)} == {"type-added", "member-added"}
    assert _run("diff", str(FOLDER), str(earlier)) == 6
    assert {row["rule"] for row in _rows(capsys)} == {"version-gone"}


@pytest.mark.parametrize("body", ["", "[]", "{", '{"a":1,"a":1}', '{"properties":[]}', '{"required":"a"}'])
def test_what_is_no_schema_ends_with_3(tmp_path: Path, body: str) -> None:
    file = tmp_path / "x.schema.json"
    file.write_text(body, encoding="utf-8")
    assert _run("diff", str(file), _schema("statusbericht.1.0.0")) == 3
    assert _run("diff", str(tmp_path), str(FOLDER)) == 3


def test_what_is_missing_too_large_or_of_another_kind_ends_with_3(tmp_path: Path) -> None:
    large = tmp_path / "large.schema.json"
    large.write_bytes(b"{" + b" " * MOST_BYTES + b"}")
    empty = tmp_path / "empty"
    empty.mkdir()
    for other in (str(large), str(tmp_path / "nothing.json"), str(FOLDER)):
        assert _run("diff", _schema("statusbericht.1.0.0"), other) == 3
    assert _run("diff", str(empty), str(FOLDER)) == 3
