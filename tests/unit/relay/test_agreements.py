"""Check 15: what no agreement with a legal basis allows between these roles is refused; closing and answering stay."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest

from hub.database import instant
from hub.errors import Code, RefusedError
from hub.messagelog.store import Opener
from hub.register.model import Register
from hub.relay.checks import allowed_outright, check_conversation
from hub.wire.envelope import Envelope, parse_envelope
from schemas.catalogue import CATALOGUE
from tests.stranger import payload_of
from tests.world import CRED, NOW, SHV, TAX, VISH, World, full_type, make_body, make_world

PARTIES = {"SHV": SHV, "VISH": VISH, "TAX": TAX, "CRED": CRED}
CLOSING = sorted(known.name for known in CATALOGUE.values() if known.closing)


@pytest.fixture(scope="module")
def world() -> World:
    return make_world()


@pytest.fixture(scope="module")
def envelope(world: World) -> Envelope:
    """Of a notice from the debt helper to the tax office."""
    return parse_envelope(payload_of(make_body(world)) or {}, world.register)


def said(envelope: Envelope, name: str, sender: str, to: str) -> Envelope:
    """A message of that type between these, in the same conversation."""
    return envelope._replace(type=full_type(name), name=name, source_oin=sender, recipient_oin=to)


def answers_or_closes(envelope: Envelope, register: Register, *openers: Opener) -> bool:
    """Whether it may go in a conversation that was opened like this."""
    try:
        check_conversation(envelope, register, openers, {instant(NOW): NOW})
    except RefusedError as error:
        return error.code is not Code.NO_AGREEMENT
    return True


def opener(name: str = "kennisgeving-publiek", sender: str = SHV, to: str = TAX) -> Opener:
    """What opened the conversation."""
    return Opener("gesprek", sender, to, full_type(name), instant(NOW))


def test_every_type_between_every_two_roles_is_refused_unless_a_line_says_otherwise(
    world: World, envelope: Envelope
) -> None:
    lines = {
        (line["type"], line["senderRole"], line["recipientRole"])
        for agreement in world.document["agreements"]
        for line in agreement["lines"]
    }
    asked = itertools.product(CATALOGUE.values(), PARTIES, PARTIES)
    for known, sender, recipient in asked:
        message = said(envelope, known.name, PARTIES[sender], PARTIES[recipient])
        expected = (known.type, sender, recipient) in lines
        assert allowed_outright(message, world.register, NOW) is expected, (known.name, sender, recipient)


@pytest.mark.parametrize("basis", ["", "  "])
def test_an_agreement_without_a_legal_basis_allows_nothing(world: World, envelope: Envelope, basis: str) -> None:
    register = world.edited(lambda document: document["agreements"][0].update(legalBasis=basis)).register
    for known in CATALOGUE.values():
        assert not allowed_outright(said(envelope, known.name, SHV, TAX), register, NOW)


def test_a_register_without_agreements_allows_nothing(world: World, envelope: Envelope) -> None:
    register = world.edited(lambda document: document.update(agreements=[])).register
    assert not allowed_outright(envelope, register, NOW)
    assert not answers_or_closes(envelope, register, opener())


def ended(world: World) -> Register:
    """The same world a day after its agreement ended."""
    until = (NOW - timedelta(days=1)).date().isoformat()
    return world.edited(lambda document: document["agreements"][0].update(until=until)).register


def test_what_closes_and_what_answers_stays_allowed_in_what_was_opened_under_an_agreement(
    world: World, envelope: Envelope
) -> None:
    register, then = ended(world), NOW - timedelta(days=5)
    began = {instant(then): then}
    opened = Opener("gesprek", SHV, TAX, full_type("kennisgeving-publiek"), instant(then))
    end = said(envelope, "pauze-beeindiging", SHV, TAX)
    assert not allowed_outright(end, register, NOW)
    check_conversation(end, register, [opened], began)
    check_conversation(said(envelope, "kennisgeving-antwoord", TAX, SHV), register, [opened], began)
    for name, sender, to in (
        ("kennisgeving-publiek", SHV, TAX),
        ("pauze-verlenging", SHV, TAX),
        ("statusbericht", TAX, SHV),
        ("pauze-beeindiging", TAX, SHV),
        ("pauze-beeindiging", SHV, CRED),
    ):
        with pytest.raises(RefusedError):
            check_conversation(said(envelope, name, sender, to), register, [opened], began)


def test_the_types_that_close_are_those_of_the_catalogue() -> None:
    assert CLOSING == ["bewind-beeindigd", "pauze-beeindiging", "schuldenrust-afmelding", "schuldregeling-beeindigd"]


def test_a_conversation_that_nobody_opened_takes_no_answer(world: World, envelope: Envelope) -> None:
    register = ended(world)
    assert not answers_or_closes(said(envelope, "kennisgeving-antwoord", TAX, SHV), register)
    assert not answers_or_closes(said(envelope, "kennisgeving-antwoord", TAX, SHV), register, opener())
