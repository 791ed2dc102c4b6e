"""`schuldhub keys`: private keys are made here, on their owner's own machine, and only public halves are printed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import chain, count
from pathlib import Path
from typing import Annotated, Final, Literal

from cyclopts import App, Parameter

from hub.cli.keystate import ADVICE, KeyState, is_needed, last_use, state_of
from hub.cli.options import PRESENT, Flag, Instant, TrustedRegister, as_oin
from hub.cli.output import OutputOption, print_rows, say
from hub.cli.refusal import OK
from hub.clock import rfc3339
from hub.errors import Code, HubError, RefusedError
from hub.register.certificates import CLIENT_KEY, CLIENT_REQUEST, new_broker_identity
from hub.register.model import Key, Register, Use
from hub.register.pemfiles import check_absent
from hub.wire import strictjson
from hub.wire.jwk import Kind, kind_of, public_jwk
from hub.wire.keyfiles import PUBLIC_FILE, SUFFIX, read_folder, write_new, write_public
from hub.wire.keys import (
    DEFAULT_SUITES,
    GOVERNANCE_FILE,
    GOVERNANCE_PUBLIC_FILE,
    SUITES,
    KeyFolder,
    Suite,
    kid_for,
    new_private_jwk,
)
from hub.wire.logkey import LOG_KEY_FILE, write_log_key
from hub.wire.names import GOVERNANCE_KID, Kid, kid_of
from hub.wire.note import new_signer

app = App(name="keys", help="Private keys: make them on the machine where they stay, renew them, list what is there.")

Folder = Annotated[Path, Parameter(name="--dir")]
Uses = Literal["sig", "enc", "both"]
Suites = Annotated[Sequence[Suite], Parameter(negative="")]
_USES: Final[Mapping[Uses, tuple[Use, ...]]] = {"sig": ("sig",), "enc": ("enc",), "both": ("sig", "enc")}
_SUITE_OF: Final[Mapping[tuple[str, Kind], Suite]] = {
    ("sig", "Ed25519"): "Ed25519",
    ("sig", "P-256"): "ES256",
    ("sig", "RSA"): "PS256",
    ("enc", "X25519"): "X25519",
    ("enc", "P-256"): "P-256",
    ("enc", "RSA"): "RSA-OAEP-256",
}


@app.command
def new(
    *,
    folder: Folder,
    oin: Annotated[str | None, as_oin("--oin")] = None,
    use: Uses = "both",
    alg: Suites = (),
    label: str | None = None,
    no_csr: Flag = False,
    governance: Flag = False,
    instant: Instant = PRESENT,
) -> int:
    """Make private keys (0600, in a folder of 0700) and print the public halves as a JWK set to hand over.

    Run it on the machine where the keys are used: they stay there, and none is ever overwritten. The set of all public
    halves in the folder is kept in public.jwks.json. With a whole set come the key of the connection to the broker and
    its certificate request, broker.csr.pem.

    Args:
        folder: Where the private keys are to stay.
        oin: Whose keys they are.
        use: To sign with, to open with, or one of each.
        alg: Kind of key, when it is not to be Ed25519 and X25519; may be given once for each use.
        label: Last part of the key's name, 1 to 16 of a-z, 0-9 and -; the day of today when left out.
        no_csr: Leave the connection's key and request out: who has them already, or gets them elsewhere.
        governance: Make the governance key instead, and its public half as governance.pub.jwk.json.
        instant: Which instant stands for now.
    """
    if governance:
        return _new_governance(folder, alg)
    if oin is None:
        raise RefusedError(Code.KEY_INVALID, "--oin")
    connects = use == "both" and not no_csr
    suites = _suites(_USES[use], alg)
    named = label or _day(instant)
    made = [new_private_jwk(kid_for(oin, each, named), suite) for each, suite in suites.items()]
    check_absent(folder, *(_file_of(jwk) for jwk in made), *((CLIENT_KEY, CLIENT_REQUEST) if connects else ()))
    _keep(folder, made)
    if connects:
        new_broker_identity(oin, folder)
    say(f"Private keys stay in this folder. Hand over {PUBLIC_FILE}{f' and {CLIENT_REQUEST}' if connects else ''}.")
    return OK


@app.command
def rotate(
    *,
    folder: Folder,
    use: Uses | None = None,
    alg: Suites = (),
    label: str | None = None,
    instant: Instant = PRESENT,
) -> int:
    """Make a new key beside each that is there, and print the public halves to hand to the governance.

    Nothing changes until the register lists them. The old private keys stay: what was sealed to one is opened with it
    until 28 days after its end, which `keys list` tells.

    Args:
        folder: Where the private keys are.
        use: Which to renew; all uses that are there when left out.
        alg: Kind of the new key, when it is not to be that of the old; may be given once for each use.
        label: Last part of the new keys' name; the day of today when left out.
        instant: Which instant stands for now.
    """
    present = _named(read_folder(folder).values())
    oin = _owner(folder, {kid.oin for kid, _ in present})
    newest = {kid.use: jwk for kid, jwk in sorted(present, key=lambda one: one[0].label)}  # labels are days
    uses = _USES[use] if use else tuple(each for each in _USES["both"] if each in newest)
    if not newest.keys() >= set(uses):
        raise RefusedError(Code.KEY_MISSING, f"--use {use}")
    suites = _suites(uses, alg, {each: _suite_of(newest[each]) for each in uses})
    named = label or _new_label(_day(instant), {kid.label for kid, _ in present})
    made = [new_private_jwk(kid_for(oin, each, named), suite) for each, suite in suites.items()]
    check_absent(folder, *(_file_of(jwk) for jwk in made))
    _keep(folder, made)
    say(f"Hand what is printed, or {PUBLIC_FILE}, to the governance; it sets from which day others use the new keys.")
    say("Until then the present ones go on. Keep them: `keys list --register … --governance …` tells how long.")
    return OK


@app.command(name="list")
def list_keys(
    *,
    folder: Folder,
    trusted: TrustedRegister | None = None,
    instant: Instant = PRESENT,
    output: OutputOption = None,
) -> int:
    """List the private keys in a folder, by name; nothing private is shown.

    With the register: which of them it lists, which are in use, which end and when each can be destroyed; and what
    it lists that is not here.

    Args:
        folder: Where the private keys are.
        trusted: The register and the key that everyone has pinned.
        instant: Which instant stands for now.
        output: How to print it; a table on a terminal and jsonl in a pipe when not given.
    """
    found = read_folder(folder)
    rows: list[dict[str, object]] = [
        {"kid": jwk["kid"], "use": jwk.get("use"), "alg": jwk.get("alg"), "kind": jwk.get("crv", "RSA"), "file": name}
        for name, jwk in found.items()
    ]
    if trusted is not None:
        register, now = trusted.read(), instant.now()
        oins = sorted({kid.oin for kid, _ in _named(found.values())})
        in_use = {kid for oin in oins for kid in _in_use(folder, oin, register, now)}
        rows = [row | _standing(str(row["kid"]), register, now, in_use) for row in rows]
        rows += [_missing(key, register, now) for oin in oins for key in _absent(oin, register, found, now)]
    print_rows(rows, output)
    return OK


@app.command(name="new-log")
def new_log(*, folder: Folder, name: str) -> int:
    """Make the key of a hub's message log (log.note-key, 0600) and print what the register takes as `logKey`.

    Args:
        folder: The folder of the hub's private keys.
        name: What the log is called, an address without scheme as hub.example/log; its origins begin with it.
    """
    signer = new_signer(name)
    write_log_key(folder, signer)
    print(signer.verifier)
    say(f"The private key stays in this folder as {LOG_KEY_FILE}.")
    return OK


def _owner(folder: Path, oins: set[str]) -> str:
    """The only organisation with keys here: which of two is meant, nobody should have to guess."""
    if not oins:
        raise RefusedError(Code.KEY_MISSING, str(folder))
    if len(oins) > 1:
        raise RefusedError(Code.KEY_INVALID, f"{folder}: keys of more than one OIN")
    return oins.pop()


# — making ————————————————————————————————————————————————————————————————————————————————————————————————————————


def _keep(folder: Path, made: Iterable[Mapping[str, object]]) -> None:
    """Writes new keys down and prints their public halves."""
    shown = []
    for jwk in made:
        write_new(folder, _file_of(jwk), jwk)
        shown.append(public_jwk(jwk))
    write_public(folder)
    print(strictjson.dumps({"keys": shown}).decode())


def _file_of(jwk: Mapping[str, object]) -> str:
    kid = kid_of(str(jwk["kid"]))
    if kid is None:
        raise RefusedError(Code.KEY_INVALID, "kid")
    return f"{kid.use}-{kid.label}{SUFFIX}"


def _day(instant: Instant) -> str:
    return instant.now().strftime("%Y%m%d")


def _new_label(day: str, taken: set[str]) -> str:
    """The day, or where it is taken the day and a number."""
    return next(label for label in chain([day], (f"{day}-{number}" for number in count(2))) if label not in taken)


def _suites(
    uses: Sequence[Use], chosen: Sequence[Suite], usual: Mapping[Use, Suite] = DEFAULT_SUITES
) -> dict[Use, Suite]:
    """The kind of key for each use; `key_invalid` for a choice that is for none of them, or a second for one."""
    suites = {use: usual[use] for use in uses}
    by_use = {SUITES[suite][0]: suite for suite in chosen}
    if len(by_use) != len(chosen) or not by_use.keys() <= suites.keys():
        raise RefusedError(Code.KEY_INVALID, "--alg")
    return suites | by_use


def _suite_of(jwk: Mapping[str, object]) -> Suite:
    """The kind of a key that is there."""
    suite = _SUITE_OF.get((str(jwk.get("use")), kind_of(jwk)))
    if suite is None:
        raise RefusedError(Code.KEY_INVALID, f"{jwk['kid']}: use")
    return suite


def _new_governance(folder: Path, chosen: Sequence[Suite]) -> int:
    suite = _suites(("sig",), chosen)["sig"]
    jwk = new_private_jwk(GOVERNANCE_KID, suite)
    write_new(folder, GOVERNANCE_FILE, jwk)
    public = public_jwk(jwk)
    write_new(folder, GOVERNANCE_PUBLIC_FILE, public)
    print(strictjson.dumps(public).decode())
    say("Keep governance.jwk.json on a machine without a network. Everybody pins the public half.")
    return OK


# — looking ———————————————————————————————————————————————————————————————————————————————————————————————————————


def _named(jwks: Iterable[Mapping[str, object]]) -> list[tuple[Kid, Mapping[str, object]]]:
    """Those that are an organisation's, each with its name; the governance key is not."""
    named = ((kid_of(str(jwk["kid"])), jwk) for jwk in jwks)
    return [(kid, jwk) for kid, jwk in named if kid is not None]


