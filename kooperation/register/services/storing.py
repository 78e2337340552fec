"""Writing bodies in bulk: rows, parents and the ancestors that lists filter by."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from kooperation.base.db import db
from kooperation.base.text import sort_key
from kooperation.parties.models import municipality_table, party_table
from kooperation.parties.rules import Level
from kooperation.register.queries.state import OWN_COLUMNS
from kooperation.register.rules.bodies import Body, BodyRef

_party = party_table.c
_unit = municipality_table.c

_ANCESTORS = {
    Level.LAND: "land_id",
    Level.REGIERUNGSBEZIRK: "bezirk_id",
    Level.LANDKREIS: "district_id",
    Level.GEMEINDEVERBAND: "association_id",
}
_BATCH = 2_000

Progress = Callable[[int], None]
"""Called with the number of rows written since the last call."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A body with the row it is stored in."""

    id: int
    body: Body


def insert_bodies(bodies: Sequence[Body], ids: dict[BodyRef, int], progress: Progress) -> list[Placed]:
    """Insert bodies, parents before children, and add their row numbers to ``ids``.

    The ancestors are set by ``place_bodies`` afterwards, when every parent has its number.
    """
    placed: list[Placed] = []
    for start in range(0, len(bodies), _BATCH):
        batch = bodies[start : start + _BATCH]
        numbers = db.session.scalars(
            insert(party_table).returning(_party.id, sort_by_parameter_order=True),
            [{"kind": "municipality", **_party_values(body)} for body in batch],
        ).all()
        ids.update((body.ref, number) for body, number in zip(batch, numbers, strict=True))
        db.session.execute(
            insert(municipality_table),
            [{"id": number, **_own_values(body)} for body, number in zip(batch, numbers, strict=True)],
        )
        placed += [Placed(number, body) for body, number in zip(batch, numbers, strict=True)]
        progress(len(batch))
    return placed


def update_bodies(placed: Sequence[Placed], progress: Progress) -> None:
    """Store what bodies say in the rows that they have."""
    party = update(party_table).where(_party.id == bindparam("row"))
    unit = update(municipality_table).where(_unit.id == bindparam("row"))
    party = party.values(
        {name: bindparam(name) for name in ("level", "key", "display_name", "sort_name", "dissolved_on")}
    )
    unit = unit.values({name: bindparam(name) for name in OWN_COLUMNS})
    for start in range(0, len(placed), _BATCH):
        batch = placed[start : start + _BATCH]
        connection = db.session.connection()
        connection.execute(party, [{"row": one.id, **_party_values(one.body)} for one in batch])
        connection.execute(unit, [{"row": one.id, **_own_values(one.body)} for one in batch])
        progress(len(batch))


def place_bodies(bodies: Iterable[Body], ids: Mapping[BodyRef, int]) -> None:
    """Set parents, ancestors and fulfilling Gemeinden wherever they differ from what is stored.

    ``bodies`` come parents first and are all that exist, so that a moved Verband takes its Gemeinden along.
    """
    names = ("parent_id", *_ANCESTORS.values(), "fulfilling_id")
    columns = [_unit[name] for name in names]
    stored = {number: tuple(rest) for number, *rest in db.session.execute(select(_unit.id, *columns))}
    ancestors: dict[BodyRef, dict[str, int | None]] = {}
    moved: list[dict[str, Any]] = []
    for body in bodies:
        number = ids[body.ref]
        above = dict(ancestors[body.parent]) if body.parent else dict.fromkeys(_ANCESTORS.values())
        if body.level in _ANCESTORS:
            above[_ANCESTORS[body.level]] = number
        ancestors[body.ref] = above
        values: dict[str, int | None] = {
            "parent_id": ids[body.parent] if body.parent else None,
            **above,
            "fulfilling_id": ids.get(body.fulfilling) if body.fulfilling else None,
        }
        if stored[number] != tuple(values[name] for name in names):
            moved.append({"row": number, **values})
    if moved:
        statement = update(municipality_table).where(_unit.id == bindparam("row"))
        db.session.connection().execute(statement.values({name: bindparam(name) for name in names}), moved)


def _party_values(body: Body) -> dict[str, Any]:
    return {
        "level": body.level,
        "key": body.key,
        "display_name": body.display_name,
        "sort_name": sort_key(body.display_name),
        "dissolved_on": None,
    }


def _own_values(body: Body) -> dict[str, Any]:
    return {name: getattr(body, name) for name in OWN_COLUMNS}
