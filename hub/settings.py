"""The settings of the hub's processes: one frozen tree, read once, parts of it passed down.

A TOML file (named by `HUB_CONFIG` or `--config`) with environment variables over it: `HUB_` and the names joined by
`__`, as `HUB_BROKER__URL`. Secrets are files named by path. Nothing else in the packages reads the environment.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from hub.errors import Code, RefusedError
from hub.failpoints import Failpoint
from hub.toml import place_of, read_toml

CONFIG_VARIABLE: Final = "HUB_CONFIG"
SQLITE: Final = "sqlite:///"
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_ADDRESS: Final = r"^[^@\s,<>]+@[^@\s,<>]+$"
LOG_FLOOR: Final = "log-floor"
"""In the folder `state`: the last head of the message log that was signed on this machine."""


class Part(BaseModel):
    """A part of a settings tree: closed, so that a misspelt name is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class BrokerSettings(Part):
    """Where the broker is and who we are to it."""

    url: Annotated[str, Field(pattern=r"^amqps://[^@]+$", description="amqps://host:port/vhost, without credentials")]
    ca: Path
    certificate: Path
    key: Path

    def anchored(self, folder: Path) -> Self:
        """The same with every relative path counted from `folder`."""
        return self.model_copy(update={name: folder / getattr(self, name) for name in ("ca", "certificate", "key")})


class RelaySettings(Part):
    """How the relay reads its lanes."""

    lanes: tuple[int, ...] | None = Field(
        default=None, description="ordinals of the lanes of this process; all when left out"
    )
    lane_count: int = Field(default=8, ge=1, le=256)
    batch: int = Field(
        default=100, ge=1, le=1000, description="messages in one transaction: more delays the first of them"
    )
    prefetch: int = Field(
        default=200, ge=1, le=5000, description="messages in memory per lane: one batch in hand and one that waits"
    )
    look_s: float = Field(default=5.0, gt=0, description="seconds between two looks at the lanes")
    orphan_s: float = Field(
        default=10.0, gt=0, description="seconds without a reader before another process takes a lane"
    )
    adopted_s: float = Field(
        default=30.0, gt=0, description="seconds that such a lane is read before its owner, if it is back, can have it"
    )
    quota_rate: float = Field(default=200.0, gt=0, description="messages per second of one partner in the long run")
    quota_burst: int = Field(default=20_000, ge=1, description="messages of one partner at once")


class TermSettings(Part):
    """When somebody is told of a question without an answer, in Dutch working days."""

    undelivered_after: int = Field(default=1, ge=1, le=30, description="no receipt since the hub took it: operators")
    unreached_after: int = Field(default=5, ge=1, le=60, description="likewise: the recipient's escalation contact")
    escalate_after: int = Field(default=2, ge=0, le=60, description="after a term ended: its escalation contact")


class MailSettings(Part):
    """The mail server that alarms go to, and from whom to whom they go."""

    host: str
    port: int = Field(default=587, ge=1, le=65_535)
    encryption: Literal["starttls", "tls", "none"] = Field(default="starttls", description="none on loopback only")
    sender: Annotated[str, Field(pattern=_ADDRESS)]
    to: tuple[Annotated[str, Field(pattern=_ADDRESS)], ...] = Field(min_length=1, description="functional addresses")
    user: str | None = None
    password_file: Path | None = Field(default=None, description="one line; 0600")
    ca: Path | None = Field(default=None, description="authority of the mail server, where it is not a public one")

    @model_validator(mode="after")
    def _not_in_the_clear(self) -> Self:
        if self.encryption == "none" and self.host not in _LOOPBACK:
            raise ValueError("encryption")  # noqa: EM101 - only its place is said
        return self


class WebhookSettings(Part):
    """Where alarms are posted as JSON."""

    url: Annotated[str, Field(pattern=r"^(https://|http://(127\.0\.0\.1|localhost)[:/])[^@\s]+$")]
    token_file: Path | None = Field(default=None, description="one line that goes along as a bearer token; 0600")
    ca: Path | None = Field(default=None, description="authority of the other side, where it is not a public one")


class AlarmSettings(Part):
    """How alarms leave the console."""

    mail: MailSettings | None = None
    webhook: WebhookSettings | None = None
    patience_s: float = Field(default=60.0, gt=0, description="what is away for a shorter time is a restart")
    disk_free_mb: int = Field(default=1024, ge=0, description="less than this free is an alarm")

    def anchored(self, folder: Path) -> Self:
        """The same with every relative path counted from `folder`."""
        found = {}
        for name, paths in (("mail", ("password_file", "ca")), ("webhook", ("token_file", "ca"))):
            part = getattr(self, name)
            if part is not None:
                moved = {path: folder / given for path in paths if (given := getattr(part, path)) is not None}
                found[name] = part.model_copy(update=moved)
        return self.model_copy(update=found)


