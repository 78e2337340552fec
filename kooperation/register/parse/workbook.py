"""Opens an Excel workbook (.xlsx, Office Open XML) that nobody has checked yet, and hands out its rows.

calamine reads fast but trusts the file: one value in the last cell of a sheet makes it ask for 400 GB and ends the
process, and it unpacks whatever a member contains, whatever its entry claims. So the archive is judged by its
directory, its XML parts are unpacked here within that limit, each sheet's extent is checked, and calamine is given a
new archive of exactly those parts: what was checked is what is read.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from xml.parsers import expat

from python_calamine import CalamineSheet, CalamineWorkbook

from kooperation.register.parse.problems import UnreadableFile, refuse

Cell = int | float | str | bool | time | date | datetime | timedelta
Row = list[Cell]

MAX_UNPACKED = 40 * 1024 * 1024
"""Bytes of all parts unpacked; an official file has 13 MB."""

MAX_SHARED_TEXTS = 8 * 1024 * 1024
"""Bytes of the texts that cells share; official files have 1 MB. In memory a short text takes many times its size."""

MAX_RATIO = 200
"""Unpacked to packed size, of a part and of all; official files have 8."""

MAX_MEMBERS = 1_000
MAX_SHEETS = 20
MAX_CELLS = 1_000_000
"""Rows times columns of a sheet, blank cells included; an official sheet has 321,560."""

_DAMAGED = "eine beschädigte oder unvollständige Mappe"
_SMALL_PART = 256 * 1024
"""Bytes; a part below this size may be packed as tightly as it likes."""

_PARTS = ("xl/", "_rels/", "[content_types]")
_SHARED_TEXTS = "sharedstrings.xml"
_MACRO_PARTS = ("vbaproject.bin", "xlmmacros", "macrosheets/")
_PLAIN_CELL = re.compile(rb'<c(?! r="[A-Z][0-9]{1,5}"(?: s="[0-9]+")?(?: t="[A-Za-z]+")?\s?/?>)[\s/>]')
_PREFIXED_CELL = re.compile(rb"<[A-Za-z_][\w.-]*:c[\s/>]")
_CELL_REF = re.compile(r"([A-Za-z]*)([0-9]*)")


class Workbook:
    """A workbook that was found harmless; its sheets are read when asked for."""

    def __init__(self, calamine: CalamineWorkbook) -> None:
        self._calamine = calamine
        self._loaded: CalamineSheet | None = None
        self.sheets = tuple(calamine.sheet_names)

    def head(self, sheet: str, rows: int) -> list[Row]:
        """The first rows of a sheet, from row 1 and column A."""
        return self._sheet(sheet).to_python(skip_empty_area=False, nrows=rows)

    def rows(self, sheet: str) -> Iterator[Row]:
        """All rows of a sheet, from row 1 and column A; formulas are their stored values, nothing is ``""``."""
        loaded = self._sheet(sheet)
        margin: Row = [""] * (loaded.start[1] if loaded.start else 0)
        if not margin:
            return iter(loaded.iter_rows())
        return ([*margin, *row] for row in loaded.iter_rows())

    def _sheet(self, name: str) -> CalamineSheet:
        if self._loaded is None or self._loaded.name != name:
            with _CalamineGuard():
                self._loaded = self._calamine.get_sheet_by_name(name)
        return self._loaded


def open_workbook(data: bytes) -> Workbook:
    """Open an .xlsx file. Refuses what is damaged, encrypted, has macros, or would not fit into memory."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _judge_directory(archive)
            checked = _checked(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        raise refuse("eine unbeschädigte Excel-Mappe (.xlsx)", _DAMAGED) from error
    with _CalamineGuard():
        workbook = CalamineWorkbook.from_filelike(checked)
    if not 1 <= len(workbook.sheet_names) <= MAX_SHEETS:
        raise refuse(f"eine Excel-Mappe mit 1 bis {MAX_SHEETS} Blättern", f"eine mit {len(workbook.sheet_names)}")
    return Workbook(workbook)


def _judge_directory(archive: zipfile.ZipFile) -> None:
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        raise refuse(f"eine Excel-Mappe mit höchstens {MAX_MEMBERS} Teilen", f"eine mit {len(members)}")
    names = {member.filename.lower() for member in members}
    if any(part in name for name in names for part in _MACRO_PARTS):
        raise refuse("eine Excel-Mappe ohne Makros (.xlsx)", "eine Mappe mit Makros (.xlsm)")
    if "xl/workbook.xml" not in names:
        raise refuse("eine Excel-Mappe (.xlsx)", _kind_of_archive(names))
    if any(member.flag_bits & 0x1 for member in members):
        raise refuse("eine Excel-Mappe ohne Kennwort", "ein verschlüsseltes Archiv")
    unpacked = sum(member.file_size for member in members)
    if unpacked > MAX_UNPACKED:
        raise refuse(f"höchstens {MAX_UNPACKED >> 20} MB entpackt", f"eine Mappe von {unpacked >> 20} MB")
    shared = sum(member.file_size for member in members if member.filename.lower().endswith(_SHARED_TEXTS))
    if shared > MAX_SHARED_TEXTS:
        raise refuse(f"höchstens {MAX_SHARED_TEXTS >> 20} MB gemeinsame Texte", f"eine Mappe mit {shared >> 20} MB")
    for member in members:
        if member.file_size > max(_SMALL_PART, MAX_RATIO * member.compress_size):
            raise refuse(
                f"Teile, die höchstens {MAX_RATIO}-fach gepackt sind",
                f"eine Mappe mit {member.filename}: {member.file_size} Bytes aus {member.compress_size}",
            )


def _kind_of_archive(names: set[str]) -> str:
    if "xl/workbook.bin" in names:
        return "eine binäre Excel-Mappe (.xlsb)"
    if "word/document.xml" in names:
        return "ein Word-Dokument"
    if "content.xml" in names and "mimetype" in names:
        return "eine OpenDocument-Datei (.ods)"
    inside = ", ".join(sorted(names)[:3])
    return f"ein ZIP-Archiv mit {inside}; bitte entpacken" if inside else "ein leeres ZIP-Archiv"


def _checked(archive: zipfile.ZipFile) -> io.BytesIO:
    """A new archive of the workbook's XML parts; pictures, printer settings and foreign parts are left behind."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as checked:
        for member in archive.infolist():
            name = member.filename
            if not (name.lower().startswith(_PARTS) and name.lower().endswith((".xml", ".rels"))):
                continue
            if name in checked.NameToInfo:
                raise zipfile.BadZipFile("duplicate member")
            content = archive.read(member)
            if b"\x00" in content:
                raise refuse("XML in UTF-8", f"eine Mappe mit {name} in einer anderen Kodierung")
            if b"sheetData" in content:
                _judge_extent(name, content)
            checked.writestr(name, content)
    buffer.seek(0)
    return buffer


def _judge_extent(name: str, content: bytes) -> None:
    """Refuse a sheet whose used area is too large to be held in memory.

    Cells as every common program writes them (one letter, at most five digits) span 26 × 99,999 at most; a sheet
    with any other cell is measured cell by cell.
    """
    if not _PLAIN_CELL.search(content) and not _PREFIXED_CELL.search(content):
        return
    extent = _Extent()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = extent.start
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise refuse("eine unbeschädigte Excel-Mappe (.xlsx)", f"eine Mappe mit fehlerhaftem XML in {name}") from error
    if extent.cells > MAX_CELLS:
        found = f"ein Blatt bis Zeile {extent.rows}, Spalte {extent.columns} ({name})"
        raise refuse(f"ein Blatt mit höchstens {MAX_CELLS:_} Zellen".replace("_", "."), found)


class _Extent:
    """Upper bounds of rows and columns of a sheet; a row or cell that names no place follows the one before it."""

    def __init__(self) -> None:
        self._named_rows = self._named_columns = 0
        self._unnamed_rows = self._unnamed_columns = self._unnamed_in_row = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        element = tag.rpartition(" ")[2]
        if element == "row":
            self._unnamed_in_row = 0
            if "r" in attributes:
                self._named_rows = max(self._named_rows, _number(attributes["r"]))
            else:
                self._unnamed_rows += 1
        elif element == "c" and "r" in attributes:
            letters, digits = _parts_of_ref(attributes["r"])
            self._named_rows = max(self._named_rows, _number(digits))
            self._named_columns = max(self._named_columns, _column_number(letters))
        elif element == "c":
            self._unnamed_in_row += 1
            self._unnamed_columns = max(self._unnamed_columns, self._unnamed_in_row)

    @property
    def rows(self) -> int:
        return self._named_rows + self._unnamed_rows

    @property
    def columns(self) -> int:
        return self._named_columns + self._unnamed_columns

    @property
    def cells(self) -> int:
        return self.rows * self.columns


def _parts_of_ref(ref: str) -> tuple[str, str]:
    match = _CELL_REF.fullmatch(ref)
    return (match[1], match[2]) if match else ("", "")


def _number(digits: str) -> int:
    """Whatever is no number is taken for the farthest one: calamine may read it otherwise."""
    return int(digits[:12]) if digits.isascii() and digits.isdigit() else 10**12


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters[:6].upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


class _CalamineGuard:
    """Turns whatever calamine raises, a Rust panic included, into a refusal of the file."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if error is None or isinstance(error, UnreadableFile | KeyboardInterrupt | SystemExit | MemoryError):
            return
        # A Rust panic arrives as pyo3_runtime.PanicException, which can be told by its name only.
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            raise refuse("eine unbeschädigte Excel-Mappe (.xlsx)", _DAMAGED) from error
