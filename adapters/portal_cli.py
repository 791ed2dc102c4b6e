"""`schuldhub portal`: the portal for offices without systems of their own, with the edge of each."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from adapters.process import opened_edge
from adapters.settings import load_edge_settings
from hub.cli.output import say
from hub.cli.refusal import OK
from hub.database import Database
from hub.errors import Code, RefusedError
from hub.events import configure
from hub.running import run_until_stopped
from hub.settings import anchored_address

if TYPE_CHECKING:
    from adapters.bewindvoerder.portal import Portal

app = App(name="portal", help="The portal of bewindvoerders, small creditors and referral partners.")
PROCESS = "portal"


@app.command
def run(*, config: Annotated[Path, Parameter(help="The settings of the portal.")]) -> int:
    """Run the portal and the edges of its offices until SIGTERM or Ctrl-C.

    Whoever runs it can read what the offices receive: never the organisation that runs the hub.
    """
    configure(PROCESS)
    with ExitStack() as stack:
        portal = open_portal(config, stack)
        say(f"portal: {portal.desk.origin}")
        edges = [office.edge.run for office in portal.offices.values()]
        asyncio.run(run_until_stopped(*edges, portal.run))
    return OK


def open_portal(config: Path, stack: ExitStack) -> Portal:
    """The portal with the edges of its offices, not running yet; everything closes with `stack`.

    Raises:
        RefusedError: `settings_invalid`, with the name of the setting; as `open_office` for each edge.
    """
    # A web server and forms, of no use to other commands.
    from adapters.bewindvoerder.handlers import Office  # noqa: PLC0415
    from adapters.bewindvoerder.portal import Portal  # noqa: PLC0415
    from adapters.bewindvoerder.settings import load_settings  # noqa: PLC0415

    settings = load_settings(config)
    offices: list[Office] = []
    for one in settings.offices:
        edge = stack.enter_context(opened_edge(load_edge_settings(one.edge)))
        if edge.identity.oin in {office.edge.identity.oin for office in offices}:
            raise RefusedError(Code.SETTINGS_INVALID, "offices: one edge for each")
        offices.append(Office(edge, one, settings.terms))
    database = Database(anchored_address(settings.database, config.absolute().parent))
    stack.callback(database.close)
    return Portal(settings, offices, database, offices[0].clock)
