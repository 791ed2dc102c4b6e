"""The debt helper on both databases, over real HTTP, asked by many at once."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from adapters.haarlem.agenda import store
from adapters.haarlem.app import api_server, create_api
from adapters.haarlem.ddas_desk import clients
from adapters.haarlem.page.site import PageSite
from adapters.haarlem.process import compose
from adapters.haarlem.settings import ApiSettings, Settings
from hub.clock import new_pseudonym
from tests.page import Worker, page_settings
from tests.unit.haarlem.desk import BAKKER, CRED, TAX, VISH, VRIES, Desk, case, person
from tests.unit.haarlem.test_api import Case
from tests.unit.haarlem.test_helping import BUSINESS, arrives, refer, rest_request
from tests.unit.haarlem.test_settling import balance, claim, offer, settled
from tests.world import KBN, FixedClock, make_world

TOP = Path(__file__).parents[2]
DEMO = TOP / "deploy" / "demo"
AT_ONCE = 8
QUARTER = "2026Q4"


@pytest.fixture(params=["sqlite", "postgresql"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    """A debt helper on this database."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else None
    made = Desk(tmp_path, make_world(), FixedClock(), Settings.model_validate({"connection_code": "HLM-01"}), url)
    yield made
    made.ledger.close()


def talk(desk: Desk, conversation: Callable[[httpx2.AsyncClient], Any]) -> None:
    """Serves the API on loopback for as long as `conversation` lasts."""
    headers = {"Authorization": f"Bearer {desk.token()}", "Medewerker-Id": "m-1"}
    server = api_server(create_api(desk.helper), ApiSettings(port=0))

    async def run() -> None:
        stop = asyncio.Event()
        with server.listen() as listening:
            serving = asyncio.create_task(server.run(listening, stop))
            url = f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
            async with httpx2.AsyncClient(base_url=url, headers=headers, trust_env=False, timeout=60) as http:
                await conversation(http)
            stop.set()
            await serving

    asyncio.run(run())


async def post(http: httpx2.AsyncClient, path: str, document: object, key: str | None = None) -> httpx2.Response:
    """A POST with a key."""
    return await http.post(path, json=document, headers={"Idempotency-Key": key or new_pseudonym()})


def test_the_same_act_by_many_at_once_is_done_once(desk: Desk) -> None:
    document = case()

    async def same_key(http: httpx2.AsyncClient) -> None:
        answers = await asyncio.gather(*(post(http, "/schuldenrust", document, "k-1") for _ in range(AT_ONCE)))
        assert {one.status_code for one in answers} == {201}
        assert len({one.json()["id"] for one in answers}) == 1

    async def many_keys(http: httpx2.AsyncClient) -> None:
        asked = (post(http, "/schuldenrust", case(person(BAKKER))) for _ in range(AT_ONCE))
        answers = await asyncio.gather(*asked)
        assert sorted(one.status_code for one in answers) == [201] + [409] * (AT_ONCE - 1)

    talk(desk, same_key)
    talk(desk, many_keys)
    assert sorted(letter.data["bsn"] for letter in desk.letters(VISH)) == sorted([VRIES, BAKKER])


def test_answers_and_acts_at_the_same_time_lose_nothing(desk: Desk) -> None:
    number = desk.register(case(belastinggemeenten=["0397", "0377", "0473"]))
    letters = desk.letters()

    async def everything(http: httpx2.AsyncClient) -> None:
        answered = (asyncio.to_thread(desk.registered if one.to == VISH else desk.confirm, one) for one in letters)
        corrected = (post(http, f"/schuldenrust/{number}/correctie", {"urgent": True}) for _ in range(2))
        looked = (http.get(f"/schuldenrust/{number}") for _ in range(4))
        done = await asyncio.gather(*answered, *corrected, *looked)
        assert all(one.status_code == 200 for one in done if one is not None)

    talk(desk, everything)
    assert desk.rust(number) == "volledig"
    with desk.ledger.begin() as tx:
        numbers = [one.number for one in store.events_after(tx, 0, 1000)]
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_whole_life_of_a_case(desk: Desk) -> None:
    number = desk.register()
    desk.confirm_everything()
    assert desk.rust(number) == "volledig"

    async def end(http: httpx2.AsyncClient) -> None:
        answer = await post(http, f"/schuldenrust/{number}/beeindiging", {"reden": "schuldregeling-akkoord"})
        assert answer.status_code == 200

    talk(desk, end)
    desk.confirm(desk.letters(TAX)[-1])
    desk.answer(desk.letters(VISH)[-1], "schuldenrust-registratie", resultaat="beeindigd")
    desk.days_pass(10)
    assert desk.rust(number) == "beeindigd"
    assert desk.calls(number) == []


