"""No input of any size takes more than a second or 50 MB (tracemalloc; what the caller holds already not counted)."""

from __future__ import annotations

import io
import json
import time
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from hub.cli.bodies import read_lines, read_one
from hub.errors import Code, HubError, RefusedError
from hub.register.file import read_body
from hub.register.governance import read_governance
from hub.register.load import load_register
from hub.wire import strictjson
from hub.wire.postmark import verify_postmark
from hub.wire.unseal import open_message
from tests import foreign
from tests.world import NOW, SHV, TAX, World, listed_key, make_letter, make_world, new_key, organisation, sign_register

WORLD = make_world()
LIMIT_S, LIMIT_BYTES = 1.0, 50_000_000
TRIES = 5  # who else is on the machine makes a second longer; it is enough that it can be done in one
MEBIBYTE = 1024 * 1024


def measured(act: Callable[[], object]) -> None:
    """Run it for its time and once more for its memory, and hold both to the limits."""
    assert any(_seconds(act) < LIMIT_S for _ in range(TRIES))
    tracemalloc.start()
    try:
        act()
        assert tracemalloc.get_traced_memory()[1] < LIMIT_BYTES
    finally:
        tracemalloc.stop()


def _seconds(act: Callable[[], object]) -> float:
    started = time.process_time()
    act()
    return time.process_time() - started


def judged(body: bytes, world: World = WORLD) -> Callable[[], None]:
    def act() -> None:
        for by_hub in (True, False):
            with suppress(HubError):
                verify_postmark(body, world.register, NOW, by_hub=by_hub)
        with suppress(HubError):
            open_message(body, register=world.register, keys=world.keys(TAX), me=TAX, now=NOW)
        with suppress(HubError):
            load_register(body, world.governance)

    return act


