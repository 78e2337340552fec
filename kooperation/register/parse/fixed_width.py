"""Reads an edition in the format GV100AD: text of fixed width, 220 characters a line.

Source of the format: the record description that the Statistische Bundesamt publishes with the file. Positions are
of characters, so the text is decoded first: UTF-8, in older files Latin-1 (Windows-1252).
"""

import re
from collections.abc import Sequence
from datetime import date

from kooperation.register.parse.assembly import KEY_SHAPES, Assembly, Field, RawRecord
from kooperation.register.parse.cells import Unfit, made_date, whole
from kooperation.register.parse.consistency import check_edition
from kooperation.register.parse.problems import ProblemList, refuse
from kooperation.register.parse.workbook import Cell
from kooperation.register.rules.records import EditionFile, EditionFormat, RegisterRecord, Satzart

LINE_LENGTH = 220
"""Characters of a line; blanks at the end may have been stripped."""

MAX_LINES = 40_000
"""Lines of a file; an official one has 16,035."""

_FIRST_LINE = re.compile(r"[1-6]0[12][0-9]{7}[0-9]{2}[ 0-9]{10}\S")
_NEEDED = {Satzart.GEMEINDE: 161}
_NEEDED_OTHERWISE = 23

_LABELS = {
    Field.SATZART: "Zeichen 1–2 (Satzart)",
    Field.LAND: "Zeichen 11–12 (Land)",
    Field.RB: "Zeichen 13 (Regierungsbezirk)",
    Field.KREIS: "Zeichen 14–15 (Kreis)",
    Field.VB: "Zeichen 19–22 (Gemeindeverband)",
    Field.GEM: "Zeichen 16–18 (Gemeinde)",
    Field.NAME: "Zeichen 23–72 (Name)",
    Field.TEXT_CODE: "Zeichen 123–124 (Textkennzeichen)",
    Field.AREA: "Zeichen 129–139 (Fläche in ha)",
    Field.POPULATION: "Zeichen 140–150 (Bevölkerung)",
    Field.MALE: "Zeichen 151–161 (Bevölkerung männlich)",
    Field.PLZ: "Zeichen 166–170 (Postleitzahl)",
}


def looks_like_gv100ad(text: str) -> bool:
    """Whether the first line that is not blank begins as a record does: Satzart, date, key, name."""
    return bool(_FIRST_LINE.match(text.lstrip("\ufeff\r\n ")))


def read_gv100ad(text: str, name: str, sha256: str) -> EditionFile:
    """The edition of a decoded text; raises UnreadableFile with all that is wrong."""
    if text.count("\n") > MAX_LINES:
        raise refuse(f"höchstens {MAX_LINES:_} Zeilen".replace("_", "."), "eine längere Datei")
    problems = ProblemList()
    lines = [line.rstrip("\r") for line in text.lstrip("\ufeff").rstrip("\x1a\r\n").split("\n")]
    edition_date = _edition_date(lines, problems)
    _check_lengths(lines, problems)
    assembly = Assembly(_LABELS, _hectares, "eine ganze Zahl in ha", problems)
    records: list[RegisterRecord] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            problems.add(number, None, "keine leere Zeile zwischen den Sätzen", "")
            continue
        record = assembly.record(number, _raw(line))
        if record is not None:
            records.append(record)
    check_edition(records, problems)
    problems.refuse_if_any()
    assert edition_date is not None
    return EditionFile(EditionFormat.GV100AD, edition_date, None, sha256, name, None, tuple(records))


def decoded(data: bytes) -> str:
    """The text of a file in UTF-8, or else in Windows-1252; refuses UTF-16 and NUL bytes."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise refuse("Text in UTF-8 oder Latin-1", "ein Text in UTF-16")
    if b"\x00" in data:
        line = data.count(b"\n", 0, data.index(b"\x00")) + 1
        raise refuse("Text in UTF-8 oder Latin-1", "ein Null-Byte", line=line)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Five bytes mean nothing in Windows-1252; they become what no name may contain.
        return data.decode("cp1252", errors="replace")


def _raw(line: str) -> RawRecord:
    satzart = line[0:2]
    code, name, seat = line[122:124].strip(), line[22:72].strip(), line[72:122].strip()
    key = (line[10:12].strip(), line[12:13].strip(), line[13:15].strip(), line[18:22].strip(), line[15:18].strip())
    if satzart != Satzart.GEMEINDE:
        return RawRecord(satzart, code, key, name, seat=seat)
    return RawRecord(
        satzart,
        code,
        key,
        name,
        line[128:139].strip(),
        line[139:150].strip(),
        line[150:161].strip(),
        line[165:170].strip(),
    )


def _edition_date(lines: Sequence[str], problems: ProblemList) -> date | None:
    """The Gebietsstand, which every line repeats."""
    first = lines[0][2:10]
    for number, line in enumerate(lines, 1):
        if line[2:10] != first and line.strip():
            expected = f"derselbe Gebietsstand wie in Zeile 1 ({first})"
            problems.add(number, "Zeichen 3–10 (Gebietsstand)", expected, line[2:10])
    try:
        return made_date(first[:4], first[4:6], first[6:])
    except Unfit:
        problems.add(1, "Zeichen 3–10 (Gebietsstand)", "ein Tag als JJJJMMTT", first)
        return None


def _check_lengths(lines: Sequence[str], problems: ProblemList) -> None:
    """A line holds its needed fields; where no line was stripped of blanks, a short last one is cut off."""
    stripped = any(len(line) < LINE_LENGTH for line in lines[:-1])
    for number, line in enumerate(lines, 1):
        needed = _NEEDED.get(_SATZARTEN.get(line[:2], Satzart.LAND), _NEEDED_OTHERWISE)
        if len(line.rstrip()) > LINE_LENGTH:
            problems.add(number, None, f"{LINE_LENGTH} Zeichen", f"{len(line)} Zeichen")
        elif line.strip() and len(line) < needed:
            problems.add(number, None, f"{LINE_LENGTH} Zeichen, mindestens {needed}", f"{len(line)} Zeichen")
    if not stripped and len(lines) > 1 and len(lines[-1]) < LINE_LENGTH:
        expected = f"{LINE_LENGTH} Zeichen wie in den anderen Zeilen (ist die Datei abgeschnitten?)"
        problems.add(len(lines), None, expected, f"{len(lines[-1])} Zeichen")


_SATZARTEN = {satzart.value: satzart for satzart in KEY_SHAPES}


def _hectares(cell: Cell) -> int | None:
    return whole(cell)
