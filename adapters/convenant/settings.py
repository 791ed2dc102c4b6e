"""The settings of one creditor, read from TOML; relative paths count from the folder of the file."""

from __future__ import annotations

from datetime import time, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

from adapters.outside import LOOPBACK, PrivateUrl
from hub.toml import load_toml


class Words(StrEnum):
    """Whose words a creditor's HTTP interface has."""

    WATER_BOARD = "waterschap"
    MUNICIPALITY = "gemeente"


class _Closed(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


C = TypeVar("C", bound=_Closed)


class WebhookSettings(_Closed):
    """Where the creditor's answers come in."""

    host: str = "127.0.0.1"
    port: int = Field(default=0, ge=0, le=65_535)
    #: What the creditor must show; another secret than ours for its interface.
    token_file: Path
    #: Both, or loopback behind a TLS front.
    certificate: Path | None = None
    private_key: Path | None = None

    @model_validator(mode="after")
    def _never_in_the_open(self) -> Self:
        if (self.certificate is None) != (self.private_key is None):
            message = "certificate and private_key go together"
            raise ValueError(message)
        if self.certificate is None and self.host not in LOOPBACK:
            message = "needs a certificate, except on loopback"
            raise ValueError(message)
        return self


class HttpSettings(_Closed):
    """A creditor with a REST interface; its answers come at once, by webhook, or are fetched."""

    base_url: PrivateUrl
    token_file: Path
    words: Words
    deadline_s: float = Field(default=10, gt=0, le=120)
    connections: int = Field(default=4, ge=1, le=50)
    webhook: WebhookSettings | None = None
    #: Between two looks for answers; None where the webhook is all there is.
    poll_s: float | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _answers_come_in(self) -> Self:
        if self.webhook is None and self.poll_s is None:
            message = "needs a webhook or poll_s: nothing else brings later answers"
            raise ValueError(message)
        return self


class SftpSettings(_Closed):
    """A creditor that takes files: batches go into one folder, results come from another."""

    host: str = Field(min_length=1)
    port: int = Field(default=22, ge=1, le=65_535)
    user: str = Field(min_length=1)
    #: Our private key, 0600.
    key_file: Path
    #: The server's public key: no other server is spoken to.
    host_key_file: Path
    in_folder: str = "in"
    out_folder: str = "uit"
    deadline_s: float = Field(default=30, gt=0, le=600)
    #: Between two rounds; what is urgent does not wait for the round.
    supply_minutes: float = Field(default=15, gt=0)
    rows_in_a_batch: int = Field(default=500, ge=1, le=10_000)
    #: Between two looks for results and at what was fetched.
    poll_s: float = Field(default=60, gt=0)
    #: A batch that nobody fetched for so long is a case for a person (messages.md 3, *Portal and SFTP*).
    unfetched_working_days: int = Field(default=2, ge=1, le=20)

    @property
    def supply_every(self) -> timedelta:
        """Between two rounds."""
        return timedelta(minutes=self.supply_minutes)

    @property
    def poll_every(self) -> timedelta:
        """Between two looks."""
        return timedelta(seconds=self.poll_s)


class CreditorSettings(_Closed):
    """One creditor; every term and margin is a setting, because the text of the covenant is not public."""

    #: Whether this creditor may use the BSN; it says the same as the register.
    bsn: bool
    http: HttpSettings | None = None
    sftp: SftpSettings | None = None
    #: Never longer than this after the start; None leaves it to the sender, who knows the agreement.
    max_pause_months: int | None = Field(default=None, ge=1, le=24)
    #: Agreed in advance with a proposal: silence until the end of its term is consent, without a reported impediment.
    agreed_in_advance: bool = False
    proposal_working_days: int = Field(default=10, ge=1, le=60)
    #: The creditor's system gets the end date plus this, and the adapter does the lifting (messages.md 3, *Ends*).
    margin_working_days: int = Field(default=5, ge=1, le=20)
    lift_not_before: time = time(9, 0)
    #: Nothing is lifted while the link has been down for this long.
    link_down_h: float = Field(default=24, gt=0)
    #: After such an outage or a start, the inbox gets this long to bring what waited before anything is lifted.
    settle_s: float = Field(default=900, ge=0)
    tick_s: float = Field(default=5, gt=0)

    @model_validator(mode="after")
    def _reached_in_one_way(self) -> Self:
        if (self.http is None) == (self.sftp is None):
            message = "either [http] or [sftp]"
            raise ValueError(message)
        return self

    @property
    def link_down_limit(self) -> timedelta:
        """How long the link may be down before lifting stops."""
        return timedelta(hours=self.link_down_h)

    @property
    def settle_time(self) -> timedelta:
        """How long the inbox gets after an outage or a start."""
        return timedelta(seconds=self.settle_s)

    @classmethod
    def load(cls, path: Path) -> Self:
        """The settings in a TOML file.

        Raises:
            RefusedError: `settings_invalid`, with the name of the file or of the first setting that is wrong.
        """
        settings = load_toml(cls, path)
        folder = path.absolute().parent
        http, sftp = settings.http, settings.sftp
        if http is not None:
            webhook = http.webhook and _placed(http.webhook, folder, "token_file", "certificate", "private_key")
            http = _placed(http, folder, "token_file").model_copy(update={"webhook": webhook})
        if sftp is not None:
            sftp = _placed(sftp, folder, "key_file", "host_key_file")
        return settings.model_copy(update={"http": http, "sftp": sftp})


def _placed(settings: C, folder: Path, *names: str) -> C:
    paths = {name: getattr(settings, name) for name in names}
    return settings.model_copy(update={name: folder / path for name, path in paths.items() if path is not None})
