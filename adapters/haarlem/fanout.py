"""One act, many parties: who gets which letter, and whom a person must call instead (messages.md 1, 5). Pure.

Nothing here refuses the act as a whole. Whatever cannot be sent to a party (no BSN, not on the hub, no agreement,
nothing but a secret address to be known by) becomes a call for the case worker, and the rest goes out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from adapters.haarlem.dossier import Case, Party, PartyRole, Person
from adapters.haarlem.settings import Settings, VishSupply
from hub.errors import Code, RefusedError
from hub.register.model import AgreementLine, Organisation, Register
from hub.workdays import add_months
from schemas.messages import DebtRestRegistration, Message, Notice, PublicNotice
from schemas.shapes import Address, Claim

#: The role in the register of each role here (messages.md, Roles).
REGISTER_ROLE: Final = {PartyRole.VISH: "VISH", PartyRole.TAX: "TAX", PartyRole.CREDITOR: "CRED"}


class CallReason(StrEnum):
    """Why no letter can go to a party, so that somebody must call."""

    NO_BSN = "geen-bsn"
    NOT_ON_HUB = "niet-aangesloten"
    NO_AGREEMENT = "geen-overeenkomst"
    NO_KEY = "geen-sleutel"
    NOT_FINDABLE = "niet-vindbaar"
    MORATORIUM_BY_HAND = "afkoeling-melden"
    INCIDENT_BY_HAND = "incident-melden"
    END_BY_PHONE = "einde-melden"  # rest was arranged by telephone, so its end is too


@dataclass(frozen=True, slots=True)
class Delivery:
    """A letter that opens (or repeats the opening of) a conversation with a party about a person."""

    person: Person
    party: Party
    oin: str
    message: Message
    start: date
    end: date
    latest_end: date
    term_days: int
    counts_from_delivery: bool


@dataclass(frozen=True, slots=True)
class Call:
    """A party that a person must call, and why."""

    person: Person
    party: Party
    reason: CallReason


@dataclass(frozen=True, slots=True)
class Directory:
    """Where letters can go at this moment: the register, who we are in it, and what is set."""

    register: Register
    oin: str
    settings: Settings
    now: datetime

    @property
    def me(self) -> Organisation:
        """Our own entry; its absence is a fault in our configuration."""
        return self.register.organisations[self.oin]

    def organisation_of(self, party: Party) -> Organisation | None:
        """The active organisation in this party's role: by OIN, for taxes by municipality, for VISH the only one."""
        known = [one for one in self.register.with_role(REGISTER_ROLE[party.role]) if one.active]
        if party.role is PartyRole.VISH:
            return known[0] if known else None
        if party.role is PartyRole.TAX:
            return next((one for one in known if party.gemeentecode in one.gemeentecodes), None)
        return next((one for one in known if one.oin == party.oin), None)

    def line(self, message: type[Message], recipient: Organisation) -> tuple[str, AgreementLine] | None:
        """The agreement (id and line) that allows this message to this recipient now, with the longest pause."""
        if message.message_type.accepts not in recipient.accepts:
            return None
        lines = self.register.lines(message.message_type.type, self.me, recipient, self.now)
        if not lines:
            return None
        longest = max(lines, key=lambda pair: pair[1].max_pause_months or self.settings.rules.maximum_months)
        return longest[0].id, longest[1]

    def sealable(self, recipient: Organisation) -> bool:
        """Whether the register has a key to seal to this recipient with.

        Raises:
            RefusedError: `register_stale`: then nothing can be sealed to anybody, and no act must seem done.
        """
        try:
            self.register.sealing_key(recipient.oin, self.now)
        except RefusedError as error:
            if error.code is Code.REGISTER_STALE:
                raise
            return False
        return True

    def terms_of(self, party: Party, line: AgreementLine) -> int:
        """The working days in which this party answers; VISH is only given up on later than it should answer."""
        terms = self.settings.terms
        if party.role is PartyRole.VISH:
            return max(terms.vish, line.reply_term_working_days or 0)
        return line.reply_term_working_days or (terms.tax if party.role is PartyRole.TAX else terms.creditor)


def fan_out(
    case: Case, person: Person, party: Party, directory: Directory, start: date | None = None
) -> Delivery | Call | None:
    """The letter to one party about one person, the call instead of it, or nothing when that party is not ours to tell.

    Args:
        case: the case.
        person: one of its persons.
        party: one of its parties.
        directory: register and settings at this moment.
        start: first day of the pause where it is not the case's own, so that the maximum counts from there.
    """
    if not party.concerns(person):
        return None
    if party.role is PartyRole.VISH:
        return _registration(case, person, party, directory)
    return _notice(case, person, party, directory, start or case.start)


