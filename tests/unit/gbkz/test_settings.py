"""The settings of one tax office."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.gbkz.settings import Mode, TaxOfficeSettings
from adapters.outside import token_in
from hub.errors import Code, RefusedError

GOOD = 'base_url = "https://belasting.example"\ntoken_file = "token"\ngemeentecodes = ["0392"]\n'


def load(folder: Path, text: str) -> TaxOfficeSettings:
    """The settings in `text`."""
    path = folder / "office.toml"
    path.write_text(text)
    return TaxOfficeSettings.load(path)


def test_another_office_is_another_file(tmp_path: Path) -> None:
    settings = load(tmp_path, GOOD + 'mode = "ter-goedkeuring"\nlift_not_before = 10:00:00\n')
    assert (settings.mode, settings.gemeentecodes) == (Mode.APPROVAL, frozenset({"0392"}))


def test_without_more_it_runs_without_anyone_touching_it(tmp_path: Path) -> None:
    settings = load(tmp_path, GOOD)
    assert (settings.mode, settings.margin_working_days, settings.link_down_h) == (Mode.AUTOMATIC, 5, 24)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (GOOD.replace("https", "http"), "base_url"),
        (GOOD.replace("0392", "392"), "gemeentecodes"),
        (GOOD + "margin = 3\n", "margin"),
        (GOOD + "margin_working_days = 0\n", "margin_working_days"),
        ("", "base_url"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, text: str, place: str) -> None:
    with pytest.raises(RefusedError) as raised:
        load(tmp_path, text)
    assert raised.value.code is Code.SETTINGS_INVALID
    assert (raised.value.place or "").startswith(place)


def test_a_file_that_is_not_there_or_not_toml_is_named(tmp_path: Path) -> None:
    for attempt in ("not toml", None):
        path = tmp_path / ("office.toml" if attempt else "absent.toml")
        if attempt:
            path.write_text(attempt)
        with pytest.raises(RefusedError) as raised:
            TaxOfficeSettings.load(path)
        assert raised.value.place == path.name


def test_a_relative_path_counts_from_the_folder_of_the_file(tmp_path: Path) -> None:
    assert load(tmp_path, GOOD).token_file == tmp_path / "token"


def test_the_token_is_read_from_its_file_and_must_be_there(tmp_path: Path) -> None:
    token = tmp_path / "token"
    settings = load(tmp_path, GOOD.replace('"token"', f'"{token}"'))
    for content in (None, "  \n"):
        if content is not None:
            token.write_text(content)
        with pytest.raises(RefusedError) as raised:
            token_in(settings.token_file)
        assert raised.value.place == "token_file"
    token.write_text("geheim\n")
    assert token_in(settings.token_file) == "geheim"
