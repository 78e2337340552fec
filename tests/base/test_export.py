"""Exports open in a German spreadsheet program as they were shown, and start no formula."""

import csv
import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from kooperation.base.export import as_csv, as_xlsx, harmless

HEADING = ("Schlüssel", "Name", "Fläche", "Stand", "Bewohnt")
ROWS = [("09162000", "München", 310.7, date(2024, 12, 31), True), ("01001000", "=1+1", None, None, False)]


def read_csv(rows):
    text = b"".join(as_csv(HEADING, rows)).decode("utf-8")
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";"))


def test_a_csv_has_a_byte_order_mark_semicolons_and_german_values():
    assert read_csv(ROWS) == [
        list(HEADING),
        ["09162000", "München", "310,7", "31.12.2024", "ja"],
        ["01001000", "'=1+1", "", "", "nein"],
    ]


def test_a_csv_comes_in_pieces():
    pieces = list(as_csv(("Nummer",), ((number,) for number in range(1_200))))
    assert len(pieces) == 3
    assert len(b"".join(pieces).splitlines()) == 1_201


def test_an_xlsx_opens_readable():
    rows = [("01001", "Vereinbarte Verwaltungsgemeinschaft", date(2024, 1, 31)), ("01002", "x" * 300, None)]
    with as_xlsx("Kommunen", ("Schlüssel", "Name", "Aufgelöst zum"), rows) as file:
        sheet = load_workbook(file).active
    assert [sheet.column_dimensions[letter].width for letter in "ABC"] == [12, 60, 16]
    assert sheet.auto_filter.ref == "A1:C3"
    assert sheet["C2"].number_format == "DD.MM.YYYY"


def test_a_list_without_rows_is_still_a_workbook():
    with as_xlsx("Kommunen", ("Schlüssel", "Name"), []) as file:
        assert [cell.value for cell in load_workbook(file).active[1]] == ["Schlüssel", "Name"]


def test_an_xlsx_keeps_keys_as_text_and_numbers_as_numbers():
    with as_xlsx("Kommunen", HEADING, ROWS) as file:
        sheet = load_workbook(file).active
    values = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert values[1][:3] == ["09162000", "München", 310.7]
    assert values[2][1] == "'=1+1"
    assert sheet["B3"].data_type == "s"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "\0=", "\x1b+"])
def test_no_text_starts_a_formula(start):
    assert harmless(f"{start}cmd").startswith("'")


@given(st.text())
def test_a_harmless_text_ends_with_what_it_was(text):
    kept = "".join(char for char in text if char >= " " or char in "\t\n\r")
    assert harmless(text) in {kept, f"'{kept}"}
    assert not harmless(text).startswith(("=", "+", "-", "@", "\t", "\r"))


def test_control_characters_stop_no_export():
    rows = [("Dorf\0\x01\x1b[31m", "a\x0bb\x0c")]
    with as_xlsx("Kommunen", ("Name", "Sitz"), rows) as file:
        assert [cell.value for cell in load_workbook(file).active[2]] == ["Dorf[31m", "ab"]
    assert b"Dorf[31m;ab" in b"".join(as_csv(("Name", "Sitz"), rows))
