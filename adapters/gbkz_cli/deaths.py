"""`schuldhub gbkz deaths`: pauses of taxpayers who died."""

from __future__ import annotations

from adapters.adapter import own_file
from adapters.deaths_cli import Deaths, deaths_app
from adapters.gbkz import store
from adapters.gbkz.pauses import Pauses
from adapters.gbkz.settings import TaxOfficeSettings
from adapters.gbkz.store import Pause
from adapters.outside.deaths.store import Decision
from adapters.settings import EdgeSettings
from hub.database import Connection


class _Deaths(Deaths[Pause]):
    """The pauses of a tax office."""

    decided_about = store.DEATHS

    def to_decide(self, tx: Connection) -> list[Pause]:
        """Those that stay until a person decides."""
        return store.to_decide(tx)

    def person(self, tx: Connection, pause: Pause) -> dict[str, object]:
        """The taxpayer's number and dossiers."""
        return {"taxpayer": pause.taxpayer, "dossiers": store.dossiers_of(tx, pause.conversation)}

    def decide(self, tx: Connection, settings: EdgeSettings, conversation: str, decision: Decision) -> None:
        """Writes the decision into the pause."""
        pauses = Pauses(TaxOfficeSettings.load(own_file(settings.own)))
        pauses.decide(tx, conversation, decision, settings.clock().now())


app = deaths_app(_Deaths(), "tax office", "the uitstel")
