"""Files from elsewhere are the ones that were pinned, and a browser can tell."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from hub.console import rendering as console
from hub.console.process import STATIC as CONSOLE_STATIC
from hub.console.process import make_assets
from hub.errors import TamperedError
from hub.web.assets import STATIC, check_vendored
from hub.web.rendering import TEMPLATES

PAGES = [*sorted(TEMPLATES.glob("*.html")), *sorted(console.TEMPLATES.glob("*.html"))]


def test_what_is_served_has_a_name_that_changes_with_it(tmp_path: Path) -> None:
    other = tmp_path / "eigen.css"
    other.write_text(":root { --hub-brand: #123456 }")
    ours, theirs = make_assets(), make_assets(other)
    assert ours["stijl.css"].path == theirs["stijl.css"].path
    assert ours["tokens.css"].path != theirs["tokens.css"].path
    assert ours.at(ours["tokens.css"].path) == ours["tokens.css"]
    assert ours.at("/static/0/niets.css") is None


@pytest.mark.parametrize("change", ["altered", "added", "removed"])
def test_a_file_from_elsewhere_that_was_changed_is_not_served(tmp_path: Path, change: str) -> None:
    copy = Path(shutil.copytree(STATIC, tmp_path / "static"))
    check_vendored(copy)
    file = copy / "vendor" / ("other.js" if change == "added" else "htmx.min.js")
    if change == "removed":
        file.unlink()
    else:
        file.write_text("alert(1)")
    with pytest.raises(TamperedError):
        check_vendored(copy)


@pytest.mark.parametrize("template", PAGES, ids=lambda path: f"{path.parent.parent.name}-{path.name}")
def test_no_template_has_script_or_style_of_its_own(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    assert not re.search(r"<style|style=|\son\w+=|hx-on|javascript:|\|\s*safe\b", text)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text))
    assert not re.search(r"(src|href|action)=\"(https?:)?//", text)


def test_no_file_that_is_served_calls_another_server() -> None:
    for file in [*STATIC.rglob("*.css"), *CONSOLE_STATIC.rglob("*.css"), *CONSOLE_STATIC.rglob("*.js")]:
        assert "url(" not in file.read_text(encoding="utf-8"), file
