"""The commands that other implementers test themselves with (wire.md 13): a stable surface."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from hub.cli import app as cli
from hub.clock import rfc3339
from hub.wire import strictjson
from hub.wire.receipt import sign_payload
from schemas.road import HubReceipt
from tests.foreign import Letter
from tests.world import (
    CRED,
    CRED_WITHOUT_BSN,
    HUB,
    NOW,
    SHV,
    TAX,
    World,
    full_type,
    make_body,
    make_event,
    make_letter,
    make_world,
)

WORLD = make_world()
EXAMPLES: Final = Path("schemas/v1/examples")


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: bytes
    err: str

    @property
    def json(self) -> Any:  # noqa: ANN401 whatever was printed
        return json.loads(self.out)

    @property
    def refusal(self) -> str:
        """The code that standard error tells, after which it says where and what to do."""
        (code,) = [line for line in self.err.splitlines() if line.startswith("refused: ")]
        after = self.err.partition(f"{code}\n")[2].splitlines()
        names = [line.partition(": ")[0] for line in after]
        assert names == ["place", "advice"], self.err
        return code.removeprefix("refused: ")

    @property
    def verdicts(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world")
    WORLD.write(folder)
    return folder


def run_process(*words: str | Path, given: bytes = b"") -> Ended:
    """In a process of its own, as others run it."""
    command = [sys.executable, "-m", "adapters", "wire", *words]
    done = subprocess.run(command, input=given, capture_output=True, check=False)
    return Ended(done.returncode, done.stdout, done.stderr.decode())


def run(*words: str | Path, given: bytes = b"") -> Ended:
    """In this process, which is quicker."""
    out, err, stdin = (io.TextIOWrapper(io.BytesIO(content), encoding="utf-8") for content in (b"", b"", given))
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setattr(sys, "stdin", stdin)
        code = cli.run(cli.make_app(), ["wire", *(str(word) for word in words)])
    out.flush()
    err.flush()
    return Ended(code, out.buffer.getvalue(), err.buffer.getvalue().decode())


def options(
    place: Path, me: str = TAX, now: str = rfc3339(NOW), changes: Mapping[str, Path] | None = None
) -> list[str]:
    given = {
        "register": place / "register.jws",
        "governance": place / "governance.jwk",
        "keys": place / me / "keys",
        "as": me,
        "now": now,
    } | dict(changes or {})
    return [word for name, value in given.items() for word in (f"--{name}", str(value))]


def test_open_prints_envelope_and_event(place: Path, tmp_path: Path) -> None:
    event = make_event(data={"naam": "Zoë"})
    file = tmp_path / "body.jws"
    file.write_bytes(make_body(WORLD, event))
    ended = run_process("open", *options(place), file)
    assert (ended.code, ended.err) == (0, "")
    assert ended.json.keys() == {"envelope", "event"}
    assert ended.json["event"]["data"] == {"naam": "Zoë"}
    assert ended.json["envelope"]["id"] == ended.json["event"]["id"] == event.id
    assert ended.json["envelope"]["data"].count(".") == 4


@pytest.mark.parametrize("end", [b"", b"\n"])
@pytest.mark.parametrize("dash", [[], ["-"]])
def test_open_reads_standard_input(place: Path, end: bytes, dash: list[str]) -> None:
    assert run("open", *options(place), *dash, given=make_body(WORLD) + end).code == 0


def test_open_refuses_with_exit_5_and_the_code(place: Path) -> None:
    for body, code in (
        (b"", "malformed"),
        (make_body(WORLD) + b"\r\n", "malformed"),
        (make_body(WORLD) + b"\n\n", "malformed"),
        (b"x" * 65_537, "too_large"),
        (make_body(WORLD, make_event(to=CRED)), "wrong_recipient"),
    ):
        ended = run_process("open", *options(place), given=body)
        assert (ended.code, ended.out, ended.refusal) == (5, b"", code)


def test_a_refusal_in_a_pipe_says_where_and_what_to_do(place: Path) -> None:
    broken = make_letter(WORLD, edit_envelope=lambda envelope: envelope.update(subject="dossier 12")).body()
    for command in ("open", "verify"):
        ended = run_process(command, *options(place), given=broken)
        assert ended.err.splitlines()[:2] == ["refused: attribute_invalid", "place: subject"]
        assert "dossier 12" not in ended.err


def lines() -> dict[str, tuple[bytes, str | None]]:
    """Bodies by what they are, with the code that each is refused with."""

    def letter(**steps: Any) -> bytes:  # noqa: ANN401 fields of a Letter
        made: Letter = make_letter(WORLD, **steps)
        return made.body()

    good = make_body(WORLD)
    return {
        "good": (good, None),
        "the same once more": (good, None),
        "empty": (b"", "malformed"),
        "with CR": (good + b"\r", "malformed"),
        "of other software": (letter(), None),
        "too large": (b"x" * 70_000, "too_large"),
        "as large as may be": (b"x" * 65_536, "malformed"),
        "no type": (letter(edit_header=lambda header: header.pop("typ")), "bad_type"),
        "unknown key": (letter(edit_header=lambda header: header.update(kid="x")), "unknown_key"),
        "bad signature": (good[:-6] + b"AAAAAA", "bad_signature"),
        "stranger": (letter(signer=WORLD.private[f"{CRED}/sig/a"]), "identity_mismatch"),
        "foreign attribute": (letter(edit_envelope=lambda envelope: envelope.update(x="y")), "attribute_invalid"),
        "from the future": (make_body(WORLD, make_event(now=NOW + timedelta(minutes=6))), "clock_skew"),
        "old": (make_body(WORLD, make_event(now=NOW - timedelta(days=8))), "expired"),
        "for another": (make_body(WORLD, make_event(to=CRED)), "wrong_recipient"),
        "no seal": (letter(change_seal=lambda _: "x"), "open_failed"),
        "unsigned inside": (letter(edit_event_header=lambda header: header.update(alg="none")), "inner_signature"),
        "two senders": (letter(inner_signer=WORLD.private[f"{CRED}/sig/a"]), "identity_mismatch"),
        "other id inside": (letter(edit_event=lambda event: event.update(id="x")), "attribute_mismatch"),
        "no object inside": (letter(edit_event=lambda event: event.update(data=[])), "schema_invalid"),
        "last, without a line end": (make_body(WORLD), None),
    }


def test_lines_are_judged_one_by_one(place: Path) -> None:
    bodies = lines()
    ended = run_process("open", *options(place), "--lines", given=b"\n".join(body for body, _ in bodies.values()))
    assert (ended.code, ended.err) == (0, "")
    found = dict(zip(bodies, ended.verdicts, strict=True))
    for name, (_, code) in bodies.items():
        verdict = found[name]
        if code is None:
            assert verdict.keys() == {"ok", "id"}, name
            assert verdict["ok"] is True
        else:
            assert verdict == {"ok": False, "code": code}, name


def test_no_lines_are_no_verdicts(place: Path) -> None:
    assert run("open", *options(place), "--lines") == Ended(0, b"", "")
    assert run("open", *options(place), "--lines", given=b"\n").verdicts == [{"ok": False, "code": "malformed"}]


def test_now_drives_every_clock_check(place: Path) -> None:
    body = make_body(WORLD)
    for after, code in ((-6, "clock_skew"), (-5, None), (0, None), (7 * 24 * 60, "expired")):
        now = rfc3339(NOW + timedelta(minutes=after))
        (verdict,) = run("open", *options(place, now=now), "--lines", given=body).verdicts
        assert verdict.get("code") == code
    (verdict,) = run("open", *options(place, now="2026-11-23T13:00:00+01:00"), "--lines", given=body).verdicts
    assert verdict["ok"]
    (verdict,) = run("open", *options(place, now="2099-01-01T00:00:00Z"), "--lines", given=body).verdicts
    assert verdict["code"] == "unknown_key"


def test_payloads_are_looked_into_with_validate_only(place: Path) -> None:
    example = json.loads((EXAMPLES / "kennisgeving-publiek.json").read_text())
    unknown = replace(make_event(data=example), type=full_type("onbekend"), dataschema="urn:hub:schema:onbekend:1.0.0")
    later = replace(make_event(data=example), dataschema="urn:hub:schema:kennisgeving-publiek:1.7.0")
    cases = [
        (make_event(data=example), None),
        (make_event(data=example | {"x": 1}), "schema_invalid"),
        (make_event(data={}), "schema_invalid"),
        (unknown, "unknown_type"),
        (later, "unknown_type"),
    ]
    given = b"\n".join(make_body(WORLD, event) for event, _ in cases)
    ended = run("open", *options(place), "--lines", "--validate", given=given)
    assert [verdict.get("code") for verdict in ended.verdicts] == [code for _, code in cases]
    ended = run("open", *options(place), "--lines", given=given)
    assert all(verdict["ok"] for verdict in ended.verdicts)


def test_a_bsn_is_not_for_everyone(place: Path) -> None:
    event = make_event(to=CRED_WITHOUT_BSN, data={"bsn": "999990019"})
    ended = run("open", *options(place, me=CRED_WITHOUT_BSN), "--validate", given=make_body(WORLD, event))
    assert (ended.code, ended.refusal) == (5, "bsn_not_allowed")
    assert "place: bsn\n" in ended.err
    assert "999990019" not in ended.err


@pytest.mark.parametrize("command", ["open", "seal"])
def test_what_is_unusable_is_refused_before_any_line_is_read(place: Path, tmp_path: Path, command: str) -> None:
    more: list[str | Path] = ["--to", TAX] if command == "seal" else ["--lines"]
    bad, private, wide = tmp_path / "bad", tmp_path / "private.jwk", tmp_path / "wide"
    bad.write_text("x")
    private.write_bytes(strictjson.dumps(WORLD.governance_jwk))
    wide.mkdir()
    (wide / "a.jwk.json").write_text("{}")
    (wide / "a.jwk.json").chmod(0o644)
    for changes, code in (
        ({"register": bad}, "register_invalid"),
        ({"register": tmp_path / "gone"}, "register_invalid"),
        ({"register": place / "governance.jwk"}, "register_invalid"),
        ({"governance": bad}, "key_invalid"),
        ({"governance": tmp_path / "gone"}, "key_invalid"),
        ({"governance": private}, "key_invalid"),
        ({"keys": wide}, "key_invalid"),
        ({"keys": tmp_path / "gone"}, "key_invalid"),
        ({"keys": bad}, "key_invalid"),
    ):
        ended = run(command, *options(place, changes=changes), *more, given=make_body(WORLD))
        assert (ended.code, ended.out, ended.refusal) == (5, b"", code), changes


def test_another_governance_key_makes_the_register_unusable(place: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.jwk"
    jwk = make_world().governance_jwk
    other.write_bytes(strictjson.dumps({name: value for name, value in jwk.items() if name != "d"}))
    assert run("open", *options(place, changes={"governance": other})).refusal == "register_invalid"


def test_a_folder_without_my_keys_opens_nothing(place: Path, tmp_path: Path) -> None:
    (verdict,) = run("open", *options(place, changes={"keys": tmp_path}), "--lines", given=make_body(WORLD)).verdicts
    assert verdict == {"ok": False, "code": "open_failed"}
    (verdict,) = run(
        "open", *options(place, changes={"keys": place / CRED / "keys"}), "--lines", given=make_body(WORLD)
    ).verdicts
    assert verdict == {"ok": False, "code": "open_failed"}


@pytest.mark.parametrize(
    "words",
    [
        ["open"],
        ["open", "--register", "x"],
        ["open", "--unknown"],
        ["open", "--register", "x", "--governance", "x", "--keys", "x", "--as", "haarlem"],
        ["open", "--register", "x", "--governance", "x", "--keys", "x", "--as", TAX, "--now", "today"],
        ["open", "--register", "x", "--governance", "x", "--keys", "x", "--as", TAX, "--now", "2026-11-23T12:00:00"],
        ["verify"],
        ["seal", "--register", "x", "--governance", "x", "--keys", "x", "--as", TAX],
        ["seal", "--register", "x", "--governance", "x", "--keys", "x", "--as", TAX, "--to", "x"],
    ],
)
def test_usage_ends_with_exit_2(words: list[str]) -> None:
    assert run(*words).code == 2


def test_a_file_that_is_not_there_ends_with_exit_3(place: Path) -> None:
    assert run("open", *options(place), "gone.jws").code == 3


def trusted(place: Path) -> list[str]:
    return [*options(place)[:4], "--now", rfc3339(NOW)]


def test_verify_judges_the_outer_layer_alone(place: Path) -> None:
    sealed = make_letter(WORLD, change_seal=lambda _: "no seal").body()
    for body in (make_body(WORLD), make_body(WORLD, make_event(to=CRED)), sealed):
        ended = run("verify", *trusted(place), given=body)
        assert (ended.code, ended.err) == (0, "")
        assert ended.json["envelope"]["specversion"] == "1.0"
    found = run("verify", *trusted(place), "--lines", given=b"\n".join(body for body, _ in lines().values()))
    outer = {"malformed", "too_large", "bad_type", "unknown_key", "bad_signature", "attribute_invalid", "clock_skew"}
    for verdict, (name, (_, code)) in zip(found.verdicts, lines().items(), strict=True):
        refused = code in outer | {"expired"} or name == "stranger"
        assert verdict.get("code") == (code if refused else None), name


def test_verify_judges_whatever_a_partner_receives(place: Path) -> None:
    receipt = HubReceipt.from_wire(
        {
            "id": make_event().id,
            "source": f"urn:nld:oin:{HUB}",
            "time": rfc3339(NOW),
            "receipts": [
                {
                    "ref": None,
                    "refhash": "sha-256:" + "0" * 64,
                    "decision": "refused",
                    "code": "malformed",
                    "received": rfc3339(NOW),
                }
            ],
        }
    )
    ended = run("verify", *trusted(place), given=sign_payload(receipt, WORLD.signing(HUB)))
    assert ended.json == {"hub-receipt": receipt.to_wire()}
    ended = run("verify", *trusted(place), given=sign_payload(receipt, WORLD.signing(SHV)))
    assert ended.refusal == "identity_mismatch"


def test_verify_for_somebody_wants_it_to_be_for_them(place: Path) -> None:
    ended = run("verify", *options(place), given=make_body(WORLD, make_event(to=CRED)))
    assert ended.refusal == "wrong_recipient"


def event_file(folder: Path, **changes: object) -> Path:
    event = make_event()
    document = {**event.attributes(), "datacontenttype": "application/json", "data": dict(event.data)} | changes
    file = folder / "event.json"
    file.write_text(json.dumps({name: value for name, value in document.items() if value is not ...}))
    return file


def test_what_seal_prints_open_opens(place: Path, tmp_path: Path) -> None:
    ended = run("seal", *options(place, me=SHV), "--to", TAX, event_file(tmp_path, data={"naam": "Zoë"}))
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.endswith(b"\n")
    assert ended.out.count(b"\n") == 1
    assert run("open", *options(place), given=ended.out).json["event"]["data"] == {"naam": "Zoë"}


def test_seal_fills_in_what_it_knows(place: Path, tmp_path: Path) -> None:
    names = ("id", "source", "recipient", "time", "expirytime", "specversion", "datacontenttype")
    ended = run("seal", *options(place, me=SHV), "--to", TAX, event_file(tmp_path, **dict.fromkeys(names, ...)))
    event = run("open", *options(place), given=ended.out).json["event"]
    assert event["source"] == f"urn:nld:oin:{SHV}:systeem:schuldhub"
    assert event["time"] == rfc3339(NOW)


def test_seal_refuses_what_would_be_refused(place: Path, tmp_path: Path) -> None:
    for changes, to, code in (
        ({"id": "x"}, TAX, "attribute_invalid"),
        ({"subject": ...}, TAX, "attribute_invalid"),
        ({"data": "text"}, TAX, "attribute_invalid"),
        ({"recipient": f"urn:nld:oin:{CRED}"}, TAX, "attribute_invalid"),
        ({"source": f"urn:nld:oin:{CRED}:systeem:x"}, TAX, "identity_mismatch"),
        ({"data": {"t": "x" * 25_600}}, TAX, "too_large"),
        ({"recipient": ...}, "00000099000000009999", "unknown_recipient"),
        ({"recipient": ...}, HUB, "key_missing"),
    ):
        ended = run("seal", *options(place, me=SHV), "--to", to, event_file(tmp_path, **changes))
        assert (ended.code, ended.out, ended.refusal) == (5, b"", code)


def test_sealing_stops_with_an_old_register_and_warns_before(tmp_path: Path) -> None:
    old: World = WORLD.edited(lambda document: document.update(nextUpdate=rfc3339(NOW - timedelta(days=10))))
    old.write(tmp_path)
    file = event_file(tmp_path)
    ended = run("seal", *options(tmp_path, me=SHV), "--to", TAX, file)
    assert (ended.code, ended.err[:8]) == (0, "warning:")
    late = rfc3339(NOW + timedelta(days=21))
    ended = run("seal", *options(tmp_path, me=SHV, now=late), "--to", TAX, file)
    assert ended.code == 5
    assert ended.refusal == "register_stale"
