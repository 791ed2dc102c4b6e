"""What the settings of every outside system keep to: a private line to it, and a token in a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator

from hub.errors import Code, RefusedError

LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


def _private(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        message = "must be https (http only on loopback)"
        raise ValueError(message)
    return url


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
