"""A hub's heads as letters to a witness, honest and otherwise: made here from leaves, without the hub's own keeping."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field

from hub.clock import Clock, new_id
from hub.wire.checkpoint import Checkpoint, Origin
from hub.wire.names import organisation_urn
from hub.wire.note import sign
from hub.wire.postmark import Postmark, verify_postmark
from hub.wire.receipt import sign_payload
from hub.wire.tree import consistency, root_of
from schemas.road import HubCheckpoint
from tests.world import HUB, LOG_SIGNER, World


@dataclass
class Heads:
    """A log that grows, and can be rewritten."""

    world: World
    clock: Clock
    leaves: list[bytes] = field(default_factory=list)

    def grow(self, count: int) -> None:
        """More leaves."""
        self.leaves += [hashlib.sha256(str(len(self.leaves) + number).encode()).digest() for number in range(count)]

    def rewrite(self) -> None:
        """Another first leaf."""
        self.leaves[0] = hashlib.sha256(b"rewritten").digest()

    def letter(self, previous: int, size: int | None = None, number: int = 0) -> Postmark:
        """The head, with the proof from `previous`."""
        leaves = self.leaves[: size or len(self.leaves)]
        head = Checkpoint(Origin(LOG_SIGNER.name, 2026, number), len(leaves), root_of(leaves))
        proof = consistency(
            lambda level, place: root_of(leaves[place << level : (place + 1) << level]), previous, len(leaves)
        )
        now = self.clock.now()
        payload = HubCheckpoint(
            id=new_id(self.clock),
            source=organisation_urn(HUB),
            time=now,
            checkpoint=str(sign(head.body(), LOG_SIGNER)),
            previous_size=previous,
            proof=tuple(base64.b64encode(one).decode() for one in proof),
        )
        body = sign_payload(payload, self.world.signing(HUB))
        return verify_postmark(body, self.world.register, now, by_hub=False)
