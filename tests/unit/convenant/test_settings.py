"""The settings of one creditor: what is refused, and by which name."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.convenant.settings import CreditorSettings
from adapters.outside import token_in
from hub.errors import Code, RefusedError

HTTP = 'bsn = true\n[http]\nbase_url = "https://schuldeiser.example"\ntoken_file = "token"\nwords = "gemeente"\n'
SFTP = 'bsn = false\n[sftp]\nhost = "sftp.example"\nuser = "h"\nkey_file = "id"\nhost_key_file = "host.pub"\n'


def loaded(folder: Path, text: str) -> CreditorSettings:
    """The settings in this text."""
    path = folder / "own.toml"
    path.write_text(text)
    return CreditorSettings.load(path)


def test_paths_count_from_the_folder_of_the_file(tmp_path: Path) -> None:
    text = f'{HTTP}poll_s = 60\n[http.webhook]\ntoken_file = "w"\ncertificate = "c"\nprivate_key = "k"\nhost = "::"\n'
    http, sftp = loaded(tmp_path, text).http, loaded(tmp_path, SFTP).sftp
    assert http is not None
    assert http.webhook is not None
    assert sftp is not None
    assert (http.token_file, http.webhook.token_file) == (tmp_path / "token", tmp_path / "w")
    assert (sftp.key_file, sftp.host_key_file) == (tmp_path / "id", tmp_path / "host.pub")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (HTTP, "http (value_error)"),  # nothing would bring later answers
        (f"{HTTP}poll_s = 0\n", "http.poll_s (greater_than)"),
        (HTTP.replace("https", "http") + "poll_s = 60\n", "http.base_url (value_error)"),
        (HTTP.replace("gemeente", "klingon") + "poll_s = 60\n", "http.words (enum)"),
        (f'{HTTP}[http.webhook]\ntoken_file = "w"\nhost = "0.0.0.0"\n', "http.webhook (value_error)"),
        (f'{HTTP}[http.webhook]\ntoken_file = "w"\ncertificate = "c"\n', "http.webhook (value_error)"),
        ("onbekend = 1\n" + SFTP, "onbekend (extra_forbidden)"),
        (SFTP.replace("bsn = false\n", ""), "bsn (missing)"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, place: str) -> None:
    with pytest.raises(RefusedError) as caught:
        loaded(tmp_path, text)
    assert (caught.value.code, caught.value.place) == (Code.SETTINGS_INVALID, place)


@pytest.mark.parametrize("text", ["bsn = true\n", "[[["])
def test_a_creditor_is_reached_in_exactly_one_way(tmp_path: Path, text: str) -> None:
    with pytest.raises(RefusedError):
        loaded(tmp_path, text)


def test_a_token_must_be_there(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("\n")
    for name in ("empty", "absent"):
        with pytest.raises(RefusedError):
            token_in(tmp_path / name)
