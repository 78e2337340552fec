"""What a page costs when there is ten times as much: the register, nine times more under keys that nobody has."""

import statistics
from collections.abc import Iterator

from sqlalchemy import Table, case, func, insert, select

from bench import Figure
from bench.data import Instance
from bench.pages import GERMANY, request_seconds
from kooperation.base.db import db, refresh_statistics
from kooperation.parties.models import municipality_table, party_table

LIMIT = 1.5
COPIES = 9
ROUNDS = 60
PAGES = ("browse", "list", "list, last page", "list, by a part of the name", "Landkreis", "Gemeinde")
_REFERENCES = ("id", "parent_id", "land_id", "bezirk_id", "district_id", "association_id", "fulfilling_id")


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
    step = (db.session.scalar(select(func.max(party_table.c.id))) or 0) + 1
    originals = party_table.c.id < step
    for copy in range(1, COPIES + 1):
        _copy(party_table, originals, copy, copy * step)
        _copy(municipality_table, municipality_table.c.id < step, copy, copy * step)
    refresh_statistics("party", "municipality")
    db.session.commit()


def _copy(table: Table, originals: object, copy: int, offset: int) -> None:
    """Copy the original rows, with shifted numbers and a letter in front of each key."""
    values = []
    for column in table.columns:
        if column.name in _REFERENCES:
            values.append(column + offset)
        elif column.name == "key":
            # Keys begin with 0 or 1: two letters for each copy keep them apart.
            letter = chr(ord("a") + copy)
            first = case((func.substr(column, 1, 1) == "0", letter), else_=letter.upper())
            values.append(first.concat(func.substr(column, 2)))
        else:
            values.append(column)
    names = [column.name for column in table.columns]
    db.session.execute(insert(table).from_select(names, select(*values).where(originals)))  # type: ignore[arg-type]
