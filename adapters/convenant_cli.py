"""`schuldhub convenant`: what a creditor's system did that needs a person, and pauses of customers who died."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cyclopts import App

from adapters.adapter import own_file
from adapters.convenant import store
from adapters.convenant.pauses import Pauses
from adapters.convenant.settings import CreditorSettings
from adapters.convenant.store import ITEMS, ItemKind, Pause
from adapters.deaths_cli import Deaths, deaths_app
from adapters.items_cli import items_app
from adapters.outside.deaths.store import Decision
from adapters.settings import EdgeSettings
from hub.database import Connection

app = App(name="convenant", help="At a creditor: what its system did that needs a person, and pauses after a death.")
ADVICE: Final[Mapping[ItemKind, str]] = {
    ItemKind.UNREADABLE_FILE: "the file lies in its folder as .onleesbaar: have it supplied again",
    ItemKind.UNREADABLE_ROW: "see what the row says, and have it supplied again",
    ItemKind.UNKNOWN_ORDER: "see which order this answers: none of that key was given",
    ItemKind.UNFETCHED: "nobody fetches this file: see whether the system still looks in its folder",
    ItemKind.LIFTING_REFUSED: "the pause is over and the system does not resume: end it there by hand",
    ItemKind.LATE_DECISION: "the decision came after the term, when silence had agreed: call the debt helper",
    ItemKind.ARRANGEMENT_REFUSED: "the system does not take the arrangement: enter it there by hand",
}


class _Deaths(Deaths[Pause]):
    """The pauses of a creditor."""

    decided_about = store.DEATHS

    def to_decide(self, tx: Connection) -> list[Pause]:
        """Those that stay until a person decides."""
        return store.to_decide(tx)

    def person(self, tx: Connection, pause: Pause) -> dict[str, object]:
        """Who it is, as the creditor knows it."""
        del tx
        return {"customer": pause.customer}

    def decide(self, tx: Connection, settings: EdgeSettings, conversation: str, decision: Decision) -> None:
        """Writes the decision into the pause."""
        pauses = Pauses(CreditorSettings.load(own_file(settings.own)), settings.clock())
        pauses.decide(tx, conversation, decision, settings.clock().now())


app.command(items_app(ITEMS, "creditor", {kind.value: text for kind, text in ADVICE.items()}))
app.command(deaths_app(_Deaths(), "creditor", "the pause"))
