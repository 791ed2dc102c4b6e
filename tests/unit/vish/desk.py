"""The adapter of the index on its own: real ledger, worker and handlers, the simulated index behind plain folders.

Only the road and SFTP are missing: messages are put into the ledger as the inbox would, what is published is listed,
and files are carried by a transport that knows local folders (SFTP itself: tests/contract/test_simulators.py).
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import TypeVar, cast

from adapters import ledger as rows
from adapters.contract import Act, Handler, Office, OutsideKey
from adapters.ledger import Ledger, Taken
from adapters.outside.sftp import Folders
from adapters.vish import store
from adapters.vish.handlers import VishIndex
from adapters.vish.settings import VishSettings
from adapters.vish.simulator_index import Index
from adapters.vish.simulator_round import Mood, Round
from adapters.vish.store import Transaction
from adapters.worker import Worker
from hub.clock import new_id, new_pseudonym
from hub.database import instant
from hub.errors import Code, UnavailableError
from schemas.messages import (
    CoolingOffPeriod,
    DebtRestRegistration,
    DebtRestRegistrationResult,
    DebtRestWithdrawal,
    Message,
)

M = TypeVar("M", bound=Message)
HAARLEM = "00000099000000001000"
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
VRIES, BAKKER, JANSEN = "999900006", "999900018", "999900031"
CODE = "HLM01"


class StandingClock:
    """Tells the time that a test set."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        """That time."""
        return self.moment


@dataclass
class LocalFolders:
    """The two folders on this machine; cut off when a test says so."""

    root: Path
    reachable: bool = True
    supplied: list[str] = field(default_factory=list)

    @asynccontextmanager
    async def session(self) -> AsyncIterator[Folders]:
        """The folders."""
        with self._reached():
            yield self

    async def supply(self, name: str, content: bytes) -> None:
        """Puts a batch there."""
        with self._reached():
            (self.root / "in" / name).write_bytes(content)
            self.supplied.append(name)

    async def waiting(self) -> frozenset[str]:
        """The batches that nobody fetched."""
        with self._reached():
            return frozenset(path.name for path in (self.root / "in").glob("*.csv"))

    async def results(self) -> list[str]:
        """The result files."""
        with self._reached():
            return sorted(path.name for path in (self.root / "uit").glob("*.csv"))

    async def fetch(self, name: str) -> bytes:
        """One of them."""
        with self._reached():
            return (self.root / "uit" / name).read_bytes()

    async def discard(self, name: str) -> None:
        """Takes it away."""
        with self._reached():
            (self.root / "uit" / name).unlink(missing_ok=True)

    @contextmanager
    def _reached(self) -> Iterator[None]:
        if not self.reachable:
            raise UnavailableError(Code.OUTSIDE_UNAVAILABLE, "folders")
        yield


@dataclass
class Desk:
    """The adapter with everything that a test looks at."""

    ledger: Ledger
    clock: StandingClock
    index: Index
    folders: LocalFolders
    settings: VishSettings
    mood: Mood = field(default_factory=Mood)
    handlers: dict[str, Handler[Message]] = field(default_factory=dict)
    sent: list[tuple[str | None, DebtRestRegistrationResult]] = field(default_factory=list)
    sequence: int = 0

    def __post_init__(self) -> None:
        self.adapter = VishIndex(self, self.folders, self.settings, self.clock)
        self.adapter.listen()
        self.rounds = Round(self.index, self.folders.root, self.mood)
        party = cast("Office", SimpleNamespace(clock=self.clock))
        self.worker = Worker(self.ledger, party, self.handlers, self.publish)

    def on(self, model: type[M], act: Act[M], *, outside: OutsideKey = OutsideKey.KEY) -> None:
        """As the edge does."""
        self.handlers[model.message_type.type] = Handler(model, act, outside)  # type: ignore[arg-type]

    def publish(
        self, tx: Transaction, message: Message, *, to: str, case: str, conversation: str, causation: str | None = None
    ) -> str:
        """Lists what would be sent."""
        assert tx.in_transaction()
        assert all((to, case, conversation))
        assert isinstance(message, DebtRestRegistrationResult)
        self.sent.append((causation, message))
        return new_id(self.clock)

    async def receives(self, message: Message, conversation: str, *, sender: str = HAARLEM) -> str:
        """One message arrives and is acted on; its id."""
        self.sequence += 1
        self.clock.moment += timedelta(seconds=1)
        row = {
            "source_oin": sender,
            "id": new_id(self.clock),
            "signing_hash": "0" * 64,
            "refhash": "sha-256:" + "0" * 64,
            "type": message.message_type.type,
            "subject": new_pseudonym(),
            "correlationid": conversation,
            "sequence": self.sequence,
            "time": instant(self.clock.now()),
            "expirytime": instant(self.clock.now() + timedelta(days=14)),
            "received": instant(self.clock.now()),
            "data": json.dumps(message.to_wire()),
            "state": Taken.READY,
            "attempts": 0,
            "receipt_due": False,
        }
        with self.ledger.begin() as tx:
            rows.add_incoming(tx, [row])
        while await self.worker.act_due():
            pass
        return str(row["id"])

    def states(self, conversation: str) -> list[Taken]:
        """Where the incoming messages of a conversation are, in order."""
        with self.ledger.begin() as tx:
            query = rows.INBOX.select().where(rows.INBOX.c.correlationid == conversation)
            return [Taken(row.state) for row in tx.execute(query.order_by(rows.INBOX.c.sequence))]

    async def tick(self, **later: float) -> None:
        """Time passes; the adapter does what is due."""
        self.clock.moment += timedelta(**later)
        await self.adapter.tick(self.clock.now())

    async def round(self) -> None:
        """A quarter of an hour: supply, the index handles it, the results are read."""
        await self.tick(minutes=15)
        await self.rounds.once()
        await self.tick(minutes=2)

    def results(self) -> list[tuple[str, str | None]]:
        """What the helper was told: result and registration number."""
        return [(said.result.value, said.registration_number) for _, said in self.sent]

    def consulted(self, bsn: str) -> list[str]:
        """The registrations that a bailiff sees."""
        return [found["registratienummer"] for found in self.index.consult(bsn)]

    def items(self) -> list[store.ItemKind]:
        """What a person must look at."""
        with self.ledger.begin() as tx:
            return [item.kind for item in store.open_items(tx)]

    def registration(self, conversation: str) -> store.Registration:
        """The registration of a conversation."""
        with self.ledger.begin() as tx:
            found = store.registration(tx, conversation)
        assert found is not None
        return found


@asynccontextmanager
async def opened(folder: Path, ledger_url: str | None = None, **settings: object) -> AsyncIterator[Desk]:
    """An adapter with its ledger and the index's folders in `folder`, unless it has an address of its own."""
    for name in ("in", "uit"):
        (folder / "sftp" / name).mkdir(parents=True)
    index = Index(":memory:")
    index.fill({CODE: "Gemeente Haarlem"}, [(BAKKER, "1985-00-00", "Bakker")])
    ledger = Ledger(ledger_url or f"sqlite:///{folder / 'ledger.db'}")
    server = {"host": "index.example", "user": "haarlem", "key_file": folder / "key", "host_key_file": folder / "host"}
    known = VishSettings.model_validate({"sftp": server} | settings)
    yield Desk(ledger, StandingClock(NOW), index, LocalFolders(folder / "sftp"), known)
    ledger.close()
    index.close()


