"""The main path on real parts: one notice from a publish call to the act at the other party, and the answer back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from adapters.edge import Done, Outcome, Received, Reply
from hub.clock import new_pseudonym
from hub.messagelog.tables import ENTRY, MESSAGE, SEALED, State
from schemas.messages import NoticeAnswer, PublicNotice
from tests.broker import Broker
from tests.road import Road, eventually, road_on
from tests.world import SHV, TAX

pytestmark = pytest.mark.anyio
EXAMPLES = Path(__file__).parents[2] / "schemas/v1/examples"


def notice() -> PublicNotice:
    """The published example of a notice."""
    return PublicNotice.from_wire(json.loads((EXAMPLES / "kennisgeving-publiek.json").read_bytes()))


def answer() -> NoticeAnswer:
    """The published example of an answer."""
    return NoticeAnswer.from_wire(json.loads((EXAMPLES / "kennisgeving-antwoord.json").read_bytes()))


async def acted(received: Received[PublicNotice]) -> Done:
    """A party that stops collecting at once."""
    return Done(replies=(Reply(answer()),))


async def finished(received: Received[NoticeAnswer]) -> Done:
    """A party that takes note."""
    return Done()


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
async def test_a_notice_is_acted_on_and_answered(
    broker: Broker, tmp_path: Path, database: str, request: pytest.FixtureRequest
) -> None:
    url = None if database == "sqlite" else request.getfixturevalue("postgres_url")
    async with road_on(broker, tmp_path, url) as road:
        office = await road.hub()
        haarlem, gbkz = road.edge(SHV), road.edge(TAX)
        seen: list[str] = []
        outcomes: list[Outcome] = []

        async def pause(received: Received[PublicNotice]) -> Done:
            seen.append(received.id)
            return Done(replies=(Reply(answer()),))

        answers: list[NoticeAnswer] = []

        async def take_note(received: Received[NoticeAnswer]) -> Done:
            answers.append(received.message)
            return Done()

        gbkz.on(PublicNotice, pause)
        haarlem.on(NoticeAnswer, take_note)
        haarlem.on_outcome(lambda _tx, outcome: outcomes.append(outcome))
        await road.run(haarlem.run)
        await road.run(gbkz.run)
        with haarlem.ledger.begin() as tx:
            sent = haarlem.publish(tx, notice(), to=TAX, case=new_pseudonym(), conversation=new_pseudonym())
        await eventually(lambda: bool(answers), "the answer is back in Haarlem")
        await eventually(lambda: len(outcomes) == 2, "hub and recipient said what became of it")
        assert seen == [sent]
        assert answers == [answer()]
        assert sorted((outcome.state, outcome.by) for outcome in outcomes) == [
            ("accepted", "hub"),
            ("delivered", "recipient"),
        ]
        await eventually(lambda: _counts(road, office) == ({State.ANSWERED: 2}, 0), "the hub holds no bytes any more")
        with office.database.reading() as connection:
            kinds = sorted(connection.execute(ENTRY.select()).mappings(), key=lambda row: row["kind"])
        assert [row["kind"] for row in kinds] == ["accepted", "accepted", "receipt", "receipt", "register"]
        await eventually(lambda: _indexed(office) == 5, "every entry has its index")


def _counts(road: Road, office: object) -> tuple[dict[State, int], int]:
    with office.database.reading() as connection:  # type: ignore[attr-defined]
        states = [State(row.state) for row in connection.execute(MESSAGE.select())]
        bodies = len(connection.execute(SEALED.select()).all())
    return {state: states.count(state) for state in set(states)}, bodies


def _indexed(office: object) -> int:
    with office.database.reading() as connection:  # type: ignore[attr-defined]
        return sum(row.leaf_index is not None for row in connection.execute(ENTRY.select()))