def test_a_delivery_is_fetched_by_a_client_with_its_secret(desk: Desk) -> None:
    number = desk.register(case(person(), urgent=True))
    with desk.ledger.begin() as tx:
        client = clients.make_client(tx, "CBS", desk.clock.now())

    async def fetch(http: httpx2.AsyncClient) -> None:
        root = str(http.base_url).partition("/v1")[0] + "/ddas/v1"
        answer = await http.post(f"{root}/token", data={"grant_type": "client_credentials"}, auth=client)
        headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        asked = (http.post(f"{root}/gegevens", json={"page": 1}, headers=headers) for _ in range(4))
        ended = post(http, f"/schuldenrust/{number}/beeindiging", {"reden": "verhuisd"})
        *answers, _ = await asyncio.gather(*asked, ended)
        assert [one.status_code for one in answers] == [200] * 4
        after = await http.post(f"{root}/gegevens", json={}, headers=headers)
        (delivery,) = after.json()["gegevens"]["leveringen"]
        assert [one["uitstroom"]["reden"] for one in delivery["schuldhulptrajecten"]] == ["Verhuisd"]

    talk(desk, fetch)


def test_the_page_rehearses_without_a_trace_and_does_once_what_is_confirmed_twice_at_once(
    desk: Desk, tmp_path: Path
) -> None:
    site = PageSite(desk.helper, page_settings(tmp_path), desk.clock)
    worker = Worker.at(desk, site)
    number = desk.register()
    desk.confirm_everything()
    before = len(desk.letters())
    path = f"/zaken/{number}/zaak-beeindigen"
    shown = worker.send(path, {"/reden": "zelf"})
    assert "bericht dat de pauze eindigt" in shown.text
    assert (len(desk.letters()), desk.look(number)["stand"]) == (before, "open")
    with ThreadPoolExecutor(4) as hands:
        done = list(hands.map(lambda _: worker.confirm(path, shown), range(4)))
    assert {one.headers["location"] for one in done} == {f"/zaken/{number}?gedaan=zaak-beeindigen"}
    assert len(desk.letters()) == before + 2
    found = worker.send("/zoeken", {"achternaam": "Vries", "geboortedatum": "30-11-1979"})
    assert number in found.text
    site.listening.close()


def test_settling_and_the_questions_of_others_on_this_database(desk: Desk) -> None:
    system = Case(desk)
    number = system.registered(person(onderneming=BUSINESS), schuldeisers=[{"naam": "Waterschap", "oin": CRED}])
    desk.confirm_everything()
    assert system.post(f"/schuldenrust/{number}/saldoverzoeken", {}).status_code == 200
    balance(desk, CRED, claim(), agreed=True)
    balance(desk, TAX, claim("T1"), agreed=True)
    assert offer(system, number).status_code == 200
    for letter in desk.letters():
        desk.outcome(letter)
    desk.days_pass(30)
    assert {line.state for line in settled(desk, number).values()} == {"akkoord-door-stilte"}
    agreed = system.post(f"/schuldenrust/{number}/schuldregeling-akkoord", {"betaalreferentie": "R"})
    assert agreed.status_code == 200, agreed.text
    assert refer(system, number).status_code == 200
    talk = desk.letters(KBN)[0].conversation
    asked = rest_request("verlengen", "Waterschap", "Onbekend")
    arrives(desk, "rustverzoek", asked, sender=KBN, talk=talk)
    arrives(desk, "rustverzoek", rest_request("toevoegen", "Nieuw"), sender=KBN, talk=talk)
    told = [one.data.get("toelichting") for one in desk.letters(KBN) if one.name == "statusbericht"]
    assert told[-1] == "Uitgevoerd voor 1 van 1 schuldeisers."
    assert system.get("/werkpunten").status_code == 200
    assert system.get(f"/rapportage?gemeentecode=0397&kwartaal={QUARTER}").status_code == 200