def filling(pattern: str, size: int) -> bytes:
    """An object of about `size` bytes: a list of the pattern over and over."""
    return ('{"a":[' + pattern * (size // len(pattern) - 4) + "0]}").encode()


PATTERNS = (
    "{},",
    "[],",
    '"ab",',
    '"\\ud83d\\ude00",',
    "0.1,",
    "1e308,",
    "-1,",
    '{"a":1},',
    "9007199254740991,",
    "true,",
)


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("what", ["payload", "header", "document"])
def test_any_filling_of_a_body(pattern: str, what: str) -> None:
    key = WORLD.private[f"{SHV}/sig/a"]
    header = {"alg": "Ed25519", "kid": f"{SHV}/sig/a", "typ": "hub-envelope+jws", "cty": "cloudevents+json"}
    match what:
        case "payload":
            body = foreign.sign(header, filling(pattern, 48_000), key).encode()
        case "header":
            body = foreign.sign(filling(pattern, 48_000), b"{}", key).encode()
        case _:
            body = make_letter(WORLD, write_event=lambda _: filling(pattern, 25_000)).body()
    assert len(body) < 65_536
    measured(judged(body))


@pytest.mark.parametrize(
    "body",
    [
        b"." * 65_536,
        b"A" * 65_536,
        b"e30." * 16_000,
        b"e30" + b"." + foreign.b64(b"[" * 48_000).encode() + b".",
        b"e30" + b"." + foreign.b64(b'{"a":' * 9_000).encode() + b".",
        b"e30" + b"." + foreign.b64(b'{"a":' + b"9" * 48_000 + b"}").encode() + b".",
        b"e30" + b"." + foreign.b64(b'{"a":0.' + b"9" * 48_000 + b"}").encode() + b".",
        b"e30" + b"." + foreign.b64(b'{"a":1e' + b"9" * 48_000 + b"}").encode() + b".",
        b"e30" + b"." + foreign.b64(b'{"a":"' + b"\\u0041" * 8_000 + b'"}').encode() + b".",
        b"e30" + b"." + foreign.b64(b" " * 48_000).encode() + b".",
        foreign.b64(b'{"alg":"' + b"x" * 48_000 + b'"}').encode() + b".e30.",
    ],
)
def test_any_shape_of_a_body(body: bytes) -> None:
    measured(judged(body))


@pytest.mark.parametrize("filler", [b"A", b".", b"{", b"\x00", b"\xff"])
def test_a_hundred_megabytes_are_refused_by_their_size(filler: bytes) -> None:
    body = filler * 100_000_000

    def act() -> None:
        for by_hub in (True, False):
            with pytest.raises(RefusedError) as refused:
                verify_postmark(body, WORLD.register, NOW, by_hub=by_hub)
            assert refused.value.code is Code.TOO_LARGE
        with pytest.raises(RefusedError):
            load_register(body, WORLD.governance)

    measured(act)


def test_a_hundred_megabytes_in_a_file_are_not_read(tmp_path: Path) -> None:
    big = tmp_path / "big"
    with big.open("wb") as file:
        file.truncate(100_000_000)

    def act() -> None:
        with big.open("rb") as stream:
            assert len(read_one(stream)) == 65_538
        assert len(read_body(big)) == 4 * MEBIBYTE + 2
        with pytest.raises(RefusedError):
            read_governance(big)

    measured(act)


def test_a_line_of_a_hundred_megabytes_is_skipped(tmp_path: Path) -> None:
    big = tmp_path / "lines"
    with big.open("wb") as file:
        file.truncate(100_000_000)
        file.seek(100_000_000)
        file.write(b"\nlast")

    def act() -> None:
        with big.open("rb") as stream:
            assert list(read_lines(stream)) == [None, b"last"]

    measured(act)


def test_four_mebibytes_that_nobody_signed_are_not_parsed() -> None:
    head = WORLD.body.split(b".")[0]
    for pattern in PATTERNS:
        payload = foreign.b64(filling(pattern, 3 * MEBIBYTE)).encode()
        measured(judged(b".".join((head, payload, b"A" * 86))[: 4 * MEBIBYTE]))


@pytest.mark.parametrize("pattern", PATTERNS)
def test_four_mebibytes_of_nothing_that_the_governance_signed(pattern: str) -> None:
    header = {"alg": "Ed25519", "kid": "governance", "typ": "hub-register+jws"}
    body = foreign.sign(header, filling(pattern, 3 * MEBIBYTE), WORLD.governance_jwk).encode()
    with pytest.raises(RefusedError):
        load_register(body, WORLD.governance)
    measured(judged(body))


def test_a_register_of_nearly_four_mebibytes_is_read() -> None:
    document = json.loads(json.dumps(WORLD.document))
    signing, sealing = new_key(SHV, "Ed25519"), new_key(SHV, "P-256")
    for number in range(3_700):
        oin = f"000000999{number:011}"
        keys = [listed_key(signing | {"kid": f"{oin}/sig/a"}), listed_key(sealing | {"kid": f"{oin}/enc/a"})]
        document["organisations"].append(organisation(oin, f"Partij {number}", "CRED", keys=keys) | {"accepts": []})
    body = sign_register(document, WORLD.governance_jwk)
    assert 3 * MEBIBYTE < len(body) < 4 * MEBIBYTE
    measured(lambda: load_register(body, WORLD.governance))


def test_lines_are_taken_apart_without_reading_ahead() -> None:
    edge = b"x" * 65_536
    stream = io.BytesIO(b"a\n\nb\r\n" + edge + b"\n" + edge + b"y\n" + b"c\n" + edge)
    assert list(read_lines(stream)) == [b"a", b"", b"b\r", edge, None, b"c", edge]
    assert list(read_lines(io.BytesIO(edge + b"z"))) == [None]
    assert list(read_lines(io.BytesIO(b""))) == []
    assert list(read_lines(io.BytesIO(b"\n"))) == [b""]
    assert list(read_lines(io.BytesIO(edge * 3 + b"\n\n"))) == [None, b""]


def test_one_body_may_be_closed_by_one_line_end() -> None:
    assert read_one(io.BytesIO(b"a\n")) == b"a"
    assert read_one(io.BytesIO(b"a\n\n")) == b"a\n"
    assert len(read_one(io.BytesIO(b"x" * 65_536 + b"\n"))) == 65_536
    assert len(read_one(io.BytesIO(b"x" * 70_000))) > 65_536


def test_strict_json_of_four_mebibytes_takes_less_than_a_second() -> None:
    data = filling('{"kid":"00000099000000001000/sig/a","exp":"2099-01-01T00:00:00Z","n":[1,2]},', 3 * MEBIBYTE)
    measured(lambda: strictjson.loads(data))
