"""What the receiver asks (*GegevensRequest*), under the names that DDAS gives."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from schemas.document import Absent, Document
from schemas.forms import Whole
from schemas.identifiers import Date, Name

Positive = Annotated[int, Whole(1, 2**31 - 1)]


class GegevensRequest(Document):
    """Which period, which municipality, which page; all of it may be left out."""

    model_config = ConfigDict(title="GegevensRequest")

    start: Absent[Date] = Field(default=None, alias="aanleverperiodeStartdatum")
    end: Absent[Date] = Field(default=None, alias="aanleverperiodeEinddatum")
    deliverer: Absent[Name] = Field(
        default=None, alias="aanleverende_organisatie", description="Naam of gemeentecode van één gemeente."
    )
    page: Absent[Positive] = Field(default=None, alias="page")
    size: Absent[Positive] = Field(default=None, alias="pageSize")
