"""`schuldhub partner-kit` against our own edge, somebody else's software, and one that says yes to everything."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adapters.edge import Done, Edge, Received, Reply
from hub.wire.topology import user_of
from schemas.messages import NoticeAnswer, PauseEnd, PublicNotice
from tests import foreign
from tests.broker import Broker
from tests.cli import COMMAND, ROOT, Ended
from tests.parties import example
from tests.road import Road, road_on
from tests.stranger import Stranger, header_of, payload_of, stranger_on
from tests.world import SHV, TAX

pytestmark = pytest.mark.anyio
ANSWER = example(NoticeAnswer, "kennisgeving-antwoord")


def settings_of(road: Road, folder: Path) -> Path:
    """The settings of the test sender, which plays the debt helper."""
    link = road.link(user_of(SHV))
    state = folder / "state"
    state.mkdir(mode=0o700)
    lines = {
        "register_file": road.folder / "register.jws",
        "governance_file": road.folder / "governance.jwk",
        "keys": road.folder / SHV / "keys",
        "state": state,
        "ledger": f"sqlite:///{folder / 'unused.db'}",
    }
    tables: dict[str, dict[str, object]] = {
        "identity": {"oin": SHV, "system": "proef", "inbox": road.vhost.inbox(SHV)},
        "broker": {"url": link.url, "ca": link.ca, "certificate": link.certificate, "key": link.key},
    }
    text = "".join(f'{name} = "{value}"\n' for name, value in lines.items())
    for table, values in tables.items():
        text += f"[{table}]\n" + "".join(f'{name} = "{value}"\n' for name, value in values.items())
    file = folder / "sender.toml"
    file.write_text(text)
    return file


async def tried(road: Road, folder: Path, *more: str) -> Ended:
    """The kit, run as its user runs it."""
    config = settings_of(road, folder)
    arguments = ("--config", str(config), "--partner", TAX, "--wait", "8", "--quiet", "1", *more)
    process = await asyncio.create_subprocess_exec(
        *COMMAND, "partner-kit", *arguments, cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(180):
        out, err = await process.communicate()
    return Ended(process.returncode or 0, out.decode(), err.decode())


def findings(ended: Ended) -> list[dict[str, Any]]:
    """The report."""
    rows: list[dict[str, Any]] = json.loads(ended.out)
    return rows


def with_handlers(edge: Edge) -> Edge:
    """A partner that answers notices and takes ends."""

    async def notice(_: Received[PublicNotice]) -> Done:
        return Done((Reply(ANSWER),))

    async def end(_: Received[PauseEnd]) -> Done:
        return Done((Reply(ANSWER),))

    edge.on(PublicNotice, notice)
    edge.on(PauseEnd, end)
    return edge


def test_the_page_for_partners_runs_the_very_command() -> None:
    page = (ROOT / "docs/joining.md").read_text()
    assert "schuldhub partner-kit --config sender/edge.toml --partner 00000099000000003000 --output table\n" in page


async def test_our_own_edge_keeps_every_promise(broker: Broker, tmp_path: Path) -> None:
    async with road_on(broker, tmp_path / "road", oins=(SHV, TAX)) as road:
        await road.hub()
        await road.run(with_handlers(road.edge(TAX)).run)
        ended = await tried(road, tmp_path, "--output", "json")
        assert ended.code == 0, ended.out + ended.err
        assert {row["outcome"] for row in findings(ended)} == {"kept"}
        assert "13 of 13 promises kept" in ended.err + ended.out


class SomebodyElse:
    """A partner with software of its own: `judge` says what becomes of a body, or nothing yet."""

    def __init__(self, stranger: Stranger, judge: Callable[[SomebodyElse, bytes], str | None]) -> None:
        self.stranger = stranger
        self.judge = judge
        self.done: dict[str, str] = {}
        self.opened: set[str] = set()

    async def work(self) -> None:
        """Answers everything that comes, until cancelled."""
        while True:
            for letter in self.stranger.of("hub-envelope+jws"):
                name = letter.payload["id"]
                if name in self.done:
                    continue
                said = self.judge(self, letter.body)
                if said is None:
                    continue
                self.done[name] = said
                result, _, code = said.partition(":")
                more = {"code": code} if code else {}
                receipt = self.stranger.receipt(letter.body, to=SHV, result=result, **more)
                await self.stranger.send(receipt, type="recipient-receipt")
            await asyncio.sleep(0.02)


def careful(self: SomebodyElse, body: bytes) -> str | None:
    """What wire.md asks of a recipient, on cryptography alone."""
    private = self.stranger.road.world.private
    envelope = payload_of(body) or {}
    kid = header_of(body)["kid"]
    foreign.verify(body.decode(), private[kid])
    try:
        _, document = foreign.decrypt(envelope["data"], private[f"{TAX}/enc/a"])
    except Exception:  # noqa: BLE001 - whatever it is, it did not open
        return None  # held, with an alarm
    try:
        _, written = foreign.verify(document.decode(), private[kid])
    except Exception:  # noqa: BLE001 - whatever it is, it does not hold
        return "refused:inner_signature"
    event = json.loads(written)
    shared = set(envelope) - {"data", "datacontenttype"}
    if any(event.get(name) != envelope[name] for name in shared):
        return "refused:attribute_mismatch"
    if "onbekend" in event["data"]:
        return "refused:schema_invalid"
    if ".pauze-beeindiging." in event["type"] and event["correlationid"] not in self.opened:
        return None
    self.opened.add(event["correlationid"])
    return "accepted"


def careless(_: SomebodyElse, __: bytes) -> str | None:
    """Yes to everything."""
    return "accepted"


async def somebody_elses(
    broker: Broker, folder: Path, judge: Callable[[SomebodyElse, bytes], str | None], *more: str
) -> Ended:
    """The kit against software that is not ours."""
    async with road_on(broker, folder / "road", oins=(SHV, TAX)) as road:
        await road.hub()
        async with stranger_on(road, TAX) as stranger:
            working = asyncio.create_task(SomebodyElse(stranger, judge).work())
            try:
                return await tried(road, folder, *more)
            finally:
                working.cancel()
                await asyncio.gather(working, return_exceptions=True)


async def test_software_that_is_not_ours_keeps_them_too(broker: Broker, tmp_path: Path) -> None:
    ended = await somebody_elses(broker, tmp_path, careful, "--output", "json")
    assert ended.code == 0, ended.out + ended.err
    # it answers nothing, which may take longer than a test waits: that is said, and breaks no promise
    assert [row["outcome"] for row in findings(ended) if row["promise"].startswith("answers")] == ["not tested"]


async def test_who_says_yes_to_everything_is_found_out(broker: Broker, tmp_path: Path) -> None:
    ended = await somebody_elses(broker, tmp_path, careless, "--output", "json")
    assert ended.code == 6
    broken = {row["sent"] for row in findings(ended) if row["outcome"] == "broken"}
    assert broken == {
        "the second letter first",
        "an altered signature in the seal",
        "a seal that does not open",
        "another case inside than outside",
        "a member that the schema does not know",
    }


async def test_the_report_is_a_table_for_who_sits_at_a_terminal(broker: Broker, tmp_path: Path) -> None:
    ended = await somebody_elses(broker, tmp_path, careless, "--output", "table")
    assert ended.code == 6
    assert "inner_signature" in ended.out
    assert "broken" in ended.out
