"""What applying an edition would do, as values: shown as it stands, by the shell and by the page."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from kooperation.register.rules.bodies import Body, Successor


class ChangeType(StrEnum):
    """In what respect a body differs from what is stored; one body may differ in several."""

    RENAMED = "renamed"
    REKEYED = "rekeyed"
    ARS_CHANGED = "ars_changed"
    MOVED_KREIS = "moved_kreis"
    MOVED_VERBAND = "moved_verband"
    MOVED_OTHER = "moved_other"
    REVIVED = "revived"
    FACTS = "facts"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of ``Body`` with what is stored and what the edition says."""

    field: str
    before: object
    after: object


@dataclass(frozen=True, slots=True)
class BodyChange:
    """A stored body that the edition describes otherwise. ``after`` is what to store, ``fields`` what differs.

    ``event`` is the reference number of the official change that makes it a re-keyed body, otherwise None.
    """

    id: int
    before: Body
    after: Body
    types: frozenset[ChangeType]
    fields: tuple[FieldChange, ...]
    event: str | None = None


@dataclass(frozen=True, slots=True)
class Dissolution:
    """A stored body that the edition has no more.

    ``dissolved_on`` is the legal date of the official change (``event``); without one it is the edition's
    date, by which the body was gone. ``successors`` are all official or all proposed, the most important first.
    """

    id: int
    body: Body
    dissolved_on: date
    event: str | None
    successors: tuple[Successor, ...]


@dataclass(frozen=True, slots=True)
class EditionPlan:
    """What applying an edition would do. Lists are in the order of level and key.

    ``bodies`` are all that exist afterwards, parents before children: what the edition says, completed by what its
    format leaves out and is stored (GV100AD has no coordinates, AuszugGV no seats).
    """

    edition_date: date
    population_date: date | None
    bodies: tuple[Body, ...]
    new: tuple[Body, ...]
    changed: tuple[BodyChange, ...]
    dissolved: tuple[Dissolution, ...]
    unchanged: int

    def of_type(self, change_type: ChangeType) -> tuple[BodyChange, ...]:
        """The changed bodies that differ in this respect."""
        return tuple(change for change in self.changed if change_type in change.types)

    @property
    def counts(self) -> dict[str, int]:
        """Numbers for the summary: new, changed, each type of change, dissolved, unchanged."""
        counts = {"new": len(self.new), "changed": len(self.changed)}
        counts |= {change_type.value: len(self.of_type(change_type)) for change_type in ChangeType}
        return counts | {"dissolved": len(self.dissolved), "unchanged": self.unchanged}

    @property
    def is_empty(self) -> bool:
        """Whether applying it would change nothing."""
        return not (self.new or self.changed or self.dissolved)
