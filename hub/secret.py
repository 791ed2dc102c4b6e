"""Reading a secret from its file: one line, for its owner's eyes only."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Final

from hub.errors import Code, RefusedError

_MAX_SECRET_CHARS: Final = 4_096
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def read_secret(path: Path) -> str:
    """The one line of a secret's file, which only its owner may read.

    Raises:
        RefusedError: settings_invalid.
    """
    try:
        if path.stat().st_mode & _OTHERS:
            raise RefusedError(Code.SETTINGS_INVALID, f"{path.name} (chmod 600)")
        secret = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        raise RefusedError(Code.SETTINGS_INVALID, path.name) from None
    if not 0 < len(secret) <= _MAX_SECRET_CHARS:
        raise RefusedError(Code.SETTINGS_INVALID, path.name)
    return secret
