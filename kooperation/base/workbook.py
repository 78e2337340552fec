"""Workbooks of one sheet in the XLSX format (ECMA-376), written row by row.

openpyxl does the same with an object a cell, which takes ten times as long; tests read what is written here with it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from html import escape
from itertools import islice
from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile

Cell = str | int | float | date | None

_NOT_IN_XML = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NOT_IN_TITLES = re.compile(r"[\[\]:*?/\\]")
_EPOCH = date(1899, 12, 30).toordinal()
_ROWS_A_CHUNK = 500
_BOLD, _DATE = 1, 2
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"

_FIXED = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPES}.styles+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPES}.worksheet+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{_RELATIONS}/styles" Target="styles.xml"/></Relationships>'
    ),
    # The styles that cells name by number: plain, bold, a day.
    "xl/styles.xml": (
        f'<styleSheet xmlns="{_MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="DD.MM.YYYY"/></numFmts>'
        '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
        '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill></fills>'
        '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        '<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
        '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
        '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>'
        '<cellStyles count="1"><cellStyle name="Standard" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    ),
}


def write_workbook(
    file: IO[bytes], title: str, heading: Sequence[str], rows: Iterable[Sequence[Cell]], widths: Sequence[float]
) -> None:
    """Write one sheet: a bold heading that stays in sight and filters, then the rows; texts are never formulas."""
    with ZipFile(file, "w", ZIP_DEFLATED, compresslevel=1) as archive:
        for name, part in _FIXED.items():
            archive.writestr(name, _HEAD + part)
        last = 1
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write((_HEAD + _beginning(widths) + _row([_text(one, _BOLD) for one in heading])).encode())
            waiting = iter(rows)
            while chunk := list(islice(waiting, _ROWS_A_CHUNK)):
                last += len(chunk)
                sheet.write("".join(_row(map(_cell, row)) for row in chunk).encode())
            area = f"A1:{_column(len(heading))}{last}"
            sheet.write(f'</sheetData><autoFilter ref="{area}"/></worksheet>'.encode())
        archive.writestr("xl/workbook.xml", _HEAD + _workbook(title))


def _workbook(title: str) -> str:
    name = _escaped(_NOT_IN_TITLES.sub(" ", title)[:31])
    sheet = f'<sheets><sheet name="{name}" sheetId="1" r:id="rId1"/></sheets>'
    return f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}">{sheet}</workbook>'


def _beginning(widths: Sequence[float]) -> str:
    columns = "".join(
        f'<col min="{number}" max="{number}" width="{width}" customWidth="1"/>'
        for number, width in enumerate(widths, 1)
    )
    pane = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    view = f'<sheetViews><sheetView workbookViewId="0">{pane}</sheetView></sheetViews>'
    return f'<worksheet xmlns="{_MAIN}">{view}<cols>{columns}</cols><sheetData>'


def _row(cells: Iterable[str]) -> str:
    return f"<row>{''.join(cells)}</row>"


def _cell(value: Cell) -> str:
    if value is None:
        return "<c/>"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, date):
        return f'<c s="{_DATE}"><v>{value.toordinal() - _EPOCH}</v></c>'
    return f"<c><v>{value!r}</v></c>"


def _text(value: str, style: int = 0) -> str:
    return f'<c s="{style}" t="inlineStr"><is><t xml:space="preserve">{_escaped(value)}</t></is></c>'


def _escaped(text: str) -> str:
    # A reader of XML would take a carriage return for a line feed.
    return escape(_NOT_IN_XML.sub("", text)).replace("\r", "&#13;")


def _column(number: int) -> str:
    """The letters of a column, counted from 1."""

    def letters(rest: int) -> Iterator[str]:
        while rest:
            rest, digit = divmod(rest - 1, 26)
            yield chr(ord("A") + digit)

    return "".join(letters(number))[::-1]
