"""Lists of units: browsed by their parents, and filtered."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, FromClause, Select, String, bindparam, func, or_, select

from kooperation.base.db import db
from kooperation.base.paging import Page, paged
from kooperation.base.text import sort_key
from kooperation.parties.models import body_join, municipality_table, party_table
from kooperation.parties.rules import Level, PopulationClass

_party = party_table.c
_unit = municipality_table.c

_district = party_table.alias("district")
_land = party_table.alias("land")
_above = party_table.alias("above")
_WRITTEN_UMLAUT = re.compile("([aou])e")


class Status(StrEnum):
    """Which units a list shows."""

    CURRENT = "aktuell"
    DISSOLVED = "aufgeloest"
    ALL = "alle"


class Sort(StrEnum):
    """What a list of units is sorted by."""

    NAME = "name"
    KEY = "schluessel"
    POPULATION = "einwohner"
    AREA = "flaeche"


@dataclass(frozen=True, slots=True)
class UnitFilter:
    """Which units a list shows and in what order; as it stands in the list's address."""

    level: Level | None = None
    land: str | None = None
    bezirk: str | None = None
    district: str | None = None
    association: str | None = None
    population_class: PopulationClass | None = None
    name: str = ""
    status: Status = Status.CURRENT
    sort: Sort = Sort.NAME
    descending: bool = False


class UnitRow(NamedTuple):
    """What a list shows of a unit."""

    id: int
    key: str
    level: Level
    name: str
    dissolved_on: date | None
    population: int | None
    area_km2: float | None
    postal_code: str | None
    text_code: str | None
    inhabited: bool
    land: str | None
    land_key: str | None
    district: str | None
    district_key: str | None


_COLUMNS = (
    _party.id,
    _party.key,
    _party.level,
    _party.display_name,
    _party.dissolved_on,
    _unit.population,
    _unit.area_km2,
    _unit.postal_code,
    _unit.text_code,
    _unit.inhabited,
    _land.c.display_name,
    _land.c.key,
    _district.c.display_name,
    _district.c.key,
)

_MAY_BE_EMPTY = (Sort.POPULATION, Sort.AREA)
_LEVELS = list(Level)

# Made once: putting a statement together takes longer than running it.
_LIST: Select[Any] = (
    select(*_COLUMNS)
    .select_from(body_join)
    .outerjoin(_land, _land.c.id == _unit.land_id)
    .outerjoin(_district, _district.c.id == _unit.district_id)
)
_IN_LIST = _LIST.where(_party.id.in_(bindparam("ids", expanding=True))).order_by(_party.sort_name, _party.id)
_TODAY = _LIST.where(_party.dissolved_on.is_(None)).order_by(_party.sort_name, _party.id)
_MEMBERS = _TODAY.where(_unit.parent_id == bindparam("parent"))
_LAENDER = _TODAY.where(_party.level == Level.LAND)
_CHOICES = (
    select(_party.key, _party.display_name)
    .where(_party.level == bindparam("level"), _party.dissolved_on.is_(None))
    .where(_party.key.startswith(bindparam("land", type_=String)))
    .order_by(_party.sort_name, _party.id)
)
_COUNTS = (
    select(_party.level, func.count())
    .where(_party.dissolved_on.is_(None), _party.level.is_not(None))
    .group_by(_party.level)
)

_SORTS: dict[Sort, ColumnElement[Any]] = {
    Sort.NAME: _party.sort_name,
    Sort.KEY: _party.key,
    Sort.POPULATION: _unit.population,
    Sort.AREA: _unit.area_km2,
}


def units(wanted: UnitFilter, page: int) -> Page[UnitRow]:
    """One page of the units that the filter lets through."""
    conditions = conditions_of(wanted)
    counted = select(func.count()).select_from(_smallest_source(conditions)).where(*conditions)
    # First the numbers of the page's rows alone: what comes before them is then passed over without its columns.
    numbers = select(_party.id).select_from(_smallest_source((*conditions, _SORTS[wanted.sort]))).where(*conditions)
    found = paged(numbers.order_by(*_order(wanted)), page, counted=counted)
    shown = _IN_LIST, {"ids": [row.id for row in found.items]}
    rows = {row.id: UnitRow(*row) for row in db.session.execute(*shown)} if found.items else {}
    return Page([rows[row.id] for row in found.items], found.number, found.total, found.per_page)


