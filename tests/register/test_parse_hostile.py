"""Files that are no official files, or mean harm: each gets an answer, and none gets through."""

import io
import struct
import zipfile
import zlib

import pytest
from openpyxl import Workbook

from kooperation.register.parse import EditionFile, UnreadableFile, read_register_file
from tests.register.builders import edition_xlsx, sample, saved

SHEET = "xl/worksheets/sheet2.xml"
NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def answer(data):
    with pytest.raises(UnreadableFile) as refused:
        read_register_file(data, "datei.xlsx")
    assert refused.value.problems
    return str(refused.value)


def edition():
    return edition_xlsx(sample())


def rewritten(data, change, compression=zipfile.ZIP_DEFLATED):
    """The archive with its parts changed: ``change`` gets the parts by name and gives them back."""
    with zipfile.ZipFile(io.BytesIO(data)) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as new:
        for name, content in change(parts).items():
            new.writestr(name, content)
    return buffer.getvalue()


def with_sheet(rows):
    """An edition whose sheet has these rows of XML instead."""
    xml = f'<worksheet xmlns="{NAMESPACE}"><sheetData>{rows}</sheetData></worksheet>'.encode()
    return rewritten(edition(), lambda parts: {**parts, SHEET: xml}, zipfile.ZIP_STORED)


NO_REGISTER = {
    "nothing": (b"", "leere Datei"),
    "blank lines": (b"\r\n \n\t", "leere Datei"),
    "null bytes": (b"\0" * 1000, "leere Datei"),
    "a text": (b"Sehr geehrte Damen und Herren", "beginnt"),
    "a table with semicolons": (b"AGS;Name;Einwohner\n01001000;Flensburg;92667\n", "CSV-Datei mit Semikolon"),
    "a table with commas": (b"AGS,Name,Einwohner\n01001000,Flensburg,92667\n", "CSV-Datei mit Komma"),
    "a web page": (b"<!DOCTYPE html><html><body><table></table></body></html>", "Webseite (HTML)"),
    "a web page that calls itself Excel": (b'\xef\xbb\xbf<html xmlns:x="urn:schemas-microsoft-com">', "Webseite"),
    "XML": (b"<?xml version='1.0'?><Workbook/>", "XML-Datei"),
    "JSON": (b'{"ags": "01001000"}', "JSON-Datei"),
    "an old Excel file or one with a password": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, ".xls) oder mit"),
    "a PDF": (b"%PDF-1.7\n", "PDF-Datei"),
    "an archive of another kind": (b"\x1f\x8b\x08\0\0", "gzip"),
    "random bytes": (bytes(range(250, 0, -1)), "beginnt"),
    "UTF-16": ("Satzart".encode("utf-16"), "UTF-16"),
}


@pytest.mark.parametrize(("data", "expected"), NO_REGISTER.values(), ids=NO_REGISTER)
def test_what_is_no_register_file_is_named(data, expected):
    assert expected in answer(data)


def test_a_file_that_is_too_large_is_not_even_looked_at():
    assert "höchstens 10 MB" in answer(b"1" * (11 * 1024 * 1024))


def test_another_workbook_is_named_by_its_title_and_sheets():
    book = Workbook()
    book.active.title = "Kreise"
    book.active["A1"] = "Kreisfreie Städte und Landkreise nach Fläche und Bevölkerung"
    told = answer(saved(book))
    assert "Das ist eine Excel-Mappe „Kreisfreie Städte und Landkreise" in told
    assert "Blätter: Kreise" in told


def test_an_empty_workbook_is_named():
    assert "eine leere Excel-Mappe" in answer(saved(Workbook()))


@pytest.mark.parametrize("kept", [4, 30, 1000, 0.3, 0.7, 0.99, -1])
def test_a_truncated_workbook_is_refused(kept):
    data = edition()
    end = kept if isinstance(kept, int) else int(len(data) * kept)
    assert "unbeschädigte Excel-Mappe" in answer(data[:end])


