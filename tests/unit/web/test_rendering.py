"""Templates show what another party wrote as text, whatever it holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.web.rendering import Renderer

HOSTILE = "<b>x</b> & \x00\x1b[31m\x9b \u202egnp.exe\u2066\u200f\u2028\ufeff\ud800"


@pytest.fixture
def renderer(tmp_path: Path) -> Renderer:
    (tmp_path / "page.html").write_text("<p>{{ given }}</p>")
    macro = '{% macro twice(it) %}<i title="{{ it }}">{{ it }}</i>{% endmacro %}'
    (tmp_path / "deep.html").write_text(macro + '{{ twice(given) }}{{ [given] | join(", ") }}')
    return Renderer(tmp_path)


@pytest.mark.parametrize("template", ["page.html", "deep.html"])
def test_every_character_of_a_strangers_text_can_be_seen(renderer: Renderer, template: str) -> None:
    shown = renderer.render(template, {"given": HOSTILE})
    assert "<b>" not in shown
    assert shown.isprintable()
    assert r"&lt;b&gt;x&lt;/b&gt; &amp; \u0000\u001b[31m\u009b \u202egnp.exe\u2066\u200f\u2028\ufeff\ud800" in shown
    assert shown.encode()


def test_line_breaks_and_letters_of_every_language_stay(renderer: Renderer) -> None:
    text = "regel één\r\n\tregel twee, \u0646\u0627\u0645\u200c\u0647\u0627, Ł, 10\u00a0000"
    assert renderer.render("page.html", {"given": text}) == f"<p>{text}</p>"
