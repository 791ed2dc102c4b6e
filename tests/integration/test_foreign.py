"""A partner with software of its own (aio-pika and cryptography, nothing of ours) on the real road."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
from pathlib import Path

import pytest

from adapters.edge import Done, Received
from hub.clock import new_pseudonym
from schemas.messages import PublicNotice
from tests.broker import Broker
from tests.road import Road, road_on
from tests.world import SHV, TAX, VISH, make_body, make_event

pytestmark = pytest.mark.anyio
ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "schemas/v1/examples/kennisgeving-publiek.json"


async def misbehave(road: Road, plan: dict[str, object]) -> list[dict[str, str]]:
    """Runs the stranger's process; one line per deed."""
    folder = road.folder / SHV
    certificate, key = road.broker.partner(SHV)
    for source, name in ((certificate, "broker.crt.pem"), (key, "broker.key.pem"), (road.broker.ca, "ca.crt.pem")):
        shutil.copy(source, folder / name)
    (folder / "plan.json").write_text(json.dumps(plan))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "adapters.demo.foreign"),
        *("--url", road.vhost.url, "--folder", str(folder), "--plan", str(folder / "plan.json")),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0, errors.decode()
    return [json.loads(line) for line in output.splitlines()]


async def test_an_honest_stranger_is_carried_and_every_misdeed_is_refused_with_its_code(
    broker: Broker, tmp_path: Path
) -> None:
    async with road_on(broker, tmp_path) as road:
        await road.hub()
        office = road.edge(TAX)
        acted: list[str] = []

        async def pause(received: Received[PublicNotice]) -> Done:
            acted.append(received.id)
            return Done()

        office.on(PublicNotice, pause)
        await road.run(office.run)
        now = road.clock.now()
        key = road.world.register.sealing_key(TAX, now)
        captured = make_body(road.world, make_event(sender=VISH, now=now), now)
        deeds = await misbehave(
            road,
            {
                "oin": SHV,
                "to": TAX,
                "inbox": road.vhost.inbox(SHV),
                "signingKey": "sig-a.jwk.json",
                "recipientKey": {"kid": key.kid, "x": key.jwk["x"]},
                "type": "kennisgeving-publiek",
                "data": json.loads(EXAMPLE.read_bytes()),
                "captured": captured.decode(),
                "hasty": False,
                "unwritable": new_pseudonym(),
            },
        )
        said = [(deed["deed"], deed.get("decision") or deed.get("result"), deed.get("code")) for deed in deeds]
        assert said == [
            ("honest", "accepted", None),
            ("honest", "accepted", None),
            ("replayed", "accepted", None),
            ("replayed-from-another", "refused", "identity_mismatch"),
            ("tampered", "refused", "bad_signature"),
            ("unknown-sender", "refused", "unknown_key"),
            ("id-reused", "refused", "id_reused"),
            ("schema-invalid", "refused", "schema_invalid"),
            ("unwritable", None, None),  # nothing here keeps its row out
            ("turned-away", None, None),
            ("turned-away", None, None),
        ]
        assert len(acted) == 2  # the honest one, and the one that only a database that refuses its row keeps out
