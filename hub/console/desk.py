"""The parts that every page of the console works with, put together once."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hub.console.live.tail import Tail
from hub.register.current import CurrentRegister
from hub.web import desk as kit
from hub.web.sessions import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk(kit.Desk):
    """Everything that pages share."""

    register: CurrentRegister
    tail: Tail
    four_eyes: bool = False
    role_names: Mapping[str, str] = field(default_factory=dict)
    floor: Path | None = None
    """The last head of the log that was signed on this machine, where the console stands beside the hub."""
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def names(self) -> Mapping[str, str]:
        """Names of organisations by OIN."""
        return {oin: one.name for oin, one in self.register.current.organisations.items()}

    def shared(self, session: Session | None) -> Mapping[str, object]:  # noqa: ARG002 - names are for everybody
        """Names stand on nearly every screen."""
        return {"names": self.names}


Visitor = kit.Visitor[Desk]
Page = kit.Page[Desk]
