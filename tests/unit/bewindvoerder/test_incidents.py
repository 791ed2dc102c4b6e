"""An office tells a creditor that it collected in spite of the pause, in the case of the debt helper."""

from __future__ import annotations

import pytest

from schemas.codes import Status
from schemas.messages import StatusReport
from tests.portal import SHOP, VRIES, Browser, Stand, later, referral
from tests.world import CRED, SHV

HAPPENED = {"aan": SHOP, "maatregel": "aanmaning", "datum": "2026-11-20", "toelichting": "Brief van dinsdag."}


def taken_on(stand: Stand, browser: Browser) -> str:
    """Haarlem referred somebody, and the office took it on; the case."""
    asked = stand.arrives("jansen", "verwijzing", **referral())
    browser.get(f"/berichten/{asked.id}")
    browser.post(f"/berichten/{asked.id}/antwoord/verwijzing-status", {"status": "aangenomen"})
    return asked.case


def test_a_creditor_is_told_in_the_case_and_the_debt_helper_hears_that_it_was(stand: Stand) -> None:
    browser = stand.browser("jansen")
    case = taken_on(stand, browser)
    place = f"/clienten/{case}/incasso"
    assert place in browser.get(f"/clienten/{case}")
    form = browser.fill(place) | HAPPENED
    assert "Verstuurd." in browser.get(browser.post(place, form))
    browser.post(place, form)  # the same form twice is one letter
    told, incident = stand.letters("jansen")[:2]
    assert (incident.counterpart, incident.case) == (SHOP, case)
    assert incident.data == {key: value for key, value in HAPPENED.items() if key != "aan"}
    assert (told.counterpart, told.data["status"]) == (SHV, "overig")
    assert told.data["toelichting"] == (
        "Wij meldden aan Private schuldeiser: incasso ondanks de pauze (aanmaning, 2026-11-20)."
    )
    asked = stand.letters("jansen", ours=False)[0]
    assert (told.conversation, incident.conversation == told.conversation) == (asked.conversation, False)
    kinds = ["incasso-ondanks-pauze", "statusbericht", "statusbericht", "verwijzing-status"]
    assert sorted(stand.sent("jansen")) == kinds
    assert ("Pia Proef", "verstuurd", case) in stand.accesses("jansen")


def test_its_answer_is_waited_for_two_working_days_and_having_fetched_it_is_none(stand: Stand) -> None:
    browser = stand.browser("jansen")
    case = taken_on(stand, browser)
    browser.post(f"/clienten/{case}/incasso", HAPPENED)
    talk = stand.letters("jansen")[1].conversation
    page = browser.get("/termijnen")
    assert "Antwoord op de incassomelding" in page
    assert "Private schuldeiser" in page
    for status, open_still in ((Status.FETCHED, True), (Status.ANSWERED, False)):
        message = StatusReport(status=status).to_wire()
        report = stand.arrives("jansen", "statusbericht", case, talk, **{"toelichting": None} | message)
        browser.get(f"/berichten/{report.id}")
        assert ("Antwoord op de incassomelding" in browser.get("/termijnen")) is open_still


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"aan": ""}, "aan"), ({"aan": SHV}, "aan"), ({"maatregel": ""}, "maatregel"), ({"datum": "31-02-2026"}, "datum")],
)
def test_what_is_missing_is_said_by_field_and_nothing_goes(stand: Stand, changed: dict[str, str], field: str) -> None:
    browser = stand.browser("jansen")
    case = taken_on(stand, browser)
    before = stand.sent("jansen")
    page = browser.post(f"/clienten/{case}/incasso", HAPPENED | changed, 400)
    assert f'href="#v-{field}"' in page
    assert "Brief van dinsdag." in page
    assert stand.sent("jansen") == before


def test_a_case_that_the_office_began_is_known_to_no_creditor_so_the_debt_helper_is_asked(stand: Stand) -> None:
    browser = stand.browser("jansen")
    person = {"bsn": VRIES, "geboortedatum": "1979-11-30", "geslachtsnaam": "Vries"}
    start = {"startdatum": "2026-11-20", "rechtbank": "Rechtbank Noord-Holland", "grond": "schulden"}
    browser.post("/bewind/nieuw", person | start)
    case = stand.letters("jansen")[0].case
    page = browser.get(f"/clienten/{case}")
    assert f"/clienten/{case}/incasso" not in page
    assert "Vraag Schuldhulp Haarlem dat te melden" in page
    browser.get(f"/clienten/{case}/incasso", 404)
    browser.post(f"/clienten/{case}/incasso", HAPPENED | {"aan": CRED}, 404)
    assert stand.sent("jansen") == ["bewind-gestart"]


def test_rest_can_be_asked_while_a_referral_runs_and_no_bewind_does(stand: Stand) -> None:
    browser = stand.browser("jansen")
    case = taken_on(stand, browser)
    place = f"/clienten/{case}/nieuw/rustverzoek"
    browser.get(f"/clienten/{case}/nieuw/bewind-beeindigd", 404)
    browser.post(place, {"soort": "toevoegen", "reden": "Nieuwe schuldeiser", "schuldeisers.0.naam": "Energie BV"})
    asked = stand.letters("jansen", ours=False)[0]
    assert stand.letters("jansen")[0].conversation == asked.conversation
    later(stand.clock, minutes=5)
    stand.arrives("jansen", "verwijzing-status", case, asked.conversation,
                  status="ingetrokken", reden="Verhuisd.", uitkomst=None, afspraakOp=None)  # fmt: skip
    browser.get(place, 404)


def test_only_a_bewindvoerder_tells_of_it(stand: Stand) -> None:
    letter = stand.arrives("winkel", "kennisgeving")
    browser = stand.browser("winkel")
    browser.get(f"/clienten/{letter.case}/incasso", 403)
    browser.post(f"/clienten/{letter.case}/incasso", HAPPENED, 403)
