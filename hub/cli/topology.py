"""`schuldhub topology`: what the broker lacks, and putting it there."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cyclopts import App, Parameter

from hub.cli.options import TrustedRegister
from hub.cli.output import neutral, say
from hub.errors import Code, RefusedError
from hub.register.inboxes import InboxFile
from hub.register.model import Register
from hub.register.partners import partners_of
from hub.wire.management import Management
from hub.wire.topology import LANES_DEFAULT, VHOST, Plan, desired

OK: Final = 0
PROBLEMS: Final = 6

app = App(name="topology", help="The broker's exchanges, queues, users and rights: what is missing, and applying it.")


@Parameter(name="*")
@dataclass(frozen=True)
class ManagementOptions:
    """How to reach the broker's management API.

    Attributes:
        password_file: File with the administrator's password, mode 0600.
        management: Address of the API; `https` unless it is on this machine.
        administrator: Name of the user.
        management_ca: Certificate of the authority to trust for `https`.
        vhost: The vhost of the hub.
    """

    password_file: Path
    management: str = "http://127.0.0.1:15672"
    administrator: str = "administrator"
    management_ca: Path | None = None
    vhost: str = VHOST

    def open(self) -> Management:
        """A client; `settings_invalid` when the password cannot be read or others can."""
        try:
            if self.password_file.stat().st_mode & 0o077:
                raise RefusedError(Code.SETTINGS_INVALID, f"{self.password_file} is open to others")
            password = self.password_file.read_text().strip()
        except OSError:
            raise RefusedError(Code.SETTINGS_INVALID, str(self.password_file)) from None
        tls = ssl.create_default_context(cafile=self.management_ca) if self.management_ca else None
        return Management(self.management, self.administrator, password, tls)


@Parameter(name="*")
@dataclass(frozen=True)
class PartnerOptions:
    """Which partners there are.

    Attributes:
        inboxes: File with the name of each partner's inbox; made where it is not there.
        register: The signed register; its partners get an inbox too.
        governance: The public governance key (JWK) that the register is verified with.
    """

    inboxes: Path
    register: Path | None = None
    governance: Path | None = None

    def load_register(self) -> Register | None:
        """The register, verified, where one is named."""
        if self.register is None:
            return None
        if self.governance is None:
            raise RefusedError(Code.SETTINGS_INVALID, "--register wants --governance")
        return TrustedRegister(self.register, self.governance).read()


@app.command
def plan(*, broker: ManagementOptions, partners: PartnerOptions, lanes: int = LANES_DEFAULT) -> int:
    """Print what `apply` would change, and change nothing; exit 6 when something stands in its way.

    Args:
        broker: How to reach the broker.
        partners: Which partners there are.
        lanes: How many lanes the hub has.
    """
    names, new = _inboxes(partners)
    with broker.open() as management:
        found = management.plan(broker.vhost, desired(names, lanes))
    for oin in new:
        print(f"+ partner {oin}: user, rights and an inbox whose name is drawn when applied")
    _show(found)
    return PROBLEMS if found.conflicts else OK


@app.command
def apply(
    *,
    broker: ManagementOptions,
    partners: PartnerOptions,
    lanes: int = LANES_DEFAULT,
    remove_users: bool = False,
    dry_run: bool = False,
) -> int:
    """Make the broker as it should be; a second time changes nothing.

    The number of lanes changes only when every lane is empty; until that is done, publishes are turned back and offered
    again by their senders.

    Args:
        broker: How to reach the broker.
        partners: Which partners there are.
        lanes: How many lanes the hub has.
        remove_users: Remove the users of partners that are neither in the register nor in the inbox file.
        dry_run: As `plan`.
    """
    if dry_run:
        return plan(broker=broker, partners=partners, lanes=lanes)
    _, new = _inboxes(partners)
    InboxFile(partners.inboxes).ensure(new)
    names, _ = _inboxes(partners)
    with broker.open() as management:
        done = management.apply(broker.vhost, desired(names, lanes))
        if remove_users:
            for user in sorted(done.users_gone):
                management.delete_user(user)
                print(f"- user {user}")
    _show(done)
    return OK


def _inboxes(partners: PartnerOptions) -> tuple[Mapping[str, str], list[str]]:
    """The inbox of every partner that takes part, and the partners that have none yet."""
    names = InboxFile(partners.inboxes).load()
    register = partners.load_register()
    if register is None:
        return names, []
    left = {oin for oin in register.organisations if register.organisations[oin].status == "ended"}
    known = {oin: name for oin, name in names.items() if oin not in left}
    return known, [organisation.oin for organisation in partners_of(register) if organisation.oin not in names]


def _show(found: Plan) -> None:
    """Changes on stdout; what needs a person's eye on stderr."""
    for line in found.lines():
        print(neutral(line))
    for line in found.conflicts:
        say(f"! {line} exists with other properties; make it anew by hand once it is empty")
    for line in found.surplus:
        say(f"? {line}: nothing asks for it")
    for user in sorted(found.users_gone):
        say(f"? user {user}: no partner any more; --remove-users removes it")
    if found.empty:
        say("nothing to do")
