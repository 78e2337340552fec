"""Reading parties: which municipality is meant, which lie above one; and the words of vocabularies."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar, cast

from sqlalchemy import Column, Table, bindparam, func, or_, select

from kooperation.base.db import db
from kooperation.parties.models import Municipality, Term, municipality_table, party_table
from kooperation.parties.rules import Level

T = TypeVar("T", bound=Term)

_party = party_table.c

# Made once: putting a statement together takes longer than running it.
_BY_KEY = select(Municipality).where(Municipality.key == bindparam("key")).order_by(Municipality.id).limit(1)
_ANY = select(municipality_table.c.id).limit(1)
_BY_IDS = select(Municipality).where(Municipality.id.in_(bindparam("ids", expanding=True)))
_ANCESTORS = select(_party.id, _party.key, _party.level, _party.display_name).where(
    _party.id.in_(bindparam("ids", expanding=True))
)

_NAMED = select(_party.id, _party.key, _party.level, _party.display_name).where(
    or_(_party.id.in_(bindparam("ids", expanding=True)), _party.key.in_(bindparam("keys", expanding=True)))
)


class Ancestor(NamedTuple):
    """What pages say of a unit that they only name."""

    id: int
    key: str
    level: Level
    display_name: str


def municipality_by_key(key: str) -> Municipality | None:
    """The municipality with this public key (2, 3, 5, 8 or 9 digits), dissolved ones too; None without one."""
    # Whatever else an address says is not even asked for: PostgreSQL fails on the character NUL.
    return db.session.scalar(_BY_KEY, {"key": key}) if key.isascii() and key.isdigit() else None


def any_municipality() -> bool:
    """Whether there is a register at all."""
    return db.session.scalar(_ANY) is not None


def municipalities(ids: Sequence[int]) -> Sequence[Municipality]:
    """The municipalities with these numbers, in the order of the numbers given."""
    if not ids:
        return []
    found = {municipality.id: municipality for municipality in db.session.scalars(_BY_IDS, {"ids": list(ids)})}
    return [found[number] for number in ids if number in found]


def named(ids: Iterable[int], keys: Iterable[str]) -> list[Ancestor]:
    """What pages say of the municipalities with some numbers or some keys, in at most one statement."""
    numbers, wanted = sorted(set(ids)), sorted({key for key in keys if key.isascii() and key.isdigit()})
    if not numbers and not wanted:
        return []
    rows = db.session.execute(_NAMED, {"ids": numbers, "keys": wanted})
    return [Ancestor(*row) for row in rows]


def ancestors(units: Iterable[Municipality]) -> dict[int, Ancestor]:
    """All units above some others, by their numbers; one statement whatever the number."""
    numbers = sorted({number for unit in units for number in _above(unit)})
    rows = db.session.execute(_ANCESTORS, {"ids": numbers}) if numbers else ()
    return {row.id: Ancestor(*row) for row in rows}


def parents_of(unit: Municipality, known: Mapping[int, Ancestor] | None = None) -> list[Ancestor]:
    """The units above a municipality, the Land first; ``known`` are ancestors that were read already."""
    known = ancestors([unit]) if known is None else known
    # The keys grow from the Land downwards: 2, 3, 5 and 9 digits.
    return sorted((known[number] for number in _above(unit)), key=lambda parent: len(parent.key))


def _above(unit: Municipality) -> set[int]:
    columns = {unit.parent_id, unit.land_id, unit.bezirk_id, unit.district_id, unit.association_id}
    return {number for number in columns if number is not None and number != unit.id}


def terms(vocabulary: type[T]) -> Sequence[T]:
    """All words of a vocabulary in their order, retired ones too."""
    return db.session.scalars(select(vocabulary).order_by(vocabulary.position, vocabulary.id)).all()


def term_by_id(vocabulary: type[T], number: int) -> T | None:
    """The word of a vocabulary with this number; None without one."""
    return db.session.get(vocabulary, number)


def term_by_name(vocabulary: type[T], folded: str) -> T | None:
    """The word of a vocabulary that this folded name means; None without one."""
    return db.session.scalar(select(vocabulary).where(vocabulary.folded == folded))


def references(vocabulary: type[Term]) -> list[Column[Any]]:
    """The columns of all tables that refer to a vocabulary."""
    number = cast(Table, vocabulary.__table__).c.id
    return [column for table in db.metadata.tables.values() for column in table.columns if column.references(number)]


def uses(vocabulary: type[Term]) -> dict[int, int]:
    """How often each word is used, by its number; one statement for each table that refers to the vocabulary."""
    counts: dict[int, int] = {}
    for column in references(vocabulary):
        for number, count in db.session.execute(
            select(column, func.count()).where(column.is_not(None)).group_by(column)
        ):
            counts[number] = counts.get(number, 0) + count
    return counts