def test_a_workbook_with_flipped_bytes_is_refused_or_read_whole():
    data = bytearray(edition())
    for at in range(100, len(data), 97):
        broken = bytes(data[:at]) + bytes([data[at] ^ 0x55]) + bytes(data[at + 1 :])
        try:
            found = read_register_file(broken, "x")
        except UnreadableFile:
            continue
        assert isinstance(found, EditionFile)
        assert len(found.records) == len(sample())


ARCHIVES = {
    "an archive of other things": ({"brief.txt": b"x"}, "ZIP-Archiv mit brief.txt; bitte entpacken"),
    "an empty archive": ({}, "Excel-Mappe"),
    "a Word document": ({"word/document.xml": b"<x/>"}, "Word-Dokument"),
    "an OpenDocument table": ({"mimetype": b"x", "content.xml": b"<x/>"}, "OpenDocument"),
    "a binary workbook": ({"xl/workbook.bin": b"x"}, ".xlsb"),
    "a workbook of one part": ({"xl/workbook.xml": b"<x/>"}, "unbeschädigte Excel-Mappe"),
    "a workbook of two thousand parts": (
        {"xl/workbook.xml": b"<x/>"} | {f"xl/{number}.xml": b"" for number in range(2000)},
        "höchstens 1000 Teilen",
    ),
    "macros": ({"xl/workbook.xml": b"<x/>", "xl/vbaProject.bin": b"x"}, "ohne Makros"),
    "old macros": ({"xl/workbook.xml": b"<x/>", "xl/macrosheets/sheet1.xml": b"x"}, "ohne Makros"),
}


@pytest.mark.parametrize(("parts", "expected"), ARCHIVES.values(), ids=ARCHIVES)
def test_an_archive_that_is_no_plain_workbook_is_refused(parts, expected):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    assert expected in answer(buffer.getvalue())


def test_a_part_packed_like_a_bomb_is_refused():
    bomb = rewritten(edition(), lambda parts: {**parts, "xl/media.xml": b" " * (20 * 1024 * 1024)})
    assert len(bomb) < 100_000
    assert "200-fach gepackt" in answer(bomb)


def test_parts_too_large_together_are_refused():
    parts = {f"xl/{number}.xml": bytes(1024 * 1024 * 20) for number in range(3)}
    huge = rewritten(edition(), lambda own: {**own, **parts})
    assert "höchstens 40 MB entpackt" in answer(huge)


def test_a_part_that_claims_to_be_smaller_than_it_is_does_not_unpack_further():
    # The directory says ten bytes and has their checksum; the stream goes on for 20 MB.
    data = rewritten(edition(), lambda parts: {**parts, "xl/liar.xml": b"<x>" + b" " * (20 * 1024 * 1024)})
    size = struct.pack("<L", 20 * 1024 * 1024 + 3)
    crc = struct.pack("<L", zlib.crc32(b"<x>" + b" " * (20 * 1024 * 1024)))
    lie = data.replace(size, struct.pack("<L", 10)).replace(crc, struct.pack("<L", zlib.crc32(b"<x>       ")))
    assert lie != data
    # Only ten bytes of it are handed on, and the rest of the workbook is sound.
    found = read_register_file(lie, "x")
    assert isinstance(found, EditionFile)


def test_an_encrypted_archive_is_refused():
    data = bytearray(edition())
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    assert "ohne Kennwort" in answer(bytes(data))


def cell(place, value=1):
    return f'<c r="{place}"><v>{value}</v></c>'


SHEETS_TOO_LARGE = {
    "the last cell of all": f'<row r="1">{cell("A1")}</row><row r="1048576">{cell("XFD1048576")}</row>',
    "a row beyond all rows": f'<row r="1">{cell("A1")}{cell("A99999999999")}</row>',
    "a column beyond all columns": f'<row r="1">{cell("A1")}{cell("AAAAAAAAAAAA1")}</row>',
    "no such place": f'<row r="1">{cell("A1")}{cell("1A")}</row><row r="9">{cell("-5")}</row>',
    "the place written otherwise": f'<row r="1">{cell("A1")}</row><row><c s="0" r="XFD1048576"><v>1</v></c></row>',
    "single quotes": f"<row r=\"1\">{cell('A1')}</row><row r='9'><c r='XFD1048576'><v>1</v></c></row>",
    "places left out": f'<row r="1048000">{"<c><v>1</v></c>" * 30000}</row><row>{cell("A1")}</row>',
}


