"""A local tax office and the referral index on the real road, each with its outside system, and on PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import asyncssh
import pytest

from adapters.contract import Done, Received
from adapters.edge import Edge
from adapters.gbkz.process import compose as compose_gbkz
from adapters.gbkz.simulator import TaxSystem
from adapters.gbkz.simulator import serving as tax_serving
from adapters.gbkz.simulator_office import Office
from adapters.gbkz.simulator_record import Record
from adapters.gbkz.simulator_words import Seed
from adapters.vish.process import compose as compose_vish
from adapters.vish.simulator import serving as vish_serving
from adapters.vish.simulator_index import Index
from adapters.vish.simulator_sftp import Place
from hub.clock import new_pseudonym
from schemas.messages import (
    DebtRestRegistration,
    DebtRestRegistrationResult,
    DebtRestWithdrawal,
    Message,
    NoCooperation,
    NoticeAnswer,
    PauseEnd,
    PublicNotice,
    StatusReport,
)
from tests.broker import Broker
from tests.road import Road, eventually, road_on
from tests.unit.gbkz import desk as tax_desk
from tests.unit.vish import desk as vish_desk
from tests.world import SHV, TAX, VISH

pytestmark = pytest.mark.anyio
EXAMPLES = Path(__file__).parents[2] / "schemas/v1/examples"
END = {"einddatum": "2027-03-01", "klasse": "ten-onrechte-gemeld"}


@dataclass
class Parties:
    """Haarlem with a plain edge, the tax office and the index with their adapters and outside systems."""

    haarlem: Edge
    tax: Office
    index: Index
    heard: list[Message] = field(default_factory=list)

    async def hear(self, received: Received[Message]) -> Done:
        """Haarlem takes note."""
        self.heard.append(received.message)
        return Done()

    def says(self, message: Message, to: str, conversation: str) -> None:
        """Haarlem sends a message."""
        with self.haarlem.ledger.begin() as tx:
            self.haarlem.publish(tx, message, to=to, case=new_pseudonym(), conversation=conversation)


def example(model: type[Message], name: str) -> Message:
    """The published example of a message."""
    return model.from_wire(json.loads((EXAMPLES / f"{name}.json").read_bytes()))


@asynccontextmanager
async def parties_on(road: Road, folder: Path) -> AsyncIterator[Parties]:
    """Everybody, running."""
    notice = example(PublicNotice, "kennisgeving-publiek")
    assert isinstance(notice, PublicNotice)
    async with AsyncExitStack() as stack:
        record, index = Record(str(folder / "tax.db")), Index(str(folder / "index.db"))
        stack.callback(record.close)
        stack.callback(index.close)
        tax = Office(record)
        tax.fill(Seed.model_validate_json(json.dumps(_seed(notice)), by_alias=True, by_name=False))
        index.fill({"HLM01": "Gemeente Haarlem"}, [])
        key = asyncssh.generate_private_key("ssh-ed25519")
        key.write_private_key(str(folder / "id"))
        key.write_public_key(str(folder / "id.pub"))
        (folder / "token").write_text("token")
        place = Place(folder / "sftp", folder / "host", "haarlem", folder / "id.pub")
        counter = await stack.enter_async_context(tax_serving(TaxSystem(record, "token").app))
        door = await stack.enter_async_context(vish_serving(index, place, "token"))
        (folder / "gbkz.toml").write_text(
            f'base_url = "http://127.0.0.1:{counter.port}"\ntoken_file = "token"\ngemeentecodes = ["0397"]\n'
        )
        (folder / "vish.toml").write_text(
            f'tick_s = 0.1\npoll_s = 0.2\n[sftp]\nhost = "127.0.0.1"\nport = {door.sftp_port}\n'
            'user = "haarlem"\nkey_file = "id"\nhost_key_file = "host.pub"\n'
        )
        await road.hub()
        haarlem, gbkz, vish = road.edge(SHV), road.edge(TAX), road.edge(VISH)
        parties = Parties(haarlem, tax, index)
        for model in (NoticeAnswer, NoCooperation, StatusReport, DebtRestRegistrationResult):
            haarlem.on(model, parties.hear)
        for compose, edge, own in ((compose_gbkz, gbkz, "gbkz.toml"), (compose_vish, vish, "vish.toml")):
            tasks = await stack.enter_async_context(compose(edge, folder / own))
            for part in (edge.run, *tasks):
                await road.run(part)
        await road.run(haarlem.run)
        yield parties
        await road.stack.aclose()


def _seed(notice: PublicNotice) -> dict[str, object]:
    taxpayer = {"subjectnummer": "S1", "bsn": notice.bsn, "geboortedatum": notice.birth_date}
    dossier = {"dossiernummer": "D1", "belanghebbenden": ["S1"], "gemeentecode": "0397", "bedragCent": 10_000}
    return {
        "belastingplichtigen": [taxpayer | {"voorvoegsel": notice.prefix, "geslachtsnaam": notice.surname}],
        "dossiers": [dossier | {"stapdatum": datetime.now(UTC).date().isoformat()}],  # noqa: TID251 - its own clock
    }


async def test_rest_is_there_at_both_parties_and_gone_when_it_was_a_mistake(broker: Broker, tmp_path: Path) -> None:
    async with road_on(broker, tmp_path / "road") as road, parties_on(road, tmp_path) as parties:
        pause, registration = new_pseudonym(), new_pseudonym()
        parties.says(example(PublicNotice, "kennisgeving-publiek").model_copy(update=_long()), TAX, pause)
        parties.says(example(DebtRestRegistration, "schuldenrust-aanmelding"), VISH, registration)
        await eventually(lambda: len(parties.heard) == 2, "both parties have answered")
        assert {type(said) for said in parties.heard} == {NoticeAnswer, DebtRestRegistrationResult}
        assert [one["uitstel"] for one in parties.tax.record()["dossiers"]] == [True]
        assert len(parties.index.record()) == 1
        parties.says(PauseEnd.from_wire(END), TAX, pause)
        parties.says(DebtRestWithdrawal.from_wire(END), VISH, registration)
        await eventually(lambda: len(parties.heard) == 4, "both parties have answered again")
        assert [one["uitstel"] for one in parties.tax.record()["dossiers"]] == [False]
        assert (parties.tax.record()["aantekeningen"], parties.index.record()) == ([], [])
        assert {counts["uitgevoerd"] for counts in parties.tax.effects().values()} == {1}


def _long() -> dict[str, date]:
    """From the example's first day until long after today."""
    return {"end_date": date(2030, 1, 1)}


