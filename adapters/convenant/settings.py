"""The settings of one creditor, read from TOML; relative paths count from the folder of the file."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from adapters.outside import placed
from adapters.outside.batches.rounds import FileSettings
from adapters.outside.lifting import LiftingSettings
from adapters.outside.webhook import AnsweringSystemSettings
from hub.toml import load_toml


class Words(StrEnum):
    """Whose words a creditor's HTTP interface has."""

    WATER_BOARD = "waterschap"
    MUNICIPALITY = "gemeente"


class HttpSettings(AnsweringSystemSettings):
    """A creditor with a REST interface; its answers come at once, by webhook, or are fetched."""

    words: Words


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
        http = settings.http and settings.http.anchored(folder)
        sftp = settings.sftp and placed(settings.sftp, folder, "key_file", "host_key_file")
        return settings.model_copy(update={"http": http, "sftp": sftp})
