"""`schuldhub kredietbank`: what the case system of the Kredietbank did that needs a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cyclopts import App

from adapters.items_cli import items_app
from adapters.kredietbank.store import ITEMS, ItemKind

app = App(name="kredietbank", help="At the Kredietbank: what its case system did that needs a person.")
ADVICE: Final[Mapping[ItemKind, str]] = {
    ItemKind.UNREADABLE_FILE: "the file lies in its folder as .onleesbaar: have the case system supply it again",
    ItemKind.UNREADABLE_ROW: "see what the row says, and have the case system say it again under its own number",
    ItemKind.UNKNOWN_REFERRAL: "see whose dossier this is: it was not referred over this road",
    ItemKind.NUMBER_REUSED: "two things were said under one number: the first was sent on; say the second anew",
    ItemKind.NOT_ALLOWED: "this cannot follow how the referral stands; say in the case system what does",
    ItemKind.NOT_SAYABLE: "something is missing or may not be sent: complete it in the case system, under a new number",
    ItemKind.NOT_ASKABLE: "the case system does not say how it stands: look, and say it there",
    ItemKind.UNFETCHED: "nobody fetches this file: see whether the case system still looks in its folder",
    ItemKind.LAPSED: "a term has passed: decide about the referral, or speak to the person",
}
app.command(items_app(ITEMS, "kredietbank", {kind.value: text for kind, text in ADVICE.items()}))
