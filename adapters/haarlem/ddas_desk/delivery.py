"""Puts a delivery together: one for each municipality that we carry debt help out for, page by page.

A trajectory is in the delivery of a period when help was given on some day of it; what happened later is left out, so
that a period that is over reads the same whenever it is fetched, corrections aside. The order is that of registration:
what is registered between two pages comes at the end and moves nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from math import ceil
from typing import Final

from adapters.haarlem import store
from adapters.haarlem.book import DebtHelper
from adapters.haarlem.ddas import store as ddas
from adapters.haarlem.ddas.facts import Story, stories
from adapters.haarlem.ddas.model import (
    MOST_CLIENTS,
    Answer,
    Client,
    Creditor,
    Debt,
    DebtKind,
    Deliverer,
    Delivery,
    Exchange,
    Paging,
    Person,
    Trajectory,
)
from adapters.haarlem.ddas.settings import DdasSettings, Municipality
from adapters.haarlem.ddas.trajectory import About, belongs, gemeentecode_of, start_of, trajectory_of
from adapters.haarlem.dossier import Party, PartyRole, PersonState
from adapters.haarlem.dossier import Person as Resident
from adapters.haarlem.store import Transaction


@dataclass(frozen=True, slots=True)
class Asked:
    """Which trajectories, and which page of them; `deliverer` is the name or code of one municipality."""

    start: date
    end: date
    deliverer: str | None = None
    page: int | None = None
    size: int | None = None


class NoSuchPageError(Exception):
    """There are fewer pages."""


class NoSuchDelivererError(Exception):
    """No municipality of ours has this name or code."""


def deliver(helper: DebtHelper, tx: Transaction, asked: Asked) -> tuple[Answer, list[str]]:
    """The answer, and the cases that are in it.

    Raises:
        NoSuchDelivererError: see there.
        NoSuchPageError: see there.
    """
    settings = helper.settings.ddas
    told = {case_id: story.until(asked.end) for case_id, story in stories(ddas.facts(tx)).items()}
    found = {case_id: story for case_id, story in told.items() if belongs(story, asked.start, asked.end)}
    codes = _municipalities(helper, found, asked.deliverer)
    wanted = [case_id for case_id, story in found.items() if gemeentecode_of(story) in codes]
    size = min(asked.size or settings.most_records, settings.most_records)
    page, pages = asked.page or 1, max(1, ceil(len(wanted) / size))
    if page > pages:
        raise NoSuchPageError
    here = wanted[(page - 1) * size : page * size]
    made = [_trajectory(tx, case_id, found[case_id], settings) for case_id in here]
    exchange = Exchange(
        start=asked.start,
        end=asked.end,
        at=helper.now().replace(microsecond=0),
        supplier=settings.supplier,
        deliveries=tuple(_deliveries(codes, made, settings)) or (_nothing(helper),),
    )
    paged = asked.page is not None or asked.size is not None or pages > 1
    paging = Paging(size=size, current=page, pages=pages, records=len(wanted)) if paged else None
    return Answer(data=exchange, paging=paging), here


def _municipalities(helper: DebtHelper, found: Mapping[str, Story], asked: str | None) -> list[str]:
    """The codes that deliver: ours by register and settings, and those of cases that began while one was ours."""
    settings = helper.settings.ddas
    set_up = [one.gemeentecode for one in settings.municipalities]
    told = [gemeentecode_of(story) or "" for story in found.values()]
    ours = {*helper.directory().me.gemeentecodes, *set_up, *told}
    codes = sorted(ours - {""})
    if asked is None:
        return codes
    named = [code for code in codes if asked.casefold() in {_name(settings, code).casefold(), _written(settings, code)}]
    if not named:
        raise NoSuchDelivererError
    return named


def _written(settings: DdasSettings, code: str) -> str:
    return f"{settings.code_prefix}{code}"


def _of(settings: DdasSettings, code: str) -> Municipality:
    return next((one for one in settings.municipalities if one.gemeentecode == code), Municipality(gemeentecode=code))


def _name(settings: DdasSettings, code: str) -> str:
    return _of(settings, code).name or f"Gemeente {code}"


def _deliveries(codes: Iterable[str], made: list[Trajectory], settings: DdasSettings) -> Iterator[Delivery]:
    """One for each municipality, also where it has nothing to tell: then that is what it tells."""
    for counter, code in enumerate(codes, 1):
        municipality, written = _of(settings, code), _written(settings, code)
        contacts = tuple(
            Person(email=one.email, position=one.position, name=one.name, phone=one.phone)
            for one in municipality.contacts
        )
        deliverer = Deliverer(
            name=_name(settings, code),
            kvk_number=municipality.kvk_number,
            postcode=municipality.postcode,
            gemeentecode=written,
            contacts=contacts or None,
        )
        theirs = tuple(one for one in made if one.gemeentecode == written)
        yield Delivery(counter=counter, deliverer=deliverer, trajectories=theirs)


def _nothing(helper: DebtHelper) -> Delivery:
    """What is delivered where no municipality is known yet: from us, and empty."""
    return Delivery(counter=1, deliverer=Deliverer(name=helper.directory().me.name), trajectories=())


def _trajectory(tx: Transaction, case_id: str, story: Story, settings: DdasSettings) -> Trajectory:
    clients = [_client(one) for one in _helped(store.persons(tx, case_id))]
    debts = [one for party in store.parties(tx, case_id) for one in _debts(party, start_of(story))]
    code = gemeentecode_of(story) or ""
    return trajectory_of(story, _written(settings, code), About(clients, debts))


#: Who is helped before who was; somebody with a case of its own is counted there, a mistaken BSN nowhere.
_COUNTED: Final = (PersonState.ACTIVE, PersonState.ENDED)


def _helped(everyone: Iterable[Resident]) -> list[Resident]:
    counted = [one for one in everyone if one.state in _COUNTED]
    return sorted(counted, key=lambda one: _COUNTED.index(one.state))[:MOST_CLIENTS]


def _client(person: Resident) -> Client:
    """A secret address stays here; the sex of nobody is known."""
    address = None if person.address_secret else person.address
    if address is None:
        return Client(bsn=person.bsn, birth_date=person.birth_date)
    addition = "".join(part for part in (address.house_letter, address.addition) if part)
    return Client(
        bsn=person.bsn,
        birth_date=person.birth_date,
        postcode=address.postcode,
        house_number=str(address.house_number),
        house_addition=addition or None,
    )


def _debts(party: Party, measured: date | None) -> Iterator[Debt]:
    """What the resident says to owe, where an amount was said."""
    kind = DebtKind.PUBLIC if party.role is PartyRole.TAX else None
    for claim in party.claims:
        if claim.amount is not None:
            euros = int(Decimal(claim.amount).quantize(Decimal(1), rounding=ROUND_HALF_UP))
            yield Debt(amount=euros, measured=measured, kind=kind, creditor=Creditor(name=party.name))
