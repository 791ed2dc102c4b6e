"""The recipient's order rule against a model: any order, copies, delays, failures and crashes, and one right end."""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from adapters.breaker import Backoff, Breaker
from adapters.contract import Done, Handler, Identity, Office, OutsideKey, Received
from adapters.intake import Delivery, Intake
from adapters.ledger import Ledger
from adapters.receipts import ReceiptReader
from adapters.tables import INBOX, Taken
from adapters.worker import MOST_CRASHES, Worker
from hub.clock import new_pseudonym
from hub.errors import Code, UnavailableError
from hub.register.current import CurrentKeys, CurrentRegister
from hub.register.file import RegisterFile
from schemas.messages import (
    ArrangementAgreed,
    BalanceRequest,
    CoolingOffPeriod,
    Message,
    PauseEnd,
    PauseExtension,
    PublicNotice,
    SettlementProposal,
)
from tests.edgebench import WORLD, body_of
from tests.road import eventually
from tests.stranger import payload_of
from tests.world import TAX, FixedClock

MEMORY = Path("/dev/shm")  # noqa: S108 - thousands of commits that no power cut will ask for
CONVERSATIONS = tuple(f"01997000-0000-7000-8000-00000000000{number}" for number in range(3))
COURT = "afkoelingsperiode"
KINDS = (
    "kennisgeving-publiek",
    "pauze-verlenging",
    "pauze-verlenging",
    "pauze-beeindiging",
    "kennisgeving-publiek",
    COURT,
    COURT,
)
#: Their place among those of the conversation: what a court forbids comes in between, so that it can be overtaken.
PLACES = (1, 2, 4, 5, 7, 3, 6)


@dataclass(frozen=True)
class Made:
    """A message as its sender made it."""

    conversation: str
    kind: str
    sequence: int
    body: bytes = field(repr=False)

    @property
    def id(self) -> str:
        """Its id."""
        return str((payload_of(self.body) or {})["id"])

    @property
    def state(self) -> tuple[str, bool]:
        """Which state it sets: that of its conversation, or the court's beside it."""
        return self.conversation, self.kind == COURT


MADE = [
    Made(one, kind, 10 * place, body_of(kind, correlationid=one, sequence=str(10 * place)))
    for one in CONVERSATIONS
    for place, kind in zip(PLACES, KINDS, strict=True)
]
STATES = {made.state for made in MADE}
BY_ID = {made.id: made for made in MADE}


class CrashError(BaseException):
    """The process ends here; nothing of ours may catch it."""


@dataclass
class Outside:
    """An outside system that does an act once per key, and remembers what it was asked in which order."""

    attempts: Counter[str] = field(default_factory=Counter)
    effects: list[Made] = field(default_factory=list)
    down: set[str] = field(default_factory=set)
    crash: str = ""

    def act(self, message_id: str) -> None:
        """What the handler asks of it."""
        made = BY_ID[message_id]
        if made.conversation in self.down:
            raise UnavailableError(Code.OUTSIDE_UNAVAILABLE)
        if self.crash == "before":
            self.crash = ""
            raise CrashError
        self.attempts[message_id] += 1
        if made not in self.effects:
            self.effects.append(made)
        if self.crash == "after":
            self.crash = ""
            raise CrashError


