"""What an office reads and answers: every letter is told to be opened once, written down first, and answered once."""

from __future__ import annotations

from hub.clock import new_pseudonym
from tests.portal import Stand, later, referral, without_bsn


def test_a_letter_is_told_to_be_opened_the_first_time_and_not_again(stand: Stand) -> None:
    letter = stand.arrives("jansen", "verwijzing", **referral())
    browser = stand.browser("jansen", name="Pia Proef")
    assert "nieuw" in browser.get("/postvak")
    assert stand.sent("jansen") == []
    page = browser.get(f"/berichten/{letter.id}")
    assert "Ondernemer met achterstanden" in page
    assert stand.sent("jansen") == ["statusbericht"]
    stand.browser("jansen", name="Piet").get(f"/berichten/{letter.id}")
    assert stand.sent("jansen") == ["statusbericht"]
    assert [line for line in stand.accesses("jansen") if line[1] == "gelezen"] == [
        ("Piet", "gelezen", letter.id),
        ("Pia Proef", "gelezen", letter.id),
    ]


def test_a_referral_is_taken_on_begun_and_ended_by_the_office_and_only_in_that_order(stand: Stand) -> None:
    letter = stand.arrives("future", "verwijzing", **without_bsn())
    browser, place = stand.browser("future"), f"/berichten/{letter.id}/antwoord/verwijzing-status"
    browser.get(place, 404)  # nobody has read what was asked
    browser.get(f"/berichten/{letter.id}")
    assert 'value="gestart"' not in browser.get(place)
    assert "Deze code staat niet in de lijst" in browser.post(place, {"status": "gestart"}, 400)
    assert "Bij deze status hoort een reden" in browser.post(place, {"status": "afgewezen"}, 400)
    browser.post(place, {"status": "aangenomen", "afspraakOp": "2026-12-01T10:00"})
    browser.post(place, {"status": "gestart"})
    assert "uitkomst" in browser.post(place, {"status": "afgerond"}, 400)
    browser.post(place, {"status": "afgerond", "uitkomst": "geholpen"})
    assert stand.letters("future")[-1].data == {"status": "aangenomen", "afspraakOp": "2026-12-01T09:00:00.000Z"}
    assert [one.data["status"] for one in stand.letters("future")] == ["afgerond", "gestart", "aangenomen"]
    browser.get(place, 404)  # there is nothing more to say


def test_a_letter_that_comes_twice_is_one_and_stays_opened(stand: Stand) -> None:
    letter = stand.arrives("jansen", "verwijzing", **referral())
    stand.browser("jansen").get(f"/berichten/{letter.id}")
    stand.take("jansen", letter)
    (kept,) = stand.letters("jansen", ours=False)
    assert kept.opened is not None
    assert stand.sent("jansen") == ["statusbericht"]


def test_a_form_that_is_sent_twice_is_one_letter(stand: Stand) -> None:
    letter = stand.arrives("jansen", "verwijzing", **referral())
    browser, place = stand.browser("jansen"), f"/berichten/{letter.id}/antwoord/verwijzing-status"
    browser.get(f"/berichten/{letter.id}")
    form = browser.fill(place, status="aangenomen")
    first = browser.post(place, form)
    assert browser.post(place, form) == first
    assert stand.sent("jansen") == ["statusbericht", "verwijzing-status"]
    assert browser.post(place, form | {"sleutel": new_pseudonym()}) != first


