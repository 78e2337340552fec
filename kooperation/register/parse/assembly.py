"""Makes a checked record of the raw fields of a row or line; the same for both formats of an edition."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import NamedTuple

from kooperation.register.parse.cells import Unfit, decimal, is_key, is_name, text, whole
from kooperation.register.parse.problems import ProblemList
from kooperation.register.parse.workbook import Cell
from kooperation.register.rules.records import RegisterRecord, Satzart

KEY_SHAPES: Mapping[Satzart, tuple[int, int, int, int, int]] = {
    Satzart.LAND: (2, 0, 0, 0, 0),
    Satzart.REGIERUNGSBEZIRK: (2, 1, 0, 0, 0),
    Satzart.REGION: (2, 1, 1, 0, 0),
    Satzart.KREIS: (2, 1, 2, 0, 0),
    Satzart.GEMEINDEVERBAND: (2, 1, 2, 4, 0),
    Satzart.GEMEINDE: (2, 1, 2, 4, 3),
}
"""Digits of Land, Regierungsbezirk, Kreis, Verband and Gemeinde in the key of each Satzart."""

LANDS = frozenset(f"{number:02}" for number in range(1, 17))
"""The keys of the sixteen Länder."""

_TEXT_CODES: Mapping[Satzart, range] = {
    Satzart.KREIS: range(41, 46),
    Satzart.GEMEINDEVERBAND: range(50, 60),
    Satzart.GEMEINDE: range(60, 68),
}
_SATZARTEN = {satzart.value: satzart for satzart in Satzart}

# All of Germany with the coastal waters, in degrees.
_WEST, _EAST, _SOUTH, _NORTH = 5.5, 15.6, 47.0, 55.2


class Field(StrEnum):
    """The fields of a record, by the headings that people know them by."""

    SATZART = "Satzart"
    TEXT_CODE = "Textkennzeichen"
    LAND = "Land"
    RB = "RB"
    KREIS = "Kreis"
    VB = "VB"
    GEM = "Gem"
    NAME = "Gemeindename"
    AREA = "Fläche"
    POPULATION = "Bevölkerung insgesamt"
    MALE = "Bevölkerung männlich"
    PLZ = "Postleitzahl"
    LON = "Längengrad"
    LAT = "Breitengrad"
    TRAVEL = "Reisegebiete"
    URBANISATION = "Grad der Verstädterung"


KEY_FIELDS = (Field.LAND, Field.RB, Field.KREIS, Field.VB, Field.GEM)


class RawRecord(NamedTuple):
    """The fields of a record as they stand in the file; ``""`` is an empty one."""

    satzart: str
    text_code: str
    key: tuple[str, str, str, str, str]
    name: str
    area: Cell = ""
    population: Cell = ""
    male: Cell = ""
    plz: str = ""
    lon: Cell = ""
    lat: Cell = ""
    travel_region_key: str = ""
    travel_region: str = ""
    urbanisation_key: str = ""
    urbanisation: str = ""
    seat: str = ""


class Assembly:
    """Checks raw records one by one; what is wrong is told to ``problems`` with line and column.

    ``columns`` names the place of each field; ``area`` reads an area as hectares and raises Unfit.
    """

    def __init__(
        self,
        columns: Mapping[Field, str],
        area: Callable[[Cell], int | None],
        area_expected: str,
        problems: ProblemList,
    ) -> None:
        self._columns = columns
        self._area = area
        self._area_expected = area_expected
        self._problems = problems

    def record(self, line: int, raw: RawRecord) -> RegisterRecord | None:
        """The record, or None if its Satzart or its key cannot be used. Other faults leave their field empty."""
        satzart = _SATZARTEN.get(raw.satzart)
        if satzart is None:
            self._report(line, Field.SATZART, "Satzart 10, 20, 30, 40, 50 oder 60", raw.satzart)
            return None
        if not self._key_fits(line, satzart, raw.key):
            return None
        self._check_text_code(line, satzart, raw.text_code)
        if not is_name(raw.name):
            self._report(line, Field.NAME, "ein Name in lesbaren Buchstaben", raw.name)
        if satzart is not Satzart.GEMEINDE:
            return RegisterRecord(satzart, raw.text_code, *raw.key, name=raw.name, line=line, seat=raw.seat or None)
        return self._gemeinde(line, raw)

    def _gemeinde(self, line: int, raw: RawRecord) -> RegisterRecord:
        population = self._whole(line, Field.POPULATION, raw.population, needed=True)
        male = self._whole(line, Field.MALE, raw.male, needed=False)
        if population is not None and male is not None and male > population:
            self._report(line, Field.MALE, f"höchstens {population} (insgesamt)", male)
        lon, lat = self._coordinates(line, raw)
        return RegisterRecord(
            Satzart.GEMEINDE,
            raw.text_code,
            *raw.key,
            name=raw.name,
            line=line,
            area_ha=self._hectares(line, raw.area),
            population=population,
            male=male,
            plz=self._postal_code(line, raw.plz),
            lon=lon,
            lat=lat,
            travel_region_key=raw.travel_region_key or None,
            travel_region=raw.travel_region or None,
            urbanisation_key=raw.urbanisation_key or None,
            urbanisation=raw.urbanisation or None,
        )

    def _key_fits(self, line: int, satzart: Satzart, key: tuple[str, str, str, str, str]) -> bool:
        shape, digits = KEY_SHAPES[satzart], "".join(key)
        if tuple(map(len, key)) == shape and digits.isdigit() and digits.isascii() and key[0] in LANDS:
            return True
        fits = True
        for field, part, length in zip(KEY_FIELDS, key, shape, strict=True):
            if length and not is_key(part, length):
                expected = "1 Ziffer" if length == 1 else f"{length} Ziffern (als Text, mit führenden Nullen)"
                self._report(line, field, expected, part)
                fits = False
            elif part and not length:
                self._report(line, field, f"nichts bei Satzart {satzart}", part)
                fits = False
        if fits and key[0] not in LANDS:
            self._report(line, Field.LAND, "ein Land von 01 bis 16", key[0])
            fits = False
        return fits

    def _check_text_code(self, line: int, satzart: Satzart, code: str) -> None:
        if satzart not in _TEXT_CODES:
            if code:
                self._report(line, Field.TEXT_CODE, f"nichts bei Satzart {satzart}", code)
            return
        codes = _TEXT_CODES[satzart]
        if not (is_key(code, 2) and int(code) in codes):
            self._report(line, Field.TEXT_CODE, f"ein Textkennzeichen von {codes[0]} bis {codes[-1]}", code)

    def _whole(self, line: int, field: Field, cell: Cell, *, needed: bool) -> int | None:
        try:
            number = whole(cell)
        except Unfit:
            number = -1
        if (number is None and needed) or (number is not None and number < 0):
            self._report(line, field, "eine ganze Zahl ab 0", cell)
            return None
        return number

    def _hectares(self, line: int, cell: Cell) -> int | None:
        try:
            area = self._area(cell)
        except Unfit:
            area = None
        if area is None or area < 0:
            self._report(line, Field.AREA, self._area_expected, cell)
            return None
        return area

    def _postal_code(self, line: int, said: str) -> str | None:
        if said and not is_key(said, 5):
            self._report(line, Field.PLZ, "5 Ziffern oder nichts", said)
            return None
        return said or None

    def _coordinates(self, line: int, raw: RawRecord) -> tuple[float | None, float | None]:
        lon = self._degrees(line, Field.LON, raw.lon, _WEST, _EAST)
        lat = self._degrees(line, Field.LAT, raw.lat, _SOUTH, _NORTH)
        if (lon is None) != (lat is None) and (text(raw.lon) == "") != (text(raw.lat) == ""):
            field, other = (Field.LON, Field.LAT) if lon is None else (Field.LAT, Field.LON)
            self._report(line, field, f"eine Zahl, da der {other} angegeben ist", "")
        return (None, None) if lon is None or lat is None else (lon, lat)

    def _degrees(self, line: int, field: Field, cell: Cell, low: float, high: float) -> float | None:
        """Degrees to six places (10 cm); a unit without a place has none, or 0 in some editions."""
        try:
            degrees = decimal(cell)
        except Unfit:
            degrees = -1.0
        if degrees is None or degrees == 0:
            return None
        if low <= degrees <= high:
            return round(degrees, 6)
        german = f"Grad von {low:g} bis {high:g} mit Dezimalkomma".replace(".", ",")
        self._report(line, field, german, cell)
        return None

    def _report(self, line: int, field: Field, expected: str, found: Cell) -> None:
        self._problems.add(line, self._columns.get(field, field.value), expected, found)
