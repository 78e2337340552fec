"""Reads an edition in the format AuszugGV: an Excel sheet with a title, a header of several rows, data, footers.

Source of the format: the sheets published by the Statistische Bundesamt as "Gemeindeverzeichnis (Auszug)". Columns
are found by their headings, dates in title and header.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from itertools import chain, islice

from kooperation.register.parse.assembly import KEY_FIELDS, Assembly, Field, RawRecord
from kooperation.register.parse.cells import Unfit, column_letter, date_within, decimal, text
from kooperation.register.parse.consistency import check_edition
from kooperation.register.parse.problems import ProblemList
from kooperation.register.parse.workbook import Cell, Row
from kooperation.register.rules.records import EditionFile, EditionFormat, RegisterRecord, Satzart

HEAD_ROWS = 15
"""The header begins within so many rows."""

_NOT_A_LETTER = re.compile(r"[^a-zäöüß]+")
_SOURCE = "Statistisches Bundesamt"

_ANCHORS = frozenset({"satzart", "textkennzeichen"})
_HEADINGS: Mapping[Field, tuple[str, str]] = {
    Field.SATZART: ("A", "satzart"),
    Field.TEXT_CODE: ("B", "textkennzeichen"),
    Field.LAND: ("C", "land"),
    Field.RB: ("D", "rb"),
    Field.KREIS: ("E", "kreis"),
    Field.VB: ("F", "vb"),
    Field.GEM: ("G", "gem"),
    Field.NAME: ("H", "gemeindename"),
    Field.AREA: ("I", "flächekm"),
    Field.POPULATION: ("J", "insgesamt"),
    Field.MALE: ("K", "männlich"),
    Field.PLZ: ("N", "postleitzahl"),
    Field.LON: ("O", "längengrad"),
    Field.LAT: ("P", "breitengrad"),
    Field.TRAVEL: ("Q", "reisegebiete"),
    Field.URBANISATION: ("S", "gradderverstädterung"),
}
"""Official column and normalised heading of each field that is read."""


def looks_like_auszug(head: Sequence[Row]) -> bool:
    """Whether the first rows of a sheet have three of the headings, "Satzart" or "Textkennzeichen" among them."""
    seen = {normalised(cell) for row in head for cell in row}
    return bool(seen & _ANCHORS) and len(seen & {heading for _, heading in _HEADINGS.values()}) >= 3


def read_auszug(rows: Iterable[Row], sheet: str, name: str, sha256: str) -> EditionFile:
    """The edition of a sheet's rows (from row 1, column A); raises UnreadableFile with all that is wrong."""
    problems = ProblemList(sheet)
    source = iter(rows)
    head = list(islice(source, HEAD_ROWS))
    start = next(at for at, row in enumerate(head) if _ANCHORS & {normalised(cell) for cell in row})
    depth = header_depth(head[start:])
    header = head[start : start + depth]
    columns = _columns(header, start + 1, problems)
    edition_date = _edition_date(head[:start], header, start + 1, problems)
    population_date = _population_date(header, start + 1, columns, problems)
    problems.refuse_if_any()
    records = _records(chain(head[start + depth :], source), start + depth + 1, columns, problems)
    check_edition(records, problems)
    problems.refuse_if_any()
    assert edition_date is not None
    return EditionFile(EditionFormat.AUSZUG_GV, edition_date, population_date, sha256, name, sheet, tuple(records))


def header_depth(rows: Sequence[Row]) -> int:
    """How many of the rows are header, the first one being its first: it has no other cell in A, and no number."""
    for at, row in enumerate(rows[1:], 1):
        if row and (text(row[0]) or any(text(cell).isdigit() for cell in row)):
            return at
    return len(rows)


def normalised(cell: Cell) -> str:
    """A heading without what varies: case, hyphens of division, line breaks, footnote numbers."""
    return _NOT_A_LETTER.sub("", cell.lower()) if isinstance(cell, str) else ""


def _columns(header: Sequence[Row], line: int, problems: ProblemList) -> dict[Field, int]:
    """Index of each field's column; a missing heading is a problem at the place where it officially stands."""
    fields = {heading: field for field, (_, heading) in _HEADINGS.items()}
    found: dict[Field, int] = {}
    for row in header:
        for at, cell in enumerate(row):
            if field := fields.get(normalised(cell)):
                found.setdefault(field, at)
    for field, (letter, _) in _HEADINGS.items():
        if field not in found:
            at = ord(letter) - ord("A")
            stands = " ".join(text(row[at]) for row in header if at < len(row) and text(row[at]))
            problems.add(line, letter, f"die Überschrift „{field.value}“", stands)
    return found


