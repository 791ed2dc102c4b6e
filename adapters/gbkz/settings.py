"""The settings of one local tax office, read from TOML: GBKZ, or Cocensus by another file.

Relative paths count from the folder of the file.
"""

from __future__ import annotations

from datetime import time, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from adapters.outside import PrivateUrl, token_in
from hub.toml import load_toml
from schemas.identifiers import Gemeentecode


class Mode(StrEnum):
    """Who lets an act go through."""

    AUTOMATIC = "automatisch"
    APPROVAL = "ter-goedkeuring"


class Scope(StrEnum):
    """Which dossiers a notice pauses."""

    ALL_OPEN = "alle-open"
    NAMED = "genoemde"


class TaxOfficeSettings(BaseModel):
    """One instance of the local tax office; every term and margin is a setting, because agreements differ."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    base_url: PrivateUrl
    token_file: Path
    #: Claims of other municipalities are not this office's.
    gemeentecodes: frozenset[Gemeentecode] = Field(min_length=1)
    mode: Mode = Mode.AUTOMATIC
    scope: Scope = Scope.ALL_OPEN
    #: Never longer than this after the start; None leaves it to the sender, who knows the agreement.
    max_pause_months: int | None = Field(default=None, ge=1, le=24)
    #: The tax system gets the end date plus this, and the adapter does the lifting (messages.md 3, *Ends*).
    margin_working_days: int = Field(default=5, ge=1, le=20)
    lift_not_before: time = time(9, 0)
    #: A letter that could not be called back has arrived after this; until then it is named as not stopped.
    post_working_days: int = Field(default=3, ge=1, le=20)
    #: Nothing is lifted while the link has been down for this long.
    link_down_h: float = Field(default=24, gt=0)
    #: After such an outage or a start, the inbox gets this long to bring what waited before anything is lifted.
    settle_s: float = Field(default=900, ge=0)
    deadline_s: float = Field(default=10, gt=0, le=120)
    connections: int = Field(default=4, ge=1, le=50)
    tick_s: float = Field(default=30, gt=0)

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
        return settings.model_copy(update={"token_file": path.absolute().parent / settings.token_file})

    def token(self) -> str:
        """The bearer token of the tax system.

        Raises:
            RefusedError: the file is not there or empty.
        """
        return token_in(self.token_file)
