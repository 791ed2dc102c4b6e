"""Bad input from the case system of the Kredietbank by webhook: said so, and in the way of nothing that is good."""

from __future__ import annotations

import json
from pathlib import Path

import httpx2
import pytest

from hub.clock import new_pseudonym
from tests.unit.kredietbank.desk import http_desk, referral

pytestmark = pytest.mark.anyio


def happened(mark: str, **more: object) -> bytes:
    """Something that happened there."""
    return json.dumps(
        {"gebeurtenis": {"kenmerk": mark, "nummer": 1, "soort": "stand", "stand": "OPGEPAKT"} | more}
    ).encode()


async def test_a_webhook_says_what_it_does_not_know_and_takes_the_good_news_after_it(tmp_path: Path) -> None:
    async with http_desk(tmp_path, webhook=True) as desk:
        assert desk.http is not None
        hook, talk = desk.http.hook, new_pseudonym()
        assert hook is not None
        desk.http.hook = None
        await desk.receives(referral(), talk)
        bad = {
            "no json": b"<html>",
            "deep": b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
            "a list": b"[]",
            "nothing happened": b'{"gebeurtenis": null}',
            "another kind": happened(talk, soort="feest"),
            "another standing": happened(talk, stand="BLIJ"),
            "no number": happened(talk, nummer="een"),
            "a huge number": happened(talk, nummer=10**30),
            "a nul": happened(f"{talk}\x00"),
            "half a character": happened(talk, reden="\ud800"),
            "a nul in a reason": happened(talk, reden="om\x00dat"),
        }
        async with httpx2.AsyncClient(trust_env=False) as http:

            async def brought(body: bytes, token: str = hook.token) -> int:
                answer = await http.post(hook.url, content=body, headers={"authorization": f"Bearer {token}"})
                return answer.status_code

            assert {name: await brought(body) for name, body in bad.items()} == dict.fromkeys(bad, 422)
            assert await brought(b" " * 300_000) == 413
            assert await brought(happened(talk), "geraden") == 401
            assert await brought(happened(new_pseudonym())) == 404
            assert desk.statuses() == []
            assert await brought(happened(talk)) == 204
        assert desk.statuses() == ["aangenomen"]
