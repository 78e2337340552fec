"""Reading an edition as an Excel sheet."""

from datetime import date, datetime

import pytest

from kooperation.register.parse import EditionFile, EditionFormat, UnreadableFile, read_register_file
from tests.register.builders import FIRST_ROW, Row, bezirk, city, edition_xlsx, gemeinde, germany, kreis, row_of, sample


def read(rows=None, **how):
    edition = read_register_file(edition_xlsx(sample() if rows is None else rows, **how), "irgendwie.bin")
    assert isinstance(edition, EditionFile)
    return edition


def problems(rows=None, **how):
    with pytest.raises(UnreadableFile) as refused:
        read(rows, **how)
    return [str(problem) for problem in refused.value.problems]


def test_an_edition_is_recognised_whatever_the_file_is_called():
    edition = read()
    assert edition.format is EditionFormat.AUSZUG_GV
    assert (edition.edition_date, edition.population_date) == (date(2024, 12, 31), date(2023, 12, 31))
    assert (edition.sheet, edition.name) == ("Onlineprodukt_Gemeinden", "irgendwie.bin")
    assert len(edition.sha256) == 64


def test_every_record_is_read_with_its_row():
    rows = sample()
    edition = read(rows)
    assert [record.name for record in edition.records] == [row.name for row in rows]
    assert [record.line for record in edition.records] == list(range(FIRST_ROW, FIRST_ROW + len(rows)))


def test_a_gemeinde_has_all_its_fields():
    rows = germany(city("01001", "Flensburg, Stadt", area=56.73, population=92667, male=45905, lon="9,43751"))
    record = next(record for record in read(rows).records if record.satzart == "60")
    assert (record.ars, record.ags, record.area_ha) == ("010010000000", "01001000", 5673)
    assert (record.population, record.male, record.plz, record.lon) == (92667, 45905, "24937", 9.43751)
    assert (record.travel_region_key, record.travel_region) == ("F02", "Ostsee")
    assert (record.urbanisation_key, record.urbanisation) == ("03", "gering besiedelt")


def test_numbers_may_be_text_with_a_decimal_comma():
    rows = germany(city("01001", "Flensburg", area="56,73", population="92667", male="45 905", lon="9", lat=54.78))
    record = next(record for record in read(rows).records if record.satzart == "60")
    assert (record.area_ha, record.population, record.male, record.lon) == (5673, 92667, 45905, 9.0)


def test_a_place_at_zero_degrees_has_no_place():
    record = next(record for record in read().records if record.ags == "07000999")
    assert (record.lon, record.lat) == (None, None)


def test_stray_cells_and_notes_are_no_records():
    rows = sample()
    end = FIRST_ROW + len(rows)
    assert len(read(rows, cells={f"A{end + 9}": "P", f"W{FIRST_ROW + 3}": "x"}).records) == len(rows)


def test_the_date_may_be_a_date_cell_beside_the_text():
    # The header's own text wins; a date cell elsewhere in the header does no harm.
    assert read(cells={"T3": datetime(2024, 1, 1)}).edition_date == date(2024, 12, 31)


def test_columns_are_found_by_their_headings():
    rows = sample()
    moved = {"U3": "Postleit-zahl3)", "N3": ""}
    for at in range(len(rows)):
        moved |= {f"N{FIRST_ROW + at}": "", f"U{FIRST_ROW + at}": rows[at].plz}
    assert [record.plz for record in read(rows, cells=moved).records] == [row.plz or None for row in rows]


WRONG_CELLS = {
    "an unknown Satzart": ("A", "70", "A (Satzart)", "Satzart 10, 20, 30, 40, 50 oder 60"),
    "an unknown Textkennzeichen": ("B", "99", "B (Textkennzeichen)", "von 60 bis 67"),
    "a Land that does not exist": ("C", "17", "C (Land)", "01 bis 16"),
    "the demonstration region": ("C", "99", "C (Land)", "01 bis 16"),
    "a key that lost its leading zero": ("E", "1", "E (Kreis)", "2 Ziffern"),
    "a key that became a number": ("C", 1, "C (Land)", "2 Ziffern"),
    "a key with a letter": ("F", "51X9", "F (VB)", "4 Ziffern"),
    "a key of other digits": ("G", "١٢٦", "G (Gem)", "3 Ziffern"),
    "no name": ("H", "", "H (Gemeindename)", "Name"),
    "a name in a wrong encoding": ("H", "HÃ¼rup", "H (Gemeindename)", "lesbaren Buchstaben"),
    "a name with a control character": ("H", "Hü\trup", "H (Gemeindename)", "lesbaren Buchstaben"),
    "an area in words": ("I", "groß", "I (Fläche)", "km²"),
    "no area": ("I", "", "I (Fläche)", "km²"),
    "a negative area": ("I", -1, "I (Fläche)", "km²"),
    "a population in words": ("J", "viele", "J (Bevölkerung insgesamt)", "ganze Zahl"),
    "no population": ("J", "", "J (Bevölkerung insgesamt)", "ganze Zahl"),
    "half a person": ("J", 10.5, "J (Bevölkerung insgesamt)", "ganze Zahl"),
    "fewer than no people": ("J", -3, "J (Bevölkerung insgesamt)", "ganze Zahl"),
    "a truth value": ("J", True, "J (Bevölkerung insgesamt)", "ganze Zahl"),
    "a formula without a value": ("J", "=1+1", "J (Bevölkerung insgesamt)", "ganze Zahl"),
    "more men than people": ("K", 1001, "K (Bevölkerung männlich)", "höchstens 1000"),
    "a short postal code": ("N", "2493", "N (Postleitzahl)", "5 Ziffern"),
    "a place in Spain": ("O", "-3,7", "O (Längengrad)", "5,5 bis 15,6"),
    "a place in the North Sea": ("P", "57", "P (Breitengrad)", "47 bis 55,2"),
    "coordinates exchanged": ("O", "54,7", "O (Längengrad)", "5,5 bis 15,6"),
    "half a place": ("O", "", "O (Längengrad)", "Breitengrad angegeben"),
}


