"""Bad input at the portal: every form, file and call says in Dutch what is wrong and where, and nothing is lost."""

from __future__ import annotations

import json
import re

import pytest
from httpx2 import Response

from adapters.bewindvoerder import store
from adapters.csv_cells import Flaw
from tests.portal import VRIES, Browser, Stand
from tests.unit.bewindvoerder.test_service import START, Software

HEADER = "bsn;geboortedatum;geslachtsnaam;startdatum;rechtbank;grond\n"
GOOD = f"{VRIES};30-11-1979;Vries;20-11-2026;RB;schulden\n"
LINES = "soort;omschrijving;bedrag\n"


def sent(browser: Browser, path: str, content: bytes) -> Response:
    """A file is handed in by a form."""
    file = {"bestand": ("lijst.csv", content, "text/csv")}
    return browser.client.post(path, data={"csrf": browser.csrf}, files=file)


def words(answer: Response) -> str:
    """What a page says, without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def begun(stand: Stand, browser: Browser) -> str:
    """A bewind that runs; its case."""
    person = {"bsn": VRIES, "geboortedatum": "1979-11-30", "geslachtsnaam": "Vries"}
    browser.post("/bewind/nieuw", person | {"startdatum": "2026-11-20", "rechtbank": "RB", "grond": "schulden"})
    return stand.letters("jansen")[0].case


def lines(stand: Stand, case: str) -> int:
    """How many lines the description of an estate has."""
    with stand.office("jansen").edge.ledger.begin() as tx:
        return len(store.estate(tx, case))


@pytest.mark.parametrize(
    ("content", "status", "said"),
    [
        ((HEADER + GOOD).encode("utf-16"), 400, Flaw.ENCODING.value),
        (b"\x80\x81" + HEADER.encode(), 400, Flaw.ENCODING.value),
        (b"", 400, Flaw.HEADER.value),
        (b"bsn\n999900006\n", 400, Flaw.HEADER.value),
        (b"bsn;bsn;grond\n1;2;3\n", 400, Flaw.COLUMN_TWICE.value),
        ((HEADER + '"' + GOOD).encode(), 400, Flaw.QUOTES.value),
        ((HEADER + GOOD.replace("Vries", "V" * 200_000)).encode(), 400, Flaw.QUOTES.value),
        ((HEADER + GOOD.strip() + ";nog;iets\n").encode(), 400, "Regel 2 heeft meer cellen dan de kopregel."),
        (HEADER.encode(), 400, "Het bestand heeft geen regels."),
        ((HEADER + GOOD * 501).encode(), 400, "meer dan 500 regels"),
        ((HEADER.replace("grond", "gront") + GOOD).encode(), 400, "een kolom die hier niet hoort"),
        (b"a" * 3_000_000, 413, "Wat u stuurde, is te groot."),
        ((HEADER + GOOD.replace("20-11-2026", "31-02-2026")).encode(), 200, "2 fout startdatum: Een datum is"),
        ((HEADER + GOOD.replace("Vries", "Vr\x00ies")).encode(), 200, "2 fout geslachtsnaam: "),
        ((HEADER + GOOD.replace(VRIES, "12345678")).encode(), 200, "2 fout bsn: "),
        (b"bsn;geslachtsnaam\n999900006;Vries\n", 200, "grond: Dit gegeven is verplicht"),
    ],
)
def test_a_file_of_starts_that_is_wrong_says_what_and_where(
    stand: Stand, content: bytes, status: int, said: str
) -> None:
    browser = stand.browser("jansen")
    answer = sent(browser, "/bewind/bestand", content)
    assert answer.status_code == status
    assert said in words(answer)
    assert stand.letters("jansen") == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ((LINES + "schuld;Energie;1,00\n" * 201).encode(), "Het bestand heeft 201 regels; er is plaats voor 200."),
        (LINES.encode(), "Het bestand heeft geen regels."),
        ((LINES + "schuld;Energie;" + "9" * 5000).encode(), "Vul een bedrag in euro"),
        ((LINES + "schuld;Energie;-5\n").encode(), "Vul een bedrag in euro"),
        ((LINES + "schuld;Ener\x00gie;5\n").encode(), "Deze tekst is leeg of bevat stuurtekens."),
        ((LINES + "tegoed;Energie;5\n").encode(), "Kies bezitting, schuld, inkomen of uitgave."),
        (b"soort;omschrijving\nschuld;Energie\n", "Vul een bedrag in euro"),
        (b"soort;soort;bedrag\n1;2;3\n", Flaw.COLUMN_TWICE.value),
    ],
)
def test_a_file_of_an_estate_that_is_wrong_leaves_the_draft_as_it_was(stand: Stand, content: bytes, said: str) -> None:
    browser = stand.browser("jansen")
    case = begun(stand, browser)
    answer = sent(browser, f"/clienten/{case}/dossier/bestand", content)
    assert answer.status_code == 400
    assert said in words(answer)
    assert lines(stand, case) == 0


def test_amounts_with_thousands_are_read_as_offices_write_them(stand: Stand) -> None:
    browser = stand.browser("jansen")
    case = begun(stand, browser)
    content = LINES + "schuld;Energie;1.234,50\ninkomen;Loon;€ 1900\nschuld;Huur;1.284\n"
    assert sent(browser, f"/clienten/{case}/dossier/bestand", content.encode()).status_code == 303
    with stand.office("jansen").edge.ledger.begin() as tx:
        assert [amount for *_, amount in store.estate(tx, case)] == ["1234.50", "1900.00", "1284.00"]


@pytest.mark.parametrize(
    ("plan", "kept", "said"),
    [
        ("Eerst rust." + "x" * 5000, "Eerst rust." + "x" * 5000, "Het plan heeft meer dan 4000 tekens."),
        ("Eerst\x00 rust.", "Eerst rust.", "tekens die geen tekst zijn"),
        ("Eerst\x0b rust.", "Eerst rust.", "tekens die geen tekst zijn"),
    ],
)
def test_a_plan_that_cannot_be_kept_stays_on_the_page(stand: Stand, plan: str, kept: str, said: str) -> None:
    browser = stand.browser("jansen")
    case = begun(stand, browser)
    page = browser.post(f"/clienten/{case}/dossier/plan", {"plan": plan, "doe": "bewaren"}, 400)
    assert said in page
    assert f">{kept}</textarea>" in page


def test_a_line_that_is_no_line_is_refused_and_stays_as_typed(stand: Stand) -> None:
    browser = stand.browser("jansen")
    case = begun(stand, browser)
    typed = {"soort": "schuld", "omschrijving": "Energie", "bedrag": "9" * 5000}
    page = browser.post(f"/clienten/{case}/dossier/regel", typed, 400)
    assert "9" * 5000 in page
    assert lines(stand, case) == 0


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b"",
        b'{"inhoud": {"rechtbank": "\xff"}}',
        b'{"inhoud":' + b'{"a":' * 20_000 + b"1" + b"}" * 20_001,
        b'{"inhoud": {"a": NaN}}',
        b'{"inhoud": {"a": ' + b"9" * 5000 + b"}}",
        b'{"inhoud": {}, "inhoud": {}}',
        json.dumps({"inhoud": START | {"rechtbank": "\ud800"}}).encode(),
    ],
    ids=["cut", "list", "empty", "not utf-8", "deep", "nan", "huge number", "member twice", "surrogate"],
)
def test_a_body_that_is_no_json_of_ours_is_said_to_be_so(stand: Stand, body: bytes) -> None:
    software = Software(stand, "jansen")
    headers = {"idempotency-key": "een", "content-type": "application/json"}
    answer = software.client.post("/v1/bewinden", content=body, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    assert answer.json()["velden"][0]["pointer"] == "/body"
    assert stand.sent("jansen") == []


def test_a_body_that_is_too_large_is_refused_before_it_is_read(stand: Stand) -> None:
    software = Software(stand, "jansen")
    headers = {"idempotency-key": "een", "content-type": "application/json"}
    answer = software.client.post("/v1/bewinden", content=b" " * 300_000, headers=headers)
    assert (answer.status_code, answer.json()["title"]) == (413, "Te groot")


@pytest.mark.parametrize("path", ["/berichten/%00", "/clienten/" + "a" * 5000, "/berichten/geen-nummer"])
def test_an_address_that_is_none_is_not_found(stand: Stand, path: str) -> None:
    assert "Niet gevonden" in stand.browser("jansen").get(path, 404)