class Party:
    """A recipient without a broker: intake, ledger and worker, which a crash makes anew."""

    def __init__(self, folder: Path, outside: OutsideKey = OutsideKey.KEY) -> None:
        WORLD.write(folder)
        self.clock = FixedClock()
        self.outside = Outside()
        self.ledger = Ledger(f"sqlite:///{folder / 'ledger.db'}")
        register = CurrentRegister(RegisterFile(folder / "register.jws", WORLD.governance, folder / "floor.json"))
        self.office = Office(register, CurrentKeys(folder / TAX / "keys", TAX, register), self.clock)
        self.identity = Identity(TAX, "proef", "inbox")
        self.receipts = ReceiptReader(self.office, lambda _tx, _outcome: None, lambda _tx, _postmark: None)

        async def act(received: Received[Any]) -> Done:
            self.outside.act(received.id)
            return Done()

        models: tuple[type[Message], ...] = (PublicNotice, PauseExtension, PauseEnd, CoolingOffPeriod)
        self.handlers: dict[str, Handler[Message]] = {
            model.message_type.type: Handler(model, act, outside) for model in models
        }
        self.start()

    def start(self) -> None:
        """A new process on the same ledger."""
        self.worker = Worker(
            self.ledger,
            self.office,
            self.handlers,
            lambda *_args, **_kwargs: "",
            backoff=Backoff(first_s=0, most_s=0),
            breaker=Breaker(threshold=10**9),
        )

    def deliver(self, *made: Made) -> None:
        """One batch, in one transaction."""
        with self.ledger.begin() as tx:
            Intake(tx, self.identity, self.office, self.handlers, self.receipts).take(
                [Delivery(one.body) for one in made]
            )

    def act(self) -> bool:
        """Acts on what is due; a crash ends the process and starts another. False when nothing was due."""
        try:
            return asyncio.run(self.worker.act_due()) > 0
        except CrashError:
            self.start()
            return True

    def act_until_quiet(self) -> None:
        """Acts until nothing is due."""
        for _ in range(500):
            if not self.act():
                return
        pytest.fail("never quiet")

    def rows(self) -> dict[str, Any]:
        """The inbox by message id."""
        with self.ledger.database.reading() as tx:
            return {row.id: row for row in tx.execute(INBOX.select())}


class OrderMachine(RuleBasedStateMachine):
    """Whatever the road does with the messages, the outside system ends where the last sequence wanted it."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None)
        self.party = Party(Path(self.folder.name))
        self.delivered: set[Made] = set()
        self.crashes = 0

    @initialize()
    def begin(self) -> None:
        """Nothing has come yet."""

    @rule(made=st.lists(st.sampled_from(MADE), min_size=1, max_size=6))
    def messages_come(self, made: list[Made]) -> None:
        """A batch in any order, with copies."""
        self.party.deliver(*made)
        self.delivered |= set(made)

    @rule()
    def the_worker_acts(self) -> None:
        """One round."""
        self.party.act()

    @rule(conversation=st.sampled_from(CONVERSATIONS))
    def the_outside_system_fails_for(self, conversation: str) -> None:
        """One conversation fails until it no longer does."""
        self.party.outside.down ^= {conversation}

    @precondition(lambda self: self.crashes < MOST_CRASHES - 1)
    @rule(where=st.sampled_from(["before", "after"]))
    def the_process_ends(self, where: str) -> None:
        """At the next act, before or after its effect."""
        self.party.outside.crash = where
        self.crashes += 1

    @invariant()
    def effects_come_once_and_in_order(self) -> None:
        """What sets a state is newer than what set it before."""
        for state in STATES:
            done = [one.sequence for one in self.party.outside.effects if one.state == state]
            assert done == sorted(set(done))

    @invariant()
    def nothing_is_done_before_what_it_waits_for(self) -> None:
        """An extension, an end or a court's word is done only where a notice has come."""
        for made in self.party.outside.effects:
            notices = {
                one for one in self.delivered if one.conversation == made.conversation and "kennisgeving" in one.kind
            }
            assert notices

    def teardown(self) -> None:
        """Everything comes at last, everything works again: the end is the same whatever came before."""
        try:
            self._judge()
        finally:
            self.party.ledger.close()
            self.folder.cleanup()

    def _judge(self) -> None:
        outside = self.party.outside
        outside.down.clear()
        outside.crash = ""
        self.party.act_until_quiet()
        before = {one.state: one for one in outside.effects}
        self.party.deliver(*MADE)
        self.party.act_until_quiet()
        rows = self.party.rows()
        assert rows.keys() == BY_ID.keys()
        for made in MADE:
            row = rows[made.id]
            assert row.result == "accepted"
            assert Taken(row.state) is (Taken.DONE if made in outside.effects else Taken.OVERTAKEN)
        last = {one.state: one for one in outside.effects}
        for state in STATES:
            wanted = max((one for one in MADE if one.state == state), key=lambda one: one.sequence)
            assert last[state] == wanted
            if state in before:  # what came too late was not acted on
                late = [one for one in MADE if one.state == state and one not in outside.effects]
                assert all(one.sequence < last[state].sequence for one in late)
        self.effects_come_once_and_in_order()


