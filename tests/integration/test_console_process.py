"""`schuldhub console` as its user runs it: a process that says where it is, answers, and ends when it is told to."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from hub.database import Database
from hub.messagelog import schema
from tests.world import HUB, make_world

LIMIT_S = 60
CONFIG = """
register_file = "register.jws"
governance_file = "governance.jwk"
keys = "{hub}/keys"
state = "state"
database = "sqlite:///hub.db"

[broker]
url = "amqps://127.0.0.1:9/hub"
ca = "ca.pem"
certificate = "hub.pem"
key = "hub.key"
"""
PART = """
[console]
url = "http://127.0.0.1:{port}"
port = {port}
issuer = "http://127.0.0.1:9"
client_id = "schuldhub"
client_secret_file = "secret"
roles = {{ lezers = "reader" }}
{more}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A hub without a broker: the console needs none."""
    make_world().write(tmp_path)
    (tmp_path / "state").mkdir(mode=0o700)
    (tmp_path / "secret").touch(mode=0o600)
    (tmp_path / "secret").write_text("niet-geheim")
    database = Database(f"sqlite:///{tmp_path / 'hub.db'}")
    schema.upgrade(database)
    database.close()
    return tmp_path


def write(folder: Path, port: int, more: str = "", part: str = PART) -> list[str]:
    """The settings, and the command that uses them."""
    file = folder / "hub.toml"
    file.write_text(CONFIG.format(hub=HUB) + part.format(port=port, more=more))
    return [sys.executable, "-m", "adapters", "console", "--config", str(file)]


def test_it_says_where_it_is_answers_and_ends_when_told_to(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with subprocess.Popen(write(folder, port), stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == f"console: http://127.0.0.1:{port}\n"
        while "process.started" not in process.stderr.readline():
            assert process.poll() is None
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=LIMIT_S) as client:
            assert "Aanmelden met uw werkaccount" in client.get("/aanmelden").text
        process.send_signal(signal.SIGTERM)
        rest = process.communicate(timeout=LIMIT_S)[1]
        assert process.returncode == 0
        assert "process.stopped" in rest


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ('host = "0.0.0.0"', "console.certificate"),
        ("tokens = 'nergens.css'", "console.tokens"),
        ("colour = 'red'", "console.colour"),
    ],
)
def test_a_wrong_setting_is_refused_by_its_name(folder: Path, more: str, named: str) -> None:
    done = subprocess.run(write(folder, 0, more), capture_output=True, text=True, timeout=LIMIT_S, check=False)
    assert done.returncode == 5
    assert named in done.stderr


def test_an_issuer_that_others_can_listen_to_is_refused(folder: Path) -> None:
    part = PART.replace("http://127.0.0.1:9", "http://aanmelden.example")
    done = subprocess.run(write(folder, 0, part=part), capture_output=True, text=True, timeout=LIMIT_S, check=False)
    assert (done.returncode, "console.issuer" in done.stderr) == (5, True)


def test_a_secret_that_others_can_read_is_refused(folder: Path) -> None:
    (folder / "secret").chmod(0o644)
    done = subprocess.run(write(folder, 0), capture_output=True, text=True, timeout=LIMIT_S, check=False)
    assert (done.returncode, "chmod 600" in done.stderr) == (5, True)


def test_without_a_part_for_the_console_it_says_what_is_missing(folder: Path) -> None:
    done = subprocess.run(write(folder, 0, part=""), capture_output=True, text=True, timeout=LIMIT_S, check=False)
    assert (done.returncode, "console" in done.stderr) == (5, True)
