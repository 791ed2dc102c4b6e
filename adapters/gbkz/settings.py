"""The settings of one local tax office, read from TOML: GBKZ, or Cocensus by another file.

Relative paths count from the folder of the file.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Self

from pydantic import Field

from adapters.outside import placed
from adapters.outside.http import HttpSystemSettings
from adapters.outside.lifting import LiftingSettings
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


class TaxOfficeSettings(HttpSystemSettings, LiftingSettings):
    """One instance of the local tax office; every term and margin is a setting, because agreements differ."""

    #: Claims of other municipalities are not this office's.
    gemeentecodes: frozenset[Gemeentecode] = Field(min_length=1)
    mode: Mode = Mode.AUTOMATIC
    #: Who decides about a proposal to settle; what the tax system says of its amounts goes before either.
    proposals: Mode = Mode.APPROVAL
    scope: Scope = Scope.ALL_OPEN
    #: Never longer than this after the start; None leaves it to the sender, who knows the agreement.
    max_pause_months: int | None = Field(default=None, ge=1, le=24)
    #: A letter that could not be called back has arrived after this; until then it is named as not stopped.
    post_working_days: int = Field(default=3, ge=1, le=20)
    tick_s: float = Field(default=30, gt=0)

    @classmethod
    def load(cls, path: Path) -> Self:
        """The settings in a TOML file.

        Raises:
            RefusedError: `settings_invalid`, with the name of the file or of the first setting that is wrong.
        """
        return placed(load_toml(cls, path), path.absolute().parent, "token_file")
