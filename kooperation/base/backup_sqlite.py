"""Copying an SQLite database out and in."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import click
from sqlalchemy import URL

from kooperation.base.files import name_over, scratch_beside
from kooperation.base.health import SUPPLIED

NAME = "SQLite"
MAGIC = b"SQLite format 3\0"


def dump(url: URL, target: Path) -> None:
    """Copy the database as it is at this moment into an empty file; writers go on meanwhile.

    VACUUM INTO leaves out the pages of deleted rows, so that what was erased is not in the backup either.
    """
    source = _path(url)
    if not source.exists():
        raise click.ClickException(f"Die Datenbank {source} gibt es nicht.")
    with closing(sqlite3.connect(_address(source), uri=True, isolation_level=None)) as connection:
        try:
            connection.execute("VACUUM INTO ?", [str(target)])
        except sqlite3.Error as error:
            raise click.ClickException(f"Die Datenbank lässt sich nicht sichern: {error}.") from error


def check(path: Path) -> None:
    """Read the whole copy. Raises ClickException where it is damaged."""
    with _reading(path) as connection:
        (answer,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
        if answer != "ok" or connection.execute("PRAGMA foreign_key_check").fetchone():
            raise click.ClickException(f"{path} ist beschädigt: {answer}.")


def revisions(path: Path) -> set[str]:
    """The migrations that the copy stands at."""
    with _reading(path) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone():
            raise click.ClickException(f"{path} ist keine Sicherung von kooperation.")
        return {revision for (revision,) in connection.execute("SELECT version_num FROM alembic_version")}


def has_data(url: URL) -> bool:
    """Whether any table of the database has a row, or may have one: of a damaged file nobody can tell."""
    path = _path(url)
    if not path.exists():
        return False
    try:
        with closing(sqlite3.connect(_address(path), uri=True)) as connection:
            entered = (name for name in _tables(connection) if name not in SUPPLIED)
            rows = (f'SELECT 1 FROM "{name}" LIMIT 1' for name in entered)  # nosec B608
            return any(connection.execute(row).fetchone() for row in rows)
    except sqlite3.DatabaseError:
        return True


def _tables(connection: sqlite3.Connection) -> list[str]:
    tables = connection.execute(
        "SELECT name, sql LIKE 'CREATE VIRTUAL%' FROM sqlite_master WHERE type = 'table' "
        "AND name != 'alembic_version' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'"
    ).fetchall()
    # A full-text index keeps its own bookkeeping in tables beside it, also when it is empty.
    beside = tuple(f"{name}_" for name, is_virtual in tables if is_virtual)
    return [name for name, _ in tables if not name.startswith(beside)]


def load(url: URL, source: Path) -> None:
    """Put a checked copy in the place of the database. Raises ClickException where the database is in use."""
    target = _path(url)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with scratch_beside(target) as scratch:
        shutil.copyfile(source, scratch)
        check(scratch)
        with _alone(target):
            name_over(scratch, target)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold off everybody else from the database.

    Leaving WAL mode is possible only for the last one connected. It also takes away the journals beside the file,
    which a server that still runs, or the next one, would otherwise write into the new file.
    """
    with closing(sqlite3.connect(path, timeout=1, isolation_level=None)) as connection:
        try:
            connection.execute("PRAGMA journal_mode = DELETE")
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            raise click.ClickException(
                f"Die Datenbank {path} ist in Gebrauch. Beenden Sie kooperation, und wiederholen Sie den Befehl."
            ) from error
        except sqlite3.DatabaseError:
            # What is damaged cannot be locked, and is the best reason to restore.
            for journal in ("-wal", "-shm", "-journal"):
                path.with_name(path.name + journal).unlink(missing_ok=True)
        yield


@contextmanager
def _reading(path: Path) -> Iterator[sqlite3.Connection]:
    try:
        with closing(sqlite3.connect(_address(path) + "&immutable=1", uri=True)) as connection:
            yield connection
    except sqlite3.DatabaseError as error:
        raise click.ClickException(f"{path} ist beschädigt: {error}.") from error


def _path(url: URL) -> Path:
    return Path(url.database or "")


def _address(path: Path) -> str:
    return f"{path.absolute().as_uri()}?mode=ro"
