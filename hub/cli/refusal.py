"""How a command ends when something is refused: the code on stderr, and an exit status that scripts can tell apart.

Standard error starts with `refused: <code>` and nothing else on that line (wire.md 13); the place and what to do about
it follow on lines of their own.
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


def refuse(error: HubError, *, explain: bool = True) -> int:
    """Say on stderr what was refused and return the exit status.

    Args:
        error: what was raised.
        explain: with the place and the advice; commands whose output other programs compare leave these to people
            who sit at a terminal.
    """
    sys.stderr.write(f"refused: {error.code.value}\n")
    if explain or sys.stderr.isatty():
        if error.place:
            say(f"place: {error.place}")
        sys.stderr.write(f"advice: {error.advice()}\n")
    return exit_status(error)
