"""What every payload shares: closed, frozen, read from and written to the wire by its Dutch or protocol names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, Strict, ValidationError

from schemas.errors import PayloadError, problems_of
from schemas.forms import WIRE, NotEmpty, NotNull

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

T = TypeVar("T")


def _absent(value: object) -> bool:
    return value is None


Absent = Annotated[T | None, NotNull(), Field(exclude_if=_absent)]
"""A member that may be left out: `None` in the program, absent on the wire, never null."""

Listed = Annotated[T, Strict(strict=False)]
"""A code of a closed list, read from its string."""

Several = Annotated[tuple[T, ...], Strict(strict=False), Field(max_length=100)]
"""A list of at most 100, read from a JSON array."""

OneOrSeveral = Annotated[tuple[T, ...], Strict(strict=False), Field(max_length=100), NotEmpty()]
"""A list of 1 to 100, where an empty one would say nothing."""


class Document(BaseModel):
    """A closed object of the wire; built in code by English names, read and written by the names of the wire."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        hide_input_in_errors=True,
        validate_by_name=True,
        validate_by_alias=False,
    )

    @classmethod
    def from_wire(cls, document: Mapping[str, object]) -> Self:
        """Reads what came over the wire.

        Raises:
            PayloadError: it does not fit; pointers and codes, never values.
        """
        try:
            return cls.model_validate(document, context=WIRE, by_alias=True, by_name=False)
        except ValidationError as error:
            raise PayloadError(problems_of(error)) from None

    def to_wire(self) -> dict[str, Any]:
        """Writes it for the wire: JSON values only; what was not given is left out."""
        return self.model_dump(mode="json", by_alias=True, exclude_unset=True)

    def __repr_args__(self) -> tuple[()]:
        """Nothing: a payload in a log line or traceback shows its kind and no content."""
        return ()
