"""Every migration goes up, down and up again with data, on both databases, and ends where the models are."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import Column, Connection, MetaData, Table, insert, select

from kooperation.app import create_app
from kooperation.base.config import ROOT
from kooperation.base.db import db
from tests.conftest import configuration

ROWS = (1, 2)
"""Each table gets two rows, so that one may refer to another one."""

Contents = dict[str, list[dict[str, Any]]]

SCRIPTS = ScriptDirectory(str(ROOT / "migrations"))
REVISIONS = [script.revision for script in SCRIPTS.walk_revisions()][::-1]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty(request: pytest.FixtureRequest, tmp_path: Any) -> Iterator[Flask]:
    """The app on a database without tables."""
    address = ""
    if request.param == "postgresql":
        server = request.getfixturevalue("postgresql")
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute("CREATE DATABASE migrations")
        address = server.replace("/postgres?", "/migrations?")
    app = create_app(configuration(tmp_path, address))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
    if address:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute("DROP DATABASE migrations")


def value_of(column: Column[Any], row: int, place: int) -> Any:
    """Something that the column takes; ``place`` tells the columns apart that refer to other rows."""
    if column.foreign_keys:
        refers_to_itself = any(key.column.table is column.table for key in column.foreign_keys)
        return None if refers_to_itself and column.nullable else ROWS[(row - 1 + place) % len(ROWS)]
    python_type = column.type.python_type
    values: dict[type, Any] = {
        bool: row == 1,
        int: row,
        float: row + 0.5,
        date: date(2024, 12, row),
        datetime: datetime(2024, 12, row, 12, 30, tzinfo=UTC),
        object: {"row": row},  # JSON
    }
    if python_type is str:
        text = f"{row} Prüfung '{column.name}'; – ≠"
        return text[: getattr(column.type, "length", None)]
    return values[python_type]


def row_of(table: Table, row: int) -> dict[str, Any]:
    """A row of any table, made from what the database says of its columns."""
    # Two columns of a key that refer to the same table name two of its rows.
    referring = [column for column in table.primary_key if column.foreign_keys]
    return {
        column.name: value_of(column, row, referring.index(column) if column in referring else 0)
        for column in table.columns
    }


@contextmanager
def connected() -> Iterator[tuple[Connection, MetaData]]:
    """A connection with its transaction, and the tables as the database has them."""
    with db.engine.begin() as connection:
        tables = MetaData()
        tables.reflect(connection)
        if "alembic_version" in tables.tables:
            tables.remove(tables.tables["alembic_version"])
        yield connection, tables


def fill() -> None:
    """Put rows into every table that has none."""
    with connected() as (connection, tables):
        for table in tables.sorted_tables:
            if connection.execute(select(table).limit(1)).first() is None:
                connection.execute(insert(table), [row_of(table, row) for row in ROWS])


def contents() -> Contents:
    """All rows of all tables."""
    with connected() as (connection, tables):
        return {
            table.name: [
                dict(row) for row in connection.execute(select(table).order_by(*table.primary_key.columns)).mappings()
            ]
            for table in tables.sorted_tables
        }


def kept(before: Contents, after: Contents) -> list[str]:
    """What of the one is missing in the other: tables and columns that both have must say the same."""
    lost = []
    for name in before.keys() & after.keys():
        for one, other in zip(before[name], after[name], strict=True):
            lost += [f"{name}.{column}" for column in one.keys() & other.keys() if one[column] != other[column]]
    return lost


def differences() -> list[Any]:
    """What a new migration would have to do."""
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, db.metadata))


def test_every_migration_goes_up_down_and_up_again_and_loses_nothing(empty: Flask) -> None:
    below: str = "base"
    before: Contents = {}
    for revision in REVISIONS:
        upgrade(revision=revision)
        assert kept(before, contents()) == [], f"{revision} up"
        fill()
        full = contents()
        assert all(len(rows) >= len(ROWS) for rows in full.values())

        downgrade(revision=below)
        assert contents().keys() == before.keys(), f"{revision} does not go down to where it began"
        assert kept(before, contents()) == [], f"{revision} down"

        upgrade(revision=revision)
        assert contents().keys() == full.keys()
        assert kept(before, contents()) == [], f"{revision} up again"
        fill()
        below, before = revision, contents()

    assert differences() == []
    downgrade(revision="base")
    assert contents() == {}
    upgrade()
    assert differences() == []


def test_migrations_are_one_numbered_line_and_each_says_why() -> None:
    numbers = [f"{number:04d}" for number in range(1, len(REVISIONS) + 1)]
    assert numbers == REVISIONS
    assert len(SCRIPTS.get_heads()) == 1
    for script in SCRIPTS.walk_revisions():
        assert script.module.__doc__, script.revision
        assert script.path.rpartition("/")[2].startswith(f"{script.revision}_")


def test_the_guard_sees_what_is_lost() -> None:
    before = {"party": [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}]}
    assert kept(before, {"party": [{"id": 1, "name": "a"}, {"id": 2, "name": None}]}) == ["party.name"]
    with pytest.raises(ValueError, match="shorter"):
        kept(before, {"party": []})
