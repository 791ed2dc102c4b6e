"""Templates to text: everything is escaped, and a name that is not there is an error and no empty place."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from hub.clock import rfc3339
from hub.console import times, words
from hub.console.roles import ROLE_NAMES, Role
from hub.wire.shortnames import case_code

TEMPLATES: Final = Path(__file__).parent / "templates"


class Renderer:
    """The templates of this release."""

    def __init__(self) -> None:
        """Nothing is compiled before it is asked for."""
        self._environment = Environment(
            loader=FileSystemLoader(TEMPLATES),
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
            "kind": words.kind_of,
            "case_code": case_code,
            "role": lambda role: ROLE_NAMES[Role(role)],
        }
        self._environment.globals |= {"ahead": times.ahead_text, "words": words}

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