@pytest.mark.parametrize("rows", SHEETS_TOO_LARGE.values(), ids=SHEETS_TOO_LARGE)
def test_a_sheet_larger_than_memory_is_refused_before_it_is_read(rows):
    # Handed on, the first of these asks for 400 GB and ends the process.
    assert "Zellen" in answer(with_sheet(rows))


def test_a_prefix_before_the_names_of_the_cells_hides_nothing():
    rows = '<x:row r="1"><x:c r="A1"><x:v>1</x:v></x:c><x:c r="XFD1048576"><x:v>1</x:v></x:c></x:row>'
    xml = f'<x:worksheet xmlns:x="{NAMESPACE}"><x:sheetData>{rows}</x:sheetData></x:worksheet>'.encode()
    assert "Zellen" in answer(rewritten(edition(), lambda parts: {**parts, SHEET: xml}))


def test_a_million_columns_in_one_row_are_refused():
    assert answer(with_sheet(f'<row r="1">{"<c><v>1</v></c>" * 1_000_000}</row>'))


def test_a_million_blank_rows_below_the_data_do_no_harm():
    def grown(parts):
        blank = b"".join(b'<row r="%d"/>' % number for number in range(900, 1_000_900, 37))
        return {**parts, SHEET: parts[SHEET].replace(b"</sheetData>", blank + b"</sheetData>")}

    found = read_register_file(rewritten(edition(), grown), "x")
    assert isinstance(found, EditionFile)
    assert len(found.records) == len(sample())


def test_a_sheet_that_claims_to_be_large_is_read_as_it_is():
    def claims(parts):
        return {**parts, SHEET: parts[SHEET].replace(b"<dimension ref=", b'<dimension ref="A1:XFD1048576" old=')}

    assert isinstance(read_register_file(rewritten(edition(), claims), "x"), EditionFile)


DAMAGED_SHEETS = {
    "no XML": b"Hallo",
    "XML cut off": f'<worksheet xmlns="{NAMESPACE}"><sheetData><row r="1"><c r="A1"><v>1'.encode(),
    "a shared text that does not exist": f'<worksheet xmlns="{NAMESPACE}"><sheetData><row r="1"><c r="A1" t="s">'
    "<v>99999</v></c></row></sheetData></worksheet>".encode(),
    "XML in UTF-16": f'<worksheet xmlns="{NAMESPACE}"><sheetData/></worksheet>'.encode("utf-16"),
    "nothing": b"",
}


@pytest.mark.parametrize("xml", DAMAGED_SHEETS.values(), ids=DAMAGED_SHEETS)
def test_a_damaged_sheet_is_refused(xml):
    assert answer(rewritten(edition(), lambda parts: {**parts, SHEET: xml}))


def test_entities_that_multiply_are_not_expanded():
    lol = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(
        f'<!ENTITY {chr(98 + at)} "{f"&{chr(97 + at)};" * 10}">' for at in range(9)
    )
    rows = '<row r="1"><c s="0" r="A1"><v>&j;</v></c></row>'
    xml = f'{lol}]><worksheet xmlns="{NAMESPACE}"><sheetData>{rows}</sheetData></worksheet>'
    assert answer(rewritten(edition(), lambda parts: {**parts, SHEET: xml.encode()}))


def test_two_parts_of_one_name_are_refused():
    buffer = io.BytesIO(edition())
    with zipfile.ZipFile(buffer, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr(SHEET, b"<worksheet/>")
    assert "unbeschädigte Excel-Mappe" in answer(buffer.getvalue())


def test_too_many_sheets_are_refused():
    book = Workbook()
    for number in range(25):
        book.create_sheet(f"Blatt {number}")
    assert "1 bis 20 Blättern" in answer(saved(book))


def test_what_was_found_is_told_short_and_without_control_characters():
    told = answer(b"\x1b[31m" + b"x" * 5000)
    assert "\x1b" not in told
    assert len(told) < 500
