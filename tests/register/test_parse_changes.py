"""Reading a file of territorial changes."""

from datetime import date, datetime

import pytest

from kooperation.register.parse import ChangeKind, ChangesFile, UnreadableFile, read_register_file
from tests.register.builders import change, changes_xlsx

FIRST_ROW = 5

MERGER = change(1, "160615012007", "Birkenfelde", "160615051119", "Uder", area="8386750", people=529)
RENAMING = change("4", "146260110", "Görlitz, Stadt", "146260110", "Görlitz, Stadt, Hochschulstadt")
NEW_AMT = change("3, 4", "010585830", "Flintbek", "010585896", "Eidertal", day=datetime(2023, 6, 1))


def read(rows=(MERGER, RENAMING, NEW_AMT), **how):
    changes = read_register_file(changes_xlsx(rows, **how), "änderungen.xls")
    assert isinstance(changes, ChangesFile)
    return changes


def problems(rows=(MERGER, RENAMING, NEW_AMT), **how):
    with pytest.raises(UnreadableFile) as refused:
        read(rows, **how)
    return [str(problem) for problem in refused.value.problems]


def test_the_file_is_recognised_with_its_period():
    changes = read()
    assert (changes.starts_on, changes.ends_on) == (date(2024, 1, 1), date(2024, 12, 31))
    assert (changes.sheet, changes.name) == ("Gebietsaenderungen", "änderungen.xls")


def test_each_row_has_both_units_and_its_kinds():
    merger, renaming, amt = read().records
    assert (merger.ars_from, merger.ags_from, merger.ars_to, merger.ags_to) == (
        *("160615012007", "16061007"),
        *("160615051119", "16061119"),
    )
    assert (merger.area_m2, merger.inhabitants, merger.kinds) == (8386750, 529, {ChangeKind.DISSOLUTION})
    assert (renaming.unit_kind, renaming.ags_from, renaming.kinds) == ("Gemeindeverband", None, {ChangeKind.RENAME})
    assert amt.kinds == {ChangeKind.KEY_CHANGE, ChangeKind.RENAME}
    assert (amt.legal_on, amt.statistical_on, amt.line) == (date(2023, 6, 1), date(2023, 6, 1), FIRST_ROW + 2)


def test_legal_and_statistical_date_are_told_apart():
    rows = [change(1, "130715163017", "Breest", "130715163006", "Bartow", legal="09.06.2024", day="01.06.2024")]
    (record,) = read(rows).records
    assert (record.legal_on, record.statistical_on) == (date(2024, 6, 9), date(2024, 6, 1))


WRONG_CELLS = {
    "no reference": ("A", "", "A (Kennziffer)", "Kennziffer wie"),
    "an unknown unit": ("B", "Dorf", "B (Regionaleinheit)", "Gemeindeverband"),
    "a short ARS": ("C", "16061501200", "C (ARS, abgebend)", "12 Ziffern"),
    "an ARS outside Germany": ("I", "990615051119", "I (ARS, aufnehmend)", "01 bis 16"),
    "an AGS of another unit": ("D", "16061008", "D (AGS, abgebend)", "16061007"),
    "no name": ("E", "", "E (Name, abgebend)", "Name"),
    "an unknown kind": ("F", 5, "F (Änderungsart)", "von 1 bis 4"),
    "no kind": ("F", "", "F (Änderungsart)", "von 1 bis 4"),
    "an area in words": ("G", "viel", "G (Fläche qm)", "ganze Zahl"),
    "negative inhabitants": ("H", -1, "H (Einwohner)", "ganze Zahl"),
    "a day that does not exist": ("M", "31.02.2024", "M (Wirksamkeit statistisch)", "TT.MM.JJJJ"),
    "a date as a number": ("L", 45292, "L (Wirksamkeit juristisch)", "TT.MM.JJJJ"),
}


@pytest.mark.parametrize(("letter", "value", "where", "expected"), WRONG_CELLS.values(), ids=WRONG_CELLS)
def test_a_wrong_cell_is_told_with_sheet_row_and_column(letter, value, where, expected):
    told = problems(cells={f"{letter}{FIRST_ROW}": value})
    assert len(told) == 1
    assert told[0].startswith(f"Blatt „Gebietsaenderungen“, Zeile {FIRST_ROW}, Spalte {where}: erwartet: ")
    assert expected in told[0]


def test_a_change_without_any_date_is_refused():
    assert "ein Tag, ab dem" in problems(cells={f"L{FIRST_ROW}": "", f"M{FIRST_ROW}": ""})[0]


def test_one_of_the_dates_may_be_missing():
    assert read(cells={f"L{FIRST_ROW}": ""}).records[0].legal_on is None


def test_a_missing_heading_is_told_with_its_column():
    (told,) = problems(cells={"J3": "Sonstiges"})
    assert "Spalte J" in told
    assert "AGS, aufnehmend" in told


@pytest.mark.parametrize("title", ["Gebietsänderungen", "vom 31.12.2024 bis 01.01.2024", "vom 01.13. - 31.12.2024"])
def test_a_title_without_a_period_is_refused(title):
    assert "ein Zeitraum" in problems(title=title)[0]


def test_the_period_may_name_both_years():
    changes = read(title="Gebietsänderungen vom 01.07.2024 bis 30.09.2024")
    assert (changes.starts_on, changes.ends_on) == (date(2024, 7, 1), date(2024, 9, 30))


def test_the_same_change_twice_is_told():
    assert f"sie steht schon in Zeile {FIRST_ROW}" in problems([MERGER, MERGER])[0]


def test_a_file_without_changes_is_refused():
    assert "mindestens eine Gebietsänderung" in problems([])[0]


def test_a_sheet_that_ends_before_its_footers_is_taken_for_cut_off():
    assert "Fußzeilen mit der Quelle" in problems(footer=False)[0]
