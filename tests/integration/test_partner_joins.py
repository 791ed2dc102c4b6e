"""A partner joins: keys and request on its own machine, `partners add` at the hub, and it is connected."""

from __future__ import annotations

import asyncio
import json
import secrets
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import aiormq
import pytest

from hub.cli.app import make_app, run
from hub.register.certificates import new_broker_identity
from hub.wire import strictjson
from hub.wire.jwk import public_jwk
from tests.broker import Broker
from tests.world import TAX, VISH, World, make_world

LIMIT_S = 10


@dataclass(frozen=True)
class Desk:
    """The hub's set-up desk: its files, and its commands on the session's broker."""

    folder: Path
    broker: Broker
    world: World
    vhost: str

    def command(self, *tokens: str) -> int:
        """Run `schuldhub` with what every set-up command is told."""
        return run(make_app(), [*tokens, "--inboxes", str(self.folder / "inboxes.json"), *self.trust])

    @property
    def trust(self) -> list[str]:
        """The register and the governance key."""
        return ["--register", str(self.folder / "register.jws"), "--governance", str(self.folder / "governance.jwk")]

    @property
    def management(self) -> list[str]:
        """How to reach the broker."""
        node = self.broker.node
        where = ["--management", self.broker.management.url, "--vhost", self.vhost]
        return [*where, "--password-file", str(node.password_file)]

    def topology(self, verb: str, *more: str) -> int:
        """`topology plan` or `apply`."""
        return self.command("topology", verb, *self.management, *more)

    def add(self, oin: str, partner: Path, keys: bytes | None = None) -> int:
        """`partners add` with what lies in the partner's folder."""
        own = [dict(jwk) for kid, jwk in self.world.private.items() if kid.startswith(oin)]
        (partner / "public.jwks.json").write_bytes(keys or strictjson.dumps({"keys": [public_jwk(jwk) for jwk in own]}))
        asked = ["--csr", str(partner / "broker.csr.pem"), "--jwks", str(partner / "public.jwks.json"), "--oin", oin]
        given = ["--ca", str(self.broker.node.authority.folder), "--out", str(partner), "--name", "Partner"]
        address = ["--address", f"amqps://localhost:{self.broker.node.ports.amqps}"]
        return self.command("partners", "add", *asked, *given, *address, *self.management)


@pytest.fixture
def desk(broker: Broker, tmp_path: Path) -> Iterator[Desk]:
    """A desk whose vhost is not there yet."""
    world = make_world()
    world.write(tmp_path / "desk")
    made = Desk(tmp_path / "desk", broker, world, f"t-{secrets.token_hex(6)}")
    yield made
    broker.discard(made.vhost)


async def inbox_is_readable(partner: Path) -> bool:
    """Whether a partner gets in with nothing but its folder, and reads its inbox."""
    about = json.loads((partner / "partner.json").read_bytes())
    context = ssl.create_default_context(cafile=partner / "ca.crt.pem")
    context.load_cert_chain(partner / "broker.crt.pem", partner / "broker.key.pem")
    connection = aiormq.Connection(f"{about['broker']}/{about['vhost']}?auth=EXTERNAL", context=context)
    async with asyncio.timeout(LIMIT_S):
        await connection.connect()
        try:
            channel = await connection.channel()
            return (await channel.basic_get(about["inbox"], no_ack=True)).body == b""
        finally:
            await connection.close()


def test_a_partner_with_its_bundle_reads_its_inbox(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    partner = tmp_path / "partner"
    new_broker_identity(TAX, partner)
    assert desk.add(TAX, partner) == 0
    assert capsys.readouterr().out == f"{partner}\n"
    assert asyncio.run(inbox_is_readable(partner))


def test_a_private_key_in_the_set_lets_nobody_in(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    partner = tmp_path / "partner"
    new_broker_identity(TAX, partner)
    secret = [dict(jwk) for kid, jwk in desk.world.private.items() if kid.startswith(TAX)]
    assert desk.add(TAX, partner, strictjson.dumps({"keys": secret})) == 5
    assert "key_invalid" in capsys.readouterr().err
    assert not (partner / "broker.crt.pem").exists()
    assert desk.vhost not in desk.broker.management.vhosts()


def test_adding_a_partner_leaves_the_number_of_lanes_as_it_is(desk: Desk, tmp_path: Path) -> None:
    partner = tmp_path / "partner"
    new_broker_identity(TAX, partner)
    assert desk.topology("apply", "--lanes", "3") == 0
    assert desk.add(TAX, partner) == 0
    assert len(desk.broker.management.present(desk.vhost).lanes) == 3


def test_a_plan_changes_nothing_and_apply_does_what_it_says(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    for verb in (["plan"], ["apply", "--dry-run"]):
        assert desk.topology(*verb) == 0
        planned = capsys.readouterr().out.splitlines()
        assert "+ queue hub.lane.7" in planned
        assert f"+ partner {TAX}: user, rights and an inbox whose name is drawn when applied" in planned
        assert desk.vhost not in desk.broker.management.vhosts()
        assert not (desk.folder / "inboxes.json").exists()
    assert desk.topology("apply") == 0
    assert desk.topology("plan") == 0
    shown = capsys.readouterr()
    assert f"inbox.p-{TAX}." in shown.out
    assert "nothing to do" in shown.err


def test_who_left_the_register_is_named_and_put_out_when_told(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert desk.topology("apply") == 0
    ended = desk.world.edited(lambda document: document["organisations"][2].update(status="ended"))
    ended.write(desk.folder)
    assert desk.topology("apply") == 0
    assert f"user p-{VISH}: no partner any more" in capsys.readouterr().err
    assert f"p-{VISH}" in desk.broker.management.present(desk.vhost).users
    assert desk.topology("apply", "--remove-users") == 0
    assert f"p-{VISH}" not in desk.broker.management.present(desk.vhost).users


def test_an_object_in_the_way_is_a_problem_to_look_at(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.broker.management.add_vhost(desk.vhost)
    desk.broker.management._call("PUT", f"/api/exchanges/{desk.vhost}/hub.out", {"type": "fanout"})
    assert desk.topology("plan") == 6
    assert desk.topology("apply") == 5
    assert "exchange hub.out" in capsys.readouterr().err


def test_a_password_file_that_others_can_read_is_refused(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = tmp_path / "password"
    shown.write_text("x")
    shown.chmod(0o644)
    tokens = ["--management", desk.broker.management.url, "--vhost", desk.vhost, "--password-file", str(shown)]
    assert desk.command("topology", "plan", *tokens) == 5
    assert "open to others" in capsys.readouterr().err


def test_the_list_names_every_partner_of_the_register(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    partner = tmp_path / "partner"
    new_broker_identity(TAX, partner)
    desk.add(TAX, partner)
    capsys.readouterr()
    assert desk.command("partners", "list", "--ca", str(desk.broker.node.authority.folder), "-o", "jsonl") == 0
    rows = {row["oin"]: row for row in map(json.loads, capsys.readouterr().out.splitlines())}
    assert rows[TAX]["naam"] == "GBKZ"
    assert rows[TAX]["certificaat_tot"]
    assert rows[VISH]["inbox"] is None
