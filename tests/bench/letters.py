"""Messages sealed before a run, so that whoever sends them during it spends nothing on making them.

Run as a process of its own: `python -m tests.bench.letters FOLDER COUNT` seals COUNT messages with the keys that a
world wrote into FOLDER, into `letters.jsonl` there, and prints the CPU microseconds per message.
"""

from __future__ import annotations

import itertools
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from hub.clock import SystemClock
from hub.register.governance import load_governance
from hub.register.load import load_register
from hub.wire.keys import KeyFolder
from hub.wire.link import Outgoing
from hub.wire.seal import seal
from hub.wire.topology import INTAKE, routing_key, user_of
from tests.bench.parties import RECIPIENTS, SENDERS
from tests.world import make_event

EXAMPLE = Path(__file__).parents[2] / "schemas/v1/examples/kennisgeving-publiek.json"
FILE = "letters.jsonl"


@dataclass(frozen=True, slots=True)
class Letter:
    """A sealed message and what its publish needs."""

    sender: str
    recipient: str
    id: str
    type: str
    correlation: str
    body: str

    def outgoing(self) -> Outgoing:
        """Its publish to the hub."""
        key = routing_key(self.sender, self.type)
        user = user_of(self.sender)
        return Outgoing(INTAKE, key, self.body.encode(), self.id, self.type, self.correlation, user)


def read_letters(folder: Path, count: int | None = None) -> Iterator[Letter]:
    """The first `count` letters of a folder, or all."""
    with (folder / FILE).open() as lines:
        for line in itertools.islice(lines, count):
            yield Letter(**json.loads(line))


def seal_letters(folder: Path, count: int) -> Iterator[Letter]:
    """Seals the published example of a notice `count` times, for all pairs in turn, each in a new conversation."""
    governance = load_governance((folder / "governance.jwk").read_bytes())
    register = load_register((folder / "register.jws").read_bytes(), governance)
    now = SystemClock().now()
    signing = {oin: KeyFolder.load(folder / oin / "keys", oin, register).signing(now) for oin in SENDERS}
    sealing = {oin: register.sealing_key(oin, now) for oin in RECIPIENTS}
    data = json.loads(EXAMPLE.read_bytes())
    pairs = itertools.cycle(itertools.product(SENDERS, RECIPIENTS))
    for sender, recipient in itertools.islice(pairs, count):
        event = make_event(sender=sender, to=recipient, now=now, data=data)
        body = seal(event, signing=signing[sender], recipient_key=sealing[recipient])
        yield Letter(sender, recipient, event.id, event.type, event.correlationid, body.decode())


def main(folder: Path, count: int) -> None:
    """Writes the letters and says what one cost."""
    begin = time.process_time()
    with (folder / FILE).open("w") as file:
        for letter in seal_letters(folder, count):
            file.write(json.dumps(asdict(letter)) + "\n")
    print(json.dumps({"cpu_us": (time.process_time() - begin) / count * 1e6}))  # noqa: T201 - the answer to the parent


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
