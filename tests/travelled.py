"""Which rows of the catalogue travelled in this run, between whose adapters, and in which test.

Every road of the tests notes, when it ends, what the hub's database says was accepted by its recipient. A message
counts when both ends were adapters of ours (their handlers stand in `adapters.<name>`), not plain edges of a test; but
for a role that this project has no adapter of (`STAND_INS`), where a plain edge stands for that party's own system. The
list in `travelled.json` is checked against each run: a test that passed and did not carry what the list says it carries
fails the run. `pytest --write-travelled` adds what was seen to the list and writes the page `docs/catalogue.md` anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from hub.database import Database
from hub.messagelog.tables import MESSAGE
from schemas.catalogue import CATALOGUE

if TYPE_CHECKING:
    from adapters.edge import Edge
    from hub.register.model import Register

TOP: Final = Path(__file__).parents[1]
FILE: Final = Path(__file__).with_name("travelled.json")
PAGE: Final = TOP / "docs/catalogue.md"
#: The numbers of the rows in docs/messages.md; 28 and 30 are not built.
NUMBERS: Final = {
    name: number
    for number, name in enumerate(
        (
            *("schuldenrust-aanmelding", "schuldenrust-registratie", "schuldenrust-afmelding", "kennisgeving"),
            *("kennisgeving-publiek", "kennisgeving-antwoord", "geen-medewerking", "pauze-verlenging"),
            *("pauze-beeindiging", "incasso-ondanks-pauze", "statusbericht", "statusverzoek", "saldoverzoek"),
            *("saldoverzoek-antwoord", "betaalvoorstel", "betaalvoorstel-antwoord", "heroverweging"),
            *("schuldregeling-akkoord", "schuldregeling-beeindigd", "verwijzing", "verwijzing-status"),
            *("bewind-gestart", "bewind-dossier", "bewind-advies", "bewind-beeindigd", "afkoelingsperiode"),
            *("fasewijziging", "", "rustverzoek"),
        ),
        1,
    )
    if name
}
#: Roles that have no adapter here and how the page names the plain edge that stands for their own system.
STAND_INS: Final = {"MUN": "the municipality's own system (a plain edge)"}


@dataclass(frozen=True, slots=True, order=True)
class Leg:
    """One kind of message, from one role to another, between two adapters."""

    type: str
    sender_role: str
    recipient_role: str
    sender: str
    recipient: str

    @property
    def name(self) -> str:
        """How the list names it."""
        return f"{self.type} {self.sender_role}→{self.recipient_role}"


class Notebook:
    """What was seen in this run, by test."""

    def __init__(self) -> None:
        self.test = ""
        self.seen: dict[str, set[Leg]] = {}

    def note(self, url: str, register: Register, edges: Iterable[Edge]) -> None:
        """Takes down what was carried on a road that has ended."""
        adapters = {edge.identity.oin: name for edge in edges if (name := adapter_of(edge)) is not None}
        database = Database(url)
        try:
            with database.reading() as tx:
                accepted = tx.execute(select(MESSAGE).where(MESSAGE.c.outcome == "accepted")).all()
        finally:
            database.close()
        for row in accepted:
            roles = (_role(register, row.source_oin), _role(register, row.recipient_oin))
            sender, recipient = adapters.get(row.source_oin), adapters.get(row.recipient_oin, STAND_INS.get(roles[1]))
            if sender is None or recipient is None:
                continue
            self.seen.setdefault(self.test, set()).add(Leg(CATALOGUE[row.type].name, *roles, sender, recipient))

    def missed(self, passed: Iterable[str]) -> list[str]:
        """What the list says of tests that passed, and that they did not carry."""
        done = set(passed)
        listed = read()
        return sorted(
            f"{name} did not travel in {entry['test']}"
            for name, entry in listed.items()
            if entry["test"] in done and name not in {leg.name for leg in self.seen.get(entry["test"], ())}
        )

    def write(self) -> None:
        """Adds what was seen to the list, and writes the page."""
        listed = read()
        for test, legs in sorted(self.seen.items()):
            for leg in sorted(legs):
                listed.setdefault(leg.name, {"between": f"{leg.sender} → {leg.recipient}", "test": test})
        FILE.write_text(json.dumps(dict(sorted(listed.items(), key=_order)), indent=2, ensure_ascii=False) + "\n")
        PAGE.write_text(page(read()))


def under_way(url: str) -> int:
    """How many messages the hub has accepted whose recipient has not said what became of them."""
    database = Database(url)
    try:
        with database.reading() as tx:
            return len(tx.execute(select(MESSAGE.c.id).where(MESSAGE.c.outcome.is_(None))).all())
    finally:
        database.close()


def arrived(url: str) -> set[str]:
    """The names of the types of which the hub knows that one was stored by its recipient."""
    database = Database(url)
    try:
        with database.reading() as tx:
            found = tx.execute(select(MESSAGE.c.type).where(MESSAGE.c.outcome == "accepted").distinct()).scalars()
            return {CATALOGUE[one].name for one in found}
    finally:
        database.close()


NOTEBOOK: Final = Notebook()


def adapter_of(edge: Edge) -> str | None:
    """The adapter that acts at this edge, or nothing: a test does."""
    modules = {handler.act.__module__ for handler in edge._handlers.values()}
    names = {module.split(".")[1] for module in modules if module.startswith("adapters.")}
    return next(iter(names)) if len(names) == 1 else None


def read() -> dict[str, dict[str, str]]:
    """The list."""
    found: dict[str, dict[str, str]] = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    return found


def page(listed: Mapping[str, Mapping[str, str]]) -> str:
    """The page that shows it."""
    lines = [
        "# What has travelled",
        "",
        "Generated by the tests (`pytest tests/integration --write-travelled`), and checked against every run of them:",
        "each row was carried over a real broker, from the adapter of one party to that of another with their outside",
        "systems behind them, and its recipient said that it was stored. Only for a municipality's own system, which",
        "is not ours to build, a plain edge stands in; the table says so.",
        "",
        "| # | message | from → to | adapters | test |",
        "|---|---|---|---|---|",
    ]
    for name, number in NUMBERS.items():
        rows = [(leg, entry) for leg, entry in listed.items() if leg.split(" ")[0] == name]
        if not rows:
            lines.append(f"| {number} | `{name}` | not yet | | |")
        for leg, entry in rows:
            test = entry["test"].rpartition("::")[2]
            lines.append(f"| {number} | `{name}` | {leg.split(' ')[1]} | {entry['between']} | `{test}` |")
    return "\n".join(lines) + "\n"


def missing() -> list[str]:
    """The types that have not travelled yet."""
    there = {name.split(" ")[0] for name in read()}
    return [name for name in NUMBERS if name not in there]


def _order(item: tuple[str, object]) -> tuple[int, str]:
    return NUMBERS.get(item[0].split(" ")[0], 99), item[0]


def _role(register: Register, oin: str) -> str:
    organisation = register.organisation(oin)
    return "?" if organisation is None else min(organisation.roles)
