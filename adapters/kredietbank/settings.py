"""The settings of the adapter of the Kredietbank, read from TOML; relative paths count from the folder of the file."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from adapters.kredietbank.referral import Terms
from adapters.outside import Settings, placed
from adapters.outside.batches.rounds import FileSettings
from adapters.outside.webhook import AnsweringSystemSettings
from hub.toml import load_toml
from schemas.codes import ReferralKind


class ContactSettings(Settings):
    """Whom a creditor asks about a balance request."""

    name: str = Field(min_length=1, max_length=100)
    phone: str | None = None
    email: str | None = None


class TermSettings(Settings):
    """How long each step of a referral may take."""

    decide_working_days: int = Field(default=3, ge=1, le=20)
    talk_days: int = Field(default=28, ge=1, le=60)
    urgent_talk_working_days: int = Field(default=3, ge=1, le=20)
    heartbeat_days: int = Field(default=30, ge=1, le=90)


class KredietbankSettings(Settings):
    """How the Kredietbank is reached, and what it takes on."""

    http: AnsweringSystemSettings | None = None
    sftp: FileSettings | None = None
    contact: ContactSettings
    #: What may be referred to it; another kind is rejected at once.
    kinds: frozenset[ReferralKind] = Field(default=frozenset({ReferralKind.BUSINESS_DEBT_HELP}), min_length=1)
    terms: TermSettings = TermSettings()
    tick_s: float = Field(default=5, gt=0)

    @model_validator(mode="after")
    def _reached_in_one_way(self) -> Self:
        if (self.http is None) == (self.sftp is None):
            message = "either [http] or [sftp]"
            raise ValueError(message)
        return self

    @property
    def referral_terms(self) -> Terms:
        """The terms as the referral takes them."""
        return Terms(**self.terms.model_dump())

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
