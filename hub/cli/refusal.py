"""How a command ends when something is refused: the code on stderr, and an exit status that scripts can tell apart.

Standard error has a line `refused: <code>` and nothing else on it (wire.md 13); the place and what to do about it
follow on lines of their own, in a pipe too.
"""

from __future__ import annotations

import sys
from typing import Final

from hub.cli.output import say
from hub.errors import Code, HubError, UnavailableError

OK: Final = 0
NOT_FOUND: Final = 3
UNREACHABLE: Final = 4
REFUSED: Final = 5


def exit_status(error: HubError) -> int:
    """The exit status for an error (console.md, CLI)."""
    if isinstance(error, UnavailableError):
        return UNREACHABLE
    return NOT_FOUND if error.code is Code.NOT_FOUND else REFUSED


def refuse(error: HubError) -> int:
    """Say on stderr what was refused, where and what to do; return the exit status."""
    sys.stderr.write(f"refused: {error.code.value}\n")
    if error.place:
        say(f"place: {error.place}")
    sys.stderr.write(f"advice: {error.advice()}\n")
    return exit_status(error)
