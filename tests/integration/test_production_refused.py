"""No process of this release works with a register of production; nothing is written before that is found out."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from hub.clock import SystemClock
from hub.errors import Code, RefusedError
from hub.register.current import CurrentRegister
from hub.register.file import RegisterFile
from tests.integration import test_console_process as console
from tests.integration import test_portal_process as portal
from tests.portal import JANSEN, SHOP
from tests.world import SHV, World, make_world, sign_register

ADAPTERS = ("haarlem", "vish", "gbkz", "convenant", "kredietbank")


def production(world: World) -> bytes:
    """The same register, of production: with numbers that are no test numbers."""
    document = json.loads(json.dumps(world.document)) | {"environment": "production"}
    for position, organisation in enumerate(document["organisations"]):
        organisation |= {"oin": f"0000000100222064{position:04}", "keys": []}
    document["version"] += 1
    return sign_register(document, world.governance_jwk)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Hub, console, a portal and an edge, set up by the register of production."""
    world = make_world()
    world.write(tmp_path)
    (tmp_path / "register.jws").write_bytes(production(world))
    (tmp_path / "state").mkdir(mode=0o700)
    (tmp_path / "secret").touch(mode=0o600)
    (tmp_path / "secret").write_text("niet-geheim")
    for oin in (SHV, JANSEN, SHOP):
        (tmp_path / oin).mkdir(mode=0o700, exist_ok=True)
        (tmp_path / oin / "edge.toml").write_text(portal.EDGE.format(oin=oin))
    return tmp_path


def ended(command: list[str]) -> tuple[int, list[str]]:
    """How it ended, and what it told."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    return done.returncode, done.stderr.splitlines()[:2]


REFUSED = (5, ["refused: production_refused", "place: environment"])


def test_neither_hub_nor_console_runs(folder: Path) -> None:
    command = console.write(folder, 0)
    assert ended(command) == REFUSED
    assert ended([*command[:3], "up", *command[4:]]) == REFUSED
    assert not (folder / "hub.db").exists()


@pytest.mark.parametrize("name", ADAPTERS)
def test_no_adapter_runs(folder: Path, name: str) -> None:
    config = str(folder / SHV / "edge.toml")
    assert ended([sys.executable, "-m", "adapters", "adapter", "run", name, "--config", config]) == REFUSED
    assert not (folder / SHV / "ledger.db").exists()


def test_no_office_of_the_portal_runs(folder: Path) -> None:
    assert ended(portal.command(folder, 0)) == REFUSED
    assert not list(folder.rglob("*.db"))


def test_a_running_process_does_not_take_up_a_register_of_production_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    world = make_world()
    world.write(tmp_path)
    file = tmp_path / "register.jws"
    register = CurrentRegister(RegisterFile(file, world.governance, tmp_path / "floor.json"))
    before = register.current
    file.write_bytes(production(world))
    for _ in range(2):
        assert not register.refresh(SystemClock().now())
    assert register.current is before
    assert capsys.readouterr().out.count(Code.PRODUCTION_REFUSED.value) == 1
    with pytest.raises(RefusedError) as refused:
        CurrentRegister(RegisterFile(file, world.governance, tmp_path / "new-floor.json"))
    assert refused.value.code is Code.PRODUCTION_REFUSED
