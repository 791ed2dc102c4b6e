"""Templates to text: everything is escaped, and a name that is not there is an error and no empty place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from hub.clock import rfc3339
from hub.web import times

TEMPLATES: Final = Path(__file__).parent / "templates"


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
