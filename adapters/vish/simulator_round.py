"""What the simulated index does with the files in its folders: takes batches, answers each row, and can do it badly."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from adapters.vish.simulator_index import Index
from adapters.vish.simulator_rows import Answered, UnreadableFileError, read_batch, write_results

LOOK_S = 0.05


class ResultFault(StrEnum):
    """How the index misbehaves with what it answers."""

    NONE = "geen"
    SLOW = "traag"  # takes its time before it picks a batch up
    NO_RESULT = "geen-uitslag"
    DUPLICATE = "dubbele-uitslag"
    GARBAGE = "onleesbare-uitslag"
    HALF = "halve-uitslag"  # the last row is missing
    STRANGE = "vreemde-regel"  # one row too many, about nothing that was asked
    CONFLICT = "tegenstrijdige-uitslag"  # a second file that says something else


@dataclass
class Mood:
    """How the index treats the next batches (None: until told otherwise)."""

    fault: ResultFault = ResultFault.NONE
    times: int | None = None
    duration_s: float = 30.0

    def taken(self) -> ResultFault:
        """The fault for this batch; a counted one is used up."""
        fault = self.fault
        if self.times is not None:
            self.times -= 1
            if self.times <= 0:
                self.fault, self.times = ResultFault.NONE, None
        return fault


class Round:
    """Goes through the folder `in`, again and again."""

    def __init__(self, index: Index, root: Path, mood: Mood) -> None:
        self._index = index
        self._incoming = root / "in"
        self._outgoing = root / "uit"
        self._mood = mood
        self._spontaneous = 0

    async def run(self) -> None:
        """Handle batches until cancelled."""
        while True:
            await self.once()
            await asyncio.sleep(LOOK_S)

    async def once(self) -> None:
        """Handle the batches that are there."""
        for batch in sorted(self._incoming.glob("*.csv")):
            fault = self._mood.taken()
            if fault is ResultFault.SLOW:
                await asyncio.sleep(self._mood.duration_s)
            self._handle(batch, fault)

    def lapse(self, registration: str) -> None:
        """End a registration unasked and tell its owner in a file of its own."""
        row = self._index.lapse(registration)
        self._spontaneous += 1
        self._put(f"mutaties-{self._index.now():%Y%m%d%H%M%S%f}-{self._spontaneous}", write_results([row]))

    def _handle(self, batch: Path, fault: ResultFault) -> None:
        try:
            rows = read_batch(batch.read_bytes())
        except UnreadableFileError:
            batch.unlink()
            self._put(f"{batch.stem}.afgekeurd", write_results([]))
            return
        results = [self._index.handle(row) for row in rows if row is not None]
        batch.unlink()
        self._answer(batch.stem, results, fault)

    def _answer(self, batch: str, results: list[Answered], fault: ResultFault) -> None:
        name = f"{batch}.resultaat"
        match fault:
            case ResultFault.NO_RESULT:
                return
            case ResultFault.GARBAGE:
                self._put(name, b"\xff\xfe<storing>;;;\r\n")
                return
            case ResultFault.HALF:
                results = results[:-1]
            case ResultFault.STRANGE:
                results = [*results, replace(results[0], recordsleutel="00000000-0000-7000-8000-000000000000")]
            case ResultFault.DUPLICATE:
                self._put(f"{name}-2", write_results(results))
            case ResultFault.CONFLICT:
                other = [replace(row, uitkomst="AFGEWEZEN", registratienummer="", reden="STORING") for row in results]
                self._put(f"{name}-2", write_results(other))
            case ResultFault.NONE | ResultFault.SLOW:
                pass
        self._put(name, write_results(results))

    def _put(self, stem: str, content: bytes) -> None:
        """Write under another name first: nobody must read half a file."""
        draft = self._outgoing / f"{stem}.deel"
        draft.write_bytes(content)
        draft.rename(self._outgoing / f"{stem}.csv")
