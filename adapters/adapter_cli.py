"""`schuldhub adapter`: one party's adapter as a process."""

from __future__ import annotations

from typing import Literal, assert_never

from cyclopts import App

from adapters.adapter import Compose
from adapters.edge_options import ConfigFile
from adapters.process import run_adapter
from adapters.settings import load_edge_settings
from hub.cli.refusal import OK
from hub.events import configure

app = App(name="adapter", help="One party's adapter: run it on that party's own machine.")
Name = Literal["haarlem", "vish", "gbkz", "convenant", "kredietbank"]


@app.command
def run(name: Name, /, *, config: ConfigFile) -> int:
    """Run an adapter with its edge until SIGTERM or Ctrl-C; what is in hand is finished first.

    Diagnostics go to stderr as JSON lines, one event each; docs/log-events.md says what to do about which.

    Args:
        name: Which adapter.
        config: The settings of its edge; `own` in it names the file with those of the adapter itself.
    """
    settings = load_edge_settings(config)
    configure(name)
    run_adapter(settings, _compose_of(name))
    return OK


def _compose_of(name: Name) -> Compose:
    """Imported when asked for: the others' software is no business of this process."""
    match name:
        case "haarlem":
            from adapters.haarlem.process import compose as haarlem  # noqa: PLC0415

            return haarlem
        case "vish":
            from adapters.vish.process import compose as vish  # noqa: PLC0415

            return vish
        case "gbkz":
            from adapters.gbkz.process import compose as gbkz  # noqa: PLC0415

            return gbkz
        case "convenant":
            from adapters.convenant.process import compose as convenant  # noqa: PLC0415

            return convenant
        case "kredietbank":
            from adapters.kredietbank.process import compose as kredietbank  # noqa: PLC0415

            return kredietbank
        case _:
            assert_never(name)
