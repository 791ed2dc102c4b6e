"""Cells as Dutch offices write them, and as nobody is hurt by them."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters import csv_cells
from adapters.csv_cells import CellError, UnreadableError, read_rows, write_rows

ROW = {"klantnummershv": "A-1", "geslachtsnaam": "Çelik"}


@pytest.mark.parametrize(
    "content",
    [
        b"Klantnummer_SHV;Geslachtsnaam\r\nA-1;\xc3\x87elik\r\n",
        b"\xef\xbb\xbfklantnummer shv,geslachtsnaam\nA-1,\xc3\x87elik\n",
        b"klantnummerShv;geslachtsnaam\nA-1;\xc7elik\n",
        b"sep=;\nklantnummerShv;geslachtsnaam\nA-1;\xc3\x87elik\n;;\n",
        b'"klantnummer-shv";"geslachtsnaam"\n" A-1 ";"\xc3\x87elik"\n\n',
        b"klantnummershv\tgeslachtsnaam\nA-1\t\xc3\x87elik",
    ],
)
def test_the_shapes_of_dutch_offices_read_alike(content: bytes) -> None:
    (row,) = read_rows(content)
    assert {name: cell for name, cell in row.items() if cell} == ROW


@pytest.mark.parametrize(
    "content",
    [b"", b"klantnummer\nA-1\n", b"a;a\n1;2\n", b"a;b\n1;2;3\n", b"a;;b\n1;2;3", b'a;b\n"1;2\n', b"\x00\x01\x02"],
)
def test_what_is_no_csv_is_refused_as_a_whole(content: bytes) -> None:
    with pytest.raises(UnreadableError):
        read_rows(content)


@given(st.binary(max_size=400))
def test_no_file_makes_the_reader_fall_over(content: bytes) -> None:
    try:
        rows = read_rows(content)
    except UnreadableError:
        return
    assert all(isinstance(cell, str) for row in rows for cell in row.values())


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("14-07-1979", "1979-07-14"),
        ("1-2-1980", "1980-02-01"),
        ("14/07/1979", "1979-07-14"),
        ("00-00-1985", "1985-00-00"),
        ("1979-07-14", "1979-07-14"),
        ("1985-00-00", "1985-00-00"),
        ("gisteren", "gisteren"),
    ],
)
def test_days(cell: str, day: str) -> None:
    assert csv_cells.day(cell) == day


@pytest.mark.parametrize(
    ("cell", "bsn"), [("999000111", "999000111"), ("12345678", "012345678"), ("999.000.111", "999000111"), ("12", "12")]
)
def test_a_lost_leading_zero_of_a_bsn_comes_back(cell: str, bsn: str) -> None:
    assert csv_cells.bsn(cell) == bsn


def test_codes_of_municipalities_get_their_zero_back() -> None:
    assert csv_cells.codes("397 0392") == csv_cells.codes("397,392") == ["0397", "0392"]


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        ("612,35", "612.35"),
        ("1.284,90", "1284.90"),
        ("1,284.90", "1284.90"),
        ("1284", "1284.00"),
        ("1.284", "1284.00"),
        ("12,5", "12.50"),
        ("€ 12,-", "12.00"),
        ("0,00", "0.00"),
        ("veel", "veel"),
        ("-5", "-5"),
    ],
)
def test_decimal_commas(cell: str, amount: str) -> None:
    assert csv_cells.amount(cell) == amount


def test_flags_and_numbers_say_which_column_they_cannot_read() -> None:
    assert csv_cells.flag("Ja", "urgent")
    assert not csv_cells.flag("", "urgent")
    assert csv_cells.whole("12", "huisnummer") == 12
    with pytest.raises(CellError, match=r"^urgent$"):
        csv_cells.flag("misschien", "urgent")
    with pytest.raises(CellError, match=r"^huisnummer$"):
        csv_cells.whole("tien", "huisnummer")


@given(st.text(max_size=20))
def test_no_cell_that_goes_out_is_a_formula(cell: str) -> None:
    written = write_rows(("kop",), [(cell,)])
    assert written.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(written.removeprefix("\ufeff"), newline=""), delimiter=";"))
    assert not rows[1] or not rows[1][0].startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


@pytest.mark.parametrize(
    "content",
    ["bsn;naam\n1;Müller\n".encode() + b"\xff", "bsn;naam\n1;a\n".encode("utf-16"), b"bsn;naam\n1;a\x81\x8d\n"],
    ids=["one wrong byte in UTF-8", "UTF-16", "bytes that mean nothing"],
)
def test_a_file_whose_letters_would_have_to_be_guessed_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableError):
        read_rows(content)


def test_letters_of_the_windows_code_page_keep_their_accents() -> None:
    rows = read_rows("bsn;naam\n1;Müller\n".encode("cp1252"))
    assert rows[0]["naam"] == "Müller"