class ConsoleSettings(Part):
    """Where the operators' console listens, and who says who its operators are."""

    url: Annotated[str, Field(pattern=r"^https?://[^/@\s]+$", description="as operators type it, without a path")]
    host: str = Field(default="127.0.0.1", description="address to listen on; other than loopback only with TLS")
    port: int = Field(default=8470, ge=0, le=65_535)
    certificate: Path | None = None
    private_key: Path | None = None
    issuer: Annotated[str, Field(pattern=r"^https?://[^@\s]+$", description="OpenID Connect; http on loopback only")]
    client_id: str
    client_secret_file: Path = Field(description="what the issuer gave; 0600")
    roles_claim: str = Field(default="roles", description="claim of the ID token that names what somebody is")
    roles: dict[str, Literal["reader", "handler", "releaser", "administrator", "auditor"]] = Field(
        description="the issuer's names and the role that each gives"
    )
    four_eyes: bool = Field(default=False, description="sending again needs a second person")
    session_hours: int = Field(default=9, ge=1, le=24, description="a working day: after it, sign in again")
    idle_minutes: int = Field(default=30, ge=1, le=720, description="a session that is not used ends sooner")
    tokens: Path | None = Field(default=None, description="a CSS file with colours of your own; ours when left out")

    def anchored(self, folder: Path) -> Self:
        """The same with every relative path counted from `folder`."""
        names = ("certificate", "private_key", "client_secret_file", "tokens")
        paths = {name: folder / path for name in names if (path := getattr(self, name)) is not None}
        return self.model_copy(update=paths)


class Armed(Part):
    """A failpoint, for tests only."""

    point: Failpoint
    after: int = 0


class HubSettings(BaseSettings):
    """Everything that the hub's own processes need to know."""

    model_config = SettingsConfigDict(
        env_prefix="HUB_", env_nested_delimiter="__", extra="forbid", frozen=True, hide_input_in_errors=True
    )

    register_file: Path
    governance_file: Path
    keys: Path
    state: Path = Field(description="folder for the register floor and the names of the inboxes; 0700")
    database: str = Field(description="SQLAlchemy address: sqlite:///file or postgresql+psycopg://…")
    broker: BrokerSettings
    relay: RelaySettings = RelaySettings()
    terms: TermSettings = TermSettings()
    alarms: AlarmSettings | None = Field(default=None, description="without it nothing is told outside the console")
    console: ConsoleSettings | None = Field(default=None, description="only `schuldhub console` reads it")
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

    def anchored(self, folder: Path) -> Self:
        """The same with every relative path counted from `folder`."""
        names = ("register_file", "governance_file", "keys", "state", "clock_file")
        paths = {name: folder / path for name in names if (path := getattr(self, name)) is not None}
        parts = {
            "broker": self.broker.anchored(folder),
            "alarms": self.alarms.anchored(folder) if self.alarms else None,
            "console": self.console.anchored(folder) if self.console else None,
            "database": anchored_address(self.database, folder),
        }
        return self.model_copy(update={**paths, **parts})


def sqlite_file(address: str) -> Path | None:
    """The file of a SQLite database by its SQLAlchemy address; None for one on a server or in memory."""
    in_memory = address == f"{SQLITE}:memory:"
    return Path(address.removeprefix(SQLITE)) if address.startswith(SQLITE) and not in_memory else None


def anchored_address(address: str, folder: Path) -> str:
    """The address of a database; the file of a SQLite one counted from `folder`."""
    file = sqlite_file(address)
    return address if file is None else f"{SQLITE}{folder / file}"


def config_path(given: Path | None) -> Path:
    """The settings file: as given, or as `HUB_CONFIG` says.

    Raises:
        RefusedError: `settings_invalid` when neither says.
    """
    named = given or (Path(os.environ[CONFIG_VARIABLE]) if CONFIG_VARIABLE in os.environ else None)
    if named is None:
        raise RefusedError(Code.SETTINGS_INVALID, f"--config or {CONFIG_VARIABLE}")
    return named


def load_hub_settings(path: Path) -> HubSettings:
    """The settings of a hub process; relative paths in the file count from its own folder.

    Raises:
        RefusedError: `settings_invalid`, with the name of the setting.
    """
    try:
        settings = HubSettings(**read_toml(path))
    except ValidationError as error:
        raise RefusedError(Code.SETTINGS_INVALID, place_of(error)) from None
    return settings.anchored(path.absolute().parent)
