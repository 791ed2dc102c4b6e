"""The adapter of the index on its own: real ledger, worker and handlers, the simulated index behind plain folders.

Only the road and SFTP are missing: messages are put into the ledger as the inbox would, what is published is listed,
and files are carried by a transport that knows local folders (SFTP itself: tests/contract/test_simulators.py).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from adapters.ledger import Ledger
from adapters.outside.sftp import Folders
from adapters.vish import store
from adapters.vish.handlers import VishIndex
from adapters.vish.settings import VishSettings
from adapters.vish.simulator_index import Index
from adapters.vish.simulator_round import Mood, Round
from hub.errors import Code, UnavailableError
from schemas.messages import (
    CoolingOffPeriod,
    DebtRestRegistration,
    DebtRestRegistrationResult,
    DebtRestWithdrawal,
    Message,
)
from tests.alone import Alone
from tests.world import SHV

M = TypeVar("M", bound=Message)
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
VRIES, BAKKER, JANSEN = "999900006", "999900018", "999900031"
CODE = "HLM01"


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

    async def set_aside(self, name: str) -> None:
        """Leaves it there under another name."""
        with self._reached():
            (self.root / "uit" / name).rename(self.root / "uit" / f"{name}.onleesbaar")

    @contextmanager
    def _reached(self) -> Iterator[None]:
        if not self.reachable:
            raise UnavailableError(Code.OUTSIDE_UNAVAILABLE, "folders")
        yield


@dataclass(kw_only=True)
class Desk(Alone):
    """The adapter with everything that a test looks at."""

    index: Index
    folders: LocalFolders
    settings: VishSettings
    mood: Mood = field(default_factory=Mood)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.adapter = VishIndex(self, self.folders, self.settings, self.clock)
        self.adapter.listen()
        self.rounds = Round(self.index, self.folders.root, self.mood)

    async def work(self) -> None:
        """Acts on everything that is due now."""
        while await self.worker.act_due():
            pass

    async def receives(self, message: Message, conversation: str, *, sender: str = SHV, case: str | None = None) -> str:
        """One message arrives a second later and is acted on; its id."""
        self.clock.move(timedelta(seconds=1))
        return await super().receives(message, conversation, sender=sender, case=case)

    async def tick(self, **later: float) -> None:
        """Time passes; the adapter does what is due."""
        self.clock.move(timedelta(**later))
        await self.adapter.tick(self.clock.now())

    async def round(self) -> None:
        """A quarter of an hour: supply, the index handles it, the results are read."""
        await self.tick(minutes=15)
        await self.rounds.once()
        await self.tick(minutes=2)

    def results(self) -> list[tuple[str, str | None]]:
        """What the helper was told: result and registration number."""
        return [(said.result.value, said.registration_number) for _, said in self.answers()]

    def answers(self) -> list[tuple[str | None, DebtRestRegistrationResult]]:
        """What the helper was told, each with the id of the message that it answers."""
        return [
            (one.causation, one.message) for one in self.sent if isinstance(one.message, DebtRestRegistrationResult)
        ]

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
    index.advance(NOW - index.now())
    index.fill({CODE: "Gemeente Haarlem"}, [(BAKKER, "1985-00-00", "Bakker")])
    ledger = Ledger(ledger_url or f"sqlite:///{folder / 'ledger.db'}")
    server = {"host": "index.example", "user": "haarlem", "key_file": folder / "key", "host_key_file": folder / "host"}
    known = VishSettings.model_validate({"sftp": server} | settings)
    yield Desk(ledger=ledger, index=index, folders=LocalFolders(folder / "sftp"), settings=known)
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
