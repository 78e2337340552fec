"""Recognises an official file by what it contains, whatever it is called, and reads it."""

from hashlib import sha256

from kooperation.register.parse.auszug import HEAD_ROWS, looks_like_auszug, read_auszug
from kooperation.register.parse.cells import text
from kooperation.register.parse.changes import looks_like_changes, read_changes
from kooperation.register.parse.fixed_width import decoded, looks_like_gv100ad, read_gv100ad
from kooperation.register.parse.problems import UnreadableFile, quoted, refuse
from kooperation.register.parse.workbook import Workbook, open_workbook
from kooperation.register.rules.records import ChangesFile, EditionFile

MAX_BYTES = 10 * 1024 * 1024
"""Larger files are refused unread; an official one has 4 MB at most."""

EXPECTED = (
    "eine Ausgabe des Gemeindeverzeichnisses (AuszugGV als .xlsx oder GV100AD als Text) "
    "oder die Gebietsänderungen (.xlsx) des Statistischen Bundesamts"
)

_ZIP = b"PK"
_OLE = b"\xd0\xcf\x11\xe0"
_KNOWN_BEGINNINGS = (
    (_OLE, "eine Excel-Datei im alten Format (.xls) oder mit Kennwort; bitte ohne Kennwort als .xlsx speichern"),
    (b"%PDF", "eine PDF-Datei"),
    (b"{\\rtf", "eine RTF-Datei"),
    (b"\x1f\x8b", "ein gepacktes Archiv (gzip); bitte entpacken"),
    (b"7z\xbc\xaf", "ein gepacktes Archiv (7z); bitte entpacken"),
    (b"Rar!", "ein gepacktes Archiv (RAR); bitte entpacken"),
)


def read_register_file(data: bytes, name: str) -> EditionFile | ChangesFile:
    """Read one official file.

    ``data`` is the whole file, ``name`` what it is called (kept, never believed). Raises UnreadableFile, and
    nothing else, with all problems up to a limit: for a file that is damaged, hostile, of another kind, or that
    contradicts itself.
    """
    if not data.strip(b"\x00\r\n\t "):
        raise refuse(EXPECTED, "eine leere Datei")
    if len(data) > MAX_BYTES:
        raise refuse(f"höchstens {MAX_BYTES >> 20} MB", "eine größere Datei")
    digest = sha256(data).hexdigest()
    # It is stored and shown in terminals: neither takes half characters or control sequences.
    name = "".join(char if char.isprintable() else "·" for char in name)
    if data.startswith(_ZIP):
        return _read_workbook(open_workbook(data), name, digest)
    for beginning, kind in _KNOWN_BEGINNINGS:
        if data.startswith(beginning):
            raise _wrong_file(kind)
    text_of_file = decoded(data)
    if looks_like_gv100ad(text_of_file):
        return read_gv100ad(text_of_file, name, digest)
    raise _wrong_file(_kind_of_text(text_of_file))


def _read_workbook(workbook: Workbook, name: str, digest: str) -> EditionFile | ChangesFile:
    titles: list[str] = []
    for sheet in workbook.sheets:
        head = workbook.head(sheet, HEAD_ROWS)
        if looks_like_auszug(head):
            return read_auszug(workbook.rows(sheet), sheet, name, digest)
        if looks_like_changes(head):
            return read_changes(workbook.rows(sheet), sheet, name, digest)
        titles += [text(cell) for row in head for cell in row if text(cell)]
    told = f"eine Excel-Mappe „{max(titles[:6], key=len)}“" if titles else "eine leere Excel-Mappe"
    sheets = ", ".join(workbook.sheets[:6])
    raise _wrong_file(f"{told} (Blätter: {sheets})")


def _kind_of_text(said: str) -> str:
    beginning = said.lstrip("\ufeff \r\n\t")[:2_000]
    lowered = beginning.lower()
    if lowered.startswith(("<!doctype html", "<html")) or "<html" in lowered:
        return "eine Webseite (HTML)"
    if beginning.startswith("<"):
        return "eine XML-Datei"
    if beginning.startswith(("{", "[")):
        return "eine JSON-Datei"
    first = beginning.partition("\n")[0].rstrip("\r")
    for mark, kind in ((";", "Semikolon"), (",", "Komma"), ("\t", "Tabulator")):
        if first.count(mark) >= 2:
            return f"eine CSV-Datei mit {kind}"
    return f"eine Datei, die mit {quoted(first)} beginnt"


def _wrong_file(kind: str) -> UnreadableFile:
    return refuse(EXPECTED, kind)
