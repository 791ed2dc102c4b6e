"""What every adapter promises, over the real broker and with its outside system (guarantees.md, promises 1 to 3).

An adapter joins with one class:

    class TestLocalTaxOffice(AdapterContract):
        adapter = "gbkz"; oin = TAX
        def opening(self): …        # a message that makes it act, about somebody whom its outside system knows
        def closing(self): …        # a later one of the same conversation, which waits for the first
        def outside(self, folder): … # its outside system, running, and the file with the adapter's settings

The sender is a stranger with a raw connection: what is asked of the adapter is asked of it alone.
"""

from __future__ import annotations

import asyncio
import sys
from abc import abstractmethod
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Protocol

import pytest

from adapters.adapter_cli import Name, _compose_of
from hub.clock import new_pseudonym
from hub.failpoints import KILLED, Failpoint
from hub.wire.delivery import Outgoing
from hub.wire.seal import Event
from hub.wire.topology import HUB_USER, user_of
from schemas.messages import Message
from tests.broker import Broker
from tests.road import Road, eventually, road_on
from tests.stranger import Letter, Stranger, stranger_on
from tests.world import SHV, make_body, make_event, make_letter

ROOT = Path(__file__).parents[2]
#: Where a crash can part what was done outside from what the ledger knows of it.
AROUND_THE_ACT = (
    Failpoint.INBOX_BEFORE_COMMIT,
    Failpoint.INBOX_AFTER_COMMIT,
    Failpoint.ACT_AFTER_INTENT,
    Failpoint.ACT_AFTER_EFFECT,
    Failpoint.ACT_AFTER_RESULT,
    Failpoint.OUTBOX_BEFORE_COMMIT,
    Failpoint.OUTBOX_AFTER_PUBLISH,
)
LIMIT_S = 60.0


class Outside(Protocol):
    """An adapter's outside system, as the contract sees it."""

    #: The file with the adapter's own settings.
    own: Path
    #: Every way to misbehave: slow, wrong, lying, away.
    faults: tuple[str, ...]

    def effects(self) -> Mapping[str, int]:
        """By its own books: of each key how often it was carried out."""
        ...

    async def misbehave(self, fault: str) -> None:
        """Does this once, at the next opportunity."""
        ...

    def ended(self) -> bool:
        """By its own books: the last thing that was asked was the closing."""
        ...


@dataclass
class Stage:
    """A road with one adapter on it, its outside system and a stranger who sends."""

    road: Road
    outside: Outside
    sender: Stranger
    oin: str
    folder: Path
    name: str

    def body(self, message: Message, conversation: str, sequence: int) -> bytes:
        """A message to the adapter."""
        event = make_event(
            message.message_type.name,
            to=self.oin,
            now=self.road.clock.now(),
            data=message.to_wire(),
            correlationid=conversation,
            sequence=str(sequence),
            dataschema=message.dataschema,
        )
        return make_body(self.road.world, event, self.road.clock.now())

    async def send(self, *bodies: bytes) -> None:
        """The stranger publishes, in this order, and hears of the hub that each was taken."""
        for body in bodies:
            await self.sender.send(body)
        for body in bodies:
            assert (await self.sender.told(body))[0]["decision"] == "accepted"

    def receipts(self, body: bytes) -> list[tuple[str, str | None]]:
        """What the adapter's edge said of a body."""
        entries = (entry for letter in self.sender.of("recipient-receipt+jws") for entry in letter.payload["receipts"])
        ref = self.sender.properties_of(body)["message_id"]
        return [(entry["result"], entry.get("code")) for entry in entries if entry["ref"] == ref]

    async def receipted(self, body: bytes) -> tuple[str, str | None]:
        """Waits for that."""
        await eventually(lambda: bool(self.receipts(body)), "the adapter's receipt", LIMIT_S)
        return self.receipts(body)[0]

    def answers(self, conversation: str) -> list[Letter]:
        """What the adapter answered in a conversation; status reports of progress are no answer yet."""
        came = self.sender.of("hub-envelope+jws")
        here = [one for one in came if one.payload["correlationid"] == conversation]
        return [one for one in here if ".statusbericht." not in one.payload["type"]]


