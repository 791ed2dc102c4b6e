"""The letter that a resident keeps: it says who confirmed, and promises nothing where nobody did."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.haarlem.agenda.store import CallItem
from adapters.haarlem.casefile import CaseFile
from adapters.haarlem.desk import store as desk_store
from adapters.haarlem.dossier import Case, Party, PartyRole, Person
from adapters.haarlem.facts import Answer, Carried, Conversation, Kind, Letter, LetterKind, Reaction
from adapters.haarlem.fanout import CallReason
from adapters.haarlem.letter.contents import RestLetter, Told, letter_of
from adapters.haarlem.letter.printing import printed, rest_letter
from adapters.haarlem.requests import CallOutcome
from adapters.haarlem.store import Exchange
from schemas.codes import EndClass, Phase
from schemas.shapes import Contact
from tests.unit.haarlem.desk import CRED, NOW, TAX, TODAY, VISH, Desk, case, person
from tests.unit.haarlem.test_api import Case as CaseSystem

CREDITOR = {"naam": "Waterschap Proef", "oin": CRED}


def letter(desk: Desk, number: str) -> RestLetter:
    """The letter to the first person."""
    somebody = desk.look(number)["personen"][0]["id"]
    with desk.ledger.begin() as tx:
        return rest_letter(desk.helper, tx, number, somebody)


def told(found: RestLetter) -> dict[str, Told]:
    """What the letter tells of each party."""
    return {line.party: line.told for line in found.lines}


def section(page: str, kind: str) -> str:
    """One part of the printed page."""
    found = re.search(rf'<section class="letter__part letter__part--{kind}">(.*?)</section>', page, re.DOTALL)
    return found.group(1) if found else ""


def test_the_letter_follows_what_parties_say(desk: Desk) -> None:
    number = desk.register(case(schuldeisers=[CREDITOR, {"naam": "Garage", "telefoon": "023-1111111"}]))
    tax = next(line.party for line in letter(desk, number).lines if line.party not in {"Waterschap Proef", "Garage"})
    assert set(told(letter(desk, number)).values()) == {Told.WAITING}
    desk.confirm(desk.letters(TAX)[0])
    going_on = [{"maatregel": "beslag", "reden": "beslag-ligt"}]
    desk.confirm(desk.letters(CRED)[0], maatregelenNietGestopt=going_on)
    desk.registered(desk.letters(VISH)[0])
    found = letter(desk, number)
    assert told(found) == {tax: Told.CONFIRMED, "Waterschap Proef": Told.GOES_ON, "Garage": Told.WAITING}
    page = printed(found)
    assert tax in section(page, "yes")
    assert "Waterschap Proef" not in section(page, "yes")
    assert "Waterschap Proef" in section(page, "no")
    assert "staat in het register van de deurwaarders dat u hulp krijgt" in page


def test_an_office_that_confirmed_for_one_municipality_is_not_named_as_stopped_for_the_other(desk: Desk) -> None:
    number = desk.register(case(belastinggemeenten=["0397", "0377"]))
    desk.confirm(desk.letters(TAX)[0])
    page = printed(letter(desk, number))
    assert "GBKZ (belasting van gemeente 0397)" in section(page, "yes")
    assert "0377" not in section(page, "yes")
    assert "GBKZ (belasting van gemeente 0377)" in section(page, "wait")


def test_a_promise_by_telephone_is_named_as_that_and_until_its_day(desk: Desk) -> None:
    number = desk.register(case(schuldeisers=[{"naam": "Garage"}]))
    system = CaseSystem(desk)
    (call,) = [one for one in system.get("/belpunten").json()["belpunten"] if one["partij"] == "Garage"]
    until = (TODAY + timedelta(days=20)).isoformat()
    system.post(f"/belpunten/{call['id']}/afhandeling", {"uitkomst": "geregeld", "einddatum": until})
    assert told(letter(desk, number))["Garage"] is Told.CONFIRMED
    assert "aan de telefoon" in section(printed(letter(desk, number)), "yes")
    desk.clock.move(timedelta(days=21))
    assert told(letter(desk, number))["Garage"] is Told.WAITING


def test_silence_after_the_term_and_an_end_without_an_answer_are_not_confirmed(desk: Desk) -> None:
    number = desk.register(case(schuldeisers=[CREDITOR]))
    desk.outcome(desk.letters(CRED)[0])
    desk.days_pass(30)
    assert set(told(letter(desk, number)).values()) == {Told.WAITING}
    CaseSystem(desk).post(f"/schuldenrust/{number}/correctie", {"fase": "stabilisatie"})
    party = desk.party(number, "schuldeiser")["id"]
    CaseSystem(desk).post(f"/schuldenrust/{number}/partijen/{party}/beeindiging", {"reden": "zelf"})
    assert "Waterschap Proef" not in section(printed(letter(desk, number)), "yes")


def test_a_secret_address_stands_nowhere_and_another_does(desk: Desk) -> None:
    known = desk.register(case(person()))
    assert "Dreef 1" in printed(letter(desk, known))
    secret = desk.register(case(person(None, adresGeheim=True)))
    page = printed(letter(desk, secret))
    assert "Dreef" not in page
    assert "2101" not in page


def test_what_somebody_wrote_is_text_and_no_markup(desk: Desk) -> None:
    number = desk.register(case(person(geslachtsnaam="<b>Vries</b>"), schuldeisers=[{"naam": "<script>x</script>"}]))
    page = printed(letter(desk, number))
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "<b>" not in page


def test_the_letter_is_asked_by_pseudonyms_and_written_down(desk: Desk) -> None:
    number = desk.register()
    somebody = desk.look(number)["personen"][0]["id"]
    system = CaseSystem(desk)
    answer = system.get(f"/schuldenrust/{number}/personen/{somebody}/rustbrief")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert answer.headers["cache-control"] == "no-store"
    with desk.ledger.begin() as tx:
        assert [line[2] for line in desk_store.accesses(tx, number)] == ["rustbrief-maken"]
    assert system.get(f"/schuldenrust/{number}/personen/{number}/rustbrief").status_code == 404
    system.post(f"/schuldenrust/{number}/beeindiging", {"reden": "zelf"})
    assert system.get(f"/schuldenrust/{number}/personen/{somebody}/rustbrief").status_code == 409


# — whatever happens ————————————————————————————————————————————————————————————————————————————————————————————————

SOON = st.integers(0, 400).map(lambda hours: NOW - timedelta(hours=hours))
DAYS = st.integers(-60, 200).map(lambda days: TODAY + timedelta(days=days))


@st.composite
def letters(draw: st.DrawFn) -> tuple[Letter, ...]:
    """What we said, a notice first."""
    kinds = [LetterKind.NOTICE, *draw(st.lists(st.sampled_from([*LetterKind][:3]), max_size=3))]
    made = []
    for number, kind in enumerate(kinds, 1):
        carried = draw(st.sampled_from(list(Carried)))
        carried_at = None if carried is Carried.SENT else draw(SOON)
        end_class = draw(st.sampled_from(list(EndClass))) if kind is LetterKind.END else None
        made.append(
            Letter(
                id=f"l{number}",
                number=number,
                kind=kind,
                sent=draw(SOON),
                end=draw(DAYS),
                end_class=end_class,
                carried=carried,
                carried_at=carried_at,
            )
        )
    return tuple(made)


@st.composite
def pauses(draw: st.DrawFn) -> Conversation:
    """Any conversation about a pause, adopted or not, answered in any way."""
    adopted = draw(st.none() | SOON)
    said = draw(letters()) if adopted is None or draw(st.booleans()) else ()
    facts = Conversation(
        kind=Kind.PAUSE,
        start=TODAY - timedelta(days=20),
        latest_end=TODAY + timedelta(days=200),
        term_days=draw(st.integers(1, 10)),
        end_term_days=2,
        counts_from_delivery=draw(st.booleans()),
        adopted=adopted,
        adopted_end=draw(DAYS) if adopted else None,
        letters=said,
    )
    for number, reaction in enumerate(draw(st.lists(st.sampled_from([*Reaction][:5]), max_size=4))):
        answers = draw(st.none() | st.sampled_from([one.id for one in said])) if said else None
        end = draw(st.none() | DAYS)
        facts = facts.answered(
            Answer(id=f"a{number}", sequence=number, at=draw(SOON), reaction=reaction, answers=answers, end=end)
        )
    return facts


@st.composite
def files(draw: st.DrawFn) -> tuple[CaseFile, Person, list[CallItem], set[str]]:
    """Any case, and the names of the parties of which anybody could say that they confirmed."""
    contact = Contact(name="Team", phone="023-0000000")
    kept = Case(
        id="z",
        helper_number="SHV-1",
        gemeentecode="0397",
        tax_municipalities=(),
        phase=Phase.INTAKE,
        start=TODAY,
        end=None,
        urgent=False,
        contact=contact,
        opened_at=NOW,
    )
    who = Person(
        id="p",
        case_id="z",
        number=1,
        mark=None,
        bsn=None,
        birth_date="1979-11-30",
        initials="J.",
        prefix=None,
        surname="Vries",
        address=None,
        address_secret=False,
        business=None,
    )
    parties, exchanges, items, sure = [], [], [], set()
    for number in range(draw(st.integers(0, 4))):
        name = f"Partij-{draw(st.integers(0, 3))}-naam"  # two parties may bear one name
        party = Party(id=f"party{number}", case_id="z", role=PartyRole.CREDITOR, name=name)
        parties.append(party)
        if draw(st.booleans()):
            facts = draw(pauses())
            exchanges.append(Exchange(f"x{number}", "z", "z", "p", party.id, CRED, facts, open=draw(st.booleans())))
            last = facts.answers[-1].reaction if facts.answers else None
            if last is Reaction.CONFIRMED or any(one.reaction is Reaction.CONFIRMED for one in facts.answers):
                sure.add(party.name)
            if facts.adopted is not None and not facts.answers:
                sure.add(party.name)
        else:
            outcome = draw(st.none() | st.sampled_from(list(CallOutcome)))
            closed = None if outcome is None else NOW
            end = draw(st.none() | DAYS)
            items.append(
                CallItem(
                    id=f"c{number}",
                    key=f"c{number}",
                    case_id="z",
                    person_id="p",
                    party_id=party.id,
                    reason=draw(st.sampled_from([CallReason.NOT_ON_HUB, CallReason.END_BY_PHONE])),
                    opened_at=NOW,
                    closed_at=closed,
                    outcome=outcome,
                    end=end,
                )
            )
            if outcome is CallOutcome.ARRANGED and (end is None or end >= TODAY):
                sure.add(party.name)
    return CaseFile(kept, (who,), tuple(parties), tuple(exchanges)), who, items, sure


@given(files())
def test_no_party_without_a_confirmation_is_ever_named_as_stopped(
    made: tuple[CaseFile, Person, list[CallItem], set[str]],
) -> None:
    file, who, items, sure = made
    names = {party.id: party.name for party in file.parties}
    found = letter_of(file, who, items, names, NOW)
    page = printed(found)
    promised = {name for name in names.values() if name in section(page, "yes")}
    assert promised == {line.party for line in found.of(Told.CONFIRMED)}
    assert promised <= sure
    elsewhere = page.replace(section(page, "yes"), "") if section(page, "yes") else page
    assert not [name for name in promised if name in elsewhere]
    for exchange in file.exchanges:  # whoever spoke last and said no is never promised
        last = exchange.facts.answers[-1].reaction if exchange.facts.answers else Reaction.CONFIRMED
        unanswered = exchange.facts.last is not None and not exchange.facts.answers
        if last in {Reaction.PARTIAL, Reaction.RESUMED} or (unanswered and exchange.facts.adopted is None):
            assert names[exchange.party_id] not in promised or not exchange.open


@pytest.mark.parametrize("days", [0, 300])
def test_a_confirmation_lasts_until_its_day(make_desk: Callable[..., Desk], days: int) -> None:
    desk = make_desk()
    number = desk.register()
    desk.confirm_everything()
    desk.clock.move(timedelta(days=days))
    wanted = Told.GOES_ON if days else Told.CONFIRMED
    assert set(told(letter(desk, number)).values()) == {wanted}