def _registration(case: Case, person: Person, party: Party, directory: Directory) -> Delivery | Call | None:
    if directory.settings.vish_supply is VishSupply.CASE_SYSTEM:
        return None
    organisation = directory.organisation_of(party)
    if person.bsn is None:
        return Call(person, party, CallReason.NO_BSN)
    if organisation is None:
        return Call(person, party, CallReason.NOT_ON_HUB)
    if not directory.sealable(organisation):
        return Call(person, party, CallReason.NO_KEY)
    agreed = directory.line(DebtRestRegistration, organisation)
    if agreed is None or not (organisation.bsn_allowed and agreed[1].bsn):
        return Call(person, party, CallReason.NO_AGREEMENT)
    message = DebtRestRegistration(
        bsn=person.bsn,
        birth_date=person.birth_date,
        prefix=person.prefix,
        surname=person.surname,
        start_date=case.start,
        phase=case.phase,
        contact=case.contact,
        connection_code=directory.settings.connection_code,
        urgent=case.urgent,
    )
    latest = add_months(case.start, directory.settings.rules.maximum_months)
    days = directory.terms_of(party, agreed[1])
    start = case.start
    return Delivery(person, party, organisation.oin, message, start, latest, latest, days, counts_from_delivery=False)


def _notice(case: Case, person: Person, party: Party, directory: Directory, start: date) -> Delivery | Call:
    organisation = directory.organisation_of(party)
    if organisation is None:
        return Call(person, party, CallReason.NOT_ON_HUB)
    if not directory.sealable(organisation):
        return Call(person, party, CallReason.NO_KEY)
    with_bsn = directory.line(PublicNotice, organisation) if organisation.bsn_allowed else None
    if with_bsn is not None and with_bsn[1].bsn and person.bsn is not None:
        agreed, bsn = with_bsn, person.bsn
    elif party.role is PartyRole.TAX:
        return Call(person, party, CallReason.NO_BSN if person.bsn is None else CallReason.NO_AGREEMENT)
    else:
        without = directory.line(Notice, organisation)
        if without is None:
            return Call(person, party, CallReason.NO_AGREEMENT)
        if _address_for(person, party) is None and party.customer_number is None:
            return Call(person, party, CallReason.NOT_FINDABLE)
        agreed, bsn = without, None
    rules = directory.settings.rules
    latest = add_months(start, agreed[1].max_pause_months or rules.maximum_months)
    end = min(latest, party.end or case.end or latest)
    days = (start, end)
    message = _public_notice(case, person, bsn, party, days) if bsn else _plain_notice(case, person, party, days)
    terms = directory.terms_of(party, agreed[1])
    covenant = agreed[0] in rules.covenant
    return Delivery(person, party, organisation.oin, message, start, end, latest, terms, covenant)


def _public_notice(case: Case, person: Person, bsn: str, party: Party, days: tuple[date, date]) -> PublicNotice:
    """The notice with BSN; the municipality is that of the claim, else the one responsible for the case."""
    return PublicNotice(
        bsn=bsn,
        birth_date=person.birth_date,
        prefix=person.prefix,
        surname=person.surname,
        gemeentecode=party.gemeentecode or case.gemeentecode,
        helper_customer_number=case.helper_number,
        creditor_customer_number=party.customer_number,
        claims=_claims(party),
        start_date=days[0],
        end_date=days[1],
        contact=case.contact,
        urgent=case.urgent,
        business=person.business,
    )


def _plain_notice(case: Case, person: Person, party: Party, days: tuple[date, date]) -> Notice:
    """The notice without BSN; a secret address stands in it only where the party is marked as knowing it."""
    return Notice(
        initials=person.initials,
        birth_date=person.birth_date,
        prefix=person.prefix,
        surname=person.surname,
        name_at_creditor=party.name_at_creditor,
        address=_address_for(person, party),
        helper_customer_number=case.helper_number,
        creditor_customer_number=party.customer_number,
        claims=_claims(party),
        start_date=days[0],
        end_date=days[1],
        contact=case.contact,
        urgent=case.urgent,
        business=person.business,
    )


def _claims(party: Party) -> tuple[Claim, ...] | None:
    return tuple(owed.claim for owed in party.claims) or None


def _address_for(person: Person, party: Party) -> Address | None:
    return person.address if party.address_known or not person.address_secret else None
