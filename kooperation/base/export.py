"""Export of exactly what a list shows: CSV as German spreadsheet programs open it, and XLSX."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import chain, islice
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

Cell = str | int | float | date | bool | None

# The wide forms of Japanese keyboards count as well.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_ROWS_A_CHUNK = 500
_ROWS_MEASURED = 200
_WIDEST = 60


def harmless(text: str) -> str:
    """A text that no spreadsheet program takes for a formula: an apostrophe in front where it might (OWASP).

    Control characters, which no sheet may hold, are left out.
    """
    text = ILLEGAL_CHARACTERS_RE.sub("", text)
    return "'" + text if text.startswith(_FORMULA_STARTS) else text


def as_csv(heading: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """Rows as CSV in pieces: UTF-8 with a byte-order mark, semicolons, decimal commas, dates as 31.12.2024."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    buffer.write("\ufeff")
    writer.writerow(heading)
    for count, row in enumerate(rows, 1):
        writer.writerow([_csv_text(value) for value in row])
        if count % _ROWS_A_CHUNK == 0:
            yield _taken(buffer)
    yield _taken(buffer)


def as_xlsx(title: str, heading: Sequence[str], rows: Iterable[Sequence[Cell]]) -> IO[bytes]:
    """Rows as an XLSX workbook of one sheet, in an open file at its beginning; keys stay text.

    Its columns are as wide as the first rows need, the heading stays in sight and filters.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    waiting = iter(rows)
    first = list(islice(waiting, _ROWS_MEASURED))
    for number, texts in enumerate(zip(heading, *first, strict=True), 1):
        longest = max(len(_csv_text(text)) for text in texts)
        # Three more than the text: the button of the filter.
        sheet.column_dimensions[get_column_letter(number)].width = min(longest + 3, _WIDEST)
    head = [WriteOnlyCell(sheet, value=text) for text in heading]
    for cell in head:
        cell.font = Font(bold=True)
    sheet.append(head)
    last = 1
    for row in chain(first, waiting):
        last += 1
        sheet.append([harmless(value) if isinstance(value, str) else _xlsx_value(sheet, value) for value in row])
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(heading))}{last}"
    file: IO[bytes] = SpooledTemporaryFile(max_size=8_000_000)  # noqa: SIM115 (the response closes it)
    book.save(file)
    file.seek(0)
    return file


def _taken(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode("utf-8")


def _csv_text(value: Cell) -> str:
    if isinstance(value, str):
        return harmless(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(_ja_nein(value))
    if isinstance(value, float):
        return f"{value}".replace(".", ",")
    if isinstance(value, date):
        return value.strftime("%d.%m.%Y")
    return str(value)


def _xlsx_value(sheet: Any, value: Cell) -> Any:
    if isinstance(value, date):
        cell = WriteOnlyCell(sheet)
        cell.value = value
        cell.number_format = "DD.MM.YYYY"
        return cell
    return _ja_nein(value)


def _ja_nein(value: Cell) -> Cell:
    if isinstance(value, bool):
        return "ja" if value else "nein"
    return value
