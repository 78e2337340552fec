"""``backup`` and ``restore``: the whole database as one file, taken while the program serves."""

import json
import time
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import click
from flask import current_app
from sqlalchemy import URL

from kooperation.base import backup_postgresql, backup_sqlite
from kooperation.base.config import Config
from kooperation.base.db import db
from kooperation.base.files import name_new, scratch_beside
from kooperation.base.health import Schema, compare

LAST_BACKUP = "last-backup.json"
"""A note in the instance's folder of when the last backup was taken."""


class Engine(Protocol):
    """What a kind of database can do; each is a module."""

    NAME: str
    MAGIC: bytes

    def dump(self, url: URL, target: Path) -> None:
        """Write the database as it is at this moment into an empty file."""

    def check(self, path: Path) -> None:
        """Read the whole copy."""

    def revisions(self, path: Path) -> set[str]:
        """Tell the migrations that the copy stands at."""

    def has_data(self, url: URL) -> bool:
        """Tell whether any table has a row."""

    def load(self, url: URL, source: Path) -> None:
        """Put a checked copy in the place of the database, all or nothing."""


ENGINES: tuple[Engine, ...] = (backup_sqlite, backup_postgresql)


@click.command()
@click.argument("file", metavar="DATEI", type=click.Path(path_type=Path))
def backup(file: Path) -> None:
    """Die ganze Datenbank in DATEI sichern, auch im laufenden Betrieb."""
    back_up(db.engine.url, file)
    _note(current_app.extensions["kooperation"])
    size = f"{file.stat().st_size / 1e6:.1f}".replace(".", ",")
    click.echo(f"Gesichert: {file} ({size} MB). Die Datei enthält personenbezogene Daten: Verwahren Sie sie sicher.")


@click.command()
@click.argument("file", metavar="DATEI", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--replace", is_flag=True, help="Den vorhandenen Datenbestand durch die Sicherung ersetzen.")
def restore(file: Path, replace: bool) -> None:
    """Die Datenbank aus der Sicherung DATEI wiederherstellen."""
    schema = bring_back(db.engine.url, file, replace=replace)
    click.echo(f"Wiederhergestellt aus {file}.")
    if schema is Schema.BEHIND:
        click.echo("Die Sicherung ist älter als dieses Programm. Führen Sie noch aus: kooperation db upgrade")


def last_backup(config: Config) -> float | None:
    """When the last backup was taken with this program (seconds since 1970); None where it is not known."""
    try:
        return float(json.loads((config.instance / LAST_BACKUP).read_text(encoding="utf-8"))["at"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _note(config: Config) -> None:
    # The backup is good without the note.
    with suppress(OSError):
        (config.instance / LAST_BACKUP).write_text(json.dumps({"at": time.time()}), encoding="utf-8")


def back_up(url: URL, target: Path) -> None:
    """Write a consistent copy of the database to a new file that only its owner may read.

    It appears under its name only when it is whole, checked and on the disk. Raises ClickException where the file
    exists already or the copy cannot be made.
    """
    engine = _engine(url)
    taken = click.ClickException(f"{target} gibt es schon und wird nicht überschrieben. Wählen Sie einen neuen Namen.")
    if target.exists():
        raise taken
    try:
        with scratch_beside(target) as scratch:
            engine.dump(url, scratch)
            engine.check(scratch)
            name_new(scratch, target)
    except FileExistsError as error:
        raise taken from error
    except OSError as error:
        raise click.ClickException(f"{target} lässt sich nicht schreiben: {error.strerror}.") from error


def bring_back(url: URL, source: Path, *, replace: bool) -> Schema:
    """Put a backup in the place of the database, all or nothing; gives how its migrations stand to this program's.

    Raises ClickException, and changes nothing, where the file is no whole backup of this kind of database or comes
    from a newer program, where the database has data and ``replace`` is not set, or where it is in use.
    """
    engine = _engine(url)
    _ensure_kind(source, engine)
    engine.check(source)
    schema = compare(engine.revisions(source))
    if schema is Schema.AHEAD:
        raise click.ClickException(
            f"{source} stammt aus einer neueren Fassung des Programms. Spielen Sie sie dort ein."
        )
    if not replace and engine.has_data(url):
        raise click.ClickException(
            "Die Datenbank enthält schon Daten. Mit --replace ersetzt die Sicherung sie; was dort steht, ist dann weg."
        )
    try:
        engine.load(url, source)
    except OSError as error:
        raise click.ClickException(f"{source} lässt sich nicht einspielen: {error.strerror}.") from error
    return schema


def _engine(url: URL) -> Engine:
    return backup_postgresql if url.get_backend_name() == "postgresql" else backup_sqlite


def _ensure_kind(source: Path, engine: Engine) -> None:
    with source.open("rb") as file:
        start = file.read(16)
    if start.startswith(engine.MAGIC):
        return
    for other in ENGINES:
        if start.startswith(other.MAGIC):
            raise click.ClickException(
                f"{source} ist eine Sicherung aus {other.NAME}, eingestellt ist aber {engine.NAME} (DATABASE_URL)."
            )
    raise click.ClickException(f"{source} ist keine Sicherung von kooperation.")