@pytest.mark.parametrize(("letter", "value", "where", "expected"), WRONG_CELLS.values(), ids=WRONG_CELLS)
def test_a_wrong_cell_is_told_with_sheet_row_and_column(letter, value, where, expected):
    rows = sample()
    line = row_of(rows, "010595919126")
    told = [one for one in problems(rows, cells={f"{letter}{line}": value}) if f"Zeile {line}, Spalte {where}" in one]
    assert len(told) == 1
    assert told[0].startswith("Blatt „Onlineprodukt_Gemeinden“")
    assert expected in told[0]


def test_all_problems_are_told_at_once_in_the_order_of_the_rows():
    rows = sample()
    first, second = row_of(rows, "010595919126"), row_of(rows, "160615051119")
    told = problems(rows, cells={f"J{second}": "x", f"N{first}": "1", f"I{first}": "x"})
    assert [one.split(", ")[1] for one in told] == [f"Zeile {first}", f"Zeile {first}", f"Zeile {second}"]


def test_past_fifty_problems_only_their_number_is_told():
    rows = sample()
    wrong = {f"H{FIRST_ROW + at}": "?" for at in range(len(rows))}
    with pytest.raises(UnreadableFile) as refused:
        read(rows, cells=wrong)
    assert len(refused.value.problems) == 50
    assert refused.value.more == len(rows) - 50


@pytest.mark.parametrize(
    ("place", "heading"),
    [("A3", "Satzart"), ("G4", "Gem"), ("J4", "Bevölkerung insgesamt"), ("O4", "Längengrad"), ("S3", "Verstädterung")],
)
def test_a_missing_heading_is_told_with_its_column(place, heading):
    told = problems(cells={place: "Sonstiges"})
    assert len(told) == 1
    assert f"Spalte {place[0]}" in told[0]
    assert heading in told[0]


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ({"day": "31.02.2024"}, "den es als Tag gibt"),
        ({"day": "irgendwann"}, "der Gebietsstand"),
        ({"cells": {"A1": "Gemeinden am 31.12.2023 (Jahr)"}}, "derselbe Gebietsstand"),
        ({"people": "31.13.2023"}, "Bevölkerungsstand"),
    ],
)
def test_a_wrong_date_is_refused(how, expected):
    assert expected in problems(**how)[0]


def test_without_a_date_of_the_population_the_edition_has_none():
    assert read(people="").population_date is None


def without(*keys: str) -> list[Row]:
    return [row for row in sample() if row.key not in keys]


INCONSISTENT = {
    "a Land's record is missing": (lambda: without("01"), "ein Satz 10 für das Land 01"),
    "a whole Land is missing": (lambda: [row for row in sample() if row.key[:2] != "16"], "für das Land 16"),
    "no Gemeinde at all": (lambda: [row for row in sample() if row.satzart != "60"], "mindestens eine Gemeinde"),
    "a Kreis without a Gemeinde": (lambda: [*sample(), kreis("16062", "Nordhausen")], "unter Satzart 40 16062"),
    "a Bezirk without a Gemeinde": (lambda: [*sample(), bezirk("162", "Reg.-Bez. X")], "unter Satzart 20 162"),
    "a Verband's record is missing": (lambda: without("010595919"), "ein Satz 50 für den Gemeindeverband 010595919"),
    "a Verband without members": (
        lambda: without("010595919126", "010595919101"),
        "unter Satzart 50 010595919",
    ),
    "a key twice": (lambda: [*sample(), gemeinde("160615051119", "Uder")], "steht schon in Zeile"),
    "an AGS twice": (lambda: [*sample(), gemeinde("160610051119", "Uder")], "jeder AGS einmal"),
    "a city without its Gemeinde": (lambda: without("010010000000"), "zur kreisfreien Stadt"),
    "a city in a Landkreis": (
        lambda: [*sample(), gemeinde("160610000000", "Heilbad")],
        "keine Gemeinde 16061000 in einem Landkreis",
    ),
}


@pytest.mark.parametrize(("rows", "expected"), INCONSISTENT.values(), ids=INCONSISTENT)
def test_records_that_make_no_whole_are_refused(rows, expected):
    assert any(expected in one for one in problems(rows()))


def test_a_missing_record_of_a_kreis_is_allowed_as_in_real_editions():
    assert read(without("16061")).counts["40"] == read().counts["40"] - 1


def test_a_sheet_that_ends_before_its_footers_is_taken_for_cut_off():
    assert "Fußzeilen mit der Quelle" in problems(footer=False)[0]


def test_a_record_below_the_footers_is_not_overlooked():
    rows = sample()
    below = FIRST_ROW + len(rows) + 5
    told = problems(rows, cells={f"A{below}": "60", f"H{below}": "Nachzügler"})
    assert any(f"Zeile {below}" in one for one in told)


def test_a_record_that_lost_its_satzart_is_not_overlooked():
    rows = sample()
    assert any("Zeile 7, Spalte A (Satzart)" in one for one in problems(rows, cells={"A7": ""}))
    line = row_of(rows, "010595919126")
    assert any(f"Zeile {line}, Spalte A (Satzart)" in one for one in problems(rows, cells={f"A{line}": ""}))
