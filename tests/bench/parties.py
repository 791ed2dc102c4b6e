"""Who takes part in a measurement: four debt helpers that only send, two tax offices that only receive, and the hub.

Senders get nothing but receipts and recipients nothing but messages, so that the depth of the recipients' inboxes says
how many messages have crossed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from tests.world import HUB, TAX, TAX_HAARLEM, World, listed_key, make_world, new_key, organisation

SENDERS: Final = tuple(f"00000099{1100 + number:012}" for number in range(4))
RECIPIENTS: Final = (TAX, TAX_HAARLEM)
OINS: Final = (*SENDERS, *RECIPIENTS)

__all__ = ["HUB", "OINS", "RECIPIENTS", "SENDERS", "make_parties"]


def make_parties() -> World:
    """A fresh world with these senders in it; default keys (Ed25519, X25519)."""
    private: dict[str, Mapping[str, object]] = {}

    def add_senders(document: dict[str, Any]) -> None:
        for oin in SENDERS:
            own = [new_key(oin, "Ed25519"), new_key(oin, "X25519")]
            private.update({str(jwk["kid"]): jwk for jwk in own})
            keys = [listed_key(jwk) for jwk in own]
            document["organisations"].append(organisation(oin, f"Schuldhulp {oin[-2:]}", "SHV", keys=keys))

    world = make_world(edit=add_senders)
    return replace(world, private={**world.private, **private})
