"""The register as a file, and the memory that its version only goes up, kept across restarts (wire.md 9)."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Final

from hub.errors import Code, HubError, RefusedError
from hub.register.governance import GovernanceKey
from hub.register.load import MAX_REGISTER_BYTES, load_register
from hub.register.model import Register
from hub.wire import strictjson


def read_body(path: Path, limit: int = MAX_REGISTER_BYTES) -> bytes:
    """The one body in a file, without the line end that closes it; never more than `limit` and two bytes in memory.

    Raises:
        RefusedError: `register_invalid` when the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            data = file.read(limit + 2)
    except OSError as error:
        raise RefusedError(Code.REGISTER_INVALID, f"{path.name}: {os.strerror(error.errno or 0)}") from None
    return data.removesuffix(b"\n")


class RegisterFile:
    """Loads a register from `path` and refuses to go back.

    What was last seen (version and hash) stands in `floor_path`, written before a newer register is handed out.
    """

    _MODE: Final = 0o600

    def __init__(self, path: Path, governance: GovernanceKey, floor_path: Path) -> None:
        self._path = path
        self._governance = governance
        self._floor_path = floor_path

    def load(self) -> Register:
        """The register as it stands in the file now.

        Raises:
            RefusedError: `register_invalid`, also for the version seen last with other bytes; `register_stale` for
                a version lower than that.
        """
        register = load_register(read_body(self._path), self._governance)
        floor = self._floor()
        if floor is not None:
            version, seen = floor
            if register.version < version:
                raise RefusedError(Code.REGISTER_STALE, "version")
            if register.version == version and register.hash != seen:
                raise RefusedError(Code.REGISTER_INVALID, "version: other bytes")
        if floor is None or register.version > floor[0]:
            self._raise_floor(register)
        return register

    def reload(self, present: Register) -> Register | None:
        """A newer register than `present`, or None where the file still holds the same.

        Raises:
            RefusedError: as `load`; the caller goes on with `present` and warns.
        """
        found = self.load()
        return None if found.hash == present.hash else found

    def verified(self, body: bytes) -> Register:
        """The register that these bytes hold, signed by the same governance; RefusedError(register_invalid)."""
        return load_register(body, self._governance)

    def body_of(self, register: Register) -> bytes | None:
        """The bytes of this register; None where the file holds others, or cannot be read."""
        try:
            body = read_body(self._path)
        except RefusedError:
            return None
        return body if hashlib.sha256(body).hexdigest() == register.hash else None

    def _floor(self) -> tuple[int, str] | None:
        try:
            document = strictjson.loads(self._floor_path.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, HubError):
            raise RefusedError(Code.REGISTER_INVALID, self._floor_path.name) from None
        match document:
            case {"version": int(version), "hash": str(seen)}:
                return version, seen
            case _:
                raise RefusedError(Code.REGISTER_INVALID, self._floor_path.name)

    def _raise_floor(self, register: Register) -> None:
        """Write it whole or not at all: a torn floor would stop the process at its next start."""
        data = strictjson.dumps({"version": register.version, "hash": register.hash})
        partial = self._floor_path.with_name(self._floor_path.name + ".new")
        try:
            self._floor_path.parent.mkdir(parents=True, exist_ok=True)
            with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, self._MODE), "wb") as file:  # noqa: PTH123 the mode must hold from the first byte
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(self._floor_path)
        except OSError:
            raise RefusedError(Code.REGISTER_INVALID, self._floor_path.name) from None
