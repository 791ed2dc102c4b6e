"""The same acts out of a file: a transaction per row, a result for every row, and nothing twice."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from adapters.haarlem import acts, importing
from adapters.haarlem.book import DebtHelper
from adapters.haarlem.csv_import import Acting
from adapters.haarlem.desk import store
from adapters.haarlem.desk.access import Caller
from adapters.haarlem.desk.store import Import
from adapters.haarlem.imports import jobs
from adapters.haarlem.imports.jobs import ImportDesk
from adapters.haarlem.refusals import ActRefusedError, Refusal
from adapters.haarlem.requests import RegisterRequest
from adapters.haarlem.tables import IMPORT_JOB, IMPORT_LINE
from tests.unit.haarlem.desk import CRED, TAX, VISH, VRIES, Desk
from tests.unit.haarlem.test_api import Case, accesses

DEMO = Path(__file__).parents[3] / "deploy" / "demo"
HEADER = (
    "handeling;klantnummer_shv;persoon;bsn;geboortedatum;geslachtsnaam;gemeentecode;fase;"
    "schuldeiser_oin;schuldeiser;bedrag;factuurnummer;reden;belastinggemeenten;einddatum"
)
FIRST = "aanmelden;A-1;;999000111;30-11-1979;Vries;397;intake;;;;;;;"


def imported(desk: Desk, *lines: str, count: int | None = None, running: bool = False) -> Import:
    """Imports lines below the header."""
    content = "\n".join((HEADER, *lines)).encode()
    return run_import(desk.helper, desk.caller(), content, running=running, count=count)


def run_import(
    helper: DebtHelper, caller: Caller, content: bytes, *, count: int | None = None, running: bool = False
) -> Import:
    """A file handed in and carried out to its end."""
    ledger = helper.edge.ledger
    with ledger.begin() as tx:
        job = jobs.accept(helper, tx, Acting(caller.token.id, caller.employee), content, running=running, count=count)
    desk = jobs.ImportDesk(helper)
    while desk.turn():
        pass
    with ledger.begin() as tx:
        done = store.find_import(tx, job.id)
    assert done is not None
    return done


def results(done: Import) -> list[dict[str, str]]:
    """The result file, row by row."""
    return list(csv.DictReader(io.StringIO(done.result.removeprefix("\ufeff"), newline=""), delimiter=";"))


def test_a_filled_column_that_means_nothing_refuses_the_file_and_an_empty_one_does_not(desk: Desk) -> None:
    row = "A-1;999000111;30-11-1979;Vries;397;intake"
    head = "klantnummer_shv;bsn;geboortedatum;geslachtsnaam;gemeentecode;fase;Geheim adres"
    with pytest.raises(ActRefusedError) as refused:
        run_import(desk.helper, desk.caller(), f"{head}\n{row};ja\n".encode())
    assert [(one.pointer, one.code) for one in refused.value.fields] == [("/kolommen/7", "onbekende-kolom")]
    assert desk.letters() == []
    assert run_import(desk.helper, desk.caller(), f"{head}\n{row};\n".encode()).done == 1


def test_a_row_that_does_not_fit_the_header_is_named_by_its_number(desk: Desk) -> None:
    with pytest.raises(ActRefusedError) as refused:
        imported(desk, "", FIRST + ";;x")
    assert [(one.pointer, one.code) for one in refused.value.fields] == [("/regels/3", "te-veel-cellen")]
    assert desk.letters() == []


def test_rows_keep_the_number_that_a_spreadsheet_shows(desk: Desk) -> None:
    done = imported(desk, "", FIRST + ";;", ";;;", "slopen;A-1;;;;;;;;;;;;;")
    assert [(line["regel"], line["uitkomst"]) for line in results(done)] == [("3", "gedaan"), ("5", "geweigerd")]
    assert done.total == 2


def test_rows_are_the_acts_of_the_api(desk: Desk) -> None:
    done = imported(
        desk,
        FIRST,
        "persoon-toevoegen;A-1;;999001474;01-02-1980;Bakker;;;;;;;;;",
        f"partij-toevoegen;A-1;;;;;;;{CRED};Publiek;1.284,90;F-1;;;",
        "partij-toevoegen;A-1;;;;;;;;;;;;0377;",
        "corrigeren;A-1;2;;02-02-1980;;;;;;;;;;",
        "verlengen;A-1;;;;;;;;;;;Plan duurt langer;;31-12-2027",
        f"partij-beeindigen;A-1;;;;;;;{CRED};;;;zelf;;",
        "persoon-beeindigen;A-1;2;;;;;;;;;;verhuisd;;",
        "beeindigen;A-1;;;;;;;;;;;zelf;;",
    )
    found = [(row["uitkomst"], row["code"]) for row in results(done)]
    assert found == [("gedaan", "")] * 5 + [("geweigerd", "maximum-bereikt")] + [("gedaan", "")] * 3
    assert desk.letters(CRED)[0].data["vorderingen"] == [{"factuurnummer": "F-1"}]
    assert "1284" not in desk.dump()
    assert (done.total, done.done, done.refused) == (9, 8, 1)


def test_a_row_that_is_wrong_stops_no_other_and_says_where_and_not_what(desk: Desk) -> None:
    done = imported(
        desk,
        "aanmelden;A-2;;999000112;30-11-1979;Fout;0397;intake;;;;;;;",
        FIRST,
        "dansen;A-3;;;;;;;;;;;;;",
        "beeindigen;A-9;;;;;;;;;;;zelf;;",
        FIRST.replace("A-1", "A-4"),
    )
    assert [(row["uitkomst"], row["code"]) for row in results(done)] == [
        ("geweigerd", "ongeldige-invoer"),
        ("gedaan", ""),
        ("geweigerd", "ongeldige-invoer"),
        ("geweigerd", "niet-gevonden"),
        ("geweigerd", "zaak-bestaat"),
    ]
    assert results(done)[0]["toelichting"].startswith("bsn: Dit BSN voldoet niet")
    assert "999000112" not in done.result
    assert "Fout" not in done.result
    assert results(done)[4]["zaak"] == results(done)[1]["zaak"]


def test_the_same_file_twice_has_no_second_effect(desk: Desk) -> None:
    first = imported(desk, FIRST)
    again = imported(desk, FIRST)
    longer = imported(desk, FIRST, FIRST.replace("A-1", "A-2").replace("999000111", "999001474"))
    assert (first.done, again.already, longer.already, longer.done) == (1, 1, 1, 1)
    assert results(again)[0]["zaak"] == results(first)[0]["zaak"]
    assert len(desk.letters(TAX)) == 2


def test_a_row_that_was_refused_is_tried_again(desk: Desk) -> None:
    assert imported(desk, "beeindigen;A-1;;;;;;;;;;;zelf;;", FIRST).refused == 1
    done = imported(desk, "beeindigen;A-1;;;;;;;;;;;zelf;;", FIRST)
    assert (done.done, done.already) == (1, 1)


def test_a_file_that_ends_many_pauses_asks_for_their_number_before_anything_is_done(
    make_desk: Callable[..., Desk],
) -> None:
    desk = make_desk(rules={"confirm_above": 1})
    second = FIRST.replace("A-1", "A-2").replace("999000111", "999001474")
    imported(desk, FIRST, second)
    ends = [f"beeindigen;{number};;;;;;;;;;;zelf;;" for number in ("A-1", "A-2")]
    with pytest.raises(ActRefusedError) as refused:
        imported(desk, *ends)
    assert (refused.value.refusal, refused.value.count) == (Refusal.COUNT_NEEDED, 2)
    assert [letter.name for letter in desk.letters(TAX)] == ["kennisgeving-publiek"] * 2
    assert imported(desk, *ends, count=2).done == 2
    assert imported(desk, *ends).already == 2


def test_a_file_that_corrects_a_bsn_counts_what_is_taken_back(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(rules={"confirm_above": 0})
    imported(desk, FIRST)
    other = "corrigeren;A-1;1;999001474;;;;;;;;;;;"
    with pytest.raises(ActRefusedError) as refused:
        imported(desk, other)
    assert refused.value.count == 1
    assert imported(desk, "corrigeren;A-1;1;999000111;30-12-1979;;;;;;;;;;").done == 1
    assert imported(desk, other, count=1).done == 1
    assert [letter.name for letter in desk.letters(TAX)][-1] == "pauze-beeindiging"


def test_every_row_is_in_the_access_log(desk: Desk) -> None:
    imported(desk, FIRST, "dansen;A-3;;;;;;;;;;;;;")
    with desk.ledger.begin() as tx:
        assert [(act, status) for _, _, act, _, status in store.accesses(tx)] == [("aanmelden", 200), ("import", 400)]


def test_what_runs_already_is_taken_over_only_when_that_was_asked(desk: Desk) -> None:
    header = (
        "klantnummer_shv;bsn;geboortedatum;geslachtsnaam;gemeentecode;fase;"
        "vish_nummer;pauze_vanaf;pauze_tot;belastinggemeenten"
    )
    line = "A-1;999000111;30-11-1979;Vries;0397;intake;V-7;01-10-2026;31-03-2027;0397"
    content = f"{header}\n{line}\n".encode()
    refused = run_import(desk.helper, desk.caller(), content)
    assert (refused.refused, desk.letters()) == (1, [])
    done = run_import(desk.helper, desk.caller(), content, running=True)
    number = results(done)[0]["zaak"]
    assert desk.letters() == []
    assert desk.rust(number) == "volledig"
    assert desk.party(number, "vish")["registratienummer"] == "V-7"


def test_formulas_in_a_file_come_back_as_text(desk: Desk) -> None:
    done = imported(desk, FIRST.replace("A-1", "=1+1"))
    assert results(done)[0]["klantnummer_shv"] == "'=1+1"


def test_an_import_over_http_is_done_once_for_its_key_and_its_result_can_be_fetched(desk: Desk) -> None:
    system = Case(desk)
    headers = system.headers | {"Content-Type": "text/csv; charset=utf-8", "Idempotency-Key": "k-1"}
    content = f"{HEADER}\n{FIRST}".encode()
    first = system.http.post("/v1/importen", content=content, headers=headers)
    assert (first.status_code, first.json()["stand"], first.json()["regels"]) == (202, "wacht", 1)
    where = first.headers["location"]
    early = system.http.get(f"{where}/resultaat", headers=system.headers)
    assert (early.status_code, early.json()["type"]) == (409, "urn:schuldhub:probleem:nog-niet-klaar")
    assert ImportDesk(desk.helper).turn()
    assert not ImportDesk(desk.helper).turn()  # and once
    ready = system.http.get(where, headers=system.headers).json()
    assert (ready["stand"], ready["gedaan"], ready["resultaat"]) == ("klaar", 1, f"{where}/resultaat")
    assert system.http.post("/v1/importen", content=content, headers=headers).json() == first.json()
    other = system.http.post("/v1/importen", content=content + b"\n", headers=headers)
    assert other.status_code == 400
    result = system.http.get(ready["resultaat"], headers=system.headers)
    assert result.headers["content-type"] == "text/csv; charset=utf-8"
    assert VRIES not in result.text
    broken = system.http.post("/v1/importen", content=b"niets", headers=headers | {"Idempotency-Key": "k-2"})
    assert (broken.status_code, broken.json()["velden"][0]["code"]) == (400, "geen-csv")
    for nowhere in ("", "/resultaat"):
        assert system.get(f"/importen/0f0e0d0c-0b0a-4908-8706-050403020100{nowhere}").status_code == 404


def test_the_residents_of_the_demo_are_registered_told_of_and_corrected(desk: Desk) -> None:
    done = run_import(desk.helper, desk.caller(), (DEMO / "cases.csv").read_bytes())
    assert (done.total, done.refused) == (26, 0), done.result
    assert len({row["zaak"] for row in results(done)}) == 24
    # 24 with a BSN and one without; the correction goes out a second time
    assert len(desk.letters(VISH)) == 25
    corrected = [letter.data["geboortedatum"] for letter in desk.letters(VISH) if letter.data["bsn"] == "999012356"]
    assert corrected == ["1978-03-12", "1978-12-03"]
    later = run_import(desk.helper, desk.caller(), (DEMO / "later.csv").read_bytes())
    ends = run_import(desk.helper, desk.caller(), (DEMO / "endings.csv").read_bytes())
    assert (later.done, ends.done) == (3, 3)
    assert run_import(desk.helper, desk.caller(), (DEMO / "cases.csv").read_bytes()).already == 26


def test_a_bsn_in_place_of_a_case_number_is_refused_and_not_repeated(desk: Desk) -> None:
    done = imported(desk, "aanmelden;123456782;;999000111;30-11-1979;Vries;397;intake;;;;;;;")
    (row,) = results(done)
    assert (row["uitkomst"], row["code"]) == ("geweigerd", "ongeldige-invoer")
    assert row["toelichting"].startswith("klantnummerShv: Dit kan een BSN zijn")
    assert "123456782" not in done.result


def handed_in(desk: Desk, *lines: str) -> str:
    """A file that waits; its id."""
    content = "\n".join((HEADER, *lines)).encode()
    with desk.ledger.begin() as tx:
        return jobs.accept(desk.helper, tx, Acting("token", "m-1"), content).id


def test_an_import_is_followed_row_by_row_and_the_file_is_forgotten_at_its_end(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "TURN_S", 0.0)  # a turn ends before its first row
    number = handed_in(desk, FIRST, "slopen;A-1;;;;;;;;;;;;;")
    office = ImportDesk(desk.helper)
    assert office.turn()
    assert desk.letters() == []
    monkeypatch.setattr(jobs, "TURN_S", 60.0)
    assert office.turn()
    with desk.ledger.begin() as tx:
        assert importing.progress(tx, number).to_wire() | {"tijd": ""} == {
            "id": number,
            "tijd": "",
            "stand": "klaar",
            "regels": 2,
            "gedaan": 1,
            "alGedaan": 0,
            "geweigerd": 1,
            "resultaat": f"/v1/importen/{number}/resultaat",
        }
        assert tx.execute(select(IMPORT_JOB)).all() == []
        assert tx.execute(select(IMPORT_LINE)).all() == []


def test_files_are_carried_out_in_the_order_in_which_they_came(desk: Desk) -> None:
    handed_in(desk, FIRST)
    desk.clock.move(timedelta(seconds=1))
    handed_in(desk, "beeindigen;A-1;;;;;;;;;;;zelf;;")
    office = ImportDesk(desk.helper)
    assert [office.turn() for _ in range(3)] == [True, True, False]
    assert [line[1] for line in accesses(desk)] == ["aanmelden", "beeindigen"]


def test_a_row_at_which_processes_end_again_and_again_is_given_up_alone(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = handed_in(desk, FIRST, "aanmelden;A-2;;999001474;30-11-1979;Vries;397;intake;;;;;;;")
    register = acts.register

    def bug(helper: DebtHelper, tx: Connection, request: RegisterRequest) -> str:
        if request.helper_number == "A-1":
            raise ZeroDivisionError
        return register(helper, tx, request)

    monkeypatch.setattr(acts, "register", bug)
    for _ in range(jobs.MOST_TRIES):
        with pytest.raises(ZeroDivisionError):
            ImportDesk(desk.helper).turn()
    assert ImportDesk(desk.helper).turn()
    with desk.ledger.begin() as tx:
        done = store.find_import(tx, number)
    assert done is not None
    assert [(row["uitkomst"], row["code"]) for row in results(done)] == [("geweigerd", "interne-fout"), ("gedaan", "")]
