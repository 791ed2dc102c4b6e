"""Settings files: read with a limit; what is wrong is named and never repeated."""

from __future__ import annotations

from pathlib import Path
from typing import Self

import pytest
from pydantic import BaseModel, ConfigDict, model_validator

from hub.errors import Code, RefusedError
from hub.toml import MAX_BYTES, load_toml


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    port: int


class Outer(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    inner: Inner
    first: str | None = None
    second: str | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if self.first is not None and self.second is not None:
            message = "either first or second"
            raise ValueError(message)
        return self


def load(folder: Path, content: bytes) -> Outer:
    """The settings of these bytes."""
    path = folder / "own.toml"
    path.write_bytes(content)
    return load_toml(Outer, path)


def test_a_file_is_read_as_its_model(tmp_path: Path) -> None:
    assert load(tmp_path, b"[inner]\nport = 1\n").inner.port == 1


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b"", "inner (missing)"),
        (b'[inner]\nport = "hush"\n', "inner.port (int_parsing)"),
        (b"[inner]\nport = 1\nprot = 2\n", "inner.prot (extra_forbidden)"),
        (b'first = "hush"\nsecond = "hush"\n[inner]\nport = 1\n', "own.toml (value_error)"),
        (b"hush", "own.toml"),
        (b"first = '\xff'", "own.toml"),
        (b"#" * (MAX_BYTES + 1), "own.toml: size"),
    ],
)
def test_what_is_wrong_is_named_and_not_repeated(tmp_path: Path, content: bytes, place: str) -> None:
    with pytest.raises(RefusedError) as refused:
        load(tmp_path, content)
    assert (refused.value.code, refused.value.place) == (Code.SETTINGS_INVALID, place)
    assert "hush" not in repr(refused.value)


def test_a_file_that_is_not_there_is_named_without_its_folder(tmp_path: Path) -> None:
    with pytest.raises(RefusedError) as refused:
        load_toml(Outer, tmp_path / "absent.toml")
    assert refused.value.place == "absent.toml"
