"""A local tax office and the referral index on the real road, each with its outside system, and a plain Haarlem."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import asyncssh

from adapters.contract import Done, Received
from adapters.edge import Edge
from adapters.gbkz.process import compose as compose_gbkz
from adapters.gbkz.simulator import TaxSystem
from adapters.gbkz.simulator_office import Office
from adapters.gbkz.simulator_record import Record
from adapters.gbkz.simulator_words import Seed
from adapters.simulators.files import Place
from adapters.simulators.web import served as tax_serving
from adapters.vish.process import compose as compose_vish
from adapters.vish.simulator import serving as vish_serving
from adapters.vish.simulator_index import Index
from hub.clock import new_pseudonym
from schemas.messages import (
    DebtRestRegistrationResult,
    Message,
    NoCooperation,
    NoticeAnswer,
    PublicNotice,
    StatusReport,
)
from tests.road import Road
from tests.world import SHV, TAX, VISH

EXAMPLES = Path(__file__).parents[1] / "schemas/v1/examples"


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

    def says(self, message: Message, to: str, conversation: str) -> str:
        """Haarlem sends a message; its id."""
        with self.haarlem.ledger.begin() as tx:
            return self.haarlem.publish(tx, message, to=to, case=new_pseudonym(), conversation=conversation)


def example(model: type[Message], name: str) -> Message:
    """The published example of a message."""
    return model.from_wire(json.loads((EXAMPLES / f"{name}.json").read_bytes()))


@asynccontextmanager
async def parties_on(road: Road, folder: Path, tax_settings: str = "") -> AsyncIterator[Parties]:
    """Everybody, running; `tax_settings` are more lines for the file of the tax office."""
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
            f'base_url = "http://127.0.0.1:{counter.port}"\n'
            f'token_file = "token"\ngemeentecodes = ["0397"]\n{tax_settings}'
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
