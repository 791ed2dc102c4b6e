"""`schuldhub certificates`: the broker's own certificate authority, and who it certifies beside the partners."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Final

from cyclopts import App, Parameter, Token

from hub.cli.output import OutputOption, print_rows, say
from hub.cli.refusal import OK
from hub.clock import SystemClock
from hub.errors import Code, RefusedError
from hub.register.certificates import (
    CA_CERTIFICATE,
    CA_KEY,
    CLIENT_CERTIFICATE,
    CLIENT_KEY,
    CLIENT_REQUEST,
    SERVER_CERTIFICATE,
    SERVER_KEY,
    issue_client,
    issue_server,
    load_authority,
    new_authority,
    new_client_key,
)
from hub.register.partners import MAX_INPUT_BYTES
from hub.register.pemfiles import check_absent, make_folder, write_public
from hub.register.terms import certificate_end
from hub.wire.topology import HUB_USER

app = App(name="certificates", help="The broker's certificate authority, and the certificates of broker and hub.")

#: Host names as certificates hold them: dotted words of ASCII, at most as long as a common name may be.
_HOST: Final = re.compile(r"(?=.{1,64}$)(?!-)[a-z0-9-]+(\.(?!-)[a-z0-9-]+)*")


def _name(_kind: object, tokens: Sequence[Token]) -> tuple[str, ...]:
    return tuple(_host(token.value.lower()) for token in tokens)


def _host(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError:
        pass
    if _HOST.fullmatch(text) is None:
        raise ValueError("a name is a host name or an IP address, without port")  # noqa: EM101 for its user
    return text


Authority = Annotated[Path, Parameter(name="--ca", help="Folder of the broker's certificate authority.")]
Folder = Annotated[Path, Parameter(name="--dir")]
Names = Annotated[tuple[str, ...], Parameter(name="--name", negative="", converter=_name)]


@app.command
def authority(*, folder: Folder, output: OutputOption = None) -> int:
    """Make the broker's certificate authority, once, good for ten years.

    Whoever keeps the broker runs this, on the machine from which partners are let in. Who has its key can make a user
    of any name at the broker, but can read no message and sign none. Keep a copy of the folder in a safe.

    Args:
        folder: Where the authority is to stay (0700); `partners add` and the commands below take it as --ca.
        output: How to print what was made.
    """
    new_authority(folder, SystemClock().now())
    _show(folder, (CA_KEY, CA_CERTIFICATE), output)
    return OK


@app.command
def server(*, ca: Authority, names: Names, folder: Folder, output: OutputOption = None) -> int:
    """Make the broker's own key and certificate, good for 397 days.

    Whoever keeps the broker runs this where the authority is, and puts the files where rabbitmq.conf looks for them,
    owned by the user that the broker runs as. To renew, make them in another folder and put them in place.

    Args:
        ca: Folder of the broker's certificate authority.
        names: A name or address by which clients reach the broker; may be given more than once.
        folder: Where to write both, and the authority's certificate.
        output: How to print what was made.
    """
    files = (SERVER_KEY, SERVER_CERTIFICATE, CA_CERTIFICATE)
    issuer = load_authority(ca)
    check_absent(folder, *files)
    issue_server(issuer, names, folder, SystemClock().now())
    write_public(folder / CA_CERTIFICATE, issuer.certificate_pem)
    _show(folder, files, output)
    return OK


@app.command
def request(*, folder: Folder, output: OutputOption = None) -> int:
    """Make the hub's key for its connection to the broker, and the request for its certificate.

    Whoever keeps the hub runs this on the hub's machine: the key stays there, and the request goes to the authority.
    A partner does the same with `schuldhub keys new`.

    Args:
        folder: Where the key is to stay.
        output: How to print what was made.
    """
    new_client_key(HUB_USER, folder)
    _show(folder, (CLIENT_KEY, CLIENT_REQUEST), output)
    say(f"The key stays here. Take {CLIENT_REQUEST} to the authority: `schuldhub certificates hub --csr`.")
    return OK


@app.command
def hub(*, ca: Authority, csr: Path, folder: Folder, output: OutputOption = None) -> int:
    """Make the hub's certificate from its request, good for 397 days.

    Whoever keeps the broker runs this where the authority is; what it writes is public, and goes beside the hub's key.
    To renew, the same request will do; write to another folder and put it in place.

    Args:
        ca: Folder of the broker's certificate authority.
        csr: The request that `certificates request` made on the hub's machine.
        folder: Where to write it, and the authority's certificate.
        output: How to print what was made.
    """
    files = (CLIENT_CERTIFICATE, CA_CERTIFICATE)
    issuer = load_authority(ca)
    check_absent(folder, *files)
    certificate = issue_client(issuer, _read(csr), HUB_USER, SystemClock().now())
    make_folder(folder)
    write_public(folder / CLIENT_CERTIFICATE, certificate)
    write_public(folder / CA_CERTIFICATE, issuer.certificate_pem)
    _show(folder, files, output)
    return OK


def _read(file: Path) -> bytes:
    """A request; one that is too long to be one is cut off and so not readable."""
    try:
        with file.open("rb") as opened:
            return opened.read(MAX_INPUT_BYTES)
    except OSError:
        raise RefusedError(Code.NOT_FOUND, str(file)) from None


def _show(folder: Path, names: Sequence[str], output: OutputOption) -> None:
    """What was made: where it is, whether it is its owner's alone, and until when it holds."""
    rows = [
        {"file": str(folder / name), "secret": name.endswith(".key.pem"), "until": _end(folder / name)}
        for name in names
    ]
    print_rows(rows, output)


def _end(file: Path) -> str | None:
    if not file.name.endswith(".crt.pem"):
        return None
    end: datetime = certificate_end(file)
    return end.date().isoformat()
