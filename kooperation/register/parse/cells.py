"""What a cell or a field says: text, numbers, dates, keys. Numbers may come as text, with decimal comma."""

import re
from datetime import date, datetime

from kooperation.register.parse.workbook import Cell

_WHOLE = re.compile(r"-?[0-9]{1,15}")
_DECIMAL = re.compile(r"-?[0-9]{1,12}(?:[.,][0-9]{1,20})?")
_DATE = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})")
_SPACES = str.maketrans("", "", " \u00a0\u2009\u202f")
# Letters, digits and the usual marks; Ã and Â are in no name here, they are UTF-8 read as Latin-1.
_NAME = re.compile(r"""(?=.*[^\W\d_])(?:(?![ÃÂ])[^\W_]|[ \u00a0\-–/().,:;'’`´&+"„“])+""")


class Unfit(ValueError):
    """A cell does not hold what it should."""


def text(cell: Cell) -> str:
    """The cell as text without blanks around it; a whole number without ".0", a date as 31.12.2024."""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, date):
        return cell.strftime("%d.%m.%Y")
    return str(cell)


def whole(cell: Cell) -> int | None:
    """A whole number, None for an empty cell; anything else is Unfit."""
    if isinstance(cell, float):
        if cell.is_integer():
            return int(cell)
        raise Unfit
    if isinstance(cell, bool):
        raise Unfit
    if isinstance(cell, int):
        return cell
    said = text(cell).translate(_SPACES)
    if not said:
        return None
    if not _WHOLE.fullmatch(said):
        raise Unfit
    return int(said)


def decimal(cell: Cell) -> float | None:
    """A number with decimal comma or point, None for an empty cell; anything else is Unfit."""
    if isinstance(cell, bool):
        raise Unfit
    if isinstance(cell, float | int):
        if abs(cell) < 1e12:
            return float(cell)
        raise Unfit
    said = text(cell).translate(_SPACES)
    if not said:
        return None
    if not _DECIMAL.fullmatch(said):
        raise Unfit
    return float(said.replace(",", "."))


def day(cell: Cell) -> date | None:
    """A date, as a date cell or as text 31.12.2024; None for an empty cell; anything else is Unfit."""
    if isinstance(cell, datetime):
        return _plausible(cell.date())
    if isinstance(cell, date):
        return _plausible(cell)
    said = text(cell)
    if not said:
        return None
    match = _DATE.fullmatch(said)
    if not match:
        raise Unfit
    return made_date(match[3], match[2], match[1])


def made_date(year: str, month: str, on: str) -> date:
    """The date of three texts; a day that does not exist is Unfit."""
    try:
        return _plausible(date(int(year), int(month), int(on)))
    except ValueError as error:
        raise Unfit from error


def date_within(said: str) -> date | None:
    """The first date that stands in a text ("… am 31.12.2024 (4. Quartal)"); None if there is none."""
    match = _DATE.search(said)
    return made_date(match[3], match[2], match[1]) if match else None


def is_name(said: str) -> bool:
    """Whether a text reads as a name: letters, digits and the usual marks, nothing that a wrong encoding leaves."""
    return _NAME.fullmatch(said) is not None


def is_key(said: str, length: int) -> bool:
    """Whether a text is a key of so many digits."""
    return len(said) == length and said.isascii() and said.isdigit()


def column_letter(index: int) -> str:
    """The letters of a column as Excel shows it: 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _plausible(found: date) -> date:
    if not 1900 <= found.year <= 2100:
        raise Unfit
    return found
