"""The page of one unit: what became of keys, its history, and units like it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from kooperation.base.db import db
from kooperation.parties.models import Municipality, Party
from kooperation.parties.queries import municipality_by_key
from kooperation.register.models import (
    ChangeEvent,
    Edition,
    HistoryEntry,
    HistoryKind,
    Succession,
)

_SIMILAR_EACH_SIDE = 4


@dataclass(frozen=True, slots=True)
class SimilarUnit:
    """A unit of the same level and about the same population, with how many people it has more or fewer."""

    unit: Municipality
    difference: int


@dataclass(frozen=True, slots=True)
class FormerUnit:
    """A unit that was gone before the first imported edition and is known from territorial changes alone."""

    key: str
    name: str
    dissolved_on: date | None
    successors: Sequence[Municipality]


KEY_KINDS = (HistoryKind.REKEYED, HistoryKind.ARS_CHANGED)
"""The entries of a unit's history whose former value is a key or ARS."""


def unit_by_former_key(key: str) -> Municipality | None:
    """The unit that had this key or ARS once, or has this ARS today; None where no edition says so.

    ``key`` is a public key or an ARS of 12 digits.
    """
    if len(key) == 12:
        living_first = (Municipality.dissolved_on.is_not(None), Municipality.id)
        unit = db.session.scalar(select(Municipality).where(Municipality.ars == key).order_by(*living_first).limit(1))
        if unit is not None:
            return unit
    return db.session.scalar(
        select(Municipality)
        .join(HistoryEntry, HistoryEntry.municipality_id == Municipality.id)
        .where(
            HistoryEntry.kind.in_(KEY_KINDS),
            HistoryEntry.before == key,
        )
        .order_by(HistoryEntry.id.desc())
        .limit(1)
    )


def events_about(keys: Sequence[str]) -> Sequence[ChangeEvent]:
    """The official territorial changes that name one of these keys or ARS, the newest first."""
    return db.session.scalars(
        select(ChangeEvent)
        .where(
            or_(
                ChangeEvent.ars_from.in_(keys),
                ChangeEvent.ars_to.in_(keys),
                ChangeEvent.ags_from.in_(keys),
                ChangeEvent.ags_to.in_(keys),
            )
        )
        .order_by(
            ChangeEvent.statistical_on.desc().nulls_last(),
            ChangeEvent.reference,
            ChangeEvent.id,
        )
    ).all()


def history_of(unit: Municipality) -> Sequence[HistoryEntry]:
    """What editions changed about the unit, the newest first."""
    return db.session.scalars(
        select(HistoryEntry)
        .where(HistoryEntry.municipality_id == unit.id)
        .options(joinedload(HistoryEntry.edition))
        .join(HistoryEntry.edition)
        .order_by(Edition.edition_date.desc(), HistoryEntry.id)
    ).all()


def successions_of(unit: Municipality) -> Sequence[Succession]:
    """What took the place of a dissolved unit: the units that exist today, official ones before proposed ones."""
    return db.session.scalars(
        select(Succession)
        .join(Party, Party.id == Succession.successor_id)
        .where(Succession.predecessor_id == unit.id)
        .options(joinedload(Succession.successor))
        .order_by(Succession.is_official.desc(), Party.sort_name, Party.id)
    ).all()


def predecessors_of(unit: Municipality) -> Sequence[Succession]:
    """The dissolved units whose place this one took, by name."""
    return db.session.scalars(
        select(Succession)
        .join(Party, Party.id == Succession.predecessor_id)
        .where(Succession.successor_id == unit.id)
        .options(joinedload(Succession.predecessor))
        .order_by(Succession.is_official.desc(), Party.sort_name, Party.id)
    ).all()


def similar_to(unit: Municipality, each_side: int = _SIMILAR_EACH_SIDE) -> Sequence[SimilarUnit]:
    """The units of the same level nearest in population, the largest first; none for a unit without population."""
    if unit.population is None:
        return []
    same = (
        Municipality.level == unit.level,
        Municipality.id != unit.id,
        Municipality.dissolved_on.is_(None),
        Municipality.inhabited,
    )
    larger = select(Municipality).where(*same, Municipality.population >= unit.population)
    smaller = select(Municipality).where(*same, Municipality.population < unit.population)
    found = [
        *db.session.scalars(larger.order_by(Municipality.population, Municipality.id).limit(each_side)),
        *db.session.scalars(smaller.order_by(Municipality.population.desc(), Municipality.id).limit(each_side)),
    ]
    similar = [SimilarUnit(other, (other.population or 0) - unit.population) for other in found]
    return sorted(similar, key=lambda one: (-one.difference, one.unit.sort_name))


def latest_edition() -> Edition | None:
    """The newest edition that was imported; None before the first."""
    return db.session.scalar(select(Edition).order_by(Edition.edition_date.desc(), Edition.id.desc()).limit(1))


def fulfilled_by(unit: Municipality) -> Municipality | None:
    """The Gemeinde that does the work of a contract association, where the register names it."""
    return db.session.get(Municipality, unit.fulfilling_id) if unit.fulfilling_id else None


def former_unit(key: str) -> FormerUnit | None:
    """The unit with this AGS, ARS or Verband key that was gone before the first imported edition.

    Follows the official changes over several reforms to the units that exist today; None where no change names
    the key.
    """
    gone = _endings(key)
    if not gone:
        return None
    successors: dict[int, Municipality] = {}
    seen, waiting = {key}, [_receiving(event) for event in gone]
    while waiting:
        following = waiting.pop()
        if following in seen:
            continue
        seen.add(following)
        unit = municipality_by_key(following)
        if unit is not None and unit.dissolved_on is None:
            successors[unit.id] = unit
        elif unit is not None:
            successors |= {one.successor_id: one.successor for one in successions_of(unit) if one.is_official}
        else:
            waiting += [_receiving(event) for event in _endings(following)]
    return FormerUnit(
        key=key,
        name=gone[0].name_from,
        dissolved_on=gone[0].legal_on,
        successors=sorted(successors.values(), key=lambda unit: (unit.sort_name, unit.id)),
    )


def _endings(key: str) -> Sequence[ChangeEvent]:
    """The events that end the unit with this key, or its key."""
    ending = or_(ChangeEvent.kinds.contains("1"), ChangeEvent.kinds.contains("3"))
    return db.session.scalars(
        select(ChangeEvent)
        .where(or_(ChangeEvent.ags_from == key, ChangeEvent.ars_from == key), ending)
        .where(ChangeEvent.ars_from != ChangeEvent.ars_to)
        .order_by(ChangeEvent.statistical_on, ChangeEvent.id)
    ).all()


def _receiving(event: ChangeEvent) -> str:
    return event.ags_to or event.ars_to
