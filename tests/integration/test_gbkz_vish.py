"""A local tax office and the referral index on the real road, each with its outside system, and on PostgreSQL."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from hub.clock import new_pseudonym
from schemas.messages import (
    DebtRestRegistration,
    DebtRestRegistrationResult,
    DebtRestWithdrawal,
    NoticeAnswer,
    PauseEnd,
    PublicNotice,
)
from tests.broker import Broker
from tests.parties import example, parties_on
from tests.road import eventually, road_on
from tests.unit.gbkz import desk as tax_desk
from tests.unit.vish import desk as vish_desk
from tests.world import TAX, VISH

pytestmark = pytest.mark.anyio
END = {"einddatum": "2027-03-01", "klasse": "ten-onrechte-gemeld"}


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
