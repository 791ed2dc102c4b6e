"""The governance key: offline, whose public half every party has pinned; never the hub's key (wire.md 9)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hub.errors import Code, HubError, RefusedError
from hub.wire import strictjson
from hub.wire.jwk import PublicKey, check_fits, load_public

_MAX_FILE_BYTES: Final = 65_536


@dataclass(frozen=True, slots=True)
class GovernanceKey:
    """The public half, pinned to one algorithm."""

    alg: str
    public: PublicKey


def load_governance(data: bytes) -> GovernanceKey:
    """The pinned key from its public JWK, which names its `alg`.

    Raises:
        RefusedError: `key_invalid`; also for a private key, which has no business where registers are read.
    """
    try:
        jwk = strictjson.loads(data)
    except HubError as error:
        raise RefusedError(Code.KEY_INVALID, error.place) from None
    alg = jwk.get("alg")
    if not isinstance(alg, str):
        raise RefusedError(Code.KEY_INVALID, "alg")
    check_fits(jwk, "sig", alg)
    return GovernanceKey(alg, load_public(jwk))


def read_governance(path: Path) -> GovernanceKey:
    """The pinned key from a file.

    Raises:
        RefusedError: `key_invalid`.
    """
    try:
        with path.open("rb") as file:
            return load_governance(file.read(_MAX_FILE_BYTES))
    except OSError as error:
        raise RefusedError(Code.KEY_INVALID, f"{path.name}: {os.strerror(error.errno or 0)}") from None
