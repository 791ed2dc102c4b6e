"""The console's templates, with the words that they use."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from hub.console import phrases, words
from hub.console.acting import new_key
from hub.console.roles import ROLE_NAMES, Role
from hub.web.rendering import Renderer
from hub.wire.shortnames import case_code

TEMPLATES: Final = Path(__file__).parent / "templates"


def make_renderer() -> Renderer:
    """The templates of this release."""
    filters = {"kind": words.kind_of, "case_code": case_code, "role": lambda role: ROLE_NAMES[Role(role)]}
    return Renderer(TEMPLATES, filters=filters, names={"words": words, "phrases": phrases, "new_key": new_key})
