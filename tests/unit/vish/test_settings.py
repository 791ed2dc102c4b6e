"""The settings of the adapter of the index."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from adapters.vish.settings import VishSettings
from hub.errors import Code, RefusedError

GOOD = '[sftp]\nhost = "index.example"\nuser = "haarlem"\nkey_file = "id"\nhost_key_file = "host.pub"\n'


def load(folder: Path, text: str) -> VishSettings:
    """The settings in `text`."""
    path = folder / "vish.toml"
    path.write_text(text)
    return VishSettings.load(path)


def test_without_more_it_supplies_every_quarter_of_an_hour(tmp_path: Path) -> None:
    settings = load(tmp_path, GOOD)
    assert (settings.supply_every, settings.resupply_after) == (timedelta(minutes=15), timedelta(hours=4))
    assert settings.sftp.port == 22


def test_relative_paths_count_from_the_folder_of_the_file(tmp_path: Path) -> None:
    sftp = load(tmp_path, GOOD).sftp
    assert (sftp.key_file, sftp.host_key_file) == (tmp_path / "id", tmp_path / "host.pub")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (GOOD.replace('host = "index.example"\n', ""), "sftp.host"),
        ("supply_minutes = 0\n" + GOOD, "supply_minutes"),
        ("minuten = 3\n" + GOOD, "minuten"),
        ("not toml", ""),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, text: str, place: str) -> None:
    with pytest.raises(RefusedError) as raised:
        load(tmp_path, text)
    assert raised.value.code is Code.SETTINGS_INVALID
    assert place in (raised.value.place or "")