def test_a_small_creditor_pauses_says_its_balance_and_decides_by_form(stand: Stand) -> None:
    browser, case, talk = stand.browser("winkel"), new_pseudonym(), new_pseudonym()
    notice = stand.arrives("winkel", "kennisgeving", case, talk, einddatum="2027-06-01")
    browser.get(f"/berichten/{notice.id}")
    place = f"/berichten/{notice.id}/antwoord/kennisgeving-antwoord"
    form = browser.fill(place)
    assert form["einddatum"] == "2027-06-01"
    browser.post(place, form | {"maatregelenGestopt": ["herinnering", "aanmaning"],
                                "maatregelenNietGestopt.0.maatregel": "beslag",
                                "maatregelenNietGestopt.0.reden": "beslag-ligt"})  # fmt: skip
    said = stand.letters("winkel")[0].data
    assert said["maatregelenGestopt"] == ["herinnering", "aanmaning"]
    assert said["maatregelenNietGestopt"] == [{"maatregel": "beslag", "reden": "beslag-ligt"}]
    balance = stand.arrives("winkel", "saldoverzoek", case, bsn=None, voorletters="A.", klantnummerSe="7")
    browser.get(f"/berichten/{balance.id}")
    place = f"/berichten/{balance.id}/antwoord/saldoverzoek-antwoord"
    claim = {"vorderingen.0.factuurnummer": "F1", "vorderingen.0.schuldtype": "open"}
    form = browser.fill(place) | claim | {"standaardAkkoord": "nee", "vorderingen.0.openstaand": "1.234,5"}
    browser.post(place, form)
    assert stand.letters("winkel")[0].data["vorderingen"][0]["openstaand"] == "1234.50"
    proposal = stand.arrives("winkel", "betaalvoorstel", case)
    browser.get(f"/berichten/{proposal.id}")
    browser.post(f"/berichten/{proposal.id}/antwoord/betaalvoorstel-antwoord",
                 {"besluit": "akkoord", "datum": "23-11-2026"})  # fmt: skip
    assert stand.letters("winkel")[0].data == {"besluit": "akkoord", "datum": "2026-11-23"}


def test_what_is_wrong_in_a_form_is_said_by_field_and_nothing_that_was_typed_is_lost(stand: Stand) -> None:
    letter = stand.arrives("winkel", "kennisgeving")
    browser = stand.browser("winkel")
    browser.get(f"/berichten/{letter.id}")
    page = browser.post(f"/berichten/{letter.id}/antwoord/kennisgeving-antwoord",
                        {"ingangsdatum": "2026-11-23", "einddatum": "31-02-2027",
                         "maatregelenNietGestopt.1.maatregel": "beslag"}, 400)  # fmt: skip
    assert 'href="#v-einddatum"' in page
    assert "Een datum is JJJJ-MM-DD en bestaat." in page
    assert 'id="p-maatregelenNietGestopt.0.reden">Vul dit in.' in page
    assert 'value="2027-02-31"' in page
    assert stand.letters("winkel") == []


def test_an_answer_starts_its_term_at_the_first_opening_and_a_letter_that_lies_has_one_too(stand: Stand) -> None:
    letter = stand.arrives("jansen", "verwijzing", **referral(urgent=True))
    browser = stand.browser("jansen")
    assert "lezen: verwijzing uiterlijk 25 november 2026" in browser.get("/postvak")
    later(stand.clock, days=1)
    browser = stand.browser("jansen")
    browser.get(f"/berichten/{letter.id}")
    assert "antwoord op verwijzing uiterlijk 27 november 2026" in browser.get("/postvak")
    assert "nog 3 werkdagen" in browser.get("/termijnen")
    later(stand.clock, days=5)
    assert "2 dagen te laat" in stand.browser("jansen").get("/termijnen")


def test_what_a_sender_wrote_is_text_on_every_page(stand: Stand) -> None:
    hostile = '"><script>alert(1)</script>\u202egnp.exe{{7*7}}'
    written = {"geslachtsnaam": hostile, "reden": hostile, "samenvatting": f"regel een\n{hostile}"}
    letter = stand.arrives("jansen", "verwijzing", **referral(**written))
    browser = stand.browser("jansen")
    found = [browser.get(f"/berichten/{letter.id}")]
    found += [browser.get(path) for path in ("/postvak", "/clienten", f"/clienten/{letter.case}", "/termijnen")]
    found.append(browser.get(f"/berichten/{letter.id}/antwoord/verwijzing-status"))
    for page in found:
        assert "<script" not in page
        assert "\u202e" not in page
    assert "&#34;&gt;&lt;script&gt;alert(1)&lt;/script&gt;\\u202egnp.exe{{7*7}}" in found[0]
