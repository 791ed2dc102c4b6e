"""The settings of the adapter of the referral index, read from TOML; relative paths count from the file's folder."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Self

from pydantic import Field

from adapters.outside import Settings, placed
from adapters.outside.sftp import SftpSettings
from hub.toml import load_toml


class VishSettings(Settings):
    """How and how often the index is supplied."""

    sftp: SftpSettings
    #: Between two rounds; what is urgent does not wait for the round.
    supply_minutes: float = Field(default=15, gt=0)
    rows_in_a_batch: int = Field(default=1000, ge=1, le=10_000)
    #: A batch without a result after this long is supplied again; its record keys make that harmless.
    resupply_h: float = Field(default=4, gt=0)
    #: How often the folder with results is looked into.
    poll_s: float = Field(default=60, gt=0)
    tick_s: float = Field(default=5, gt=0)

    @property
    def supply_every(self) -> timedelta:
        """Between two rounds."""
        return timedelta(minutes=self.supply_minutes)

    @property
    def resupply_after(self) -> timedelta:
        """How long a result may take."""
        return timedelta(hours=self.resupply_h)

    @property
    def poll_every(self) -> timedelta:
        """Between two looks into the folder with results."""
        return timedelta(seconds=self.poll_s)

    @classmethod
    def load(cls, path: Path) -> Self:
        """The settings in a TOML file.

        Raises:
            RefusedError: `settings_invalid`, with the name of the file or of the first setting that is wrong.
        """
        settings = load_toml(cls, path)
        sftp = placed(settings.sftp, path.absolute().parent, "key_file", "host_key_file")
        return settings.model_copy(update={"sftp": sftp})
