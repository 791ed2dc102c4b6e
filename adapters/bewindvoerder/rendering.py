"""The portal's templates, with the words that they use."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from adapters.bewindvoerder import forms, reading
from adapters.bewindvoerder.trades import kind_of
from hub.web.assets import Assets, Bundle, styles
from hub.web.rendering import Renderer

FOLDER: Final = Path(__file__).parent
TEMPLATES: Final = FOLDER / "templates"
STATIC: Final = FOLDER / "static"
PART: Final = "portal"


def make_renderer() -> Renderer:
    """The templates of this release."""
    filters: dict[str, Callable[..., Any]] = {
        "kind": kind_of,
        "label": reading.label,
        "euros": reading.euros,
        "long_day": reading.long_day,
        "letter_day": reading.day_of,
    }
    return Renderer(TEMPLATES, filters=filters, names={"rows_shown": forms.rows_shown, "row_used": forms.row_used})


def make_assets(tokens: Path | None = None) -> Assets:
    """The files that the portal's pages are made of.

    Raises:
        TamperedError, RefusedError: as `Assets`.
    """
    bundles = {
        "stijl.css": styles(STATIC / "portaal.css"),
        "merk.svg": Bundle("image/svg+xml", (STATIC / "merk.svg",)),
    }
    return Assets(bundles, part=PART, tokens=tokens)
