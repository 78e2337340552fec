"""The real register in every state that tests ask for: each step of a chain of imports is done once a session."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import URL, Engine, create_engine, make_url, text

from kooperation.audit.services import SHELL
from kooperation.base import backup_sqlite
from kooperation.base.db import db
from kooperation.register.parse import ChangesFile, EditionFile
from kooperation.register.services.changes import PlannedChanges, apply_changes, plan_changes
from kooperation.register.services.editions import PlannedEdition, apply_edition, plan_import

Step = tuple[str, bool]
"""The short name of a file, and whether it is forced."""

Planned = PlannedEdition | PlannedChanges | None


@dataclass
class Chains:
    """Databases after chains of imports; each is a copy of the one before, with one file more.

    Only reading tests may use them: they stay as they are for the next one.
    """

    app: Flask
    official: Callable[[str], EditionFile | ChangesFile]
    folder: Path
    _after: dict[tuple[Step, ...], tuple[Engine, Planned]] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=count)

    @contextmanager
    def bound(self, *steps: Step) -> Iterator[Planned]:
        """An app context on the database after these steps; gives what was planned for the last one."""
        engine, planned = self._at(steps)
        with self._instead(engine):
            yield planned

    def _at(self, steps: tuple[Step, ...]) -> tuple[Engine, Planned]:
        if steps not in self._after:
            self._after[steps] = self._taken(steps) if steps else (self._empty(), None)
        return self._after[steps]

    def _taken(self, steps: tuple[Step, ...]) -> tuple[Engine, Planned]:
        """Copy the database before the last step, and take that step."""
        before, _ = self._at(steps[:-1])
        before.dispose()
        engine = create_engine(self._copied(before.url))
        with self._instead(engine):
            planned = self._imported(*steps[-1])
            db.session.commit()
        return engine, planned

    def _imported(self, name: str, force: bool) -> Planned:
        file = self.official(name)
        planned: Planned
        if isinstance(file, ChangesFile):
            planned = plan_changes(file)
            apply_changes(planned, actor=SHELL)
        else:
            planned = plan_import(file, force=force)
            apply_edition(planned, actor=SHELL)
        return planned

    @contextmanager
    def _instead(self, engine: Engine) -> Iterator[None]:
        """An app context in which this is the app's database."""
        engines = db._app_engines[self.app]
        own, engines[None] = engines[None], engine
        try:
            with self.app.app_context():
                yield
        finally:
            engines[None] = own
            engine.dispose()

    def _empty(self) -> Engine:
        engine = create_engine(self._new())
        with self._instead(engine):
            upgrade()
        return engine

    def _copied(self, source: URL) -> URL:
        target = self._new(source)
        if target.get_backend_name() == "sqlite":
            backup_sqlite.dump(source, Path(str(target.database)))
        return target

    def _new(self, template: URL | None = None) -> URL:
        """The address of a new database; on PostgreSQL it is made, as a copy where there is a template."""
        own = make_url(self.app.config["SQLALCHEMY_DATABASE_URI"])
        name = f"chain_{next(self._numbers)}"
        if own.get_backend_name() == "sqlite":
            return own.set(database=str(self.folder / f"{name}.sqlite"))
        server = create_engine(own, isolation_level="AUTOCOMMIT")
        with server.connect() as connection:
            copy = f"TEMPLATE {template.database}" if template else ""
            connection.execute(text(f"CREATE DATABASE {name} {copy}"))
        server.dispose()
        return own.set(database=name)
