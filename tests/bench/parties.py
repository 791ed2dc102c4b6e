"""Who takes part in a measurement: debt helpers that only send, tax offices and creditors that only receive, the hub.

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
CREDITORS: Final = tuple(f"00000099{1200 + number:012}" for number in range(40))

__all__ = ["CREDITORS", "HUB", "OINS", "RECIPIENTS", "SENDERS", "make_parties"]


def make_parties() -> World:
    """A fresh world with these senders in it; default keys (Ed25519, X25519)."""
    private: dict[str, Mapping[str, object]] = {}

    def add_parties(document: dict[str, Any]) -> None:
        for name, role, oins in (("Schuldhulp", "SHV", SENDERS), ("Schuldeiser", "CRED", CREDITORS)):
            for oin in oins:
                own = [new_key(oin, "Ed25519"), new_key(oin, "X25519")]
                private.update({str(jwk["kid"]): jwk for jwk in own})
                keys = [listed_key(jwk) for jwk in own]
                document["organisations"].append(organisation(oin, f"{name} {oin[-2:]}", role, keys=keys))

    world = make_world(edit=add_parties)
    return replace(world, private={**world.private, **private})
