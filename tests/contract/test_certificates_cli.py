"""`schuldhub certificates` as it is run outside the demo: what it makes fits together, is tight, and stays."""

from __future__ import annotations

import json
import os
import ssl
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from hub.cli.app import make_app, run
from hub.register.certificates import new_client_key

ROOT: Final = Path(__file__).parents[2]


@dataclass(frozen=True)
class Ended:
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str

    @property
    def rows(self) -> dict[str, dict[str, Any]]:
        """Its lines by file name."""
        return {Path(row["file"]).name: row for row in map(json.loads, self.out.splitlines())}


def certificates(*words: str | Path) -> Ended:
    """Runs the real command; whatever it writes is as tight under any umask."""
    done = subprocess.run(
        [sys.executable, "-m", "adapters", "certificates", *map(str, words)],
        cwd=ROOT,
        env={"PATH": os.defpath},
        umask=0,
        capture_output=True,
        text=True,
        check=False,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A folder in which everything was made as the help says."""
    ca, broker, hub = tmp_path / "ca", tmp_path / "broker", tmp_path / "hub"
    assert certificates("authority", "--dir", ca).rows.keys() == {"ca.key.pem", "ca.crt.pem"}
    names = ("--name", "localhost", "--name", "127.0.0.1")
    assert certificates("server", "--ca", ca, *names, "--dir", broker).rows["server.key.pem"]["secret"]
    assert certificates("request", "--dir", hub).rows.keys() == {"broker.key.pem", "broker.csr.pem"}
    signed = certificates("hub", "--ca", ca, "--csr", hub / "broker.csr.pem", "--dir", hub)
    assert not any(row["secret"] for row in signed.rows.values())
    assert all(row["until"] for row in signed.rows.values())
    return tmp_path


def test_the_broker_lets_the_hub_in_as_the_hub_and_the_hub_knows_the_broker(made: Path) -> None:
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=made / "broker/ca.crt.pem")
    server.verify_mode = ssl.CERT_REQUIRED
    server.load_cert_chain(made / "broker/server.crt.pem", made / "broker/server.key.pem")
    client = ssl.create_default_context(cafile=made / "hub/ca.crt.pem")
    client.load_cert_chain(made / "hub/broker.crt.pem", made / "hub/broker.key.pem")
    for name in ("localhost", "127.0.0.1"):
        assert subject_seen(server, client, name) == (((("commonName", "hub"),),))
    with pytest.raises(ssl.SSLCertVerificationError):
        subject_seen(server, client, "broker.example")


def subject_seen(server: ssl.SSLContext, client: ssl.SSLContext, name: str) -> object:
    """Whom the server sees after a handshake without a socket."""
    one, other = ssl.MemoryBIO(), ssl.MemoryBIO()
    near = client.wrap_bio(one, other, server_hostname=name)
    far = server.wrap_bio(other, one, server_side=True)
    waiting = [near, far, near, far]
    while waiting:
        turn = waiting.pop(0)
        try:
            turn.do_handshake()
        except ssl.SSLWantReadError:
            waiting.append(turn)
    certificate = far.getpeercert()
    assert certificate is not None
    return certificate["subject"]


def test_what_is_private_is_its_owners_alone(made: Path) -> None:
    private = [path for path in made.rglob("*") if path.is_dir() or path.name.endswith(".key.pem")]
    assert {path.name for path in private} == {
        *("ca", "issued", "broker", "hub"),
        *("ca.key.pem", "server.key.pem", "broker.key.pem"),
    }
    assert not [path for path in private if path.stat().st_mode & 0o077]


def test_nothing_is_made_in_the_place_of_something_else(made: Path) -> None:
    before = {path: path.read_bytes() for path in made.rglob("*.pem")}
    ca, request = made / "ca", made / "hub/broker.csr.pem"
    for again in (
        ("authority", "--dir", ca),
        ("server", "--ca", ca, "--name", "localhost", "--dir", made / "broker"),
        ("request", "--dir", made / "hub"),
        ("hub", "--ca", ca, "--csr", request, "--dir", made / "hub"),
    ):
        refused = certificates(*again)
        assert (refused.code, refused.out, refused.err.splitlines()[0]) == (5, "", "refused: key_invalid")
        assert " exists\n" in refused.err
    assert {path: path.read_bytes() for path in made.rglob("*.pem")} == before


def test_a_certificate_is_renewed_from_the_same_request_in_another_folder(made: Path) -> None:
    renewed = certificates("hub", "--ca", made / "ca", "--csr", made / "hub/broker.csr.pem", "--dir", made / "next")
    assert renewed.code == 0
    assert (made / "next/broker.crt.pem").read_bytes() != (made / "hub/broker.crt.pem").read_bytes()


def test_the_hub_is_certified_on_a_request_for_the_hub_alone(made: Path) -> None:
    request = new_client_key("p-00000099000000003000", made / "partner")
    refused = certificates("hub", "--ca", made / "ca", "--csr", request, "--dir", made / "next")
    assert (refused.code, "CN=hub" in refused.err) == (5, True)
    assert not (made / "next").exists()
    absent = certificates("hub", "--ca", made / "ca", "--csr", made / "absent", "--dir", made / "next")
    assert absent.code == 3


def test_without_an_authority_or_into_a_file_nothing_is_made(tmp_path: Path) -> None:
    refused = certificates("server", "--ca", tmp_path, "--name", "localhost", "--dir", tmp_path / "tls")
    assert (refused.code, list(tmp_path.iterdir())) == (5, [])
    (tmp_path / "file").write_text("")
    for command in ("authority", "request"):
        assert certificates(command, "--dir", tmp_path / "file").err.startswith("refused: key_invalid\n")


@pytest.mark.parametrize("name", ["a b", "broker.example:5671", "-x", "brókér.example", "a..b", "", "x" * 65])
def test_a_name_that_no_certificate_can_hold_is_a_usage_error(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(make_app(), ["certificates", "server", "--ca", "ca", "--name", name, "--dir", "tls"]) == 2
    assert capsys.readouterr().err.startswith("usage: --name")


@pytest.mark.parametrize("command", ["authority", "server", "request", "hub"])
def test_the_help_says_who_runs_it_where(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(make_app(), ["certificates", command, "--help"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "Whoever keeps the" in shown
    assert "where the authority is" in shown or "on the machine" in shown or "on the hub's machine" in shown
