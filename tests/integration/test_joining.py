"""docs/joining.md does what it says: somebody who follows that page joins a real road, and its example acts there."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from types import ModuleType

import pytest

from adapters.edge import Done, Edge, Received
from hub.clock import new_pseudonym
from hub.register.inboxes import InboxFile
from hub.register.partners import Application, Broker, Trust, admit
from hub.wire import strictjson
from hub.wire.jwk import public_jwk
from schemas.messages import Message, NoCooperation, NoticeAnswer, PublicNotice
from tests import broker as real
from tests.road import LIMIT_S, Road, eventually, road_on
from tests.world import SHV, TAX, World, listed_key, make_world

TOP = Path(__file__).parents[2]
PAGE = TOP / "docs/joining.md"
EXAMPLE = TOP / "docs/joining/example_adapter.py"
NOTICE = PublicNotice.from_wire(json.loads((TOP / "schemas/v1/examples/kennisgeving-publiek.json").read_bytes()))
STRANGER_BSN = "999001024"
SHELL = re.findall(r"```sh\n(.*?)```", PAGE.read_text(), re.DOTALL)
MAKE_KEYS, TRY_OUT, START, LOOK, JUDGE_LINES, TRY_ENDPOINT = SHELL
(EVENT,) = re.findall(r"```json\n(.*?)```", PAGE.read_text(), re.DOTALL)
(SETTINGS,) = re.findall(r"```toml\n(.*?)```", PAGE.read_text(), re.DOTALL)


def test_the_page_shows_the_very_example_that_is_run() -> None:
    assert f"```python\n{EXAMPLE.read_text()}```\n" in PAGE.read_text()


@pytest.mark.anyio
async def test_who_follows_the_page_joins_a_real_road_and_the_example_acts_there(
    broker: real.Broker, tmp_path: Path
) -> None:
    folder = tmp_path / "supplier"
    folder.mkdir()
    _own_system(folder)
    _shell(MAKE_KEYS, folder)
    async with road_on(broker, tmp_path / "road", world=_world_with(folder)) as road:
        _send_bundle(road, folder)
        await road.hub()
        haarlem = road.edge(SHV)
        answers = _listen(haarlem)
        await road.run(haarlem.run)
        async with _running(folder) as example:
            sent, known = _send(haarlem, NOTICE)
            _, unknown = _send(haarlem, NOTICE.model_copy(update={"bsn": STRANGER_BSN}))
            await eventually(lambda: len(answers) == 2, "the example answered both notices")
            status = json.loads((await asyncio.to_thread(_shell, LOOK, folder)).splitlines()[0])
        assert example.returncode == 0, "it stops orderly"
    assert (status["oin"], status["uncertain"], status["failed"]) == (TAX, 0, 0)
    answer = answers[known]
    assert isinstance(answer, NoticeAnswer)
    assert answer.end_date == NOTICE.end_date
    assert answers[unknown] == NoCooperation.from_wire({"reden": "klant-onbekend"})
    assert _pauses(folder) == [(sent, "K-1", "2026-10-01")]


@pytest.mark.anyio
async def test_keys_and_bundle_can_be_tried_out_before_anything_is_connected(
    broker: real.Broker, tmp_path: Path
) -> None:
    folder = tmp_path / "supplier"
    folder.mkdir()
    _shell(MAKE_KEYS, folder)
    async with road_on(broker, tmp_path / "road", world=_world_with(folder)) as road:
        _send_bundle(road, folder)
    (folder / "event.json").write_text(EVENT)
    shown = json.loads(_shell(TRY_OUT, folder))
    assert shown["event"] == json.loads(EVENT)
    (folder / "body.txt").rename(folder / "bodies.txt")
    verdicts = [json.loads(line) for line in _shell(JUDGE_LINES, folder).splitlines()]
    assert len(verdicts) == 2
    assert all(verdict.keys() in ({"ok", "id"}, {"ok", "code"}) for verdict in verdicts)


def test_the_page_starts_the_example_as_the_test_does() -> None:
    assert START.split() == ["python", str(EXAMPLE.relative_to(TOP)), "edge.toml"]


def test_the_act_of_the_example_done_again_changes_nothing(tmp_path: Path) -> None:
    system, pause = _own_system(tmp_path), _example().pause
    assert pause(system, "a-message-id", NOTICE) == pause(system, "a-message-id", NOTICE)
    assert len(_pauses(tmp_path)) == 1


@pytest.mark.parametrize(("said", "agrees"), [("1979-00-00", True), ("1979-11-00", True), ("1978-00-00", False)])
def test_the_example_compares_birth_dates_as_far_as_they_are_known(tmp_path: Path, said: str, *, agrees: bool) -> None:
    notice = NOTICE.model_copy(update={"birth_date": said})
    answer = _example().pause(_own_system(tmp_path), "a-message-id", notice)
    assert isinstance(answer, NoticeAnswer) == agrees


def _send(edge: Edge, notice: PublicNotice) -> tuple[str, str]:
    """Publishes a notice; its id and its conversation."""
    conversation = new_pseudonym()
    with edge.ledger.begin() as tx:
        return edge.publish(tx, notice, to=TAX, case=new_pseudonym(), conversation=conversation), conversation


def _listen(edge: Edge) -> dict[str, Message]:
    """What is answered to this edge, by conversation."""
    answers: dict[str, Message] = {}

    async def note(received: Received[NoticeAnswer] | Received[NoCooperation]) -> Done:
        answers[received.conversation] = received.message
        return Done()

    edge.on(NoticeAnswer, note)
    edge.on(NoCooperation, note)
    return answers


def _shell(block: str, folder: Path) -> str:
    """Runs a block of the page as its reader would, in the reader's folder; its standard output."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.defpath}"
    done = subprocess.run(
        ["/bin/bash", "-euc", block],
        cwd=folder,
        env={"PATH": path, "HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _world_with(folder: Path) -> World:
    """A world whose register lists the keys that the supplier handed over."""
    handed_over = json.loads((folder / "keys/public.jwks.json").read_bytes())["keys"]
    listed = [listed_key(jwk) for jwk in handed_over]
    return make_world(edit=lambda document: document["organisations"][3].update(keys=listed))


def _send_bundle(road: Road, folder: Path) -> None:
    """What the hub does with what was handed over: checks it, and sends the bundle."""
    inboxes = InboxFile(road.folder / "inboxes.json")
    inboxes.path.write_text(json.dumps(road.vhost.inboxes))
    request, keys = (folder / "keys/broker.csr.pem").read_bytes(), (folder / "keys/public.jwks.json").read_bytes()
    world = road.world
    trust = Trust(world.body, strictjson.dumps(public_jwk(world.governance_jwk)), world.register)
    at = Broker(road.vhost.url.rpartition("/")[0], road.vhost.name)
    authority = road.broker.node.authority
    admit(Application(TAX, "Proef", request, keys), authority, inboxes, at, trust, road.clock.now()).write(folder)
    about = json.loads((folder / "partner.json").read_bytes())
    settings = re.sub('amqps://[^"]*', f"{about['broker']}/{about['vhost']}", SETTINGS)
    (folder / "edge.toml").write_text(re.sub(r"inbox\.p-[^\"]*", about["inbox"], settings))


def _own_system(folder: Path) -> Path:
    """A system as a party already has one: whom it knows, and whose collecting is paused."""
    file = folder / "incasso.db"
    with closing(sqlite3.connect(file)) as db, db:
        db.execute("CREATE TABLE customer (bsn TEXT PRIMARY KEY, birth_date TEXT, number TEXT)")
        db.execute("CREATE TABLE pause (key TEXT PRIMARY KEY, customer TEXT, until TEXT)")
        db.execute("INSERT INTO customer VALUES (?, ?, 'K-1')", (NOTICE.bsn, NOTICE.birth_date))
    return file


def _pauses(folder: Path) -> list[tuple[str, str, str]]:
    with closing(sqlite3.connect(folder / "incasso.db")) as db:
        return db.execute("SELECT key, customer, until FROM pause").fetchall()


@asynccontextmanager
async def _running(folder: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """The example as its user starts it, ended by SIGTERM."""
    log = (folder / "log").open("wb")
    with log:
        process = await asyncio.create_subprocess_exec(sys.executable, EXAMPLE, folder / "edge.toml", stderr=log)
        try:
            yield process
        finally:
            if process.returncode is None:
                process.terminate()
            await asyncio.wait_for(process.wait(), LIMIT_S)


def _example() -> ModuleType:
    spec = importlib.util.spec_from_file_location("example_adapter", EXAMPLE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
