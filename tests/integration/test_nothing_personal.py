"""What the hub and the broker leave on disk says nothing about anybody; the same search finds it at the parties."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path

import pytest
from sqlalchemy import text

from adapters.demo.postgres import PrivatePostgres
from adapters.edge import Done, Received, Reply
from hub.clock import new_pseudonym
from schemas.messages import NoticeAnswer, PublicNotice
from tests.broker import Broker
from tests.planted import places
from tests.road import eventually, road_on
from tests.world import SHV, TAX

EXAMPLES = Path(__file__).parents[2] / "schemas/v1/examples"
PLANTED = ("999770007", "Zonderlingsma-Geplant", "HLM-2026-GEPLANT", "1961-07-13")  # nobody else in any test


def planted_notice() -> PublicNotice:
    """A notice about somebody who exists only here."""
    example = json.loads((EXAMPLES / "kennisgeving-publiek.json").read_bytes())
    bsn, name, number, birth = PLANTED
    planted = {"bsn": bsn, "geslachtsnaam": name, "klantnummerShv": number, "geboortedatum": birth}
    return PublicNotice.from_wire(example | planted)


async def take_note(received: Received[NoticeAnswer]) -> Done:
    """Haarlem reads the answer."""
    return Done()


async def stop_collecting(received: Received[PublicNotice]) -> Done:
    """The tax office answers."""
    return Done(
        replies=(Reply(NoticeAnswer.from_wire(json.loads((EXAMPLES / "kennisgeving-antwoord.json").read_bytes()))),)
    )


@pytest.mark.anyio
async def test_neither_hub_nor_broker_nor_database_keeps_anything_personal(
    broker: Broker,
    tmp_path: Path,
    postgres_server: PrivatePostgres,
    postgres_url: str,
    capfd: pytest.CaptureFixture[str],
) -> None:
    async with road_on(broker, tmp_path, postgres_url) as road:
        office = await road.hub()
        haarlem, gbkz = road.edge(SHV), road.edge(TAX)
        gbkz.on(PublicNotice, stop_collecting)
        haarlem.on(NoticeAnswer, take_note)
        settled: list[str] = []
        haarlem.on_outcome(lambda _tx, outcome: settled.append(outcome.state))
        await road.run(haarlem.run)
        with haarlem.ledger.begin() as tx:
            for _ in range(20):  # while the recipient is away, all of it lies in the broker
                haarlem.publish(tx, planted_notice(), to=TAX, case=new_pseudonym(), conversation=new_pseudonym())
        await eventually(lambda: settled.count("accepted") == 20, "the hub holds every message")
        waiting = list(places([broker.node.folder, postgres_server.folder], PLANTED))
        await road.run(gbkz.run)
        await eventually(lambda: settled.count("delivered") == 20, "everything was delivered")
        with office.database.begin() as connection:
            connection.execute(text("SELECT pg_switch_wal()"))
        after = list(places([broker.node.folder, postgres_server.folder], PLANTED))
    said = capfd.readouterr()
    assert waiting == []
    assert after == []
    assert not [value for value in PLANTED if value in said.out + said.err]
    assert list(places([tmp_path / TAX], PLANTED)), "the search itself must find what a party keeps of its own"


@pytest.mark.parametrize("offset", range(3))
@pytest.mark.parametrize("alphabet", [base64.b64encode, base64.urlsafe_b64encode])
def test_the_search_finds_a_value_however_it_is_written(tmp_path: Path, offset: int, alphabet: object) -> None:
    file = tmp_path / "leak"
    secret = "Zonderlingsma>>Geplant??é"
    written = alphabet(os.urandom(offset + 3 * 7) + secret.encode() + os.urandom(5))  # type: ignore[operator]
    file.write_bytes(b"x" * 1000 + written)
    assert list(places([tmp_path], [secret])) == [f"{file}: {secret}"]
