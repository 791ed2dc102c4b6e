"""What adapters share towards outside systems: HTTP, webhooks, files over SFTP, and what their settings keep to."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Final, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from hub.errors import Code, RefusedError

LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


class Settings(BaseModel):
    """Settings, or a part of them: nothing unknown among them, and no value in an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


S = TypeVar("S", bound=Settings)


def placed(settings: S, folder: Path, *names: str) -> S:
    """The same with these paths counted from `folder`, the one of the settings file."""
    paths = {name: getattr(settings, name) for name in names}
    return settings.model_copy(update={name: folder / path for name, path in paths.items() if path is not None})


def _private(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        message = "must be https (http only on loopback)"
        raise ValueError(message)
    return url


#: A day that a message can say (1800 to 2199, as in the schemas): another is none, and would be found out too late.
Day = Annotated[date, Field(ge=date(1800, 1, 1), le=date(2199, 12, 31))]
#: An address where nobody on the way can listen.
PrivateUrl = Annotated[str, AfterValidator(_private)]


def token_in(path: Path) -> str:
    """The bearer token in a file.

    Raises:
        RefusedError: `settings_invalid` when the file is not there or empty.
    """
    try:
        token = path.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        raise RefusedError(Code.SETTINGS_INVALID, "token_file") from None
    if not token:
        raise RefusedError(Code.SETTINGS_INVALID, "token_file")
    return token
