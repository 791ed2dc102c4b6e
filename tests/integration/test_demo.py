"""The demo as its user runs it: the story holds, twice in one folder, and leaves no process and no stray key behind."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from adapters.demo import node
from adapters.demo.books import read_rows
from adapters.demo.chain import CLIENT, PROTECTED
from adapters.demo.parties import HAARLEM, HUB, PARTNERS
from adapters.demo.troubles import UNREACHED, WHO
from tests.conftest import require
from tests.planted import places

ROOT = Path(__file__).parents[2]
FILES = ("cases.csv", "later.csv", "chain.csv", "silent.csv")
CALL = "import sys, pathlib, adapters.demo.playing as demo; sys.exit(demo.run(folder=pathlib.Path(sys.argv[1])))"


def play(folder: Path) -> subprocess.CompletedProcess[str]:
    """One demo in this folder."""
    return subprocess.run(
        [sys.executable, "-c", CALL, str(folder)], cwd=ROOT, capture_output=True, text=True, timeout=400, check=False
    )


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a demo that was played twice."""
    require(node.installed(), "RabbitMQ")
    folder = tmp_path_factory.mktemp("demo") / "alles"
    for _ in range(2):
        done = play(folder)
        wrong = [line for line in done.stdout.splitlines() if "KLOPT NIET" in line]
        assert (done.returncode, wrong) == (0, []), done.stdout[-3000:] + done.stderr[-3000:]
    return folder


@pytest.mark.timeout(900)
def test_no_process_of_the_demo_is_left(played: Path) -> None:
    left = [
        process.info["cmdline"]
        for process in psutil.process_iter(["cmdline", "cwd"])
        if str(played) in " ".join([*(process.info["cmdline"] or []), process.info["cwd"] or ""])
    ]
    assert left == []


@pytest.mark.timeout(900)
def test_the_hubs_folder_holds_no_key_that_opens_anything_and_no_governance_key(played: Path) -> None:
    files = [file for file in (played / "partijen" / HUB.name).rglob("*") if file.is_file()]
    assert files
    private = [jwk for file in files if (jwk := _jwk(file)) is not None and "d" in jwk]
    assert [jwk["kid"] for jwk in private] == [f"{HUB.oin}/sig/demo"]


@pytest.mark.timeout(900)
def test_everything_of_a_party_is_for_its_owner_only(played: Path) -> None:
    for party in (HUB, *PARTNERS):
        assert (played / "partijen" / party.name).stat().st_mode & 0o077 == 0
        for secret in ("keys/sig-demo.jwk.json", "broker.key.pem"):
            assert (played / "partijen" / party.name / secret).stat().st_mode & 0o177 == 0


@pytest.mark.timeout(900)
def test_no_bsn_and_no_case_number_reached_hub_broker_or_any_log(played: Path) -> None:
    rows = [row for name in FILES for row in read_rows(ROOT / "deploy/demo" / name, ";")]
    planted = [value for row in rows for value in (row["bsn"], row["klantnummer_shv"]) if value]
    planted += [CLIENT["bsn"], PROTECTED, WHO["bsn"], UNREACHED]
    parties = played / "partijen"
    assert list(places([parties / HUB.name, played / "broker", played / "logboeken"], planted)) == []
    assert list(places([parties / HAARLEM.name], planted)), "the search must find what Haarlem keeps of its own"


def _jwk(file: Path) -> dict[str, str] | None:
    try:
        found = json.loads(file.read_bytes())
    except ValueError:
        return None
    return found if isinstance(found, dict) and "kty" in found else None