def test_the_adapter_as_a_process_of_its_own_serves_imports_and_looks_at_the_clock(tmp_path: Path) -> None:
    desk = Desk(tmp_path, make_world(), FixedClock(), Settings.model_validate({"connection_code": "HLM-01"}))
    token, own = tmp_path / "token", tmp_path / "haarlem.toml"
    token.write_text(desk.token())
    port = free_port()
    own.write_text(f'connection_code = "HLM-01"\nsweep_s = 0.05\n[api]\nport = {port}\n')
    done: list[subprocess.CompletedProcess[str]] = []

    def hand_in(file: str, *more: str) -> None:
        where = ("--url", f"http://127.0.0.1:{port}", "--token-file", str(token), "--employee", "m-1")
        command = [sys.executable, "-m", "adapters.haarlem", "import-file", str(DEMO / file), *where, *more]
        done.append(subprocess.run(command, cwd=TOP, capture_output=True, text=True, check=False))

    async def live() -> None:
        stop = asyncio.Event()
        async with compose(desk.edge, own) as tasks:
            running = asyncio.gather(*(task(stop) for task in tasks))
            await asyncio.to_thread(hand_in, "cases.csv")
            await asyncio.to_thread(hand_in, "endings.csv", "--aantal-pauzes", "9")
            desk.clock.move(timedelta(days=8))
            async with asyncio.timeout(30):
                while "geen-ontvangst" not in await asyncio.to_thread(reasons, desk):
                    pass
            stop.set()
            await running

    asyncio.run(live())
    desk.ledger.close()
    assert (done[0].returncode, json.loads(done[0].stderr)["gedaan"]) == (0, 26)
    assert done[0].stdout.count("gedaan") == 26
    assert (done[1].returncode, json.loads(done[1].stderr)["aantalPauzes"]) == (5, 3)


def test_the_page_runs_beside_the_api_where_it_is_set_up(tmp_path: Path) -> None:
    desk = Desk(tmp_path, make_world(), FixedClock(), Settings.model_validate({"connection_code": "HLM-01"}))
    page_settings(tmp_path)  # leaves the file of the secret
    url, own = f"http://127.0.0.1:{free_port()}", tmp_path / "haarlem.toml"
    settings = ('connection_code = "HLM-01"', "[api]", "port = 0", "[page]", f'url = "{url}"')
    more = (
        f"port = {url.rpartition(':')[2]}",
        'issuer = "http://127.0.0.1:9"',
        'client_id = "consulent"',
        'client_secret_file = "client-secret"',
    )
    own.write_text("\n".join((*settings, *more)))

    async def live() -> httpx2.Response:
        stop = asyncio.Event()
        async with compose(desk.edge, own) as tasks:
            running = asyncio.gather(*(task(stop) for task in tasks))
            async with httpx2.AsyncClient(trust_env=False, headers={"Accept": "text/html"}) as http:
                answer = await http.get(f"{url}/zaken/nieuw", follow_redirects=True)
            stop.set()
            await running
        return answer

    answer = asyncio.run(live())
    desk.ledger.close()
    assert "Aanmelden met uw werkaccount" in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


def reasons(desk: Desk) -> set[str]:
    """Why somebody must look."""
    with desk.ledger.begin() as tx:
        return {item.reason for item in store.calls(tx, only_open=True)}


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])
