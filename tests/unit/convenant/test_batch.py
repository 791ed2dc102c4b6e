"""Files for a creditor and results from it: cell by cell, and what cannot be read."""

from __future__ import annotations

import csv
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.convenant import batch
from adapters.convenant.batch import UnreadableFileError, read_results, write_batch
from adapters.convenant.orders import Act, Customer, Order, Outcome, Reason
from schemas.codes import HandlerKind, Measure, NoCooperationReason, NotStoppedReason

PAUSE = Order(
    key="k-1",
    act=Act.PAUSE,
    conversation="c-1",
    turn=1,
    customer=Customer(birth_date="1979-11-30", prefix="de", surname='Vries; "Jr"', number="K1"),
    claims=("F1", "F2"),
    start=date(2026, 11, 23),
    until=date(2027, 5, 28),
    reason=Reason.DEBT_HELP,
)
HEADER = ";".join(batch.RESULT)


def rows_of(content: bytes) -> list[dict[str, str]]:
    """What the creditor reads."""
    return list(csv.DictReader(content.decode().splitlines(), delimiter=";"))


def result(**cells: str) -> bytes:
    """A result file with one row."""
    known = {"sleutel": "k-1", "nummer": "1", "resultaat": "OK"} | cells
    return f"{HEADER}\n{';'.join(known.get(name, '') for name in batch.RESULT)}\n".encode()


def test_every_cell_of_an_order_comes_across_whatever_is_in_it() -> None:
    (row,) = rows_of(write_batch([PAUSE]))
    assert (row["sleutel"], row["handeling"], row["volgorde"]) == ("k-1", "PAUZE", "1")
    assert (row["geslachtsnaam"], row["voorvoegsel"], row["klantnummer"]) == ('Vries; "Jr"', "de", "K1")
    assert (row["facturen"], row["vanaf"], row["tot_en_met"]) == ("F1|F2", "2026-11-23", "2027-05-28")
    assert (row["reden"], row["spoed"], row["bsn"]) == ("SCHULDHULP", "N", "")


def test_the_same_orders_are_the_same_bytes() -> None:
    assert write_batch([PAUSE]) == write_batch([PAUSE])


def test_every_act_and_reason_has_a_word() -> None:
    assert set(batch.ACT) == set(Act)
    assert set(batch.REASON) == set(Reason)
    assert set(batch.OUTCOME.values()) == set(Outcome)


def test_a_result_says_what_stopped_what_goes_on_and_who_has_it() -> None:
    content = result(
        klantnummer="K1",
        facturen="F1 | F2",
        gestopt="herinnering|aanmaning",
        loopt_door="overdracht=bij-deurwaarder=2026-11-02",
        behandelaar_soort="deurwaarder",
        behandelaar_naam="Deurwaarders Kennemerland",
    )
    (answer,) = read_results(content).answers
    assert (answer.claims, answer.stopped) == (("F1", "F2"), (Measure.REMINDER, Measure.FINAL_DEMAND))
    (goes_on,) = answer.goes_on
    assert (goes_on.measure, goes_on.reason) == (Measure.HANDOVER, NotStoppedReason.AT_BAILIFF)
    assert goes_on.since == date(2026, 11, 2)
    assert goes_on.handler is not None
    assert goes_on.handler.kind is HandlerKind.BAILIFF


def test_a_refusal_says_why_and_who_has_the_claim_now() -> None:
    content = result(
        resultaat="NEE", reden="OVERGEDRAGEN", behandelaar_soort="nieuwe-schuldeiser", behandelaar_naam="Zuid"
    )
    (answer,) = read_results(content).answers
    assert answer.refusal is NoCooperationReason.CLAIM_TRANSFERRED
    assert answer.transferred_to is not None
    assert answer.transferred_to.name == "Zuid"


@pytest.mark.parametrize(
    "cells",
    [
        {"nummer": "0"},
        {"nummer": "een"},
        {"resultaat": "MISSCHIEN"},
        {"resultaat": "NEE"},
        {"resultaat": "NEE", "reden": "ZOMAAR"},
        {"sleutel": ""},
        {"gestopt": "dansen"},
        {"loopt_door": "overdracht"},
        {"loopt_door": "overdracht=bij-deurwaarder=gisteren"},
        {"behandelaar_naam": "Zuid", "behandelaar_soort": "tante", "loopt_door": "overdracht=bij-deurwaarder"},
    ],
)
def test_a_row_that_says_nothing_we_understand_is_named_by_its_number(cells: dict[str, str]) -> None:
    (unreadable,) = read_results(result(**cells)).unreadable
    assert unreadable.startswith("2: ")
    assert all(cell in unreadable for cell in cells.values())


@pytest.mark.parametrize("row", ["k-1;1;OK", ";" * 40])
def test_a_row_with_too_few_or_too_many_cells_is_named_by_its_number(row: str) -> None:
    assert read_results(f"{HEADER}\n{row}\n".encode()).unreadable == (f"2: {row}",)


def test_an_empty_line_and_a_mark_at_the_beginning_are_no_fault() -> None:
    results = read_results(b"\xef\xbb\xbf" + result() + b"\n\n")
    assert (len(results.answers), results.unreadable) == (1, ())


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"andere;kop\n1;2\n", b'"open'])
def test_what_is_no_result_file_is_refused_whole(content: bytes) -> None:
    with pytest.raises(UnreadableFileError):
        read_results(content)


@given(st.binary(max_size=400))
def test_whatever_stands_below_the_header_is_read_or_named(junk: bytes) -> None:
    try:
        read_results(HEADER.encode() + b"\n" + junk)
    except UnreadableFileError:
        return
