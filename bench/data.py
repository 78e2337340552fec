"""Instances to measure on: the real register where its files are, otherwise the demonstration region."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade

from kooperation.app import create_app
from kooperation.audit.services import SHELL
from kooperation.base.config import ROOT, from_environment
from kooperation.base.db import db, reading
from kooperation.demo import services as demo
from kooperation.register.parse import EditionFile, read_register_file
from kooperation.register.services.editions import apply_edition, plan_import
from tests.databases import postgresql_programs, postgresql_server

EDITION = "AuszugGV4QAktuell_2024.xlsx"


def register_file() -> Path | None:
    """The edition that is measured with; None where the register's files are not on this machine."""
    folder = Path(os.environ.get("KOOPERATION_REGISTER_DIR") or ROOT / "data" / "register")
    path = folder / EDITION
    return path if path.exists() else None


@dataclass
class Instance:
    """A migrated database with data, its app, and the environment that starts a server on it."""

    database: str
    app: Flask
    environment: dict[str, str]
    has_register: bool
    cleanup: ExitStack = field(default_factory=ExitStack)

    @property
    def title(self) -> str:
        """What is measured on, for the printout."""
        data = "the register of 31.12.2024" if self.has_register else "the demonstration region (no register file)"
        return f"{self.database}, {data}"

    def close(self) -> None:
        """Let go of the database."""
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()
        self.cleanup.close()


def empty_instance(folder: Path, address: str = "") -> Instance:
    """A migrated database without data."""
    environment = {
        "KOOPERATION_MODE": "development",
        "KOOPERATION_INSTANCE": str(folder),
        "DATABASE_URL": address,
        "SECRET_KEY": "only-for-measuring",
    }
    app = create_app(from_environment(environment))
    with app.app_context():
        upgrade()
    return Instance("PostgreSQL" if address else "SQLite", app, environment, has_register=False)


def prepared_instances(folder: Path) -> Iterator[Instance]:
    """An instance with data on each database that this machine has."""
    yield _filled(empty_instance(folder / "sqlite"))
    if postgresql_programs() is not None:
        stack = ExitStack()
        address = stack.enter_context(postgresql_server())
        instance = _filled(empty_instance(folder / "postgresql", address))
        instance.cleanup = stack
        yield instance


def import_edition(path: Path) -> None:
    """Read, plan and apply an edition, as the command does."""
    file = read_register_file(path.read_bytes(), path.name)
    assert isinstance(file, EditionFile)
    with reading():
        planned = plan_import(file)
    apply_edition(planned, actor=SHELL)
    db.session.commit()


def _filled(instance: Instance) -> Instance:
    path = register_file()
    with instance.app.app_context():
        if path is None:
            demo.load(actor=SHELL)
            db.session.commit()
        else:
            import_edition(path)
    instance.has_register = path is not None
    return instance