class AdapterContract:
    """The promises; each test has a road of its own."""

    pytestmark: ClassVar = pytest.mark.anyio
    adapter: ClassVar[Name]
    oin: ClassVar[str]
    #: Whether its outside system answers an opening by itself, so that a reply is due.
    answers: ClassVar[bool] = True

    @abstractmethod
    def opening(self) -> Message:
        """A message that makes the adapter act."""

    def opening_about(self, nth: int) -> Message:
        """The same about the n-th person, where one act outside would serve several conversations about one."""
        del nth
        return self.opening()

    @abstractmethod
    def closing(self) -> Message:
        """A later message of the same conversation, of a type that waits for the opening."""

    @abstractmethod
    def outside(self, folder: Path) -> AbstractAsyncContextManager[Outside]:
        """The outside system, for as long as the block lasts."""

    @asynccontextmanager
    async def stage(self, broker: Broker, folder: Path, *, running: bool = True) -> AsyncIterator[Stage]:
        """Everybody; the adapter runs in this process unless it is to be started as one of its own."""
        async with AsyncExitStack() as stack:
            outside = await stack.enter_async_context(self.outside(folder))
            road = await stack.enter_async_context(road_on(broker, folder / "road", oins=(SHV, self.oin)))
            await road.hub()
            sender = await stack.enter_async_context(stranger_on(road, SHV))
            if running:
                edge = road.edge(self.oin)
                tasks = await stack.enter_async_context(_compose_of(self.adapter)(edge, outside.own))
                for part in (edge.run, *tasks):
                    await road.run(part)
            yield Stage(road, outside, sender, self.oin, folder, self.adapter)
            await road.stack.aclose()

    async def settled(self, stage: Stage, conversation: str, body: bytes) -> None:
        """The opening was acted on outside, once, and answered where an answer is due."""
        assert await stage.receipted(body) == ("accepted", None)
        key = stage.sender.properties_of(body)["message_id"]
        await eventually(lambda: _counts(stage, key) == [1], "it was carried out", LIMIT_S)
        if self.answers:
            await eventually(lambda: bool(stage.answers(conversation)), "it was answered", LIMIT_S)

    # — the promises ———————————————————————————————————————————————————————————————————————————————————————————————

    async def test_it_acts_once_whatever_comes_twice(self, broker: Broker, tmp_path: Path) -> None:
        async with self.stage(broker, tmp_path) as stage:
            talk = new_pseudonym()
            body = stage.body(self.opening(), talk, 1)
            await stage.send(body)
            await self.settled(stage, talk, body)
            answers = len(stage.answers(talk))
            await deliver_again(stage, body, times=3)
            await eventually(lambda: len(stage.receipts(body)) >= 2, "the same receipt again", LIMIT_S)
            fence = stage.body(self.opening(), talk, 2)
            await stage.send(fence)
            assert await stage.receipted(fence) == ("accepted", None)
            assert set(stage.receipts(body)) == {("accepted", None)}
            assert _counts(stage, stage.sender.properties_of(body)["message_id"]) == [1]
            again = [one for one in stage.answers(talk) if one.payload.get("causationid") == _id(stage, body)]
            assert len(again) <= max(answers, 1)

    async def test_it_keeps_the_order_of_a_conversation(self, broker: Broker, tmp_path: Path) -> None:
        async with self.stage(broker, tmp_path) as stage:
            talk = new_pseudonym()
            first, second = stage.body(self.opening(), talk, 1), stage.body(self.closing(), talk, 2)
            await stage.send(second)
            other = new_pseudonym()
            fence = stage.body(self.opening_about(1), other, 1)
            await stage.send(fence)
            assert await stage.receipted(fence) == ("accepted", None)  # another conversation does not wait
            assert stage.receipts(second) == []
            await stage.send(first)
            assert await stage.receipted(first) == ("accepted", None)
            assert await stage.receipted(second) == ("accepted", None)
            await eventually(stage.outside.ended, "the end state is that of the last message", LIMIT_S)

    async def test_it_is_told_nothing_that_no_agreement_allows(self, broker: Broker, tmp_path: Path) -> None:
        async with self.stage(broker, tmp_path) as stage:
            event = make_event("fasewijziging", to=self.oin, now=stage.road.clock.now())
            body = make_body(stage.road.world, event, stage.road.clock.now())
            await stage.sender.send(body)
            said = (await stage.sender.told(body))[0]
            assert (said["decision"], said["code"]) == ("refused", "no_agreement")
            assert stage.receipts(body) == []
            assert stage.outside.effects() == {}

    async def test_every_message_ends_in_a_receipt(self, broker: Broker, tmp_path: Path) -> None:
        async with self.stage(broker, tmp_path) as stage:
            now, world, opening = stage.road.clock.now(), stage.road.world, self.opening()
            name = opening.message_type.name

            def event(**more: object) -> Event:
                said = {**opening.to_wire(), **more}
                return make_event(name, to=self.oin, now=now, dataschema=opening.dataschema, data=said)

            letters = {
                ("refused", "inner_signature"): make_letter(world, event(), edit_event_header=_other_typ).body(),
                ("refused", "attribute_mismatch"): make_letter(world, event(), edit_event=_other_case).body(),
                ("refused", "schema_invalid"): make_body(world, event(onbekend=1), now),
            }
            for wanted, body in letters.items():
                await stage.send(body)
                assert await stage.receipted(body) == wanted
            assert stage.outside.effects() == {}

    async def test_it_survives_an_outside_system_that_is_slow_wrong_lying_or_away(
        self, broker: Broker, tmp_path: Path
    ) -> None:
        async with self.stage(broker, tmp_path) as stage:
            for nth, fault in enumerate(stage.outside.faults):
                await stage.outside.misbehave(fault)
                talk = new_pseudonym()
                body = stage.body(self.opening_about(nth), talk, 1)
                await stage.send(body)
                await self.settled(stage, talk, body)
            assert set(stage.outside.effects().values()) == {1}

    async def test_it_resumes_after_a_crash_at_any_point(self, broker: Broker, tmp_path: Path) -> None:
        async with self.stage(broker, tmp_path, running=False) as stage:
            sent: dict[str, bytes] = {}
            for nth, point in enumerate(self.crashes()):
                talk = new_pseudonym()
                sent[talk] = stage.body(self.opening_about(nth), talk, 1)
                await stage.send(sent[talk])
                ended = await ended_process(stage, point)
                assert ended == KILLED, f"{point} was not reached"
            process = await started(stage, None)
            try:
                for talk, body in sent.items():
                    await self.settled(stage, talk, body)
                assert set(stage.outside.effects().values()) == {1}
            finally:
                process.terminate()
                await process.wait()

    def crashes(self) -> tuple[Failpoint, ...]:
        """Where the process is ended, one after another."""
        return AROUND_THE_ACT if self.answers else tuple(one for one in AROUND_THE_ACT if "outbox" not in one.value)


