"""The database: one session a request, the same on SQLite and PostgreSQL."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, Engine, Enum, MetaData, event, text
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session, UOWTransaction, registry
from sqlalchemy.types import TypeDecorator

from kooperation.base.config import ROOT, Config, Mode

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}

PERSONAL = {"personal": True}
"""The info of a column that holds personal data: it is in the person's own export and blanked at erasure."""

PATIENCE = 10
"""Seconds that a transaction waits for SQLite's one lock; sixteen who write at once need none of them."""

BERLIN = ZoneInfo("Europe/Berlin")

only_reading: ContextVar[bool] = ContextVar("only_reading", default=False)
"""Whether the transactions of this request or command read only; a request by GET sets it.

On SQLite a transaction that will write has to begin IMMEDIATE: one that begins deferred and writes later
fails with "locked" as soon as another one wrote in between.
"""


class Moment(TypeDecorator[datetime]):
    """An instant, aware of its time zone in Python on both databases and kept in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive instant (ValueError) and turn the rest into UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give back the instant in UTC, also where the driver lost the zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """What all models inherit: names of constraints, instants with a zone, enumerations by their values."""

    # In the registry, not as attributes: Flask-SQLAlchemy copies the class and would state them a second time.
    registry = registry(metadata=MetaData(naming_convention=NAMING), type_annotation_map={datetime: Moment()})


def choice(enumeration: type[Any], length: int = 40) -> Enum:
    """A column type for a StrEnum, stored as its value in a string of the given length, so that it may grow."""
    return Enum(
        enumeration,
        native_enum=False,
        create_constraint=False,
        length=length,
        values_callable=lambda members: [member.value for member in members],
    )


db = SQLAlchemy(model_class=Base, disable_autonaming=True)


class _Migrations:
    """What Flask-Migrate keeps in the app, made when it is asked for: a web process needs no Alembic to start."""

    def __init__(self, app: Any) -> None:
        self._app = app

    def __getattr__(self, name: str) -> Any:
        from flask_migrate import Migrate  # noqa: PLC0415

        Migrate(self._app, db, directory=str(ROOT / "migrations"), render_as_batch=True, compare_type=True)
        return getattr(self._app.extensions["migrate"], name)


def init_db(app: Any, config: Config) -> None:
    """Bind the database and the migrations to the app."""
    app.config["SQLALCHEMY_DATABASE_URI"] = config.database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = _engine_options(config)
    db.init_app(app)
    app.extensions["migrate"] = _Migrations(app)


def _engine_options(config: Config) -> dict[str, Any]:
    # What is stored may be personal, and errors are logged.
    options: dict[str, Any] = {"hide_parameters": config.mode is Mode.PRODUCTION}
    if config.is_postgresql:
        return options | {
            "pool_pre_ping": True,
            "pool_size": 5,
            "max_overflow": 5,
            "connect_args": {"connect_timeout": 5},
        }
    return options


@event.listens_for(Engine, "do_connect")
def _make_sqlite_file_private(dialect: Dialect, _record: Any, arguments: Any, _named: Any) -> None:
    """Make the file before SQLite does, which would let everybody read it; what lies beside it gets the same mode."""
    if dialect.name == "sqlite" and arguments and str(arguments[0]).startswith("/"):
        # A folder that is missing or read-only is told by the connection itself.
        with suppress(OSError):
            os.close(os.open(arguments[0], os.O_CREAT | os.O_EXCL, 0o600))


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _record: Any) -> None:
    if not isinstance(connection, sqlite3.Connection):
        return
    # Without this the driver decides by itself when a transaction begins, and never before a read.
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {PATIENCE * 1000}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA cache_size = -32000")
    connection.execute("PRAGMA temp_store = MEMORY")


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN" if only_reading.get() else "BEGIN IMMEDIATE")


@event.listens_for(Session, "before_flush")
def _refuse_to_write_while_reading(session: Session, _context: UOWTransaction, _instances: Any) -> None:
    if only_reading.get() and (session.new or session.dirty or session.deleted):
        raise RuntimeError("a request by GET may not write: use POST, or begin a writing transaction")


@contextmanager
def reading() -> Iterator[None]:
    """A block that only reads and holds no lock; what it loaded is let go at its end."""
    token = only_reading.set(True)
    try:
        yield
    finally:
        db.session.rollback()
        only_reading.reset(token)


def let_write() -> None:
    """Let a request or command that only read until now write from here on; what it loaded is let go."""
    db.session.rollback()
    only_reading.set(False)


def wait_for_turn(what: str) -> None:
    """Wait until no other transaction does the same, and have it wait for the end of this one.

    On SQLite whatever writes is alone anyway.
    """
    if db.session.connection().dialect.name == "postgresql":
        db.session.execute(text("SELECT pg_advisory_xact_lock(hashtext(:what))"), {"what": f"kooperation {what}"})


def reason_of(error: DBAPIError) -> str:
    """What the database said, in one line and without the statement and its values."""
    return " ".join(str(error.orig).split())


def is_busy(error: OperationalError) -> bool:
    """Whether a statement failed only because others wrote at the same time, so that the same one may succeed later.

    Others held SQLite's one lock for too long; PostgreSQL chose this transaction to end a deadlock.
    """
    reason = error.orig
    if isinstance(reason, sqlite3.OperationalError):
        return reason.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
    return getattr(reason, "sqlstate", None) in {"40001", "40P01", "55P03"}


def refresh_statistics(*tables: str) -> None:
    """Let the database plan with the new numbers at once after much was written, in the caller's transaction.

    SQLite never looks by itself; PostgreSQL's own housekeeping comes a minute later.
    """
    for table in tables:
        db.session.execute(text(f"ANALYZE {table}"))


def now() -> datetime:
    """This instant, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """Today's date in Germany."""
    return datetime.now(BERLIN).date()
