"""`schuldhub portal run` as its host runs it: says where it is, answers while the broker is away, ends when told to."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from adapters.bewindvoerder.watch import Watchman
from adapters.cli import whole_app
from hub.cli.app import run
from tests.portal import JANSEN, SHOP, Stand, later, portal_world, referral
from tests.world import SHV

pytestmark = pytest.mark.anyio
LIMIT_S = 90
EDGE = """
register_file = "../register.jws"
governance_file = "../governance.jwk"
keys = "keys"
state = "."
ledger = "sqlite:///ledger.db"
[identity]
oin = "{oin}"
system = "portaal"
inbox = "inbox.p-{oin}.00000000000000000000000000000000"
[broker]
url = "amqps://127.0.0.1:9/hub"
ca = "ca.pem"
certificate = "p.pem"
key = "p.key"
"""
PORTAL = """
url = "http://127.0.0.1:{port}"
port = {port}
issuer = "http://127.0.0.1:9"
client_id = "portaal"
client_secret_file = "secret"
database = "sqlite:///portaal.db"
{more}
[[offices]]
key = "jansen"
name = "Bewindkantoor Jansen"
kind = "bewindvoerder"
edge = "{jansen}/edge.toml"
kvk_number = "68750110"
helper = "{helper}"
members = {{ jansen = "medewerker" }}
[[offices]]
key = "winkel"
name = "Fietsenwinkel De Ketting"
kind = "schuldeiser"
edge = "{shop}/edge.toml"
members = {{ {group} = "medewerker" }}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two offices, each with a folder of its own."""
    portal_world().write(tmp_path)
    (tmp_path / "secret").touch(mode=0o600)
    (tmp_path / "secret").write_text("niet-geheim")
    for oin in (JANSEN, SHOP):
        (tmp_path / oin / "edge.toml").write_text(EDGE.format(oin=oin))
    return tmp_path


def command(folder: Path, port: int, more: str = "", group: str = "winkel") -> list[str]:
    """The settings, and the command that uses them."""
    file = folder / "portaal.toml"
    file.write_text(PORTAL.format(port=port, more=more, jansen=JANSEN, shop=SHOP, helper=SHV, group=group))
    return [sys.executable, "-m", "adapters", "portal", "run", "--config", str(file)]


def test_it_says_where_it_is_answers_and_ends_when_told_to(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with subprocess.Popen(command(folder, port), stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == f"portal: http://127.0.0.1:{port}\n"
        while "process.started" not in process.stderr.readline():
            assert process.poll() is None
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=LIMIT_S, trust_env=False) as client:
            assert "Aanmelden met uw werkaccount" in client.get("/aanmelden").text
            assert client.get("/postvak", headers={"accept": "text/html"}).status_code == 303
            assert client.get("/v1/berichten").status_code == 401
        process.send_signal(signal.SIGTERM)
        rest = process.communicate(timeout=LIMIT_S)[1]
    assert process.returncode == 0
    assert "process.stopped" in rest
    assert all((folder / oin / "ledger.db").stat().st_mode & 0o777 == 0o600 for oin in (JANSEN, SHOP))


@pytest.mark.parametrize(
    ("more", "group", "named"),
    [
        ('host = "0.0.0.0"', "winkel", "portal.certificate"),
        ("colour = 'red'", "winkel", "colour"),
        ("", "jansen", "portaal.toml"),
    ],
    ids=["open to a network", "unknown setting", "one group for two offices"],
)
def test_a_wrong_setting_is_refused_by_its_name(folder: Path, more: str, group: str, named: str) -> None:
    done = subprocess.run(command(folder, 0, more, group), capture_output=True, text=True, timeout=LIMIT_S, check=False)
    assert done.returncode == 5
    assert named in done.stderr


async def test_its_host_sees_which_office_does_not_read_and_which_has_no_ledger_yet(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stand = Stand.on(folder, portal_world())
    letter = stand.arrives("jansen", "verwijzing", **referral())
    (folder / SHOP / "ledger.db").unlink()
    status = [*command(folder, 0)[3:-3], "status", "--config", str(folder / "portaal.toml")]
    later(stand.clock, days=4)
    await Watchman(None, stand.clock).tick(stand.portal.offices.values())
    capsys.readouterr()
    assert run(whole_app(), status) == 6
    printed = capsys.readouterr().out
    jansen, shop = map(json.loads, printed.splitlines())
    stand.close()
    assert jansen == {
        "office": "jansen",
        "oin": JANSEN,
        "unread": 1,
        "oldest": "2026-11-23T12:00:00.000Z",
        "undecided": 0,
        "alarm": "silent",
    }
    assert (shop["office"], shop["unread"], shop["alarm"]) == ("winkel", None, "not_found")
    assert letter.case not in printed
