"""Reads members of the register's JSON one by one: each is there, of its kind, or the whole register is refused.

A list or flag that grants something may be left out and then grants nothing; an optional member may also be null.
Places are paths of member names and positions; values never stand in an error.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, NoReturn, TypeVar

from hub.errors import Code, RefusedError

T = TypeVar("T", bound=str)

_DATE: Final = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:[0-9]{2})"
)
_LAST_INSTANT: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Members:
    """One JSON object of the register and where it stands."""

    content: Mapping[str, object]
    place: str

    def refuse(self, name: str) -> NoReturn:
        """Refuse the register because of one member (`register_invalid`)."""
        raise RefusedError(Code.REGISTER_INVALID, f"{self.place}/{name}") from None

    def text(self, name: str) -> str:
        """A required string."""
        value = self.content.get(name)
        if not isinstance(value, str):
            self.refuse(name)
        return value

    def text_or_none(self, name: str) -> str | None:
        """An optional string."""
        return self.text(name) if self.content.get(name) is not None else None

    def matching(self, name: str, form: re.Pattern[str]) -> str:
        """A required string of this form."""
        value = self.text(name)
        if form.fullmatch(value) is None:
            self.refuse(name)
        return value

    def one_of(self, name: str, choices: tuple[T, ...]) -> T:
        """A required string from a closed list."""
        value = self.text(name)
        found = next((choice for choice in choices if choice == value), None)
        if found is None:
            self.refuse(name)
        return found

    def whole(self, name: str, least: int) -> int:
        """A required whole number of at least `least`."""
        value = self.content.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            self.refuse(name)
        return value

    def whole_or_none(self, name: str, least: int) -> int | None:
        """An optional whole number of at least `least`."""
        return self.whole(name, least) if self.content.get(name) is not None else None

    def flag(self, name: str) -> bool:
        """A boolean; false where it is absent."""
        value = self.content.get(name, False)
        if not isinstance(value, bool):
            self.refuse(name)
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of strings; empty where it is absent."""
        value = self.content.get(name, [])
        if not isinstance(value, list):
            self.refuse(name)
        found = tuple(item for item in value if isinstance(item, str))
        if len(found) != len(value):
            self.refuse(name)
        return found

    def object(self, name: str) -> Mapping[str, object]:
        """A required object."""
        value = self.content.get(name)
        if not isinstance(value, dict):
            self.refuse(name)
        return value

    def objects(self, name: str, *, required: bool = True) -> Iterator[Members]:
        """Each object of a list."""
        value = self.content.get(name, None if required else [])
        if not isinstance(value, list):
            self.refuse(name)
        for position, item in enumerate(value):
            if not isinstance(item, dict):
                self.refuse(f"{name}/{position}")
            yield Members(item, f"{self.place}/{name}/{position}")

    def instant(self, name: str) -> datetime:
        """A required instant: RFC 3339, or whole seconds since 1970 as in a JWT's `nbf` and `exp`."""
        value = self.content.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return self._made(name, lambda: datetime.fromtimestamp(value, UTC))
        text = self.matching(name, _INSTANT)
        # Python reads six digits of a second; more precision than that has no meaning in a register
        trimmed = re.sub(r"(\.[0-9]{6})[0-9]+", r"\1", text)
        return self._made(name, lambda: datetime.fromisoformat(trimmed).astimezone(UTC))

    def instant_or_none(self, name: str) -> datetime | None:
        """An optional instant."""
        return self.instant(name) if self.content.get(name) is not None else None

    def begin(self, name: str) -> datetime:
        """A required instant, or a date: its first instant in UTC."""
        if (day := self._day(name)) is not None:
            return day
        return self.instant(name)

    def end(self, name: str) -> datetime | None:
        """An optional instant, or a date: the first instant after that day in UTC."""
        if self.content.get(name) is None:
            return None
        if (day := self._day(name)) is None:
            return self.instant(name)
        return day + timedelta(days=1) if day.date() < _LAST_INSTANT.date() else _LAST_INSTANT

    def _day(self, name: str) -> datetime | None:
        value = self.content.get(name)
        if not isinstance(value, str) or _DATE.fullmatch(value) is None:
            return None
        return self._made(name, lambda: datetime.fromisoformat(value).replace(tzinfo=UTC))

    def _made(self, name: str, make: Callable[[], datetime]) -> datetime:
        try:
            return make()
        except (ValueError, OverflowError, OSError):
            self.refuse(name)
