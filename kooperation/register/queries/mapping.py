"""The map of the units that a filter lets through."""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Select, String, func, select, type_coerce

from kooperation.base.db import db
from kooperation.parties.models import body_join, municipality_table, party_table
from kooperation.parties.rules import DEMO_LAND, Level
from kooperation.register.queries.lists import UnitFilter, conditions_of
from kooperation.register.rules.mapping.drawing import Picture, Place, Selection, Surroundings, draw, select_places

_party = party_table.c
_unit = municipality_table.c

# As plain text: SQLAlchemy would look up an enumeration in each of twelve thousand rows.
_LEVEL = type_coerce(_party.level, String)
_PLACES = (Level.GEMEINDE, Level.KREISFREIE_STADT)

_LAND_DIGITS, _KREIS_DIGITS = 2, 5
_CELLS = {_LAND_DIGITS: 6, _KREIS_DIGITS: 16}
"""How many places side by side the ground of a degree is drawn from, for Germany and for a Land."""
_ALL_CELLS = 1_000
_SHORTENED = 0.63
"""Kilometres of a degree of longitude to one of latitude, in the middle of Germany."""


@dataclass(frozen=True, slots=True)
class UnitMap:
    """A map and what it leaves out; without a picture where no unit has coordinates."""

    picture: Picture | None
    selection: Selection


def unit_map(wanted: UnitFilter) -> UnitMap:
    """The map of the units that the filter lets through; two statements at most."""
    selection = select_places(db.session.execute(_units(wanted).order_by(_party.id)).all())
    if not selection.drawn:
        return UnitMap(None, selection)
    region = _region(wanted)
    digits = _LAND_DIGITS if region == UnitFilter() else _KREIS_DIGITS
    # Units that the filter picks out of a region do not show its shape.
    is_narrow = region != replace(wanted, sort=region.sort, descending=False)
    ground = _ground(region, digits, is_sample=selection.is_sample) if is_narrow else []
    return UnitMap(draw(selection, ground, digits), selection)


def nearest_place(wanted: UnitFilter, longitude: float, latitude: float) -> Place | None:
    """The place nearest to a point, of those that the filter lets through; its level is that of the filter."""
    # Squares of degrees instead of kilometres: near enough for a pointer.
    east, north = (_unit.longitude - longitude) * _SHORTENED, _unit.latitude - latitude
    levels = [wanted.level] if wanted.level else _PLACES
    row = db.session.execute(
        _units(wanted)
        .where(_party.level.in_(levels), _unit.longitude.is_not(None))
        .order_by(east * east + north * north, _party.id)
        .limit(1)
    ).first()
    return Place(row[0], Level(row[1]), *row[2:]) if row else None


def _units(wanted: UnitFilter) -> Select[Any]:
    columns = (_party.key, _LEVEL, _party.display_name, _unit.longitude, _unit.latitude, _unit.population)
    return select(*columns).select_from(body_join).where(*conditions_of(wanted))


def _region(wanted: UnitFilter) -> UnitFilter:
    """The filter that lets through whatever exists today in the same part of the country."""
    everything = UnitFilter()
    return replace(
        wanted,
        level=everything.level,
        population_class=everything.population_class,
        name=everything.name,
        status=everything.status,
        sort=everything.sort,
        descending=everything.descending,
    )


def _ground(region: UnitFilter, digits: int, *, is_sample: bool) -> Surroundings:
    """Key of the area and degrees of the places in a region, thinned out to what a ground needs.

    In no order: the drawing sorts them.
    """
    cells = _ALL_CELLS if region.district or region.association else _CELLS[digits]
    area = func.substr(_party.key, 1, digits)
    # A degree of latitude is half as long again as one of longitude.
    column, row = func.round(_unit.longitude * cells), func.round(_unit.latitude * cells * 1.5)
    in_sample = _party.key.startswith(DEMO_LAND)
    statement = (
        select(area, column / cells, row / cells / 1.5)
        .distinct()
        .select_from(body_join)
        .where(*conditions_of(region), _party.level.in_(_PLACES), _unit.longitude.is_not(None))
        .where(in_sample if is_sample else ~in_sample)
    )
    return [(key, longitude, latitude) for key, longitude, latitude in db.session.execute(statement)]
