"""Templates to text: everything is escaped, and a name that is not there is an error and no empty place.

What is shown may have come from another party. HTML in it is text, and so is what could hide or turn the words around
it: control characters and marks of direction are written as their JSON escape, as the command line does.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from hub.clock import rfc3339
from hub.web import times

TEMPLATES: Final = Path(__file__).parent / "templates"
#: Not printable and yet part of text: line breaks, spaces and hyphens that do not show, joiners of letters.
_HARMLESS: Final = frozenset("\n\r\t\u00a0\u00ad\u200c\u200d\u202f")


class Renderer:
    """The templates of a site, over those of the kit."""

    def __init__(
        self,
        folder: Path,
        *,
        filters: Mapping[str, Callable[..., Any]] | None = None,
        names: Mapping[str, object] | None = None,
    ) -> None:
        """Nothing is compiled before it is asked for.

        Args:
            folder: the site's own templates.
            filters: the site's own, beside those for instants.
            names: what every template may use.
        """
        self._environment = Environment(
            loader=FileSystemLoader([folder, TEMPLATES]),
            autoescape=True,
            undefined=StrictUndefined,
            finalize=legible,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters |= {
            "moment": _moment,
            "clock": _clock,
            "day": _day,
            "span": times.span_text,
            **(filters or {}),
        }
        self._environment.globals |= {"ahead": times.ahead_text, **(names or {})}

    def render(self, template: str, context: Mapping[str, object]) -> str:
        """One template with these values."""
        return self._environment.get_template(template).render(context)


def legible(value: object) -> object:
    """A text of which every character can be seen; anything else as it is."""
    if not isinstance(value, str) or isinstance(value, Markup) or value.isprintable():
        return value
    return "".join(char if char.isprintable() or char in _HARMLESS else json.dumps(char)[1:-1] for char in value)


def _moment(moment: datetime) -> Markup:
    return _time(moment, times.moment_text(moment))


def _clock(moment: datetime) -> Markup:
    return _time(moment, times.clock_text(moment))


def _day(moment: datetime) -> Markup:
    return _time(moment, times.day_text(moment))


def _time(moment: datetime, text: str) -> Markup:
    """An instant: short on the screen, whole on hover, exact for machines."""
    whole = times.whole_text(moment)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(rfc3339(moment), whole, text)
