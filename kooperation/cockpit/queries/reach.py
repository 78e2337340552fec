"""The state of the municipalities below a Landkreis or Gemeindeverband: who manages, who has an entry, who waits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Integer, Select, and_, bindparam, cast, exists, func, select

from kooperation.accounts.models import JoinRequest, Membership, User
from kooperation.accounts.rules import RequestState, Role
from kooperation.base.db import db
from kooperation.base.paging import Page, paged
from kooperation.base.text import sort_key
from kooperation.contacts.models import Profile
from kooperation.parties.models import Municipality, municipality_table, party_table
from kooperation.parties.rules import Level

_party = party_table.c
_unit = municipality_table.c
_profile: Any = Profile.__table__.c
_request: Any = JoinRequest.__table__.c
_by = party_table.alias("entered_by")

ABOVE = {Level.LANDKREIS: _unit.district_id, Level.GEMEINDEVERBAND: _unit.association_id}
"""The levels that have municipalities in reach, with the column that says so."""


class Lack(StrEnum):
    """What a list of municipalities may be narrowed to."""

    MANAGER = "ohne-verwalter"
    ENTRY = "ohne-eintrag"
    ANSWER = "wartend"


@dataclass(frozen=True, slots=True)
class ReachFilter:
    """Which municipalities below are shown."""

    name: str = ""
    lack: Lack | None = None


class Below(NamedTuple):
    """A municipality in reach: its name and place, and how far it is."""

    key: str
    name: str
    level: Level
    text_code: str | None
    population: int | None
    is_managed: bool
    has_entry: bool
    entered_by: str | None
    waiting: int
    waiting_since: datetime | None


class Sums(NamedTuple):
    """How far the municipalities in reach are, counted."""

    total: int
    managed: int
    with_entry: int
    waiting: int


_managed: ColumnElement[bool] = exists().where(
    Membership.municipality_id == _unit.id,
    Membership.role == Role.MANAGER,
    User.id == Membership.user_id,
    User.deactivated_at.is_(None),
)
_open = and_(_request.municipality_id == _unit.id, _request.state == RequestState.OPEN)
_waits: ColumnElement[bool] = exists().where(_open)
_number_waiting = select(func.count(_request.id)).where(_open).scalar_subquery()
_since = select(func.min(_request.asked_at)).where(_open).scalar_subquery()

_LACKING: dict[Lack, ColumnElement[bool]] = {
    Lack.MANAGER: ~_managed,
    Lack.ENTRY: _profile.id.is_(None),
    Lack.ANSWER: _waits,
}


def _below(above: ColumnElement[Any], *columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(municipality_table)
        .join(party_table, _party.id == _unit.id)
        .outerjoin(Profile, _profile.municipality_id == _unit.id)
        .where(
            above == bindparam("above"), _unit.id != bindparam("above"), _party.dissolved_on.is_(None), _unit.inhabited
        )
    )


# Made once: putting a statement together takes longer than running it.
_SUMS = {
    level: _below(
        above,
        func.count(),
        func.coalesce(func.sum(cast(_managed, Integer)), 0),
        func.count(_profile.id),
        func.coalesce(func.sum(cast(_waits, Integer)), 0),
    )
    for level, above in ABOVE.items()
}


def sums_below(municipality: Municipality) -> Sums | None:
    """How far the municipalities below are; None for one that has none in reach."""
    statement = _SUMS.get(municipality.level) if municipality.level else None
    return Sums(*db.session.execute(statement, {"above": municipality.id}).one()) if statement is not None else None


def municipalities_below(municipality: Municipality, wanted: ReachFilter, number: int) -> Page[Below]:
    """A page of the municipalities below, by name; two statements, whatever their number."""
    page = paged(_listed(municipality, wanted), number)
    return Page([Below(*row) for row in page.items], page.number, page.total)


def all_below(municipality: Municipality, wanted: ReachFilter) -> Sequence[Below]:
    """All that the list shows, on all its pages."""
    return [Below(*row) for row in db.session.execute(_listed(municipality, wanted))]


def _listed(municipality: Municipality, wanted: ReachFilter) -> Select[Any]:
    assert municipality.level is not None
    found = _below(
        ABOVE[municipality.level],
        *(_party.key, _party.display_name, _party.level, _unit.text_code, _unit.population),
        *(_managed.label("is_managed"), _profile.id.is_not(None).label("has_entry")),
        *(_by.c.display_name.label("entered_by"), _number_waiting.label("waiting"), _since.label("waiting_since")),
    ).outerjoin(_by, _by.c.id == _profile.entered_by_id)
    if wanted.lack is not None:
        found = found.where(_LACKING[wanted.lack])
    if folded := sort_key(wanted.name):
        found = found.where(_party.sort_name.contains(folded, autoescape=True))
    return found.params(above=municipality.id).order_by(_party.sort_name, _party.id)