async def test_a_tax_office_keeps_its_books_on_postgresql(tmp_path: Path, postgres_url: str) -> None:
    async with tax_desk.opened(tmp_path, postgres_url, mode="ter-goedkeuring") as careful:
        await careful.receives(tax_desk.notice(), new_pseudonym())
        assert await careful.paused() == set()
    async with tax_desk.opened(tmp_path, postgres_url) as desk:
        first, second = new_pseudonym(), new_pseudonym()
        await desk.receives(tax_desk.notice(), first)
        await desk.receives(tax_desk.notice(tax_desk.BAKKER, "1985-00-00"), second)
        await desk.receives(tax_desk.extension(date(2027, 7, 16)), first)
        await desk.receives(tax_desk.ending(date(2026, 12, 4)), first)
        await desk.at(datetime(2026, 12, 7, 8, 0, tzinfo=UTC))
        assert await desk.paused() == {"D3"}
        await desk.receives(tax_desk.ending(date(2026, 12, 8), "ten-onrechte-gemeld"), second)
        assert await desk.paused() == set()


async def test_the_index_is_supplied_from_postgresql(tmp_path: Path, postgres_url: str) -> None:
    async with vish_desk.opened(tmp_path, postgres_url) as desk:
        talk = new_pseudonym()
        await desk.receives(vish_desk.registration(), talk)
        await desk.tick(minutes=15)
        await desk.receives(vish_desk.withdrawal(), talk)
        await desk.rounds.once()
        await desk.tick(minutes=2)
        await desk.round()
        assert desk.results() == [("geregistreerd", "VISH-00000001"), ("beeindigd", "VISH-00000001")]
        desk.rounds.lapse("VISH-00000001")
        await desk.tick(minutes=2)
        assert desk.items() == []