def _counts(stage: Stage, key: str) -> list[int]:
    return [count for name, count in stage.outside.effects().items() if name == key]


def _id(stage: Stage, body: bytes) -> str:
    return str(stage.sender.properties_of(body)["message_id"])


def _other_typ(header: dict[str, object]) -> None:
    header["typ"] = "hub-envelope+jws"


def _other_case(event: dict[str, object]) -> None:
    event["subject"] = f"urn:uuid:{new_pseudonym()}"


async def deliver_again(stage: Stage, body: bytes, times: int) -> None:
    """Puts the bytes into the adapter's inbox again, as the hub's keeper does."""
    link = await stage.road.foreign(HUB_USER)
    known = stage.sender.properties_of(body)
    again = Outgoing("hub.out", stage.oin, body, known["message_id"], known["type"], known["correlation_id"])
    assert await link.publish([again] * times) == [None] * times


async def started(stage: Stage, point: Failpoint | None) -> asyncio.subprocess.Process:
    """The adapter as a process of its own, ended at a failpoint when one is given."""
    road, own = stage.road, stage.road.folder / stage.oin
    link = road.link(user_of(stage.oin))
    state = own / "state"
    state.mkdir(mode=0o700, exist_ok=True)
    lines: dict[str, object] = {
        "register_file": road.folder / "register.jws",
        "governance_file": road.folder / "governance.jwk",
        "keys": own / "keys",
        "state": state,
        "ledger": f"sqlite:///{own / 'ledger.db'}",
        "own": stage.outside.own,
    }
    tables: dict[str, dict[str, object]] = {
        "identity": {"oin": stage.oin, "system": "proef", "inbox": road.vhost.inbox(stage.oin)},
        "broker": {"url": link.url, "ca": link.ca, "certificate": link.certificate, "key": link.key},
    }
    text = "".join(f'{name} = "{value}"\n' for name, value in lines.items())
    for table, values in tables.items():
        text += f"[{table}]\n" + "".join(f'{name} = "{value}"\n' for name, value in values.items())
    if point is not None:
        text += f'[failpoint]\npoint = "{point.value}"\nafter = 0\n'
    config = own / "edge.toml"
    config.write_text(text)
    command = (sys.executable, "-m", "adapters", "adapter", "run", stage.name, "--config", str(config))
    with (own / "process.log").open("ab") as log:
        return await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=log, stderr=log)


async def ended_process(stage: Stage, point: Failpoint) -> int:
    """How the process ended that was to end at this point."""
    process = await started(stage, point)
    try:
        return await asyncio.wait_for(process.wait(), LIMIT_S)
    except TimeoutError:
        process.kill()
        return await process.wait()
