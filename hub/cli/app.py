"""The command `schuldhub`: which nouns there are, and how every command ends.

Exit codes, the same everywhere: 0 ok, 1 failure, 2 usage, 3 not found, 4 unreachable, 5 refused, 6 problems found.
A noun is imported when it is used, so that `messages tail` does not wait for software that talks to the broker.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Final

from cyclopts import App, CycloptsError

from hub.cli.output import PipeConsole, say
from hub.cli.refusal import OK, refuse
from hub.cli.usage import usage_problem
from hub.errors import HubError
from hub.events import configure, frames_of

FAILURE: Final = 1
USAGE: Final = 2
PROBLEMS: Final = 6
NAME: Final = "schuldhub"
EPILOGUE: Final = (
    "Exit codes: 0 ok, 1 failure, 2 usage, 3 not found, 4 unreachable, 5 refused, 6 problems found. "
    "Data goes to stdout, messages to stderr; NO_COLOR is honoured."
)
NOUNS: Final[Sequence[tuple[str, str]]] = (
    ("check", "Look at everything that the hub needs, and say what to do about what is wrong."),
    ("up", "Run the hub, relay and keeper, until it is told to stop."),
    ("console", "Run the operators' console, until it is told to stop."),
    ("messages", "Where each message is, who must act, and what happens next."),
    ("quarantine", "What could not be carried or attributed: look at it, release it, settle it."),
    ("log", "The message log's proof: heads, proofs of messages, the verifier and the full audit."),
    ("cases", "Who was asked what in a case, who answered, and for whom rest is still asked."),
    ("alarms", "What stands still or is overdue, since when, and who is told."),
    ("tokens", "Who may call the API: make a token, list, end one."),
    ("db", "The database's schema: bring it to this release, or see whether it is."),
    ("partners", "The organisations that are connected: let one in, list, pause, resume and test them."),
    ("register", "The register of organisations, keys and agreements: sign, check, show."),
    ("keys", "Private keys: make them on the machine where they stay, renew them, list what is there."),
    ("certificates", "The broker's certificate authority, and the certificates of broker and hub."),
    ("topology", "The broker's exchanges, queues, users and rights: what is missing, and applying it."),
    ("schemas", "The payloads of messages and of the road: list them, validate a file."),
    ("wire", "Open, verify and seal bodies as wire.md says; for other implementations."),
    ("bench", "Measure the road; in a checkout of the source, where the measurement is."),
)


def make_app() -> App:
    """The hub's own commands; the composition root of the adapters adds theirs."""
    app = App(
        name=NAME,
        help="The road between the organisations that help people out of debt.",
        help_format="plaintext",
        help_epilogue=EPILOGUE,
        version=version(NAME),
        result_action="return_value",
        exit_on_error=False,
        print_error=False,
        console=PipeConsole(),
    )
    for noun, purpose in NOUNS:
        app.command(f"hub.cli.{noun}:app", name=noun, help=purpose)
    app.register_install_completion_command(help="Install completion for the shell that this runs in.")
    return app


def main(app: App) -> int:
    """Runs the command line of this process; what nobody expected is reported in a few words."""
    sys.excepthook = report_bug
    _open_closed_streams()
    configure("command")  # to stderr, whatever is logged on the way: stdout is for data
    return run(app, sys.argv[1:])


def run(app: App, tokens: Sequence[str]) -> int:
    """Runs one command and returns its exit code; a bug propagates."""
    try:
        result = app(list(tokens))
        sys.stdout.flush()
    except CycloptsError as error:
        say(f"usage: {usage_problem(error)}")
        say(f"see `{' '.join((app.name[0], *(error.command_chain or ()), '--help'))}`")
        return USAGE
    except HubError as error:
        return refuse(error)
    except BaseExceptionGroup as group:
        ours, others = group.split(HubError)
        if ours is None or others is not None:
            raise
        return refuse(next(_leaves(ours)))
    except BrokenPipeError:
        # Whoever read our output has seen enough; without this Python would complain once more while it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    return result if isinstance(result, int) else OK


def _open_closed_streams() -> None:
    """Whoever closed our output (`>&-`) wants to see nothing, which is no error of ours."""
    if sys.stdout is None:
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - for as long as we run
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115


def report_bug(kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
    """A bug in a few words: what kind and where. Its text and the values around it may be about a person."""
    say(f"failed: {kind.__name__} at {' < '.join(reversed(frames_of(error)))}")
    say("advice: This is an error in the software; report these lines to its maintainers.")


def _leaves(group: BaseExceptionGroup[HubError]) -> Iterator[HubError]:
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from _leaves(error)
        else:
            yield error
