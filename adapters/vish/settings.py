"""The settings of the adapter of the referral index, read from TOML; relative paths count from the file's folder."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from hub.toml import load_toml


class SftpSettings(BaseModel):
    """The file server of the index."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    host: str = Field(min_length=1)
    port: int = Field(default=22, ge=1, le=65_535)
    user: str = Field(min_length=1)
    #: Our private key, 0600.
    key_file: Path
    #: The server's public key: no other server is spoken to.
    host_key_file: Path
    #: Where batches go and where results come from.
    in_folder: str = "in"
    out_folder: str = "uit"
    deadline_s: float = Field(default=30, gt=0, le=600)


class VishSettings(BaseModel):
    """How and how often the index is supplied."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

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
        folder = path.absolute().parent
        files = {name: folder / getattr(settings.sftp, name) for name in ("key_file", "host_key_file")}
        return settings.model_copy(update={"sftp": settings.sftp.model_copy(update=files)})
