"""Which inbox belongs to whom: names are random, so the hub keeps them in a file of its own (0600).

The name is no secret that anything rests on (rights at the broker are by pattern), but it need not be known either.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from hub.errors import Code, HubError, RefusedError
from hub.wire import strictjson
from hub.wire.names import OIN
from hub.wire.topology import inbox_name

SUFFIX_BYTES = 16
MODE = 0o600


class InboxFile:
    """A JSON object from OIN to inbox. A name once given never changes; writing replaces the file whole.

    Args:
        path: the file; made at the first name given. Beside it stands a `.lock`, so that two commands at once wait.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def load(self) -> Mapping[str, str]:
        """Every name given so far; `settings_invalid` when the file is not one that this class wrote."""
        try:
            found = strictjson.loads(self.path.read_bytes())
        except FileNotFoundError:
            return {}
        except (OSError, HubError):
            raise RefusedError(Code.SETTINGS_INVALID, str(self.path)) from None
        return {oin: self._checked(oin, name) for oin, name in found.items()}

    def ensure(self, oins: Iterable[str]) -> Mapping[str, str]:
        """Every name, after giving these partners one where they have none."""
        with self._locked():
            names = dict(self.load())
            new = [oin for oin in oins if oin not in names]
            if new:
                names.update({oin: inbox_name(oin, secrets.token_hex(SUFFIX_BYTES)) for oin in new})
                self._replace(names)
            return names

    def _checked(self, oin: str, name: object) -> str:
        form = re.escape(inbox_name(oin, "")) + "[0-9a-f]{32}"
        if OIN.fullmatch(oin) is None or not isinstance(name, str) or re.fullmatch(form, name) is None:
            raise RefusedError(Code.SETTINGS_INVALID, str(self.path))
        return name

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(self.path.with_name(self.path.name + ".lock"), os.O_WRONLY | os.O_CREAT, MODE)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _replace(self, names: Mapping[str, str]) -> None:
        """The whole new file is on disk before it takes the place of the old one."""
        partial = self.path.with_name(self.path.name + ".new")
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, MODE), "w") as file:
            json.dump(names, file, indent=2, sort_keys=True)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(self.path)
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
