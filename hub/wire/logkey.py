"""The hub's log key as a file: one line in the form of a signer key, in the folder of the hub's other private keys.

Its name does not end in `.jwk.json`: it is no key of the road, and whoever reads that folder for those passes it by.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from hub.errors import Code, RefusedError
from hub.wire.keyfiles import read_owners, write_owners
from hub.wire.note import Signer, read_signer

LOG_KEY_FILE: Final = "log.note-key"


def write_log_key(folder: Path, signer: Signer) -> Path:
    """Writes a new key; RefusedError(key_invalid) where there is one."""
    return write_owners(folder, LOG_KEY_FILE, f"{signer.exported()}\n".encode())


def read_log_key(folder: Path) -> Signer:
    """The log key in this folder.

    Raises:
        RefusedError: `key_missing`; `key_invalid` when it cannot be used.
    """
    file = folder / LOG_KEY_FILE
    if not file.exists():
        raise RefusedError(Code.KEY_MISSING, LOG_KEY_FILE)
    try:
        return read_signer(read_owners(file).decode("ascii").removesuffix("\n"))
    except UnicodeDecodeError:
        raise RefusedError(Code.KEY_INVALID, LOG_KEY_FILE) from None
