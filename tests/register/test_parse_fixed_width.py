"""Reading an edition as text of fixed width."""

from datetime import date

import pytest

from kooperation.register.parse import EditionFile, EditionFormat, UnreadableFile, read_register_file
from tests.register.builders import edition_xlsx, gv100ad, sample


def read(text, encoding="utf-8"):
    edition = read_register_file(text.encode(encoding), "liste.csv")
    assert isinstance(edition, EditionFile)
    return edition


def problems(text, encoding="utf-8"):
    with pytest.raises(UnreadableFile) as refused:
        read(text, encoding)
    return [str(problem) for problem in refused.value.problems]


def told(text):
    return [(record.satzart, record.ars, record.name, record.line) for record in read(text).records]


@pytest.fixture
def text():
    return gv100ad(sample())


def test_it_is_recognised_and_names_no_date_of_the_population(text):
    edition = read(text)
    assert edition.format is EditionFormat.GV100AD
    assert (edition.edition_date, edition.population_date, edition.sheet) == (date(2023, 11, 30), None, None)


def test_both_formats_say_the_same_of_the_same_records(text):
    sheet = read_register_file(edition_xlsx(sample()), "x")
    fields = ("satzart", "text_code", "ars", "ags", "name", "area_ha", "population", "male", "plz")
    for one, other in zip(read(text).records, sheet.records, strict=True):
        assert [getattr(one, name) for name in fields] == [getattr(other, name) for name in fields]


def test_the_seat_is_read_of_kreise_and_verbaende(text):
    seats = {record.ars: record.seat for record in read(text).records}
    assert (seats["05154"], seats["081155001"], seats["051540036036"]) == ("Kleve", "Herrenberg", None)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252"])
def test_utf_8_with_or_without_mark_and_latin_1_are_read(text, encoding):
    assert [record.name for record in read(text, encoding).records] == [row.name for row in sample()]


@pytest.mark.parametrize(
    "changed",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.rstrip("\n"),
        lambda text: text + "\n\n",
        lambda text: text + "\x1a",
        lambda text: "\n".join(line.rstrip() for line in text.split("\n")),
    ],
    ids=["CRLF", "no end of the last line", "blank lines at the end", "DOS end of file", "stripped of blanks"],
)
def test_it_makes_no_difference_how_lines_end(text, changed):
    assert told(changed(text)) == told(text)


@pytest.mark.parametrize("kept", [0.2, 0.5, 0.9, 0.999])
def test_a_file_cut_off_anywhere_is_refused(text, kept):
    assert problems(text[: int(len(text) * kept)])


def test_a_file_cut_off_at_the_end_of_a_line_is_refused(text):
    lines = text.rstrip("\n").split("\n")
    # Only within the last Verband nothing shows that a member is missing.
    for end in range(1, len(lines) - 1):
        assert problems("\n".join(lines[:end]) + "\n")


def with_field(text, line, start, value):
    """The text with other characters from a 1-based position of a line on."""
    lines = text.split("\n")
    one = lines[line - 1]
    lines[line - 1] = one[: start - 1] + value + one[start - 1 + len(value) :]
    return "\n".join(lines)


WRONG_FIELDS = {
    "an unknown Satzart": (1, "61", "Zeichen 1–2 (Satzart)"),
    "another date": (3, "20231231", "Zeichen 3–10 (Gebietsstand)"),
    "a Land that does not exist": (11, "17", "Zeichen 11–12 (Land)"),
    "a key with a blank": (14, "5 ", "Zeichen 14–15 (Kreis)"),
    "a Verband that is no number": (19, "59X9", "Zeichen 19–22 (Gemeindeverband)"),
    "no name": (23, " " * 50, "Zeichen 23–72 (Name)"),
    "a broken name": (23, "H\ufffdrup", "Zeichen 23–72 (Name)"),
    "a Textkennzeichen of a Verband": (123, "51", "Zeichen 123–124 (Textkennzeichen)"),
    "an area in words": (129, "x" * 11, "Zeichen 129–139 (Fläche in ha)"),
    "no population": (140, " " * 11, "Zeichen 140–150 (Bevölkerung)"),
    "more men than people": (151, "00000009999", "Zeichen 151–161 (Bevölkerung männlich)"),
    "a postal code with a letter": (166, "2493X", "Zeichen 166–170 (Postleitzahl)"),
}


@pytest.mark.parametrize(("start", "value", "where"), WRONG_FIELDS.values(), ids=WRONG_FIELDS)
def test_a_wrong_field_is_told_with_its_line_and_characters(text, start, value, where):
    line = next(at for at, one in enumerate(text.split("\n"), 1) if one.startswith("602023113001059126"))
    found = [one for one in problems(with_field(text, line, start, value)) if one.startswith(f"Zeile {line}, {where}")]
    assert len(found) == 1


def test_a_line_too_short_for_its_fields_is_told(text):
    lines = [line.rstrip() for line in text.split("\n")]
    lines[3] = lines[3][:150]
    assert any(one.startswith("Zeile 4: erwartet: 220 Zeichen, mindestens 161") for one in problems("\n".join(lines)))


def test_a_line_too_long_is_told(text):
    lines = text.split("\n")
    lines[4] += "noch etwas"
    assert any(one.startswith("Zeile 5: erwartet: 220 Zeichen; gefunden") for one in problems("\n".join(lines)))


def test_a_blank_line_between_records_is_told(text):
    lines = text.split("\n")
    lines.insert(4, "")
    assert any(one.startswith("Zeile 5: erwartet: keine leere Zeile") for one in problems("\n".join(lines)))


def test_a_day_that_does_not_exist_is_refused():
    assert any("ein Tag als JJJJMMTT" in one for one in problems(gv100ad(sample(), day="20230230")))


def test_utf_16_is_named_as_such(text):
    assert "Text in UTF-16" in problems(text, "utf-16")[0]


def test_utf_8_read_as_latin_1_and_saved_again_is_told_at_each_name(text):
    found = problems(text.encode().decode("latin-1"))
    assert any("lesbaren Buchstaben" in one for one in found)


def test_the_old_code_page_of_dos_is_told_at_each_name(text):
    assert any("lesbaren Buchstaben" in one for one in problems(text, "cp850"))


def test_a_null_byte_is_told_with_its_line(text):
    assert problems(with_field(text, 3, 30, "\0"))[0].startswith("Zeile 3: erwartet: Text in UTF-8")
