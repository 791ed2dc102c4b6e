"""Settings files: TOML read with a limit into a closed model; what is wrong is named, never repeated."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from hub.errors import Code, RefusedError

M = TypeVar("M", bound=BaseModel)
MAX_BYTES: Final = 65_536


def read_toml(path: Path) -> dict[str, Any]:
    """The content of a settings file.

    Raises:
        RefusedError: `settings_invalid`, with the name of the file.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise RefusedError(Code.SETTINGS_INVALID, f"{path.name}: size")
        return tomllib.loads(content.decode("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        raise RefusedError(Code.SETTINGS_INVALID, path.name) from None


def load_toml(model: type[M], path: Path) -> M:
    """A settings file as its model.

    Raises:
        RefusedError: `settings_invalid`, with the name of the file or of the first setting that does not fit.
    """
    try:
        return model.model_validate(read_toml(path))
    except ValidationError as error:
        raise RefusedError(Code.SETTINGS_INVALID, place_of(error, path.name)) from None


def place_of(error: ValidationError, whole: str = "") -> str:
    """The name of the first setting that does not fit, without its value; `whole` where it is no single one."""
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    name = ".".join(str(part) for part in first["loc"]) or whole
    return f"{name} ({first['type']})"