def _edition_date(title: Sequence[Row], header: Sequence[Row], line: int, problems: ProblemList) -> date | None:
    """The date of the territorial state, which title and header both name."""
    in_header = [text(cell) for row in header for cell in row if "gebietsstand" in normalised(cell)]
    in_title = [text(cell) for row in title for cell in row if text(cell)]
    dates: list[date] = []
    for said in in_header + in_title:
        try:
            found = date_within(said)
        except Unfit:
            problems.add(line, None, "ein Gebietsstand, den es als Tag gibt", said)
            return None
        if found:
            dates.append(found)
    if not dates:
        problems.add(line, None, "der Gebietsstand („Gebietsstand am 31.12.2024“)", "; ".join(in_header + in_title))
        return None
    if len(set(dates)) > 1:
        both = " und ".join(f"{found:%d.%m.%Y}" for found in sorted(set(dates)))
        problems.add(line, None, "derselbe Gebietsstand im Titel und im Tabellenkopf", both)
    return dates[0]


def _population_date(
    header: Sequence[Row], line: int, columns: Mapping[Field, int], problems: ProblemList
) -> date | None:
    """The date of the population figures: under their heading, in some editions under that of the area."""
    for field in (Field.POPULATION, Field.MALE, Field.AREA):
        for row in header:
            at = columns.get(field, len(row))
            said = text(row[at]) if at < len(row) else ""
            try:
                if found := date_within(said):
                    return found
            except Unfit:
                problems.add(line, column_letter(at), "ein Bevölkerungsstand, den es als Tag gibt", said)
    return None


def _records(
    rows: Iterable[Row], line: int, columns: Mapping[Field, int], problems: ProblemList
) -> list[RegisterRecord]:
    """The records of the data rows; ``line`` is the row number of the first."""
    labels = {field: f"{column_letter(at)} ({field.value})" for field, at in columns.items()}
    assembly = Assembly(labels, _hectares, "eine Zahl in km² mit Dezimalkomma", problems)
    read = _reader(columns)
    record_cell, name_cell = columns[Field.SATZART], columns[Field.NAME]
    key_cells = [columns[field] for field in KEY_FIELDS]
    records: list[RegisterRecord] = []
    has_source = False
    for number, row in enumerate(rows, line):
        if not row[record_cell] and not row[name_cell]:
            continue
        said = text(row[record_cell])
        if not said.isdigit() and not any(row[at] for at in (name_cell, *key_cells)):
            has_source = has_source or _SOURCE in said
            continue
        record = assembly.record(number, read(row))
        if record is not None:
            records.append(record)
            has_source = False
    if not has_source:
        problems.add(None, None, f"nach den Daten die Fußzeilen mit der Quelle ({_SOURCE})", "Ende der Tabelle")
    return records


def _reader(columns: Mapping[Field, int]) -> Callable[[Row], RawRecord]:
    """A function from a row to its raw fields."""
    land, rb, kreis, vb, gem = (columns[field] for field in KEY_FIELDS)
    satzart, code, name = columns[Field.SATZART], columns[Field.TEXT_CODE], columns[Field.NAME]
    area, population, male = columns[Field.AREA], columns[Field.POPULATION], columns[Field.MALE]
    plz, lon, lat = columns[Field.PLZ], columns[Field.LON], columns[Field.LAT]
    travel, urbanisation = columns[Field.TRAVEL], columns[Field.URBANISATION]

    def read(row: Row) -> RawRecord:
        key = (text(row[land]), text(row[rb]), text(row[kreis]), text(row[vb]), text(row[gem]))
        kind = text(row[satzart])
        if kind != Satzart.GEMEINDE:
            return RawRecord(kind, text(row[code]), key, text(row[name]))
        # Key and name of a classification stand side by side under one heading.
        region, degree = ([*row[at : at + 2], "", ""] for at in (travel, urbanisation))
        return RawRecord(
            kind, text(row[code]), key, text(row[name]), row[area], row[population], row[male], text(row[plz]),
            row[lon], row[lat], text(region[0]), text(region[1]), text(degree[0]), text(degree[1]),
        )  # fmt: skip

    return read


def _hectares(cell: Cell) -> int | None:
    """Square kilometres with two places as whole hectares."""
    area = decimal(cell)
    return None if area is None else round(area * 100)
