"""The settings of one partner's edge, from a TOML file; what its own adapter needs besides is in a file of its own.

Environment variables go before the file: `EDGE_` and the names joined by `__`, as `EDGE_BROKER__URL`. Relative paths
count from the folder of the file. Secrets are files named by path.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from hub.clock import Clock, clock_of
from hub.errors import Code, RefusedError
from hub.settings import Armed, BrokerSettings, Part, anchored_address
from hub.toml import place_of, read_toml
from hub.wire.names import OIN, SYSTEM, source_urn


class IdentitySettings(Part):
    """Who this edge is, as the bundle of `partners add` says."""

    oin: Annotated[str, Field(pattern=f"^{OIN.pattern}$")]
    system: str = Field(description="name of the system, the last part of `source`")
    inbox: Annotated[str, Field(pattern=r"^inbox\.p-[0-9A-Z]{20}\.[0-9a-f]{32}$")]


class EdgeSettings(BaseSettings):
    """Everything that an edge needs to know."""

    model_config = SettingsConfigDict(
        env_prefix="EDGE_", env_nested_delimiter="__", extra="forbid", frozen=True, hide_input_in_errors=True
    )

    identity: IdentitySettings
    register_file: Path
    governance_file: Path
    keys: Path
    state: Path = Field(description="folder for the register floor; 0700")
    ledger: str = Field(description="SQLAlchemy address: sqlite:///file or postgresql+psycopg://…")
    broker: BrokerSettings
    own: Path | None = Field(default=None, description="the settings of the adapter itself, another TOML file")
    failpoint: Armed | None = None
    clock_file: Path | None = Field(default=None, description="seconds to move the clock by: demo and tests only")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the signature of the library
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment goes before the file."""
        return env_settings, init_settings

    def clock(self) -> Clock:
        """The machine's clock, or one that a file moves; registers of production are refused before anybody asks."""
        return clock_of(self.clock_file)

    def anchored(self, folder: Path) -> Self:
        """The same with every relative path counted from `folder`."""
        names = ("register_file", "governance_file", "keys", "state", "own", "clock_file")
        paths = {name: folder / path for name in names if (path := getattr(self, name)) is not None}
        broker, ledger = self.broker.anchored(folder), anchored_address(self.ledger, folder)
        return self.model_copy(update={**paths, "broker": broker, "ledger": ledger})


def load_edge_settings(path: Path) -> EdgeSettings:
    """The settings of an edge.

    Raises:
        RefusedError: `settings_invalid`, with the name of the setting.
    """
    try:
        settings = EdgeSettings(**read_toml(path))
    except ValidationError as error:
        raise RefusedError(Code.SETTINGS_INVALID, place_of(error)) from None
    if SYSTEM.fullmatch(source_urn(settings.identity.oin, settings.identity.system)) is None:
        raise RefusedError(Code.SETTINGS_INVALID, "identity.system")
    return settings.anchored(path.absolute().parent)
