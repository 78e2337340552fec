"""Bodies: one a unit, with its parent, names and figures; as an edition describes them and as they are stored."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from kooperation.parties.rules import Level
from kooperation.register.rules.records import EditionFormat


class BodyRef(NamedTuple):
    """The identity of a body: its level and its public key (2, 3, 5, 8 or 9 digits)."""

    level: Level
    key: str


@dataclass(frozen=True, slots=True)
class Body:
    """One unit of the register as one body.

    ``ars`` is the regional key as the file has it (12 digits for a Gemeinde or kreisfreie Stadt, otherwise the
    key). Areas are km², coordinates decimal degrees. Above the Gemeinde, figures are sums over its Gemeinden and
    coordinates their mean weighted by area. ``fulfilling`` is the member Gemeinde that does the work of a
    contract association. None means unknown, or not told by the format.
    """

    level: Level
    key: str
    ars: str
    official_name: str
    display_name: str
    text_code: str | None
    parent: BodyRef | None
    area_km2: float | None = None
    population: int | None = None
    population_male: int | None = None
    population_date: date | None = None
    postal_code: str | None = None
    longitude: float | None = None
    latitude: float | None = None
    travel_region: str | None = None
    urbanisation: str | None = None
    seat: str | None = None
    inhabited: bool = True
    is_contract: bool = False
    fulfilling: BodyRef | None = None

    @property
    def ref(self) -> BodyRef:
        """Level and key."""
        return BodyRef(self.level, self.key)


@dataclass(frozen=True, slots=True)
class KnownBody:
    """A body that is stored: its row (``id``), what is stored of it, and since which edition it is known.

    ``first_seen`` is the date of the edition that brought it, or its present key; None if it was there from the
    beginning, or that is not known.
    """

    id: int
    body: Body
    dissolved_on: date | None = None
    first_seen: date | None = None


@dataclass(frozen=True, slots=True)
class Successor:
    """Who took the place of a dissolved body, with the reason as a German sentence; a proposal is not official."""

    ref: BodyRef
    official: bool
    reason: str


class NoticeKind(StrEnum):
    """What the reader of an import should know, though nothing is wrong."""

    NO_KREIS = "no_kreis"
    NO_FULFILLING = "no_fulfilling"
    LEVEL_SKIPPED = "level_skipped"
    NO_LEVEL = "no_level"
    SINGLE_MEMBER = "single_member"


@dataclass(frozen=True, slots=True)
class Notice:
    """A remark on one body (``ref``) or on the whole edition (None), as a German sentence."""

    kind: NoticeKind
    ref: BodyRef | None
    text: str


@dataclass(frozen=True, slots=True)
class Accounting:
    """What became of each record of an edition; the parts add up to ``records``.

    ``repeated`` counts the second and third mention of one body, by the Satzart of the mention; ``no_level``
    the records that are no level here, by what they are.
    """

    records: int
    bodies: int
    repeated: Mapping[str, int]
    no_level: Mapping[str, int]

    @property
    def balanced(self) -> bool:
        """Whether every record is accounted for."""
        return self.records == self.bodies + sum(self.repeated.values()) + sum(self.no_level.values())


@dataclass(frozen=True, slots=True)
class EditionBodies:
    """The bodies of an edition, parents before children, and what became of each record."""

    edition_date: date
    population_date: date | None
    format: EditionFormat
    bodies: tuple[Body, ...]
    accounting: Accounting
    notices: tuple[Notice, ...]

    @property
    def counts(self) -> dict[Level, int]:
        """Number of bodies on each level, in the order of the levels."""
        counts = dict.fromkeys(Level, 0)
        for body in self.bodies:
            counts[body.level] += 1
        return counts

    @property
    def population(self) -> int:
        """Total population of the Länder."""
        return sum(body.population or 0 for body in self.bodies if body.level is Level.LAND)
