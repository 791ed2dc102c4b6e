"""`schuldhub keys`: private keys are made here, on their owner's own machine, and only public halves are printed."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Parameter

from hub.cli.options import PRESENT, Instant, as_oin
from hub.cli.output import OutputOption, print_rows
from hub.errors import Code, RefusedError
from hub.register.model import Use
from hub.wire import strictjson
from hub.wire.jwk import public_jwk
from hub.wire.keyfiles import SUFFIX, read_folder, write_new, write_public
from hub.wire.keys import (
    DEFAULT_SUITES,
    GOVERNANCE_FILE,
    GOVERNANCE_PUBLIC_FILE,
    SUITES,
    Suite,
    kid_for,
    new_private_jwk,
)
from hub.wire.names import GOVERNANCE_KID

app = App(name="keys", help="Private keys: make them on the machine where they stay, list what is there.")

OK = 0
_USES: dict[str, tuple[Use, ...]] = {"sig": ("sig",), "enc": ("enc",), "both": ("sig", "enc")}


@app.command
def new(
    *,
    folder: Annotated[Path, Parameter(name="--dir")],
    oin: Annotated[str | None, as_oin("--oin")] = None,
    use: Literal["sig", "enc", "both"] = "both",
    alg: Annotated[Sequence[Suite], Parameter(negative="")] = (),
    label: str | None = None,
    governance: Annotated[bool, Parameter(negative="")] = False,
    instant: Instant = PRESENT,
) -> int:
    """Make private keys (0600, in a folder of 0700) and print the public halves as a JWK set to hand over.

    A key is never overwritten. The set of all public halves in the folder is kept in public.jwks.json.

    Args:
        folder: Where the private keys are to stay.
        oin: Whose keys they are.
        use: To sign with, to open with, or one of each.
        alg: Kind of key, when it is not to be Ed25519 and X25519; may be given once for each use.
        label: Last part of the key's name, 1 to 16 of a-z, 0-9 and -; the day of today when left out.
        governance: Make the governance key instead, and its public half as governance.pub.jwk.json.
        instant: Which instant stands for now.
    """
    if governance:
        return _new_governance(folder, alg)
    if oin is None:
        raise RefusedError(Code.KEY_INVALID, "--oin")
    suites = _suites(_USES[use], alg)
    named = label or instant.now().strftime("%Y%m%d")
    made = [new_private_jwk(kid_for(oin, each, named), suite) for each, suite in suites.items()]
    for jwk in made:
        write_new(folder, f"{jwk['use']}-{named}{SUFFIX}", jwk)
    write_public(folder)
    print(strictjson.dumps({"keys": [public_jwk(jwk) for jwk in made]}).decode())
    sys.stderr.write("Private keys stay in this folder. Hand over public.jwks.json.\n")
    return OK


@app.command(name="list")
def list_keys(
    *,
    folder: Annotated[Path, Parameter(name="--dir")],
    output: OutputOption = None,
) -> int:
    """List the private keys in a folder, by name; nothing private is shown.

    Args:
        folder: Where the private keys are.
        output: How to print it; a table on a terminal and jsonl in a pipe when not given.
    """
    found = read_folder(folder)
    print_rows(
        [
            {
                "kid": jwk["kid"],
                "use": jwk.get("use"),
                "alg": jwk.get("alg"),
                "kind": jwk.get("crv", "RSA"),
                "file": name,
            }
            for name, jwk in found.items()
        ],
        output,
    )
    return OK


def _suites(uses: tuple[Use, ...], chosen: Sequence[Suite]) -> dict[Use, Suite]:
    """The kind of key for each use; `key_invalid` for a choice that is for none of them, or a second for one."""
    suites = {use: DEFAULT_SUITES[use] for use in uses}
    by_use = {SUITES[suite][0]: suite for suite in chosen}
    if len(by_use) != len(chosen) or not by_use.keys() <= suites.keys():
        raise RefusedError(Code.KEY_INVALID, "--alg")
    return suites | by_use


def _new_governance(folder: Path, chosen: Sequence[Suite]) -> int:
    suite = _suites(("sig",), chosen)["sig"]
    jwk = new_private_jwk(GOVERNANCE_KID, suite)
    write_new(folder, GOVERNANCE_FILE, jwk)
    public = public_jwk(jwk)
    write_new(folder, GOVERNANCE_PUBLIC_FILE, public)
    print(strictjson.dumps(public).decode())
    sys.stderr.write("Keep governance.jwk.json on a machine without a network. Everybody pins the public half.\n")
    return OK
