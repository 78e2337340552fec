"""Reads a file of territorial changes ("Gebietsänderungen"): an Excel sheet, one row a giving and a receiving unit.

Source of the format: the yearly and quarterly files published by the Statistische Bundesamt. Columns are found by
their headings, which name the giving side first.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from itertools import chain, islice

from kooperation.register.parse.assembly import LANDS
from kooperation.register.parse.auszug import header_depth, normalised
from kooperation.register.parse.cells import Unfit, column_letter, day, is_key, is_name, made_date, text, whole
from kooperation.register.parse.problems import ProblemList
from kooperation.register.parse.workbook import Cell, Row
from kooperation.register.rules.records import ChangeKind, ChangeRecord, ChangesFile

HEAD_ROWS = 15
"""The header begins within so many rows."""

ARS_LENGTHS: Mapping[str, int] = {
    "Gemeinde": 12,
    "Gemeindeverband": 9,
    "Kreis": 5,
    "Landkreis": 5,
    "Kreisfreie Stadt": 5,
    "Regierungsbezirk": 3,
    "Land": 2,
    "Bundesland": 2,
}
"""Kinds of unit as the files call them, with the digits of their regional key."""

_PERIOD = re.compile(
    r"vom\s+(\d{1,2})\.(\d{1,2})\.(\d{4})?\s*(?:-|–|bis)\s*(\d{1,2})\.(\d{1,2})\.(\d{4})", re.IGNORECASE
)
_REFERENCE = re.compile(r"\d{2}/\d{4}/\S+")
_SOURCE = "Statistisches Bundesamt"
_ANCHORS = frozenset({"kennziffer", "änderungsart"})


class _Field(StrEnum):
    REFERENCE = "Kennziffer"
    UNIT = "Regionaleinheit"
    ARS_FROM = "ARS, abgebend"
    AGS_FROM = "AGS, abgebend"
    NAME_FROM = "Name, abgebend"
    KINDS = "Änderungsart"
    AREA = "Fläche qm"
    INHABITANTS = "Einwohner"
    ARS_TO = "ARS, aufnehmend"
    AGS_TO = "AGS, aufnehmend"
    NAME_TO = "Name, aufnehmend"
    LEGAL = "Wirksamkeit juristisch"
    STATISTICAL = "Wirksamkeit statistisch"


# Normalised heading, and whether it is the first or second column under that heading.
_HEADINGS: Mapping[_Field, tuple[str, int]] = {
    _Field.REFERENCE: ("kennziffer", 0),
    _Field.UNIT: ("regionaleinheit", 0),
    _Field.ARS_FROM: ("amtlicherregionalschlüsselars", 0),
    _Field.AGS_FROM: ("amtlichergemeindeschlüsselags", 0),
    _Field.NAME_FROM: ("name", 0),
    _Field.KINDS: ("änderungsart", 0),
    _Field.AREA: ("flächeqm", 0),
    _Field.INHABITANTS: ("einwohner", 0),
    _Field.ARS_TO: ("amtlicherregionalschlüsselars", 1),
    _Field.AGS_TO: ("amtlichergemeindeschlüsselags", 1),
    _Field.NAME_TO: ("name", 1),
    _Field.LEGAL: ("juristisch", 0),
    _Field.STATISTICAL: ("statistisch", 0),
}


def looks_like_changes(head: Sequence[Row]) -> bool:
    """Whether the first rows of a sheet have three of the headings, "Kennziffer" or "Änderungsart" among them."""
    seen = {normalised(cell) for row in head for cell in row}
    return bool(seen & _ANCHORS) and len(seen & {heading for heading, _ in _HEADINGS.values()}) >= 3


def read_changes(rows: Iterable[Row], sheet: str, name: str, sha256: str) -> ChangesFile:
    """The changes of a sheet's rows (from row 1, column A); raises UnreadableFile with all that is wrong."""
    problems = ProblemList(sheet)
    source = iter(rows)
    head = list(islice(source, HEAD_ROWS))
    start = next(at for at, row in enumerate(head) if _ANCHORS & {normalised(cell) for cell in row})
    depth = header_depth(head[start:])
    columns = _columns(head[start : start + depth], start + 1, problems)
    period = _period(head[:start], problems)
    problems.refuse_if_any()
    records = _ChangeRows(columns, problems).read(chain(head[start + depth :], source), start + depth + 1)
    _check_doubles(records, problems)
    problems.refuse_if_any()
    assert period is not None
    return ChangesFile(period[0], period[1], sha256, name, sheet, tuple(records))


def _columns(header: Sequence[Row], line: int, problems: ProblemList) -> dict[_Field, int]:
    places: dict[str, list[int]] = {}
    for row in header:
        for at, cell in enumerate(row):
            if heading := normalised(cell):
                places.setdefault(heading, []).append(at)
    found: dict[_Field, int] = {}
    for official, (field, (heading, which)) in enumerate(_HEADINGS.items()):
        candidates = places.get(heading, [])
        if len(candidates) > which:
            found[field] = candidates[which]
        else:
            stands = " ".join(text(row[official]) for row in header if official < len(row) and text(row[official]))
            problems.add(line, column_letter(official), f"die Überschrift „{field.value}“", stands)
    return found


def _period(title: Sequence[Row], problems: ProblemList) -> tuple[date, date] | None:
    """The period of the title: "vom 01.01. - 31.12.2023", the first year being that of the end if it is left out."""
    said = "; ".join(dict.fromkeys(text(cell) for row in title for cell in row if text(cell)))
    match = _PERIOD.search(said)
    try:
        if not match:
            raise Unfit
        period = made_date(match[3] or match[6], match[2], match[1]), made_date(match[6], match[5], match[4])
        if period[0] > period[1]:
            raise Unfit
    except Unfit:
        problems.add(1, None, "ein Zeitraum („Gebietsänderungen vom 01.01. - 31.12.2024“)", said)
        return None
    return period


