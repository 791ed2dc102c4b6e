"""The settings of one creditor, read from TOML; relative paths count from the folder of the file."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from adapters.outside import placed
from adapters.outside.http import HttpSystemSettings
from adapters.outside.lifting import LiftingSettings
from adapters.outside.sftp import SftpSettings
from adapters.outside.webhook import WebhookSettings
from hub.toml import load_toml


class Words(StrEnum):
    """Whose words a creditor's HTTP interface has."""

    WATER_BOARD = "waterschap"
    MUNICIPALITY = "gemeente"


class HttpSettings(HttpSystemSettings):
    """A creditor with a REST interface; its answers come at once, by webhook, or are fetched."""

    words: Words
    webhook: WebhookSettings | None = None
    #: Between two looks for answers; None where the webhook is all there is.
    poll_s: float | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _answers_come_in(self) -> Self:
        if self.webhook is None and self.poll_s is None:
            message = "needs a webhook or poll_s: nothing else brings later answers"
            raise ValueError(message)
        return self


class FileSettings(SftpSettings):
    """A creditor that takes files."""

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


class CreditorSettings(LiftingSettings):
    """One creditor; every term and margin is a setting, because the text of the covenant is not public."""

    #: Whether this creditor may use the BSN; it says the same as the register.
    bsn: bool
    http: HttpSettings | None = None
    sftp: FileSettings | None = None
    #: Never longer than this after the start; None leaves it to the sender, who knows the agreement.
    max_pause_months: int | None = Field(default=None, ge=1, le=24)
    #: Agreed in advance with a proposal: silence until the end of its term is consent, without a reported impediment.
    agreed_in_advance: bool = False
    proposal_working_days: int = Field(default=10, ge=1, le=60)
    tick_s: float = Field(default=5, gt=0)

    @model_validator(mode="after")
    def _reached_in_one_way(self) -> Self:
        if (self.http is None) == (self.sftp is None):
            message = "either [http] or [sftp]"
            raise ValueError(message)
        return self

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
            webhook = http.webhook and placed(http.webhook, folder, "token_file", "certificate", "private_key")
            http = placed(http, folder, "token_file").model_copy(update={"webhook": webhook})
        if sftp is not None:
            sftp = placed(sftp, folder, "key_file", "host_key_file")
        return settings.model_copy(update={"http": http, "sftp": sftp})
