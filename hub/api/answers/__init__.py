"""What the API answers, as models: the description is made of them, and no answer leaves that does not fit.

Names are those of the command line's `-o json`. A member that knows nothing is null; none is left out.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema
from pydantic.alias_generators import to_camel

from hub.clock import rfc3339

Instant = Annotated[
    datetime,
    PlainSerializer(rfc3339, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-11-23T12:00:00.000Z"]}),
]
Uuid = Annotated[str, Field(json_schema_extra={"format": "uuid"}, examples=["01936f5e-8c00-7000-8000-000000000001"])]
Oin = Annotated[str, Field(pattern="^[0-9A-Z]{20}$", examples=["00000099000000001000"])]
Mark = Annotated[str, Field(pattern="^[0-9A-F]{10}$", examples=["0A1B2C3D4E"])]
Kind = Annotated[str, Field(examples=["kennisgeving-publiek"])]
Slug = Annotated[str, Field(examples=["no_agreement"])]
Count = Annotated[int, Field(ge=0, examples=[3])]
Hash = Annotated[str, Field(examples=["sha-256:" + "0" * 64])]


class Answer(BaseModel):
    """A closed object; built by the names here, written by the names of the description."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        hide_input_in_errors=True,
    )


class Link(Answer):
    """An address."""

    href: str = Field(json_schema_extra={"format": "uri"}, examples=["https://hub.example/v1/messages?before=4711"])


class Links(Answer):
    """Where to go on; without `next` this is the last page."""

    next: Link | None = Field(default=None, exclude_if=lambda link: link is None)


class Page(Answer):
    """A part of a list."""

    links: Links = Field(alias="_links")
