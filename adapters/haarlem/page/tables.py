"""Who signs in at the page, in the debt helper's own database."""

from __future__ import annotations

from adapters.haarlem.tables import METADATA
from hub.web.sessions.tables import SessionTables

SESSIONS = SessionTables(METADATA, "haarlem_page")
