"""`schuldhub portal`: the portal for offices without systems of their own, with the edge of each."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from adapters.edge_desk import opened_ledger
from adapters.process import opened_edge
from adapters.settings import load_edge_settings
from adapters.upkeep import store as upkeep
from hub.cli.app import PROBLEMS
from hub.cli.output import OutputOption, print_rows, say
from hub.cli.refusal import OK
from hub.clock import rfc3339
from hub.database import Database
from hub.errors import Code, HubError, RefusedError
from hub.events import configure
from hub.running import run_until_stopped
from hub.settings import anchored_address

if TYPE_CHECKING:
    from adapters.bewindvoerder.portal import Portal

app = App(name="portal", help="The portal of bewindvoerders, small creditors and referral partners.")
PROCESS = "portal"
ConfigFile = Annotated[Path, Parameter(name="--config", help="The settings of the portal.")]


@app.command
def run(*, config: ConfigFile) -> int:
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


@app.command
def status(*, config: ConfigFile, output: OutputOption = None) -> int:
    """Show which offices read their letters: how many lie unread, since when, and whether that is an alarm.

    Args:
        config: The settings of the portal.
        output: How to print it.
    """
    # Forms and a web server, of no use to other commands.
    from adapters.bewindvoerder.settings import load_settings  # noqa: PLC0415

    rows = [_office_row(office.key, office.edge) for office in load_settings(config).offices]
    print_rows(rows, output)
    return PROBLEMS if any(row["alarm"] for row in rows) else OK


def _office_row(key: str, edge: Path) -> dict[str, object]:
    """One office; what keeps it from being looked at stands in its row, and is an alarm too."""
    from adapters.bewindvoerder import store  # noqa: PLC0415

    settings = load_edge_settings(edge)
    row: dict[str, object] = {"office": key, "oin": settings.identity.oin}
    nothing: dict[str, object] = {"unread": None, "oldest": None, "undecided": None}
    try:
        with opened_ledger(settings) as database, database.reading() as tx:
            if not store.is_office(tx):
                return row | nothing | {"alarm": Code.NOT_FOUND.value}
            unread, silence = store.unread(tx), store.silence(tx)
            undecided = upkeep.undecided(tx)
    except HubError as error:
        return row | nothing | {"alarm": error.code.value}
    return row | {
        "unread": unread.count if unread else 0,
        "oldest": rfc3339(unread.oldest) if unread else None,
        "undecided": undecided,
        "alarm": "silent" if silence is not None and not silence.over else None,
    }


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
