"""Export of exactly what a list shows: CSV as German spreadsheet programs open it, and XLSX."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import chain, islice
from tempfile import SpooledTemporaryFile
from typing import IO

from kooperation.base import workbook

Cell = str | int | float | date | bool | None

_CONTROLS = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f]")

# The wide forms of Japanese keyboards count as well.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_ROWS_A_CHUNK = 500
_ROWS_MEASURED = 200
_WIDEST = 60


def harmless(text: str) -> str:
    """A text that no spreadsheet program takes for a formula: an apostrophe in front where it might (OWASP).

    Control characters, which no sheet may hold, are left out.
    """
    text = _CONTROLS.sub("", text)
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
    waiting = iter(rows)
    first = list(islice(waiting, _ROWS_MEASURED))
    # Three more than the text: the button of the filter.
    widths = [
        min(max(len(_csv_text(text)) for text in texts) + 3, _WIDEST) for texts in zip(heading, *first, strict=True)
    ]
    values = ([_xlsx_value(value) for value in row] for row in chain(first, waiting))
    file: IO[bytes] = SpooledTemporaryFile(max_size=8_000_000)  # noqa: SIM115 (the response closes it)
    workbook.write_workbook(file, title, heading, values, widths)
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
        return _ja_nein(value)
    if isinstance(value, float):
        return f"{value}".replace(".", ",")
    if isinstance(value, date):
        return value.strftime("%d.%m.%Y")
    return str(value)


def _xlsx_value(value: Cell) -> workbook.Cell:
    if isinstance(value, str):
        return harmless(value)
    if isinstance(value, bool):
        return _ja_nein(value)
    return value


def _ja_nein(value: bool) -> str:
    return "ja" if value else "nein"
