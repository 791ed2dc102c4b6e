"""What is released never changes: the list of hashes, the files, and the command that writes both."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from schemas import generate
from schemas.catalogue import CATALOGUE
from schemas.published import FOLDER, RELEASED, read_released, schema_file, schema_files, sha256_of, touched

#: Released with the first adapters; the list may only grow.
FIRST = {
    "schuldenrust-aanmelding.1.0.0",
    "schuldenrust-registratie.1.0.0",
    "schuldenrust-afmelding.1.0.0",
    "kennisgeving.1.0.0",
    "kennisgeving-publiek.1.0.0",
    "kennisgeving-antwoord.1.0.0",
    "geen-medewerking.1.0.0",
    "pauze-verlenging.1.0.0",
    "pauze-beeindiging.1.0.0",
    "statusbericht.1.0.0",
    "statusbericht.1.1.0",
    "hub-receipt.1",
    "recipient-receipt.1",
    "edge-status.1",
    "hub-notice.1",
    "claim-registration.1",
    "hub-checkpoint.1",
    "checkpoint-cosignature.1",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the published schemas."""
    return Path(shutil.copytree(FOLDER, tmp_path / "v1"))


def _text(folder: Path, name: str) -> str:
    return (folder / name).read_text(encoding="utf-8")


def _change(folder: Path, name: str, **members: Any) -> dict[str, Any]:  # noqa: ANN401 any JSON
    """Rewrites a schema with other members, as a hasty hand would."""
    document: dict[str, Any] = json.loads(_text(folder, name)) | members
    (folder / name).write_text(generate.text_of(document), encoding="utf-8")
    return document


def test_no_released_file_changed() -> None:
    assert touched(FOLDER, read_released()) == [], "a released schema never changes: give the type a new version"


def test_what_was_released_first_is_still_listed() -> None:
    assert {f"{name}.schema.json" for name in FIRST} <= set(read_released())


def test_every_version_before_the_newest_is_released() -> None:
    older = {schema_file(known.name, version) for known in CATALOGUE.values() for version in known.versions[:-1]}
    assert older <= set(read_released())


def test_the_list_is_sorted_and_holds_hashes() -> None:
    listed = read_released()
    assert list(listed) == sorted(listed)
    assert all(len(value) == 64 and set(value) <= set("0123456789abcdef") for value in listed.values())


@pytest.mark.parametrize("name", ["kennisgeving.1.0.0.schema.json", "hub-receipt.1.schema.json"])
def test_a_changed_comma_or_a_missing_file_is_noticed(folder: Path, name: str) -> None:
    (folder / name).write_text(_text(folder, name).rstrip("\n"), encoding="utf-8")
    assert touched(folder, read_released()) == [name]
    (folder / name).unlink()
    assert touched(folder, read_released()) == [name]


def test_generating_again_writes_the_same(folder: Path) -> None:
    before = {path.name: _text(folder, path.name) for path in folder.iterdir() if path.is_file()}
    assert generate.main([], folder) == 0
    assert before == {path.name: _text(folder, path.name) for path in folder.iterdir() if path.is_file()}


def test_a_file_that_is_not_released_is_written_again(folder: Path) -> None:
    (folder / RELEASED.name).unlink()
    _change(folder, "kennisgeving.1.0.0.schema.json", title="Anders")
    assert generate.main([], folder) == 0
    assert touched(folder, read_released()) == []


def test_a_model_that_says_something_else_than_was_released_is_refused_and_nothing_is_written(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = "kennisgeving.1.0.0.schema.json"
    released = read_released(folder / RELEASED.name) | {name: sha256_of("what was released")}
    (folder / RELEASED.name).write_text(json.dumps(released), encoding="utf-8")
    (folder / "asyncapi.yaml").unlink()
    with pytest.raises(SystemExit) as ended:
        generate.main(["--release"], folder)
    assert ended.value.code == 1
    assert name in capsys.readouterr().err
    assert not (folder / "asyncapi.yaml").exists()


def test_an_older_version_in_other_words_stays_as_it_was_released(folder: Path) -> None:
    name = "statusbericht.1.0.0.schema.json"
    kept = generate.text_of(_change(folder, name, description="Zoals het toen heette."))
    listed = read_released(folder / RELEASED.name) | {name: sha256_of(kept)}
    assert generate.write(folder, generate.files(), listed) == []
    assert _text(folder, name) == kept


def test_an_older_version_that_the_model_reads_otherwise_is_refused(folder: Path) -> None:
    name = "statusbericht.1.0.0.schema.json"
    other = generate.text_of(_change(folder, name, required=[]))
    listed = read_released(folder / RELEASED.name) | {name: sha256_of(other)}
    assert generate.write(folder, generate.files(), listed) == [name]


def test_a_release_lists_what_is_new_and_leaves_the_rest(folder: Path) -> None:
    list_file = folder / RELEASED.name
    list_file.write_text(json.dumps({"verdwenen.1.0.0.schema.json": "0" * 64}), encoding="utf-8")
    assert generate.main(["--release", "kennisgeving", "statusbericht"], folder) == 0
    assert set(read_released(list_file)) == {
        "verdwenen.1.0.0.schema.json",
        "kennisgeving.1.0.0.schema.json",
        "statusbericht.1.0.0.schema.json",
        "statusbericht.1.1.0.schema.json",
    }
    assert generate.main(["--release"], folder) == 0
    listed = read_released(list_file)
    assert set(listed) == {path.name for path in schema_files(folder)} | {"verdwenen.1.0.0.schema.json"}
    assert listed["verdwenen.1.0.0.schema.json"] == "0" * 64
