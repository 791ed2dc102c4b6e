"""`schuldhub up`: the hub in one process."""

from __future__ import annotations

from cyclopts import App

from hub.cli.configuration import ConfigOption, hub_settings
from hub.cli.refusal import OK
from hub.events import configure
from hub.process import run_hub

app = App(name="up")
PROCESS = "hub"


@app.default
def up(*, config: ConfigOption = None) -> int:
    """Run the hub, relay and keeper, in this process until SIGTERM or Ctrl-C; then the batch in hand is finished.

    Diagnostics go to stderr as JSON lines, one event each; docs/log-events.md says what to do about which. More relay
    processes, each with lanes of its own in its settings, carry more; one keeper leads and the others wait.

    Args:
        config: The hub's settings.
    """
    settings = hub_settings(config)
    configure(PROCESS)
    run_hub(settings)
    return OK
