"""How a value of a payload is written: one annotation gives both the check and the JSON Schema of a type.

Keeping the two in one place is what makes the models and the generated schemas agree; a property test compares them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from pydantic_core import PydanticCustomError, core_schema

from schemas.errors import DUTCH, Slug

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue

T = TypeVar("T")

#: Validation context of a document that came over the wire, where null is not a way to leave a member out.
WIRE: Final = "wire"


def wrong(slug: Slug) -> PydanticCustomError:
    """The error of one code; its message is the Dutch sentence and holds no value."""
    return PydanticCustomError(slug.value, DUTCH[slug])


@dataclass(frozen=True, slots=True)
class Form:
    """A string of a fixed form: `pattern` (anchored), at most `most` characters, then an optional `check` and `tidy`.

    `annotation` names in the JSON Schema the check that a schema cannot express (`x-controle`).
    """

    slug: Slug
    pattern: str
    most: int
    check: tuple[Callable[[str], bool], Slug] | None = None
    tidy: Callable[[str], str] | None = None
    annotation: str | None = None

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """The check, as pydantic runs it."""
        return core_schema.no_info_after_validator_function(self._reader(), core_schema.str_schema(strict=True))

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """The same, as a schema says it."""
        written: JsonSchemaValue = {"type": "string", "maxLength": self.most, "pattern": self.pattern}
        if self.annotation:
            written["x-controle"] = self.annotation
        return written

    def _reader(self) -> Callable[[str], str]:
        match, most, slug, check, tidy = re.compile(self.pattern).fullmatch, self.most, self.slug, self.check, self.tidy
        # of free text the length is worth naming; of a number its form says the length
        too_long = Slug.TEXT_TOO_LONG if slug is Slug.TEXT_FORM else slug

        def read(value: str) -> str:
            if len(value) > most:
                raise wrong(too_long)
            if not match(value):
                raise wrong(slug)
            if check and not check[0](value):
                raise wrong(check[1])
            return tidy(value) if tidy else value

        return read


@dataclass(frozen=True, slots=True)
class Parsed(Generic[T]):
    """A string of a fixed form that the program holds as another type: `parse` reads it, `write` writes it back."""

    slug: Slug
    pattern: str
    most: int
    parse: Callable[[str], T]
    write: Callable[[T], str]
    held: type[T]
    format: str | None

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """Reads the string of the wire, or takes the value itself when built by name."""
        return core_schema.no_info_plain_validator_function(
            self._reader(),
            serialization=core_schema.plain_serializer_function_ser_schema(self.write, when_used="json"),
        )

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """A string of that form."""
        written: JsonSchemaValue = {"type": "string", "maxLength": self.most, "pattern": self.pattern}
        if self.format:
            written["format"] = self.format
        return written

    def _reader(self) -> Callable[[Any], T]:
        match, most = re.compile(self.pattern).fullmatch, self.most

        def read(value: object) -> T:
            # a value built in the program must be one that the wire can say: writing it proves so
            text = self.write(value) if type(value) is self.held else value
            if not isinstance(text, str):
                raise wrong(Slug.WRONG_TYPE)
            if len(text) > most or not match(text):
                raise wrong(self.slug)
            return self.parse(text)

        return read


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number from `least` to `most`; 2.0 is one too, as JSON Schema has it."""

    least: int
    most: int

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """The check, as pydantic runs it."""
        number = core_schema.int_schema(strict=True, ge=self.least, le=self.most)
        return core_schema.no_info_before_validator_function(_integral, number)

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """The same, as a schema says it."""
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


def _integral(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value


class NotNull:
    """Marks a member that may be left out: absent on the wire is `None` in the program, and null is refused."""

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """Refuses null in a document of the wire."""
        return core_schema.with_info_wrap_validator_function(_not_null, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """The schema of the value alone."""
        written = handler(schema)
        only: JsonSchemaValue
        (only,) = [branch for branch in written["anyOf"] if branch != {"type": "null"}]
        return only


def _not_null(
    value: object, handler: core_schema.ValidatorFunctionWrapHandler, info: core_schema.ValidationInfo
) -> object:
    if value is None and info.context is WIRE:
        raise wrong(Slug.NULL)
    return handler(value)


class NotEmpty:
    """A list of at least one; a list whose entries are wrong is told for its entries alone."""

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """Refuses an empty list once its entries are good."""
        return core_schema.no_info_after_validator_function(_not_empty, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """The same, as a schema says it."""
        return {**handler(schema), "minItems": 1}


def _not_empty(value: tuple[T, ...]) -> tuple[T, ...]:
    if not value:
        raise wrong(Slug.TOO_FEW)
    return value
