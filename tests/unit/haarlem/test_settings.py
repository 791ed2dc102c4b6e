"""Settings of the debt helper: read whole or refused with the name of what is wrong."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import httpx2
import pytest

from adapters.haarlem.app import api_server, create_api
from adapters.haarlem.settings import ApiSettings, VishSupply, load_settings
from hub.errors import Code, RefusedError
from tests.unit.haarlem.desk import Desk


def written(folder: Path, text: str) -> Path:
    """A settings file."""
    file = folder / "haarlem.toml"
    file.write_text(text)
    return file


def test_a_file_is_read_and_its_paths_count_from_its_folder(tmp_path: Path) -> None:
    text = (
        'connection_code = "HLM"\nvish_supply = "zaaksysteem"\n[api]\ncertificate = "tls/api.pem"\n[terms]\ntax = 3\n'
    )
    settings = load_settings(written(tmp_path, text))
    assert settings.vish_supply is VishSupply.CASE_SYSTEM
    assert settings.api.certificate == tmp_path / "tls" / "api.pem"
    assert settings.terms.tax == 3


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", "connection_code (missing)"),
        ('connection_code = "HLM"\n[rules]\ndanger = -1', "rules.danger (greater_than_equal)"),
        ('connection_code = "HLM"\n[api]\nprot = 1', "api.prot (extra_forbidden)"),
        ('connection_code = "HLM"\n[contact]\nname = "Team"\nphone = "geen nummer"', "contact.phone (telefoon_form)"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, text: str, place: str) -> None:
    with pytest.raises(RefusedError) as refused:
        load_settings(written(tmp_path, text))
    assert (refused.value.code, refused.value.place) == (Code.SETTINGS_INVALID, place)


def test_a_missing_or_unreadable_file_is_refused(tmp_path: Path) -> None:
    for file in (tmp_path / "none.toml", written(tmp_path, "a = ")):
        with pytest.raises(RefusedError):
            load_settings(file)


def test_the_api_is_never_open_to_a_network_without_tls(desk: Desk) -> None:
    app = create_api(desk.helper)
    for host in ("0.0.0.0", "192.0.2.1", "hub.example"):  # noqa: S104 - that is what is refused
        with pytest.raises(RefusedError) as refused:
            api_server(app, ApiSettings(host=host))
        assert refused.value.place == "api.certificate"


def test_a_port_in_use_is_refused_before_anything_runs(desk: Desk) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        server = api_server(create_api(desk.helper), ApiSettings(port=taken.getsockname()[1]))
        with pytest.raises(RefusedError) as refused:
            server.listen()
    assert refused.value.place == "api.port"


def test_the_api_answers_over_real_http_until_it_is_stopped(desk: Desk) -> None:
    token = desk.token()
    server = api_server(create_api(desk.helper), ApiSettings(port=0))

    async def talk() -> tuple[int, int]:
        stop = asyncio.Event()
        with server.listen() as listening:
            port = listening.getsockname()[1]
            serving = asyncio.create_task(server.run(listening, stop))
            async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}/v1", trust_env=False) as http:
                open_to_all = await http.get("/openapi.json")
                headers = {"Authorization": f"Bearer {token}", "Medewerker-Id": "m-1"}
                events = await http.get("/gebeurtenissen", headers=headers)
            stop.set()
            await serving
        return open_to_all.status_code, events.status_code

    assert asyncio.run(talk()) == (200, 200)
