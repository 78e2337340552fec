"""What a page costs when there is ten times as much: the register, nine times more under keys that nobody has."""

import statistics
from collections.abc import Iterator, Sequence

from sqlalchemy import Table, case, func, insert, null, select

from bench import Figure
from bench.data import Instance
from bench.pages import GERMANY, request_seconds
from kooperation.base.db import db, refresh_statistics
from kooperation.parties.models import municipality_table, party_table
from kooperation.parties.rules import Level

LIMIT = 1.5
COPIES = 9
ROUNDS = 60
PAGES = ("browse", "list", "list, last page", "list, by a part of the name", "Landkreis", "Gemeinde")
_REFERENCES = ("id", "parent_id", "land_id", "bezirk_id", "district_id", "association_id")


def figures(instance: Instance) -> Iterator[Figure]:
    """The median time of pages with ten times the register beside that with one; changes the instance for good."""
    if not instance.has_register:
        return
    once = {name: _seconds(instance, name) for name in PAGES}
    with instance.app.app_context():
        _grow()
    for name in PAGES:
        more = _seconds(instance, name)
        yield Figure(
            f"growth, ten times the data: {name}", more / once[name], "times", more / once[name] / LIMIT, "limit 1.5"
        )


def _seconds(instance: Instance, name: str) -> float:
    times = [request_seconds(instance.app, GERMANY[name]) for _ in range(ROUNDS)]
    return statistics.median(times)


def _grow() -> None:
    """Copy all units but the Länder, below the same Länder: more of them would make each list's choice longer."""
    step = (db.session.scalar(select(func.max(party_table.c.id))) or 0) + 1
    laender = list(db.session.scalars(select(party_table.c.id).where(party_table.c.level == Level.LAND)))
    for copy in range(1, COPIES + 1):
        for table in (party_table, municipality_table):
            _copy(table, laender, step, copy)
    refresh_statistics("party", "municipality")
    db.session.commit()


def _copy(table: Table, laender: Sequence[int], step: int, copy: int) -> None:
    """Copy the rows below ``step``, with shifted numbers and a letter at the beginning of each key."""
    values = []
    for column in table.columns:
        if column.name in _REFERENCES:
            values.append(case((column.in_(laender), column), else_=column + copy * step))
        elif column.name == "fulfilling_id":
            # It refers to a row that comes later, for which SQLite would look through all rows at each insert.
            values.append(null())
        elif column.name == "key":
            # Keys begin with 0 or 1: two letters for each copy keep them apart.
            letter = chr(ord("a") + copy)
            first = case((func.substr(column, 1, 1) == "0", letter), else_=letter.upper())
            values.append(first.concat(func.substr(column, 2)))
        else:
            values.append(column)
    originals = select(*values).where(table.c.id < step, table.c.id.not_in(laender))
    db.session.execute(insert(table).from_select([column.name for column in table.columns], originals))