def _in_use(folder: Path, oin: str, register: Register, now: datetime) -> list[str]:
    """The key that signs now, and the one that others seal to now.

    Raises:
        RefusedError: `key_invalid` for a key that is not the private half of the one in the register.
    """
    held = KeyFolder.load(folder, oin, register)
    found = []
    with suppress(HubError):  # where there is none, the rows say which could be
        found.append(held.signing(now).kid)
    with suppress(HubError):
        found.append(register.sealing_key(oin, now).kid)
    return found


def _standing(kid: str, register: Register, now: datetime, in_use: set[str]) -> dict[str, object]:
    key, state = register.key(kid), None
    if kid != GOVERNANCE_KID:  # it is in no register
        state = state_of(key, now)
    until = last_use(key) if key else None
    return {
        "state": state.value if state else None,
        "inUse": kid in in_use,
        "from": rfc3339(key.nbf) if key else None,
        "until": rfc3339(until) if until else None,
        "daysLeft": max((until - now).days, 0) if until else None,
        "advice": ADVICE[state] if state else None,
    }


def _absent(oin: str, register: Register, found: Mapping[str, Mapping[str, object]], now: datetime) -> list[Key]:
    """What the register lists for this organisation, is needed, and is not here."""
    organisation = register.organisation(oin)
    here = {jwk["kid"] for jwk in found.values()}
    listed = organisation.keys if organisation else ()
    return [key for key in listed if key.kid not in here and is_needed(key, now)]


def _missing(key: Key, register: Register, now: datetime) -> dict[str, object]:
    row = {"kid": key.kid, "use": key.use, "alg": key.alg, "kind": key.jwk.get("crv", "RSA"), "file": None}
    changed = {"state": KeyState.MISSING.value, "advice": ADVICE[KeyState.MISSING]}
    return row | _standing(key.kid, register, now, set()) | changed
