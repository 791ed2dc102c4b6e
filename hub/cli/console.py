"""`schuldhub console`: the operators' console."""

from __future__ import annotations

from cyclopts import App

from hub.cli.configuration import ConfigOption, hub_settings
from hub.cli.output import say
from hub.cli.refusal import OK
from hub.events import configure
from hub.process import run_console

app = App(name="console")
PROCESS = "console"


@app.default
def console(*, config: ConfigOption = None) -> int:
    """Run the operators' console until SIGTERM or Ctrl-C.

    It reads the hub's database and register and needs no broker. Who may see what comes from an OpenID Connect issuer:
    see docs/console.md.

    Args:
        config: The hub's settings, with a part `console`.
    """
    settings = hub_settings(config)
    configure(PROCESS)
    run_console(settings, say)
    return OK
