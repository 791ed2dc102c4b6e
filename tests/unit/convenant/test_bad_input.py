"""Bad input from a creditor's system, by webhook and by files: said so, kept, and in the way of nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import httpx2
import pytest

from adapters.convenant.batch import RESULT
from adapters.convenant.store import ItemKind
from adapters.outside.sftp import RESULT_BYTES
from hub.clock import new_pseudonym
from tests.unit.convenant.desk import file_desk, http_desk, notice, public_notice

pytestmark = pytest.mark.anyio
DEEP = b'{"opdracht":' * 20_000 + b"1" + b"}" * 20_000
HEADER = ";".join(RESULT)


def answer(key: str, **more: object) -> bytes:
    """An answer in the words of the water board."""
    return json.dumps({"opdracht": key, "nummer": 1, "resultaat": "VERWERKT"} | more).encode()


async def test_a_webhook_says_what_it_does_not_know_and_takes_the_good_answer_after_it(
    tmp_path: Path, postgres_url: str
) -> None:
    async with http_desk(tmp_path, "waterschap", webhook=True, url=postgres_url) as desk:
        assert desk.house is not None
        assert desk.house.hook is not None
        hook, desk.house.hook, desk.house.by_hand = desk.house.hook, None, True
        key = await desk.receives(public_notice(), new_pseudonym())
        goes_on = {"stap": "KOSTEN", "oorzaak": "UITGEZONDERD"}
        owed = {"factuur": "F1", "soort": "OPEN", "bedrag": "1.00"}
        bad = {
            "nothing": b"",
            "no json": b"<html>",
            "cut": b'{"opdracht": ',
            "not utf-8": b'{"opdracht": "\xff\xfe"}',
            "deep": DEEP,
            "a list": b"[]",
            "a word": b'"gedaan"',
            "another word": answer(key, resultaat="MISSCHIEN"),
            "no number": answer(key, nummer="een"),
            "a huge number": answer(key, nummer=10**30),
            "number nought": answer(key, nummer=0),
            "a nul": answer(key, klantnummer="K\x001"),
            "half a character": answer(key, klantnummer="\ud800"),
            "a control character": answer(key, facturen=["F\x1b1"]),
            "a day that is none": answer(key, looptDoor=[goes_on | {"sinds": "31-02-2026"}]),
            "a day before all": answer(key, looptDoor=[goes_on | {"sinds": "0001-01-01"}]),
            "a blank reason": answer(key, saldi=[owed | {"belemmering": "   "}]),
            "no such key": answer("nooit-gevraagd\x00"),
        }
        async with httpx2.AsyncClient(trust_env=False) as http:

            async def brought(body: bytes, token: str = hook.token) -> httpx2.Response:
                return await http.post(hook.url, content=body, headers={"authorization": f"Bearer {token}"})

            found = {name: await brought(body) for name, body in bad.items()}
            assert {name: one.status_code for name, one in found.items()} == dict.fromkeys(bad, 422)
            assert {one.json()["fout"] for one in found.values()} == {"dit is geen antwoord dat wij kennen"}
            assert (await brought(b" " * 300_000)).status_code == 413
            assert (await brought(answer(key), "geraden")).status_code == 401
            assert (await brought(answer("nooit-gevraagd"))).status_code == 404
            assert (await http.get(hook.url)).status_code == 405
            assert desk.sent == []
            assert (await brought(answer(key, klantnummer="K1"))).status_code == 204
        assert desk.kinds() == ["kennisgeving-antwoord"]


async def test_files_that_are_none_stay_whole_and_hold_up_no_good_one(tmp_path: Path) -> None:
    async with file_desk(tmp_path) as desk:
        assert desk.files is not None
        folder = desk.files.root / "uit"
        row = "k-1;1;OK" + ";" * (len(RESULT) - 3)
        bad = {
            "0-utf16.csv": f"{HEADER}\n{row}\n".encode("utf-16"),
            "1-kolom-weg.csv": f"{HEADER.partition(';')[2]}\n{row}\n".encode(),
            "2-kolom-dubbel.csv": f"{HEADER};{RESULT[0]}\n{row};k\n".encode(),
            "3-lange-cel.csv": f"{HEADER}\n{'k' * 200_000}\n".encode(),
            "4-te-groot.csv": f"{HEADER}\n".encode() + b"x" * RESULT_BYTES,
            "5-leeg.csv": b"",
            "6-aanhaling.csv": f'{HEADER}\n"{row}\n'.encode(),
        }
        for name, content in bad.items():
            (folder / name).write_bytes(content)
        (folder / "7-nul.csv").write_bytes(f"{HEADER}\nk\x00-1;1;OK{';' * (len(RESULT) - 3)}\n".encode())
        await desk.receives(notice(), new_pseudonym())
        await desk.rounds()
        for name, content in bad.items():
            assert (folder / f"{name}.onleesbaar").read_bytes() == content, name
        kinds = [kind for kind, _, _ in desk.items()]
        assert kinds == [ItemKind.UNREADABLE_FILE] * len(bad) + [ItemKind.UNREADABLE_ROW]
        assert desk.items()[-1][2].startswith("2: k\\x00-1;1;OK")
        assert desk.kinds()[-1] == "kennisgeving-antwoord"
        await desk.rounds(1)
        assert len(desk.items()) == len(kinds)
