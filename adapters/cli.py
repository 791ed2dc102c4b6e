"""The command `schuldhub` as it is installed: the hub's nouns, and those of the partners' side.

The composition root of the command line: the hub knows no adapter, so what needs both is put together here.
"""

from __future__ import annotations

import gc
from typing import Final

from cyclopts import App

from hub.cli.app import FAILURE, make_app
from hub.cli.app import main as run_command_line
from hub.cli.options import Flag
from hub.cli.refusal import OK

#: To import a command makes objects by the hundred thousand and no garbage. Python looks for some after every 700 that
#: are new, which takes a seventh of the time in which a process starts.
OBJECTS: Final = 50_000
NOUNS: Final = (
    ("edge", "adapters.edge_cli:app", "The ledger of a partner's own edge: what waits, and what a person must decide."),
    ("adapter", "adapters.adapter_cli:app", "One party's adapter: run it on that party's own machine."),
    (
        "convenant",
        "adapters.convenant_cli:app",
        "At a creditor: what its system did that needs a person, and pauses after a death.",
    ),
    ("gbkz", "adapters.gbkz_cli:app", "At a local tax office: let acts through, decide about pauses after a death."),
    (
        "kredietbank",
        "adapters.kredietbank_cli:app",
        "At the Kredietbank: what its case system did that needs a person.",
    ),
    ("partner-kit", "adapters.partner_kit_cli:app", "Try what a partner's own endpoint promises."),
    ("portal", "adapters.portal_cli:app", "The portal of offices without systems of their own."),
    ("vish", "adapters.vish_cli:app", "At the adapter of the index: what came back from it and needs a person."),
)


def demo(*, keep: Flag = False) -> int:
    """Show the road on one machine: every party a process with its own folder, database and keys.

    Exits with 1 when a check of the story fails; leaves no process behind.

    Args:
        keep: Stay up after the story, until Ctrl-C.
    """
    from adapters.demo.playing import run as tell  # noqa: PLC0415 - its imports are nobody else's business

    return OK if tell(keep=keep) == OK else FAILURE


def whole_app() -> App:
    """Every noun."""
    app = make_app()
    for noun, path, purpose in NOUNS:
        app.command(path, name=noun, help=purpose)
    app.command(demo)
    return app


def main() -> int:
    """Runs the command line of this process; returns its exit code."""
    gc.set_threshold(OBJECTS)
    return run_command_line(whole_app())
