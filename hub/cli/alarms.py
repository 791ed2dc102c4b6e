"""`schuldhub alarms`: which stand and since when, and a watchman of its own."""

from __future__ import annotations

from typing import Final

from cyclopts import App
from cyclopts.types import PositiveInt

from hub.alarms import store
from hub.alarms.details import alarm_row
from hub.cli.configuration import ConfigOption, hub_settings, opened_log, organisation_names
from hub.cli.output import OutputOption, print_rows
from hub.cli.refusal import OK
from hub.events import configure
from hub.process import run_watch

app = App(name="alarms", help="What stands still or is overdue, since when, and who is told.")

PROCESS: Final = "watchman"


@app.command(name="list")
def list_alarms(
    *, past: bool = False, most: PositiveInt = 200, config: ConfigOption = None, output: OutputOption = None
) -> int:
    """List the alarms that stand, newest first.

    Args:
        past: Those that are over too.
        most: How many at once.
        config: The hub's settings.
        output: How to print it.
    """
    settings = hub_settings(config)
    with opened_log(settings) as database, database.reading() as connection:
        found = store.latest(connection, min(most, 10_000), standing=not past)
    names = organisation_names(settings)
    print_rows([alarm_row(alarm, names) for alarm in found], output)
    return OK


@app.command
def watch(*, config: ConfigOption = None) -> int:
    """Watch database, broker, hub and disk until SIGTERM or Ctrl-C, and tell of them by mail and webhook.

    The hub and the console do so too; a process of its own goes on when both are gone. One of them looks at a time.

    Args:
        config: The hub's settings, with a part `alarms`.
    """
    settings = hub_settings(config)
    configure(PROCESS)
    run_watch(settings)
    return OK
