"""The class of an end as the messages that end a pause may give it."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Strict, WithJsonSchema

from schemas.codes import EndClass
from schemas.errors import Slug
from schemas.forms import wrong


def _before_the_end_of_an_arrangement(end_class: EndClass) -> EndClass:
    if end_class is EndClass.DISCHARGED:
        raise wrong(Slug.CLASS_NOT_HERE)
    return end_class


EarlyEndClass = Annotated[
    EndClass,
    Strict(strict=False),
    AfterValidator(_before_the_end_of_an_arrangement),
    WithJsonSchema({"type": "string", "enum": [known.value for known in EndClass if known is not EndClass.DISCHARGED]}),
]
"""List L without `afgerond`: final discharge is said by the end of an arrangement alone (messages.md 4, L)."""
