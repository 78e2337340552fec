"""The page of one unit: what became of keys, its history, and units like it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, ColumnElement, Select, and_, bindparam, func, or_, select, union_all

from kooperation.base.db import db
from kooperation.parties.models import Municipality, body_join, municipality_table, party_table
from kooperation.parties.queries import municipality_by_key
from kooperation.register.models import (
    ChangeEvent,
    Edition,
    HistoryEntry,
    HistoryKind,
    Succession,
)

SIMILAR_EACH_SIDE = 4

_party = party_table.c
_unit = municipality_table.c


class SimilarUnit(NamedTuple):
    """A unit of the same level and about the same population, with how many people it has more or fewer.

    ``place`` names the Landkreis and the Land that it lies in.
    """

    id: int
    key: str
    name: str
    place: str
    population: int
    difference: int


class Related(NamedTuple):
    """A unit whose place another one took, or the other; ``reason`` says who says so."""

    key: str
    name: str
    dissolved_on: date | None
    is_official: bool
    reason: str


class Remembered(NamedTuple):
    """What an edition changed about a unit."""

    kind: HistoryKind
    before: str | None
    after: str | None
    edition_date: date


def _nearest(*, larger: bool) -> Select[Any]:
    same = (
        _party.level == bindparam("level"),
        _party.id != bindparam("unit"),
        _party.dissolved_on.is_(None),
        _unit.inhabited,
        _unit.population >= bindparam("population") if larger else _unit.population < bindparam("population"),
    )
    order = _unit.population if larger else _unit.population.desc()
    columns = (_party.id, _party.key, _party.display_name, _unit.population, _unit.district_id, _unit.land_id)
    nearest = select(*columns).select_from(body_join).where(*same).order_by(order, _party.id)
    return select(nearest.limit(bindparam("count")).subquery())


def _related(shown: ColumnElement[int], given: ColumnElement[int]) -> Select[Any]:
    of_both = select(_party.key, _party.display_name, _party.dissolved_on, Succession.is_official, Succession.reason)
    joined = of_both.join_from(Succession, party_table, _party.id == shown).where(given == bindparam("unit"))
    return joined.order_by(Succession.is_official.desc(), _party.sort_name, _party.id)


# Made once: putting a statement together takes longer than running it.
_NEAREST = union_all(_nearest(larger=True), _nearest(larger=False)).subquery()
_KREIS, _LAND = party_table.alias("kreis"), party_table.alias("land")
_SIMILAR = (
    select(
        *(_NEAREST.c.id, _NEAREST.c.key, _NEAREST.c.display_name, _NEAREST.c.population),
        func.coalesce(_KREIS.c.display_name + ", ", "").concat(func.coalesce(_LAND.c.display_name, "")).label("place"),
    )
    .outerjoin(_KREIS, and_(_KREIS.c.id == _NEAREST.c.district_id, _KREIS.c.id != _NEAREST.c.id))
    .outerjoin(_LAND, and_(_LAND.c.id == _NEAREST.c.land_id, _LAND.c.id != _NEAREST.c.id))
)
_SUCCESSORS = _related(Succession.__table__.c.successor_id, Succession.__table__.c.predecessor_id)
_PREDECESSORS = _related(Succession.__table__.c.predecessor_id, Succession.__table__.c.successor_id)
_HISTORY = (
    select(HistoryEntry.kind, HistoryEntry.before, HistoryEntry.after, Edition.edition_date)
    .join(HistoryEntry.edition)
    .where(HistoryEntry.municipality_id == bindparam("unit"))
    .order_by(Edition.edition_date.desc(), HistoryEntry.id)
)
_KEYS: BindParameter[list[str]] = bindparam("keys", expanding=True)
_EVENTS = (
    select(ChangeEvent)
    .where(
        or_(
            ChangeEvent.ars_from.in_(_KEYS),
            ChangeEvent.ars_to.in_(_KEYS),
            ChangeEvent.ags_from.in_(_KEYS),
            ChangeEvent.ags_to.in_(_KEYS),
        )
    )
    .order_by(ChangeEvent.statistical_on.desc().nulls_last(), ChangeEvent.reference, ChangeEvent.id)
)
_LATEST = select(Edition).order_by(Edition.edition_date.desc(), Edition.id.desc()).limit(1)


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
    return db.session.scalars(_EVENTS, {"keys": list(keys)}).all()


def history_of(unit: Municipality) -> list[Remembered]:
    """What editions changed about the unit, the newest first."""
    return [Remembered(*row) for row in db.session.execute(_HISTORY, {"unit": unit.id})]


def successions_of(unit: Municipality) -> list[Related]:
    """What took the place of a dissolved unit: the units that exist today, official ones before proposed ones."""
    return [Related(*row) for row in db.session.execute(_SUCCESSORS, {"unit": unit.id})]


def predecessors_of(unit: Municipality) -> list[Related]:
    """The dissolved units whose place this one took, by name."""
    return [Related(*row) for row in db.session.execute(_PREDECESSORS, {"unit": unit.id})]


def similar_to(unit: Municipality, each_side: int = SIMILAR_EACH_SIDE) -> list[SimilarUnit]:
    """The units of the same level nearest in population, the largest first; none for a unit without population."""
    if unit.population is None:
        return []
    values = {"level": unit.level, "unit": unit.id, "population": unit.population, "count": each_side}
    found = [
        SimilarUnit(row.id, row.key, row.display_name, row.place, row.population, row.population - unit.population)
        for row in db.session.execute(_SIMILAR, values)
    ]
    return sorted(found, key=lambda one: (-one.difference, one.name))


def latest_edition() -> Edition | None:
    """The newest edition that was imported; None before the first."""
    return db.session.scalar(_LATEST)


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
            found = (municipality_by_key(one.key) for one in successions_of(unit) if one.is_official)
            successors |= {heir.id: heir for heir in found if heir is not None}
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
