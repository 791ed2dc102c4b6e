"""Keys and certificates as PEM files: what is private is its owner's alone, what is made is in nobody's place."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from hub.errors import Code, RefusedError

_FOLDER_MODE: Final = 0o700
_PRIVATE_MODE: Final = 0o600
_PUBLIC_MODE: Final = 0o644


def check_absent(folder: Path, *names: str) -> None:
    """Refuse when one of these is in the folder, even as a link that leads nowhere.

    Raises:
        RefusedError: `key_invalid`.
    """
    for name in names:
        if os.path.lexists(folder / name):
            raise RefusedError(Code.KEY_INVALID, f"{folder / name} exists")


def make_folder(folder: Path, *, tighten: bool = False) -> None:
    """Make it for its owner alone (0700) where it is not there.

    Args:
        folder: the folder; those above it are made too.
        tighten: close one that is there to others; else it stays as open as its owner made it.

    Raises:
        RefusedError: `key_invalid`.
    """
    with _writing(folder):
        folder.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
        if tighten:
            folder.chmod(_FOLDER_MODE)


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner reads (0600), from its first moment on.

    Raises:
        RefusedError: `key_invalid`.
    """
    with _writing(path):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE_MODE)
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(file.fileno(), _PRIVATE_MODE)
            file.write(content)


def write_public(path: Path, content: bytes) -> None:
    """Write a file that everybody may read.

    Raises:
        RefusedError: `key_invalid`.
    """
    with _writing(path):
        path.write_bytes(content)
        path.chmod(_PUBLIC_MODE)


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise RefusedError(Code.KEY_INVALID, f"{path}: {os.strerror(error.errno or 0)}") from None
