"""What the official files say, row by row, before anything is decided about it.

The formats are those of the Gemeindeverzeichnis-Informationssystem GV-ISys of the Statistische Bundesamt.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum


class EditionFormat(StrEnum):
    """The two formats in which an edition of the register is published."""

    AUSZUG_GV = "AuszugGV"
    GV100AD = "GV100AD"


class Satzart(StrEnum):
    """The kinds of record in an edition; a Region (30) exists in Baden-Württemberg only."""

    LAND = "10"
    REGIERUNGSBEZIRK = "20"
    REGION = "30"
    KREIS = "40"
    GEMEINDEVERBAND = "50"
    GEMEINDE = "60"


@dataclass(frozen=True, slots=True)
class RegisterRecord:
    """One record of an edition. Parts of the key that its Satzart does not have are empty strings.

    ``area_ha`` is in hectares (both formats are exact to the hectare), coordinates are decimal degrees
    (WGS 84) of the unit's middle, ``line`` is the row as Excel counts it or the line of the text file.
    """

    satzart: Satzart
    text_code: str
    land: str
    rb: str
    kreis: str
    vb: str
    gem: str
    name: str
    line: int
    area_ha: int | None = None
    population: int | None = None
    male: int | None = None
    plz: str | None = None
    lon: float | None = None
    lat: float | None = None
    travel_region_key: str | None = None
    travel_region: str | None = None
    urbanisation_key: str | None = None
    urbanisation: str | None = None
    seat: str | None = None

    @property
    def ars(self) -> str:
        """The regional key as far as the record has one: 2, 3, 4 (Region), 5, 9 or 12 digits."""
        return f"{self.land}{self.rb}{self.kreis}{self.vb}{self.gem}"

    @property
    def ags(self) -> str:
        """The municipal key: the regional key without the Verband; 8 digits for a Gemeinde."""
        return f"{self.land}{self.rb}{self.kreis}{self.gem}"


@dataclass(frozen=True, slots=True)
class EditionFile:
    """An edition as read: complete and consistent, or reading it would have been refused.

    ``population_date`` is None where the format names none (GV100AD). ``sheet`` is None for a text file.
    """

    format: EditionFormat
    edition_date: date
    population_date: date | None
    sha256: str
    name: str
    sheet: str | None
    records: tuple[RegisterRecord, ...]

    @property
    def counts(self) -> dict[str, int]:
        """Number of records by Satzart, e.g. ``{"10": 16, …, "60": 10959}``."""
        return dict(sorted(Counter(record.satzart.value for record in self.records).items()))

    @property
    def population(self) -> int:
        """Sum of the population of the records 60."""
        return sum(record.population or 0 for record in self.records)


class ChangeKind(IntEnum):
    """The official kinds of territorial change ("Änderungsart")."""

    DISSOLUTION = 1
    PART_TRANSFER = 2
    KEY_CHANGE = 3
    RENAME = 4


@dataclass(frozen=True, slots=True)
class ChangeRecord:
    """One row of territorial changes: what one unit gives to one unit, or becomes.

    ``unit_kind`` is the unit as the file calls it ("Gemeinde", "Gemeindeverband", …). ``ars_…`` has 2, 3, 5, 9
    or 12 digits, ``ags_…`` 8 or is None. Several rows with one ``reference`` belong together.
    """

    reference: str
    unit_kind: str
    ars_from: str
    ags_from: str | None
    name_from: str
    kinds: frozenset[ChangeKind]
    area_m2: int | None
    inhabitants: int | None
    ars_to: str
    ags_to: str | None
    name_to: str
    legal_on: date | None
    statistical_on: date | None
    line: int = 0


@dataclass(frozen=True, slots=True)
class ChangesFile:
    """A file of territorial changes (Gebietsänderungen) as read, with the period that its title names."""

    starts_on: date
    ends_on: date
    sha256: str
    name: str
    sheet: str
    records: tuple[ChangeRecord, ...]