def all_units(wanted: UnitFilter) -> Iterator[UnitRow]:
    """All units that the filter lets through, in its order, read in portions for an export."""
    statement = _LIST.where(*conditions_of(wanted)).order_by(*_order(wanted))
    return (UnitRow(*row) for row in db.session.execute(statement.execution_options(yield_per=1_000)))


def members_of(parent_id: int) -> Sequence[UnitRow]:
    """The units directly below a parent today, by level from above and by name."""
    rows = [UnitRow(*row) for row in db.session.execute(_MEMBERS, {"parent": parent_id})]
    return sorted(rows, key=lambda row: _LEVELS.index(row.level))


def laender() -> Sequence[UnitRow]:
    """The Länder of today, by name."""
    return [UnitRow(*row) for row in db.session.execute(_LAENDER)]


def units_by_id(ids: Sequence[int]) -> Sequence[UnitRow]:
    """The units with these numbers, by name."""
    return [UnitRow(*row) for row in db.session.execute(_IN_LIST, {"ids": list(ids)})]


def counts_by_level() -> dict[Level, int]:
    """How many units of each level there are today, from the Land downwards."""
    found: dict[Level, int] = dict(db.session.execute(_COUNTS).all())
    return {level: found[level] for level in Level if level in found}


def names_of(keys: Sequence[str]) -> dict[str, str]:
    """The display names of the units with these keys, by key."""
    if not keys:
        return {}
    return dict(db.session.execute(select(_party.key, _party.display_name).where(_party.key.in_(keys))).all())


def choices(level: Level, land: str = "") -> Sequence[tuple[str, str]]:
    """Key and name of the units of a level that exist today, in a Land or in all, by name: for a short choice."""
    return [(key, name) for key, name in db.session.execute(_CHOICES, {"level": level, "land": land})]


def _smallest_source(mentioned: Iterable[ColumnElement[Any]]) -> FromClause:
    """The party's rows alone where nothing mentioned lies in the municipality's: they are half to read."""
    tables = {table for element in mentioned for table in element._from_objects}
    return body_join if municipality_table in tables else party_table


def conditions_of(wanted: UnitFilter) -> list[ColumnElement[bool]]:
    """What the filter asks of a unit and its party, for a statement over both."""
    conditions: list[ColumnElement[bool]] = []
    if wanted.status is not Status.ALL:
        is_current = _party.dissolved_on.is_(None)
        conditions.append(is_current if wanted.status is Status.CURRENT else ~is_current)
    if wanted.level:
        conditions.append(_party.level == wanted.level)
    for column, key in (
        (_unit.land_id, wanted.land),
        (_unit.bezirk_id, wanted.bezirk),
        (_unit.district_id, wanted.district),
        (_unit.association_id, wanted.association),
    ):
        if key:
            conditions.append(column == select(_above.c.id).where(_above.c.key == key).scalar_subquery())
    if wanted.population_class:
        lower, upper = wanted.population_class.bounds
        conditions.append(_unit.population >= lower)
        if upper is not None:
            conditions.append(_unit.population <= upper)
    for word in sort_key(wanted.name).split():
        # "Muenchen" is sorted, and so stored, as "munchen".
        spellings = dict.fromkeys((word, _WRITTEN_UMLAUT.sub(r"\1", word)))
        conditions.append(or_(*(_party.sort_name.contains(one, autoescape=True) for one in spellings)))
    return conditions


def _order(wanted: UnitFilter) -> tuple[ColumnElement[Any], ...]:
    column = _SORTS[wanted.sort]
    ordered = column.desc() if wanted.descending else column
    # Said of a column that is never empty, it would only keep the index from being used.
    return (ordered.nulls_last() if wanted.sort in _MAY_BE_EMPTY else ordered, _party.id)
