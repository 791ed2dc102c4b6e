"""A local tax office on its own: real ledger, worker and handlers, the simulated tax system without a socket.

Only the road is missing: messages are put into the ledger as the inbox would, and what is published is listed.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import httpx2

from adapters.gbkz.client import HttpTaxSystem
from adapters.gbkz.handlers import TaxOffice
from adapters.gbkz.settings import TaxOfficeSettings
from adapters.gbkz.simulator import TaxSystem
from adapters.gbkz.simulator_record import Record
from adapters.ledger import Ledger
from adapters.outside.http import Exchange
from schemas.messages import CollectionDespitePause, Message, PauseEnd, PauseExtension, PublicNotice
from tests.alone import Alone
from tests.world import SHV

M = TypeVar("M", bound=Message)
TOKEN = "token-of-the-test"
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
VRIES, BAKKER, JANSEN, SMIT, NOBODY = "999900006", "999900018", "999900031", "999900043", "999900055"
CONTACT = {"naam": "Team schulddienstverlening", "telefoon": "023-5550100"}


def taxpayer(number: str, bsn: str, birth_date: str, surname: str, prefix: str | None = None) -> dict[str, Any]:
    """One taxpayer of the seed."""
    return {
        "subjectnummer": number,
        "bsn": bsn,
        "geboortedatum": birth_date,
        "voorvoegsel": prefix,
        "geslachtsnaam": surname,
    }


def dossier(number: str, *parties: str, step: str = "AANSLAG", days: int = 40, **more: object) -> dict[str, Any]:
    """One dossier of the seed, that came to its step `days` ago."""
    since = (NOW.date() - timedelta(days=days)).isoformat()
    known = {"dossiernummer": number, "belanghebbenden": parties, "gemeentecode": "0397", "bedragCent": 120_000}
    return known | {"stap": step, "stapdatum": since} | more


SEED = {
    "nu": NOW.isoformat(),
    "belastingplichtigen": [
        taxpayer("S1", VRIES, "1979-11-30", "Vries", "de"),
        taxpayer("S2", BAKKER, "1985-00-00", "Bäkker"),
        taxpayer("S3", JANSEN, "1990-05-17", "Jansen"),
        taxpayer("S4", SMIT, "1991-01-02", "Smit"),
    ],
    "dossiers": [
        dossier("D1", "S1", step="HERINNERING", days=5),
        dossier("D2", "S1", automatischeIncasso=True),
        dossier("D3", "S1", "S2", step="AANMANING", days=5),
        dossier("D5", "S4", step="DEURWAARDER", behandelaar={"naam": "Deurwaarders Kennemerland", "telefoon": "geen"}),
        dossier("D6", "S4", step="DWANGBEVEL", days=0),
    ],
}


@dataclass(kw_only=True)
class Desk(Alone):
    """The office with everything that a test looks at."""

    simulator: TaxSystem
    http: httpx2.AsyncClient
    settings: TaxOfficeSettings

    def __post_init__(self) -> None:
        super().__post_init__()
        system = HttpTaxSystem(Exchange(self.http, self.settings.deadline_s))
        self.office = TaxOffice(self, system, self.settings, self.clock, lambda: self.link_down_since)
        self.office.listen()

    async def work(self) -> None:
        """Acts on everything that is due, and on what comes due in the next minutes."""
        for _ in range(8):
            while await self.worker.act_due():
                pass
            self.clock.move(timedelta(seconds=60))

    async def answers_to(
        self, message: Message, conversation: str, *, sender: str = SHV, case: str | None = None
    ) -> list[Message]:
        """The answers to one message."""
        before = len(self.sent)
        await self.receives(message, conversation, sender=sender, case=case)
        return self.messages[before:]

    async def at(self, moment: datetime) -> None:
        """Lets the office do what is due at `moment`, in the tax system too."""
        await self.manage("klok", {"nu": moment.isoformat()})
        self.clock.moment = moment
        await self.office.tick(moment)

    async def manage(self, what: str, document: object) -> None:
        """Tells the simulator something."""
        answer = await self.http.post(f"/beheer/{what}", json=document)
        assert answer.status_code == 200, answer.text

    async def books(self) -> dict[str, Any]:
        """What the tax office has on record."""
        books: dict[str, Any] = (await self.http.get("/beheer/boeken")).json()
        return books

    async def paused(self) -> set[str]:
        """The dossiers with *uitstel*."""
        return {one["dossiernummer"] for one in (await self.books())["dossiers"] if one["uitstel"]}

    async def uitstel_of(self, number: str) -> list[dict[str, Any]]:
        """Every *uitstel* there ever was on a dossier."""
        return [one for one in (await self.books())["uitstellen"] if one["dossiernummer"] == number]

    async def effects(self, message_id: str) -> dict[str, int]:
        """How often each act of this message was carried out, by the tax office's own books."""
        counted: dict[str, dict[str, int]] = (await self.http.get("/beheer/effecten")).json()
        return {key: counts["uitgevoerd"] for key, counts in counted.items() if key.startswith(message_id)}


@asynccontextmanager
async def opened(folder: Path, ledger_url: str | None = None, **settings: object) -> AsyncIterator[Desk]:
    """An office with its ledger in `folder`, unless it has an address of its own."""
    record = Record(":memory:")
    simulator = TaxSystem(record, TOKEN)
    ledger = Ledger(ledger_url or f"sqlite:///{folder / 'ledger.db'}")
    defaults = {
        "base_url": "http://127.0.0.1",
        "token_file": folder / "token",
        "gemeentecodes": {"0397", "0377", "0473"},
    }
    known = TaxOfficeSettings.model_validate(defaults | {"settle_s": 0, "deadline_s": 1} | settings)
    transport = httpx2.ASGITransport(simulator.app)
    headers = {"authorization": f"Bearer {TOKEN}"}
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1", headers=headers) as http:
        desk = Desk(ledger=ledger, simulator=simulator, http=http, settings=known)
        await desk.manage("vullen", SEED)
        yield desk
    ledger.close()
    record.close()


def notice(bsn: str = VRIES, birth_date: str = "1979-11-30", **more: object) -> PublicNotice:
    """A notice about somebody, from today for half a year."""
    known = {
        "bsn": bsn,
        "geboortedatum": birth_date,
        "voorvoegsel": "de",
        "geslachtsnaam": "Vries",
        "klantnummerShv": "HLM-1",
        "ingangsdatum": "2026-11-23",
        "einddatum": "2027-05-21",
        "contact": CONTACT,
        "gemeentecode": "0397",
    }
    if bsn != VRIES:
        known.pop("voorvoegsel")
        known["geslachtsnaam"] = {BAKKER: "Bakker", JANSEN: "JANSEN", SMIT: "Smit"}.get(bsn, "Onbekend")
    return PublicNotice.from_wire(known | more)


def extension(end: date) -> PauseExtension:
    """Pause until `end`."""
    return PauseExtension.from_wire({"einddatum": end.isoformat(), "reden": "Het plan is nog niet klaar."})


def incident() -> CollectionDespitePause:
    """Somebody got a final demand."""
    return CollectionDespitePause.from_wire({"maatregel": "aanmaning", "datum": "2026-11-30"})


def ending(end: date, end_class: str = "beeindigd") -> PauseEnd:
    """The pause ends after `end`."""
    return PauseEnd.from_wire({"einddatum": end.isoformat(), "klasse": end_class})