OrderMachine.TestCase.settings = settings(
    max_examples=40, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
TestOrder = OrderMachine.TestCase


@pytest.fixture
def party(tmp_path: Path) -> Any:  # noqa: ANN401
    """A recipient whose outside system takes a key."""
    made = Party(tmp_path)
    yield made
    made.ledger.close()


def states(party: Party, made: list[Made]) -> list[Taken]:
    """Where these messages are."""
    rows = party.rows()
    return [Taken(rows[one.id].state) for one in made]


def of(conversation: int) -> list[Made]:
    """The messages of one conversation that set its state, in order."""
    return [one for one in MADE if one.state == (CONVERSATIONS[conversation], False)]


def court(conversation: int) -> list[Made]:
    """What a court forbids in that conversation, in order."""
    return [one for one in MADE if one.state == (CONVERSATIONS[conversation], True)]


def test_an_older_message_is_receipted_and_not_acted_on(party: Party) -> None:
    notice, first, second, *_ = of(0)
    party.deliver(notice, second)
    party.act_until_quiet()
    party.deliver(first)
    party.act_until_quiet()
    assert states(party, [notice, second, first]) == [Taken.DONE, Taken.DONE, Taken.OVERTAKEN]
    assert party.rows()[first.id].result == "accepted"
    assert party.outside.effects == [notice, second]


def test_nobody_waits_for_a_gap(party: Party) -> None:
    notice, _, _, end, _ = of(0)
    party.deliver(notice, end)
    party.act_until_quiet()
    assert party.outside.effects == [notice, end]


def test_what_a_court_forbids_waits_for_the_notice_that_it_overtook(party: Party) -> None:
    (notice, *_), (first, _) = of(0), court(0)
    party.deliver(first)
    party.act_until_quiet()
    assert states(party, [first]) == [Taken.WAITING]
    assert party.rows()[first.id].result is None
    party.deliver(notice)
    party.act_until_quiet()
    assert party.outside.effects == [notice, first]


def test_what_a_court_forbids_waits_for_nothing_after_its_notice(party: Party) -> None:
    (notice, *_), (first, _) = of(0), court(0)
    party.deliver(notice)
    party.act_until_quiet()
    party.deliver(first)
    party.act_until_quiet()
    assert party.outside.effects == [notice, first]


def test_what_a_court_forbids_holds_though_a_newer_end_came_first(party: Party) -> None:
    (notice, extension, _, end, _), (first, second) = of(0), court(0)
    party.deliver(notice, end, second)
    party.act_until_quiet()
    party.deliver(extension, first)
    party.act_until_quiet()
    assert party.outside.effects == [notice, end, second]
    assert states(party, [extension, first]) == [Taken.OVERTAKEN] * 2


def test_what_a_court_forbids_overtakes_no_older_extension(party: Party) -> None:
    (notice, extension, later, *_), (first, second) = of(0), court(0)
    party.deliver(notice, second)
    party.act_until_quiet()
    party.deliver(first, extension, later)
    party.act_until_quiet()
    assert party.outside.effects == [notice, second, extension, later]


@pytest.mark.parametrize("together", [False, True])
def test_what_waits_for_something_that_waits_itself_goes_on_with_it(party: Party, together: bool) -> None:  # noqa: FBT001
    talk, act = new_pseudonym(), next(iter(party.handlers.values())).act
    models: tuple[type[Message], ...] = (ArrangementAgreed, SettlementProposal, BalanceRequest)
    party.handlers.update({one.message_type.type: Handler(one, act, OutsideKey.KEY) for one in models})
    made = []
    for place, model in zip((3, 2, 1), models, strict=True):
        name = model.message_type.name
        made.append(Made(talk, name, place, body_of(name, correlationid=talk, sequence=str(place))))
    for batch in [made] if together else [[one] for one in made]:
        party.deliver(*batch)
        if batch[-1] is not made[-1]:
            assert set(states(party, batch)) == {Taken.WAITING}
    assert states(party, made) == [Taken.READY] * 3
    assert {party.rows()[one.id].result for one in made} == {"accepted"}


def test_a_failing_conversation_never_blocks_another(party: Party) -> None:
    party.outside.down.add(CONVERSATIONS[0])
    party.deliver(*of(0), *of(1), *of(2))
    for _ in range(20):
        party.act()
    assert states(party, of(1)) == states(party, of(2)) == [Taken.DONE] * 5
    assert states(party, of(0)) == [Taken.READY] * 5
    party.outside.down.clear()
    party.act_until_quiet()
    assert party.outside.effects[-5:] == of(0)


def test_a_slow_act_holds_up_its_own_conversation_only(party: Party) -> None:
    async def scenario() -> None:
        slow, stop = asyncio.Event(), asyncio.Event()

        async def act(received: Received[Any]) -> Done:
            if received.conversation == CONVERSATIONS[0]:
                await slow.wait()
            party.outside.act(received.id)
            return Done()

        for name, handler in party.handlers.items():
            party.handlers[name] = Handler(handler.model, act, handler.outside)
        running = asyncio.create_task(party.worker.run(stop))
        party.deliver(*of(0), *of(1))
        party.worker.wake()
        await eventually(lambda: states(party, of(1)) == [Taken.DONE] * 5, "the other is done")
        assert states(party, of(0)) == [Taken.ACTING] + [Taken.READY] * 4
        stop.set()
        await asyncio.sleep(0)
        assert not running.done()  # what was begun is finished before the worker stops
        slow.set()
        async with asyncio.timeout(10):
            await running
        assert states(party, of(0)) == [Taken.DONE] + [Taken.READY] * 4

    asyncio.run(scenario())


def test_an_older_message_that_comes_during_the_act_of_a_newer_one_waits_for_it(party: Party) -> None:
    async def scenario() -> None:
        slow, stop = asyncio.Event(), asyncio.Event()
        notice, extension, _, end, _ = of(0)

        async def act(received: Received[Any]) -> Done:
            if received.id == end.id:
                await slow.wait()
            party.outside.act(received.id)
            return Done()

        for name, handler in party.handlers.items():
            party.handlers[name] = Handler(handler.model, act, handler.outside)
        running = asyncio.create_task(party.worker.run(stop))
        party.deliver(notice, end)
        party.worker.wake()
        await eventually(lambda: states(party, [end]) == [Taken.ACTING], "the newer is being done")
        party.deliver(extension)
        party.worker.wake()
        await asyncio.sleep(0.1)
        assert states(party, [extension]) == [Taken.READY]
        slow.set()
        await eventually(lambda: states(party, [extension]) == [Taken.OVERTAKEN], "it was too late")
        stop.set()
        party.worker.wake()
        await running
        assert party.outside.effects == [notice, end]

    asyncio.run(scenario())


def test_what_was_begun_when_a_process_ended_is_uncertain_where_the_outside_system_offers_nothing(
    tmp_path: Path,
) -> None:
    party = Party(tmp_path, OutsideKey.NEITHER)
    try:
        party.deliver(*of(0)[:2], of(1)[0])
        party.outside.crash = "after"
        party.act()
        party.act_until_quiet()
        begun = sorted(states(party, [of(0)[0], of(1)[0]]))
        assert Taken.UNCERTAIN in begun
        assert states(party, of(0)[1:2]) in ([Taken.READY], [Taken.DONE])
        for _ in range(5):
            party.start()
            party.act_until_quiet()
        assert max(party.outside.attempts.values()) == 1  # never again by itself
    finally:
        party.ledger.close()


def test_what_ends_every_process_is_given_to_a_person_and_takes_nothing_with_it(party: Party) -> None:
    poison = of(0)[0]
    act = party.outside.act

    def fatal(message_id: str) -> None:
        if message_id == poison.id:
            raise CrashError
        act(message_id)

    party.outside.act = fatal  # type: ignore[method-assign]
    party.deliver(*of(0), *of(1), *of(2))
    party.act_until_quiet()
    rows = party.rows()
    assert (Taken(rows[poison.id].state), rows[poison.id].note) == (Taken.FAILED, "crashed-repeatedly")
    assert states(party, of(1)) == states(party, of(2)) == [Taken.DONE] * 5
    assert states(party, of(0)[1:]) == [Taken.READY] * 4


def test_retries_during_an_outage_are_no_crashes(party: Party) -> None:
    party.outside.down.add(CONVERSATIONS[0])
    party.deliver(of(0)[0])
    for _ in range(MOST_CRASHES * 3):
        party.act()
    party.outside.down.clear()
    party.outside.crash = "after"
    party.act_until_quiet()
    assert states(party, of(0)[:1]) == [Taken.DONE]
