"""The operators' console of the demo: the real process, with real traffic."""

from __future__ import annotations

from typing import Final

from adapters.demo.cast import Cast
from adapters.demo.configuration import CONFIG
from adapters.demo.issuing import CLIENT_ID
from adapters.demo.parties import HUB
from adapters.demo.sites import Site
from adapters.demo.world import Place

NAME: Final = "console"
SECRET: Final = "console-geheim"  # noqa: S105 - the name of a file
_ROLES: Final = ("reader", "handler", "releaser", "administrator", "auditor")


def configure_console(place: Place, site: Site) -> None:
    """Adds the console's part to the hub's settings."""
    folder = place.of(HUB)
    site.keep_secret(folder / SECRET)
    roles = "".join(f'{role} = "{role}"\n' for role in _ROLES)
    part = (
        f'\n[console]\nurl = "{site.url}"\nport = {site.port}\nissuer = "{site.issuer}"\n'
        f'client_id = "{CLIENT_ID}"\nclient_secret_file = "{SECRET}"\n\n[console.roles]\n{roles}'
    )
    with (folder / CONFIG).open("a", encoding="utf-8") as settings:
        settings.write(part)


def start_console(cast: Cast, place: Place) -> None:
    """Starts it; whoever needs it waits until it is reachable."""
    folder = place.of(HUB)
    cast.start_ours(NAME, "console", "--config", str(folder / CONFIG), folder=folder)