def registration(bsn: str = VRIES, birth_date: str = "1979-11-30", **more: object) -> DebtRestRegistration:
    """A registration of somebody."""
    known = {
        "bsn": bsn,
        "geboortedatum": birth_date,
        "geslachtsnaam": "Bakker" if bsn == BAKKER else "Vries",
        "ingangsdatum": "2026-11-23",
        "fase": "plan-van-aanpak",
        "contact": {"naam": "Team schulddienstverlening", "telefoon": "023-5550100"},
        "aansluitcode": CODE,
    }
    return DebtRestRegistration.from_wire(known | more)


def withdrawal(
    end: date = date(2026, 11, 30), end_class: str = "beeindigd", number: str | None = None
) -> DebtRestWithdrawal:
    """The registration ends."""
    known = {"einddatum": end.isoformat(), "klasse": end_class}
    return DebtRestWithdrawal.from_wire(known | ({"registratienummer": number} if number else {}))


def protection(mark: str = "C/15/1") -> CoolingOffPeriod:
    """A court forbids collecting for a while."""
    court = {"soort": "fw-287b", "rechtbank": "Noord-Holland", "kenmerk": mark}
    return CoolingOffPeriod.from_wire(court | {"ingangsdatum": "2026-11-23", "einddatum": "2027-05-20"})
