"""`schuldhub partners`: letting a partner in, and who is in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import monotonic, sleep
from typing import Annotated, Final

from cyclopts import App, Parameter

from hub.cli.configuration import ConfigOption, hub_settings, opened_log, organisation_names
from hub.cli.doing import ReasonOption, do, new_act
from hub.cli.options import TrustedRegister, as_oin
from hub.cli.output import OutputOption, neutral, print_rows, say
from hub.cli.topology import ManagementOptions
from hub.clock import SystemClock, clock_of
from hub.errors import Code, RefusedError, UnavailableError
from hub.operations.acts import ActName
from hub.operations.partners import store
from hub.register.certificates import load_authority
from hub.register.file import read_body
from hub.register.inboxes import InboxFile
from hub.register.partners import MAX_INPUT_BYTES, Application, Broker, Trust, admit, states
from hub.settings import HubSettings
from hub.wire.topology import LANES_DEFAULT, desired
from schemas.codes import HubNoticeCode

OK: Final = 0
OinArgument = Annotated[str, as_oin("OIN")]

app = App(name="partners", help="The organisations that are connected: let one in, list, pause, resume and test them.")
LOOK_S: Final = 0.5
PATIENCE_S: Final = 30.0


@Parameter(name="*")
@dataclass(frozen=True)
class ApplicationOptions:
    """What the partner handed over.

    Attributes:
        csr: The certificate request that `keys new` made on its own machine.
        jwks: Its public keys, as a JWK set; a private key is refused.
        oin: Its OIN.
        name: Its name.
    """

    csr: Path
    jwks: Path
    oin: str
    name: str

    def read(self) -> Application:
        """The files' content, not checked yet."""
        return Application(self.oin, self.name, _read(self.csr), _read(self.jwks))


@app.command
def add(
    *,
    application: ApplicationOptions,
    trust: TrustedRegister,
    management: ManagementOptions,
    ca: Path,
    inboxes: Path,
    address: str,
    out: Path,
) -> int:
    """Let a partner in, from what it made on its own machine, and write a bundle of public things for it.

    It gets a user, rights and an inbox at the broker, and a client certificate. Done again for the same OIN it keeps
    its inbox and gets a new certificate.

    Args:
        application: What the partner handed over.
        trust: What every party pins; it goes into the bundle.
        management: How to reach the broker's management API.
        ca: Folder of the broker's certificate authority.
        inboxes: File with the name of each partner's inbox.
        address: Where partners reach the broker: amqps://host:port.
        out: Folder to write the bundle to.
    """
    file = InboxFile(inboxes)
    pinned = Trust(read_body(trust.register), read_body(trust.governance), trust.read())
    bundle = admit(
        application.read(), load_authority(ca), file, Broker(address, management.vhost), pinned, SystemClock().now()
    )
    with management.open() as api:
        lanes = len(api.present(management.vhost).lanes) or LANES_DEFAULT  # their number is not changed from here
        api.apply(management.vhost, desired(file.load(), lanes))
    bundle.write(out)
    print(neutral(str(out)))
    if pinned.register.organisation(application.oin) is None:
        say(f"not in register version {pinned.register.version} yet: the governance adds it")
    return OK


@app.command(name="list")
def list_partners(
    *,
    trust: TrustedRegister,
    ca: Path,
    inboxes: Path,
    output: OutputOption = None,
) -> int:
    """List the partners with the end of their certificate and of the first of their keys to end.

    Args:
        trust: The register.
        ca: Folder of the broker's certificate authority.
        inboxes: File with the name of each partner's inbox.
        output: How to print it; a table on a terminal and jsonl in a pipe when not given.
    """
    found = states(trust.read(), InboxFile(inboxes).load(), load_authority(ca))
    rows = [
        {
            "oin": one.oin,
            "naam": one.name,
            "status": one.status,
            "inbox": one.inbox,
            "certificaat_tot": _day(one.certificate_ends),
            "sleutel_tot": _day(one.key_ends),
        }
        for one in found
    ]
    print_rows(rows, output)
    return OK


@app.command(name="pause")
def pause_partner(oin: OinArgument, /, *, reason: ReasonOption, config: ConfigOption = None) -> int:
    """Keep what is for a partner: it is accepted, and goes on in its order when the partner is resumed.

    Args:
        oin: The partner.
        reason: Why.
        config: The hub's settings.
    """
    settings = hub_settings(config)
    act = new_act(ActName.PARTNER_PAUSED, clock_of(settings.clock_file).now(), oin, reason, oin=oin)
    with opened_log(settings) as database:
        do(database, act, lambda connection: store.pause(connection, _partner(settings, oin), act))
    return OK


@app.command(name="resume")
def resume_partner(oin: OinArgument, /, *, reason: ReasonOption, config: ConfigOption = None) -> int:
    """Let what was kept for a partner go on.

    Args:
        oin: The partner.
        reason: Why.
        config: The hub's settings.
    """
    settings = hub_settings(config)
    act = new_act(ActName.PARTNER_RESUMED, clock_of(settings.clock_file).now(), oin, reason, oin=oin)
    with opened_log(settings) as database:
        do(database, act, lambda connection: store.resume(connection, _partner(settings, oin), act))
    return OK


@app.command(name="test")
def send_test(oin: OinArgument, /, *, config: ConfigOption = None) -> int:
    """Let the keeper send a partner a test message, and wait until it lies in its inbox.

    Args:
        oin: The partner.
        config: The hub's settings.
    """
    settings = hub_settings(config)
    act = new_act(ActName.PARTNER_TESTED, clock_of(settings.clock_file).now(), oin, None, oin=oin)
    partner, code = _partner(settings, oin), HubNoticeCode.CONNECTION_TEST
    with opened_log(settings) as database:
        do(database, act, lambda connection: store.ask_notice(connection, partner, code, act))
        until = monotonic() + PATIENCE_S
        while monotonic() < until:
            with database.reading() as connection:
                found = store.notice_of(connection, act.id)
            if found is not None and found.sent is not None:
                if found.error is not None:
                    raise UnavailableError(Code(found.error), "inbox")
                say("it lies in the partner's inbox")
                return OK
            sleep(LOOK_S)
    raise UnavailableError(Code.BROKER_UNAVAILABLE, "keeper")


def _partner(settings: HubSettings, oin: str) -> str:
    """The OIN, where the register knows it."""
    if oin not in organisation_names(settings):
        raise RefusedError(Code.NOT_FOUND, "OIN")
    return oin


def _read(path: Path) -> bytes:
    """An input file, at most one byte over the limit that its reader checks."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_INPUT_BYTES + 1)
    except OSError:
        raise RefusedError(Code.NOT_FOUND, str(path)) from None


def _day(moment: datetime | None) -> str | None:
    return moment.date().isoformat() if moment else None
