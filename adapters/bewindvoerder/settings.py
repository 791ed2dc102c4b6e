"""What can be set at the portal, from one TOML file: where it is, who its users are, which offices it serves.

Each office has an OIN, inbox, keys and ledger of its own: `edge` names the file that `schuldhub partners add` made
possible, as of any other edge. Terms are assumptions (domain.md 2): settings, used where the agreement says none.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from adapters.outside import LOOPBACK
from hub.toml import load_toml
from schemas.identifiers import Email, KvkNumber, Name

Group = Annotated[str, Field(pattern=r"^[!-~]{1,80}$", description="a name of the issuer, without white space")]
_PATHS: Final = ("certificate", "private_key", "client_secret_file", "tokens")


class Kind(StrEnum):
    """What an office is; decides which letters it gets and sends, and the words on its screens."""

    ADMINISTRATOR = "bewindvoerder"
    CREDITOR = "schuldeiser"
    HELPER = "verwijspartner"


class Duty(StrEnum):
    """What a member of an office may do there."""

    MEMBER = "medewerker"
    ADMINISTRATOR = "beheerder"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class OfficeSettings(_Part):
    """One office."""

    key: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,32}$", description="how the portal itself names it")]
    name: Name
    kind: Kind
    edge: Path = Field(description="settings of its edge")
    members: dict[Group, Duty] = Field(min_length=1, description="groups of the issuer, and what each gives here")
    mail: tuple[Email, ...] = Field(default=(), description="where it is told that something waits")
    kvk_number: KvkNumber | None = Field(default=None, description="a bewindvoerder's, for each start of a bewind")
    helper: Annotated[str, Field(pattern=r"^[0-9A-Z]{20}$")] | None = Field(
        default=None, description="OIN of the debt helper that a bewindvoerder writes to of its own accord"
    )
    welcome: str | None = Field(default=None, max_length=300, description="a sentence above its inbox")

    @model_validator(mode="after")
    def _can_begin(self) -> Self:
        if self.kind is Kind.ADMINISTRATOR and (self.kvk_number is None or self.helper is None):
            message = "a bewindvoerder needs kvk_number and helper"
            raise ValueError(message)
        return self


class MailSettings(_Part):
    """The server that takes our mail; there is never a name of a resident in it."""

    host: str = Field(min_length=1)
    port: int = Field(default=587, ge=1, le=65_535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str | None = None
    password_file: Path | None = None
    sender: Email
    operators: tuple[Email, ...] = Field(default=(), description="who runs the portal, told when an office is silent")
    every_minutes: int = Field(default=30, ge=1, description="at most one mail to an office in this time")
    deadline_s: float = Field(default=20, gt=0, le=120)

    @model_validator(mode="after")
    def _never_in_the_open(self) -> Self:
        if self.security == "none" and self.host not in LOOPBACK:
            message = "needs starttls or tls, except on loopback"
            raise ValueError(message)
        if (self.user is None) != (self.password_file is None):
            message = "user and password_file go together"
            raise ValueError(message)
        return self


class Terms(_Part):
    """Terms where the agreement in the register sets none; in working days where the name says no other unit."""

    remind: int = Field(default=1, ge=1, description="then the office is mailed again, on each working day")
    read: int = Field(default=2, ge=1, description="a letter that nobody opened this long is an alarm")
    answer: int = Field(default=10, ge=1)
    referral: int = Field(default=3, ge=1, description="take on a referral, or not")
    urgent_talk: int = Field(default=3, ge=1, description="first talk, when urgent")
    talk_weeks: int = Field(default=4, ge=1)
    heartbeat_days: int = Field(default=30, ge=1, description="without news of help that runs")
    start_weeks: int = Field(default=2, ge=1, description="tell of a bewind after it started")
    dossier_months: int = Field(default=3, ge=1)
    advice_weeks: int = Field(default=4, ge=1)


class PortalSettings(_Part):
    """Everything that can be set at the portal."""

    url: Annotated[str, Field(pattern=r"^https?://[^/@\s]+$", description="as offices type it, without a path")]
    host: str = Field(default="127.0.0.1", description="address to listen on; other than loopback only with TLS")
    port: int = Field(default=8480, ge=0, le=65_535)
    certificate: Path | None = None
    private_key: Path | None = None
    issuer: Annotated[str, Field(pattern=r"^https?://[^@\s]+$", description="OpenID Connect; http on loopback only")]
    client_id: str
    client_secret_file: Path = Field(description="what the issuer gave; 0600")
    roles_claim: str = Field(default="roles", description="claim of the ID token that names somebody's groups")
    session_hours: int = Field(default=9, ge=1, le=24)
    idle_minutes: int = Field(default=30, ge=1, le=720)
    tokens: Path | None = Field(default=None, description="a CSS file with colours of your own")
    database: str = Field(description="SQLAlchemy address: sessions, API tokens; no letter is in it")
    title: str = Field(default="Kantoorportaal schuldhulp", max_length=60)
    offices: tuple[OfficeSettings, ...] = Field(min_length=1)
    terms: Terms = Terms()
    mail: MailSettings | None = None

    @model_validator(mode="after")
    def _nobody_is_confused(self) -> Self:
        keys = [office.key for office in self.offices]
        groups = [group for office in self.offices for group in office.members]
        edges = [office.edge for office in self.offices]
        if any(len(set(names)) < len(names) for names in (keys, groups, edges)):
            message = "a key, group or edge belongs to one office"
            raise ValueError(message)
        return self


def load_settings(path: Path) -> PortalSettings:
    """Reads the file; a relative path in it is meant from the file's own folder.

    Raises:
        RefusedError: `settings_invalid`, with the name of the setting.
    """
    settings, folder = load_toml(PortalSettings, path), path.absolute().parent
    found: dict[str, object] = {
        name: folder / value for name in _PATHS if (value := getattr(settings, name)) is not None
    }
    found["offices"] = tuple(one.model_copy(update={"edge": folder / one.edge}) for one in settings.offices)
    if settings.mail is not None and settings.mail.password_file is not None:
        file = folder / settings.mail.password_file
        found["mail"] = settings.mail.model_copy(update={"password_file": file})
    return settings.model_copy(update=found)
