"""Keys as files: private JWKs that only their owner can read, and beside them one set with the public halves.

A private key is in a file of its own, `*.jwk.json` with mode 0600 or tighter; the public halves are together in
`public.jwks.json`, which is what a partner hands over.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from hub.errors import Code, HubError, RefusedError
from hub.wire import strictjson
from hub.wire.jwk import public_jwk

SUFFIX: Final = ".jwk.json"
PUBLIC_FILE: Final = "public.jwks.json"
_FILE_MODE: Final = 0o600
_FOLDER_MODE: Final = 0o700
_MAX_FILE_BYTES: Final = 65_536


def read_folder(folder: Path) -> dict[str, dict[str, object]]:
    """Every private JWK in a folder, by file name.

    Raises:
        RefusedError: `key_invalid` when the folder or one of its `*.jwk.json` cannot be used.
    """
    try:
        files = sorted(file for file in folder.iterdir() if file.name.endswith(SUFFIX))
    except OSError as error:
        raise RefusedError(Code.KEY_INVALID, f"{folder.name}: {os.strerror(error.errno or 0)}") from None
    return {file.name: read_private(file) for file in files}


def _open_at_once(path: str, flags: int) -> int:
    """Without waiting: a named pipe in the folder must not stop the process."""
    return os.open(path, flags | os.O_NONBLOCK)


def read_owners(file: Path) -> bytes:
    """What a file holds that only its owner can read.

    Raises:
        RefusedError: `key_invalid`.
    """
    try:
        with open(file, "rb", opener=_open_at_once) as opened:
            mode = os.fstat(opened.fileno()).st_mode
            data = opened.read(_MAX_FILE_BYTES + 1) if stat.S_ISREG(mode) else b""
    except OSError as error:
        raise RefusedError(Code.KEY_INVALID, f"{file.name}: {os.strerror(error.errno or 0)}") from None
    if stat.S_IMODE(mode) & ~_FILE_MODE:
        raise RefusedError(Code.KEY_INVALID, f"{file.name}: mode wider than 0600")
    if len(data) > _MAX_FILE_BYTES:
        raise RefusedError(Code.KEY_INVALID, f"{file.name}: size")
    return data


def read_private(file: Path) -> dict[str, object]:
    """The JSON of a private JWK that names its kid, from a file that only its owner can read.

    Raises:
        RefusedError: `key_invalid`.
    """
    data = read_owners(file)
    try:
        jwk = strictjson.loads(data)
    except HubError as error:
        raise RefusedError(Code.KEY_INVALID, f"{file.name}: {error.place}") from None
    if not isinstance(jwk.get("kid"), str):
        raise RefusedError(Code.KEY_INVALID, f"{file.name}: kid")
    return jwk


def write_new(folder: Path, name: str, jwk: Mapping[str, object]) -> Path:
    """Write a JWK to a new file of its owner's; see `write_owners`."""
    return write_owners(folder, name, strictjson.dumps(jwk) + b"\n")


def write_owners(folder: Path, name: str, content: bytes) -> Path:
    """Write a private key to a new file (0600) in `folder`, which is made (0700) where it is not there.

    Raises:
        RefusedError: `key_invalid`; never is a key overwritten.
    """
    file = folder / name
    try:
        folder.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _FILE_MODE)
    except OSError as error:
        raise RefusedError(Code.KEY_INVALID, f"{name}: {os.strerror(error.errno or 0)}") from None
    with open(descriptor, "wb") as opened:  # noqa: PTH123 the mode must hold from the first byte
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    return file


def write_public(folder: Path) -> Path:
    """Write the public halves of all private keys in `folder` as one JWK set, in place of the set that was there.

    Raises:
        RefusedError: `key_invalid`.
    """
    shown = [public_jwk(jwk) for jwk in read_folder(folder).values()]
    file = folder / PUBLIC_FILE
    partial = folder / (PUBLIC_FILE + ".new")
    try:
        partial.write_bytes(strictjson.dumps({"keys": shown}) + b"\n")
        partial.replace(file)
    except OSError as error:
        raise RefusedError(Code.KEY_INVALID, f"{PUBLIC_FILE}: {os.strerror(error.errno or 0)}") from None
    return file
