"""Looks at the keys of the partners in the register: a letter to whom nobody can seal is never made. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from hub.cli.doctor.finding import Finding, Level, ends, ok, problem
from hub.register.model import Key, Organisation, Register
from hub.register.partners import partners_of

_PURPOSES: Final = {
    "enc": "nobody can seal anything to it",
    "sig": "everything that it sends is refused",
}


def look_at_partner_keys(register: Register, now: datetime) -> Iterator[Finding]:
    """Whether each active partner has a valid key to seal to and one to verify with, and how long these hold."""
    partners = [organisation for organisation in partners_of(register) if organisation.active]
    found = [finding for partner in partners for finding in _look_at(partner, now)]
    yield from found
    if not found:
        yield ok("partner keys", f"{len(partners)} active partners have valid keys")


def _look_at(partner: Organisation, now: datetime) -> Iterator[Finding]:
    advice = (
        f"call {partner.name}: it makes a new key with `schuldhub keys rotate`, and governance puts its public half "
        "into the register"
    )
    for use, harm in _PURPOSES.items():
        usable = [key for key in partner.keys if key.use == use and key.usable(now)]
        if not usable:
            yield problem("partner keys", f"{partner.name} has no valid {use} key: {harm}", advice)
            continue
        last = max(usable, key=_end)
        finding = ends("partner keys", f"the last {use} key of {partner.name}", last.exp, now, advice)
        if finding.level is not Level.OK:
            yield finding


def _end(key: Key) -> datetime:
    return key.exp
