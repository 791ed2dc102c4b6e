"""Options that several commands share; what cannot be read as what it should be is a usage error, exit 2."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

from cyclopts import Parameter, Token

from hub.clock import SystemClock
from hub.register.file import read_body
from hub.register.governance import read_governance
from hub.register.load import load_register
from hub.register.model import Register
from hub.wire.names import OIN


def _instant(_kind: object, tokens: Sequence[Token]) -> datetime:
    moment = datetime.fromisoformat(tokens[0].value)
    if moment.tzinfo is None:
        raise ValueError("an instant names its time zone, as in 2026-11-23T12:00:00Z")  # noqa: EM101 for its user
    return moment.astimezone(UTC)


def _oin(_kind: object, tokens: Sequence[Token]) -> str:
    if OIN.fullmatch(tokens[0].value) is None:
        raise ValueError("an OIN is 20 characters, digits and capitals")  # noqa: EM101 for its user
    return tokens[0].value


def as_oin(name: str) -> Parameter:
    """An option of this name that takes an OIN."""
    return Parameter(name=name, converter=_oin)


Flag = Annotated[bool, Parameter(negative="")]
File = Annotated[str, Parameter(name="FILE", allow_leading_hyphen=True)]


@Parameter(name="*")
@dataclass(frozen=True, slots=True)
class Instant:
    """Which instant stands for now: a clock that may have been told to stand still.

    Attributes:
        fixed: RFC 3339; drives every clock check. The machine's clock when it is left out.
    """

    fixed: Annotated[datetime | None, Parameter(name="--now", converter=_instant)] = None

    def now(self) -> datetime:
        """The instant."""
        return self.fixed or SystemClock().now()


PRESENT: Final = Instant()
"""Now, by the machine's clock."""


@Parameter(name="*")
@dataclass(frozen=True, slots=True)
class TrustedRegister:
    """The register and the key that everyone has pinned.

    Attributes:
        register: The signed register.
        governance: The public governance key (JWK with alg).
    """

    register: Path
    governance: Path

    def read(self) -> Register:
        """The register, verified.

        Raises:
            RefusedError: `key_invalid`, `register_invalid`.
        """
        pinned = read_governance(self.governance)
        return load_register(read_body(self.register), pinned)
