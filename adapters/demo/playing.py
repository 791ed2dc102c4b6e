"""The demo from its beginning to its end: the stage is set, the story told, and everything taken down again."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Final

from adapters.demo.cast import SCHULDHUB
from adapters.demo.configuration import CONFIG
from adapters.demo.opening import set_stage
from adapters.demo.parties import GBKZ, HUB
from adapters.demo.screen import Screen
from adapters.demo.sites import Site
from adapters.demo.stage import Stage
from adapters.demo.story import Story
from hub.errors import HubError

ROOT: Final = Path(__file__).parents[2]
FOLDER: Final = ROOT / ".demo"


def run(*, keep: bool = False, folder: Path = FOLDER) -> int:
    """Plays the demo.

    Args:
        keep: stay up afterwards until Ctrl-C.
        folder: where everything lies; emptied first.

    Returns:
        0 when every check of the story holds, else 1.
    """
    screen = Screen()
    try:
        with set_stage(folder, screen) as stage:
            Story(stage, screen).tell()
            if keep:
                _stay(stage, screen)
    except HubError as error:
        screen.check(str(error), holds=False, found=error.advice())
    if screen.failed:
        screen.console.print(
            f"\n[red]{len(screen.failed)} controles klopten niet[/red]; logboeken in {folder / 'logboeken'}"
        )
        return 1
    took = "" if keep else f", {screen.elapsed_s():.0f} s"
    screen.console.print(f"\n[green]Alles klopt[/green]{took}. Niets draait nog; `make demo` begint opnieuw.")
    return 0


def _stay(stage: Stage, screen: Screen) -> None:
    """Everything stays up; what to look at and what to try is printed."""
    screen.console.print(f"\n[bold]Alles draait nog[/bold] (het verhaal duurde {screen.elapsed_s():.0f} s).")
    screen.console.print("In uw browser, alleen op deze machine; bij het aanmelden kiest u wie u bent:")
    _invite(screen, "De beheerconsole van de hub", stage.sites.console)
    _invite(screen, "De pagina van de consulenten van Haarlem", stage.sites.page)
    _invite(screen, "Het kantoorportaal", stage.sites.portal)
    hub, edge = stage.place.of(HUB) / CONFIG, stage.place.of(GBKZ) / CONFIG
    screen.console.print("\n[bold]Of probeer, in een ander venster:[/bold]")
    for line in (
        f"{SCHULDHUB} messages tail --config {hub}",
        f"{SCHULDHUB} check --config {hub}",
        f"{SCHULDHUB} edge status --config {edge}",
    ):
        screen.console.print(f"  {line}", soft_wrap=True)
    screen.console.print("\nCtrl-C stopt alles.")
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        screen.console.print("Stoppen …")


def _invite(screen: Screen, title: str, site: Site) -> None:
    """Where a site is, and who somebody can be there."""
    screen.console.print(f"\n[bold]{title}:[/bold] {site.url}")
    for person in site.people:
        screen.console.print(f"  {person.name}" + ("" if person.roles else ", die niet wordt binnengelaten"))
