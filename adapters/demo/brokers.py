"""Which broker the demo uses: the given one, a running Docker engine, else a private node of this machine."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from pydantic_settings import BaseSettings, SettingsConfigDict

from adapters.demo.cast import bare_environment
from adapters.demo.node import ADMINISTRATOR, PrivateNode
from adapters.demo.process import LOOPBACK
from hub.clock import Clock
from hub.errors import Code, UnavailableError
from hub.register.certificates import Authority, load_authority
from hub.wire.management import Management

COMPOSE: Final = Path(__file__).parents[2] / "deploy" / "compose.yaml"
DOCKER_ADDRESS: Final = "amqps://localhost:5671"
DOCKER_MANAGEMENT: Final = "http://127.0.0.1:15672"
DOCKER_S: Final = 300


class GivenBroker(BaseSettings):
    """`HUB_AMQP_URL` and what goes with it: a broker that somebody else runs, for the demo to fill.

    Attributes:
        url: `amqps://host:port`; the demo makes its own vhost there.
        management: address of its management API.
        password_file: password of its user `administrator`.
        authority: folder of the CA (key included) whose client certificates it accepts: the demo issues some.
    """

    model_config = SettingsConfigDict(env_prefix="HUB_AMQP_", frozen=True, hide_input_in_errors=True)

    url: str | None = None
    management: str = DOCKER_MANAGEMENT
    password_file: Path | None = None
    authority: Path | None = None


@dataclass(frozen=True)
class DemoBroker:
    """A running broker: where it is, who vouches for its clients, how it is administered."""

    kind: str
    address: str
    authority: Authority
    administration: str
    password_file: Path

    @property
    def management(self) -> Management:
        """A new client of the management API; the caller closes it."""
        return Management(self.administration, ADMINISTRATOR, self.password_file.read_text().strip())


@dataclass(frozen=True)
class Choice:
    """The broker that the demo uses, known before it runs."""

    broker: DemoBroker
    running: Callable[[], AbstractContextManager[object]]
    """It runs from the moment that this is entered until it is left."""


def choose_broker(folder: Path, clock: Clock) -> Choice:
    """Which broker it will be; what a private one needs lies in `folder` from now on.

    Raises:
        UnavailableError: `settings_invalid`, when the given one is not given wholly.
    """
    given = GivenBroker()
    if given.url is not None:
        return Choice(_given(given.url, given), nullcontext)
    node = PrivateNode.create(folder, clock)
    if _docker_runs():
        broker = DemoBroker("Docker", DOCKER_ADDRESS, node.authority, DOCKER_MANAGEMENT, node.password_file)
        return Choice(broker, partial(_composed, folder))
    administration = f"http://{LOOPBACK}:{node.ports.management}"
    address = f"amqps://localhost:{node.ports.amqps}"
    broker = DemoBroker("eigen node", address, node.authority, administration, node.password_file)
    return Choice(broker, partial(_started, node))


@contextmanager
def _composed(folder: Path) -> Iterator[None]:
    try:
        _compose(folder, "up", "--detach", "--wait")
        yield
    finally:
        _compose(folder, "down", "--volumes")


@contextmanager
def _started(node: PrivateNode) -> Iterator[None]:
    try:
        node.start()
        yield
    finally:
        node.kill()  # the demo made its data and nobody needs it: an orderly stop takes six seconds


def _given(url: str, given: GivenBroker) -> DemoBroker:
    if given.password_file is None or given.authority is None:
        raise UnavailableError(
            Code.SETTINGS_INVALID, "HUB_AMQP_URL needs HUB_AMQP_PASSWORD_FILE and HUB_AMQP_AUTHORITY"
        )
    return DemoBroker("opgegeven", url, load_authority(given.authority), given.management, given.password_file)


def _docker_runs() -> bool:
    """An engine answers; the client alone is not enough."""
    docker = shutil.which("docker")
    if docker is None:
        return False
    asked = subprocess.run([docker, "info"], capture_output=True, timeout=20, check=False)
    return asked.returncode == 0


def _compose(folder: Path, *arguments: str) -> None:
    """`docker compose` with the certificates and definitions that the node's folder holds."""
    for name in ("server.crt.pem", "server.key.pem"):
        shutil.copy(folder / "tls" / name, folder / "ca" / name)
    shutil.copy(folder / "definitions.json", folder / "ca" / "definitions.json")
    command = ["docker", "compose", "--file", str(COMPOSE), "--project-name", "schuldhub-demo", *arguments]
    environment = bare_environment({"BROKER_FOLDER": str(folder / "ca")})
    done = subprocess.run(command, env=environment, capture_output=True, timeout=DOCKER_S, check=False)
    if done.returncode != 0:
        raise UnavailableError(Code.BROKER_UNAVAILABLE, f"docker compose {arguments[0]}")