class _ChangeRows:
    """Reads the rows below the header; what is wrong is told to ``problems``."""

    def __init__(self, columns: Mapping[_Field, int], problems: ProblemList) -> None:
        self._columns = columns
        self._problems = problems
        self._line = 0
        self._row: Row = []

    def read(self, rows: Iterable[Row], line: int) -> list[ChangeRecord]:
        """All changes; ``line`` is the row number of the first row. The source must be named below them."""
        records: list[ChangeRecord] = []
        has_source = False
        for self._line, self._row in enumerate(rows, line):
            filled = {field for field in _Field if self._said(field)}
            if filled <= {_Field.REFERENCE} and not _REFERENCE.fullmatch(self._said(_Field.REFERENCE)):
                has_source = has_source or _SOURCE in self._said(_Field.REFERENCE)
                continue
            record = self._record()
            if record is not None:
                records.append(record)
                has_source = False
        if not records and not self._problems:
            self._problems.add(None, None, "mindestens eine Gebietsänderung", "keine")
        if not has_source:
            expected = f"nach den Daten die Fußzeilen mit der Quelle ({_SOURCE})"
            self._problems.add(None, None, expected, "Ende der Tabelle")
        return records

    def _record(self) -> ChangeRecord | None:
        reference, unit = self._said(_Field.REFERENCE), self._said(_Field.UNIT)
        if not _REFERENCE.fullmatch(reference):
            self._report(_Field.REFERENCE, "eine Kennziffer wie 06/2024/0004-R")
        if unit not in ARS_LENGTHS:
            self._report(_Field.UNIT, ", ".join(ARS_LENGTHS))
            return None
        ars_from, ars_to = (self._ars(field, ARS_LENGTHS[unit]) for field in (_Field.ARS_FROM, _Field.ARS_TO))
        ags_from = self._ags(_Field.AGS_FROM, unit, ars_from)
        ags_to = self._ags(_Field.AGS_TO, unit, ars_to)
        for field in (_Field.NAME_FROM, _Field.NAME_TO):
            if not is_name(self._said(field)):
                self._report(field, "ein Name in lesbaren Buchstaben")
        legal, statistical = self._day(_Field.LEGAL), self._day(_Field.STATISTICAL)
        if not (self._said(_Field.LEGAL) or self._said(_Field.STATISTICAL)):
            self._report(_Field.STATISTICAL, "ein Tag, ab dem die Änderung wirkt")
        return ChangeRecord(
            reference,
            unit,
            ars_from,
            ags_from,
            self._said(_Field.NAME_FROM),
            self._kinds(),
            self._whole(_Field.AREA),
            self._whole(_Field.INHABITANTS),
            ars_to,
            ags_to,
            self._said(_Field.NAME_TO),
            legal,
            statistical,
            self._line,
        )

    def _ars(self, field: _Field, length: int) -> str:
        said = self._said(field)
        if not is_key(said, length) or said[:2] not in LANDS:
            self._report(field, f"ein Regionalschlüssel mit {length} Ziffern in einem Land von 01 bis 16")
        return said

    def _ags(self, field: _Field, unit: str, ars: str) -> str | None:
        """The AGS; that of a Gemeinde must be its regional key without the Verband, if that is one."""
        said = self._said(field)
        expected = ars[:5] + ars[9:]
        if unit == "Gemeinde" and is_key(ars, ARS_LENGTHS[unit]) and ars[:2] in LANDS and said != expected:
            self._report(field, f"der Gemeindeschlüssel {expected}, der zum Regionalschlüssel gehört")
        elif said and not is_key(said, 8):
            self._report(field, "8 Ziffern oder nichts")
        return said or None

    def _kinds(self) -> frozenset[ChangeKind]:
        """The list of kinds: "1", 1.0 or "3, 4"."""
        numbers = [part.strip() for part in self._said(_Field.KINDS).split(",")]
        try:
            return frozenset(ChangeKind(int(number)) for number in numbers)
        except ValueError:
            self._report(_Field.KINDS, "Änderungsarten von 1 bis 4 (mehrere mit Komma)")
            return frozenset()

    def _whole(self, field: _Field) -> int | None:
        try:
            number = whole(self._cell(field))
        except Unfit:
            number = -1
        if number is not None and number < 0:
            self._report(field, "eine ganze Zahl ab 0 oder nichts")
            return None
        return number

    def _day(self, field: _Field) -> date | None:
        try:
            return day(self._cell(field))
        except Unfit:
            self._report(field, "ein Tag als TT.MM.JJJJ")
            return None

    def _cell(self, field: _Field) -> Cell:
        return self._row[self._columns[field]]

    def _said(self, field: _Field) -> str:
        return text(self._row[self._columns[field]])

    def _report(self, field: _Field, expected: str) -> None:
        label = f"{column_letter(self._columns[field])} ({field.value})"
        self._problems.add(self._line, label, expected, self._said(field))


def _check_doubles(records: Sequence[ChangeRecord], problems: ProblemList) -> None:
    """The same change of the same pair of units may be told once only."""
    first: dict[tuple[str, str, str, str, frozenset[ChangeKind]], int] = {}
    for record in records:
        row = (record.reference, record.unit_kind, record.ars_from, record.ars_to, record.kinds)
        line = first.setdefault(row, record.line)
        if line != record.line:
            problems.add(record.line, None, f"jede Änderung einmal; sie steht schon in Zeile {line}", record.name_from)
