"""Every page of the portal. A page reaches one ledger only: that of the office of who asks."""

from __future__ import annotations

from typing import Any, Final

from adapters.bewindvoerder.pages import administrations, answers, clients, dossiers, incidents, letters, office
from hub.web import entrance
from hub.web.desk import Page

PAGES: Final[tuple[Page[Any], ...]] = (
    *entrance.PAGES,
    *letters.PAGES,
    *answers.PAGES,
    *clients.PAGES,
    *administrations.PAGES,
    *dossiers.PAGES,
    *incidents.PAGES,
    *office.PAGES,
)
