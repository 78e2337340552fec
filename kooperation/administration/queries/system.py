"""What this program runs on; nothing secret, so that it may be sent to whoever helps."""

import platform
import shutil
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from kooperation import __version__
from kooperation.base import health
from kooperation.base.backup import last_backup
from kooperation.base.config import Config
from kooperation.base.db import db
from kooperation.register.models import ChangeFile, Edition
from kooperation.register.queries.state import register_state

LIBRARIES = ("flask", "sqlalchemy", "alembic", "werkzeug", "jinja2", "huey", "gunicorn", "psycopg")


@dataclass(frozen=True, slots=True)
class System:
    """What an operator, or whoever helps one, wants to know first."""

    version: str
    mode: str
    python: str
    platform: str
    libraries: dict[str, str]
    database: str
    database_bytes: int
    schema: str
    newest_schema: str
    health: dict[str, bool]
    disk_free: int
    disk_total: int
    mail_server: str | None
    mail_from: str
    public_url: str
    workers: int
    proxies: int
    last_backup: datetime | None
    editions: list[Edition]
    change_files: list[ChangeFile]


def system(config: Config) -> System:
    """Look at this program, its database and its machine."""
    state = register_state()
    disk = shutil.disk_usage(config.instance)
    backed_up = last_backup(config)
    return System(
        version=__version__,
        mode=config.mode.value,
        python=sys.version.split()[0],
        platform=platform.platform(terse=True),
        libraries={name: found for name in LIBRARIES if (found := _version(name))},
        database=_database(),
        database_bytes=_database_bytes(config),
        schema=", ".join(MigrationContext.configure(db.session.connection()).get_current_heads()),
        newest_schema=", ".join(sorted(health.heads())),
        health=health.ready(),
        disk_free=disk.free,
        disk_total=disk.total,
        mail_server=_mail_server(config),
        mail_from=config.mail_from,
        public_url=config.public_url,
        workers=config.workers,
        proxies=config.proxies,
        last_backup=datetime.fromtimestamp(backed_up, UTC) if backed_up is not None else None,
        editions=list(state.editions),
        change_files=list(state.change_files),
    )


def _version(library: str) -> str | None:
    try:
        return version(library)
    except PackageNotFoundError:
        return None


def _database() -> str:
    dialect = db.session.connection().dialect
    name = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}.get(dialect.name, dialect.name)
    return f"{name} {'.'.join(str(part) for part in dialect.server_version_info or ())}".strip()


def _database_bytes(config: Config) -> int:
    """How much room the database takes."""
    if config.is_postgresql:
        return db.session.scalar(text("SELECT pg_database_size(current_database())")) or 0
    file = Path(db.session.connection().engine.url.database or "")
    beside = (file, file.with_name(f"{file.name}-wal"))
    return sum(one.stat().st_size for one in beside if one.is_file())


def _mail_server(config: Config) -> str | None:
    """Where mails are handed over, without whoever signs in there; None where they land in a folder."""
    server = config.mail_server
    return f"{server.encryption.value}://{server.host}:{server.port}" if server else None
