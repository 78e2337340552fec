"""Fixtures that every test may use: the app on each database, a session that leaves nothing, and the factory."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from sqlalchemy import select

from kooperation.accounts.models import User
from kooperation.accounts.services import signing_in
from kooperation.app import create_app
from kooperation.base.config import ROOT, Config, from_environment
from kooperation.base.db import db, now
from tests import factories
from tests.databases import FULL, postgresql_programs, postgresql_server
from tests.factories import Make

db.session.session_factory.configure(join_transaction_mode="create_savepoint")

DATABASES = ["sqlite", "postgresql"] if FULL else ["sqlite"]
ON_SQLITE = {
    "test_forged_requests",
    "test_forms_overfilled",
    "test_history",
    "test_legal",
    "test_map",
    "test_markup_shown",
    "test_matrix",
    "test_numbers_guessed",
    "test_own_account",
    "test_redirects",
    "test_routes",
    "test_services_real",
    "test_sessions",
    "test_start",
    "test_unsubscribe",
    "test_uploads_routes",
    "test_web",
}
"""What is tested on SQLite alone: how pages look, who passes, and what the real register tells of its editions.

Every page is asked on both databases by guards/test_layout, the real editions are imported into both by
register/test_services_real_databases, and what both rest on is tested on both: queries, policies, services, two at
once."""

IN_FULL = {
    "test_forms_overfilled",
    "test_index_databases",
    "test_killed",
    "test_killed_serving",
    "test_mail_killed",
    "test_markup_shown",
    "test_register_upload",
    "test_requests_hostile",
    "test_rules_real",
    "test_served",
    "test_services_real",
    "test_services_real_databases",
}
"""What takes long, and is in the full run alone: all real editions, walks over all pages and forms, whatever is
killed."""
LONG_TOO = {"test_backup", "test_index_hostile", "test_migrations", "test_serving"}
"""What takes long as well, and is in every run."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the second run of what hangs on no database, and in the fast run what takes long.

    What takes long comes first: where it came last, the other workers would have nothing left to do.
    """
    left_out = {item for item in items if "[postgresql" in item.name and item.path.stem in ON_SQLITE}
    if not FULL:
        left_out |= {item for item in items if item.path.stem in IN_FULL}
    config.hook.pytest_deselected(items=list(left_out))
    items[:] = sorted((item for item in items if item not in left_out), key=_takes_no_time)


def _takes_no_time(item: pytest.Item) -> bool:
    return item.path.stem not in IN_FULL and item.path.stem not in LONG_TOO and "browser" not in item.path.parts


def configuration(instance: Path, database_url: str = "") -> Config:
    """The configuration of a test's app, in a folder of its own."""
    return from_environment(
        {
            "KOOPERATION_MODE": "test",
            "KOOPERATION_INSTANCE": str(instance),
            "DATABASE_URL": database_url,
            "SECRET_KEY": "only-for-tests",
        }
    )


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of a running PostgreSQL; skips where none is installed, and fails in the full run."""
    if postgresql_programs() is None:
        if FULL:
            pytest.fail("PostgreSQL is missing")
        pytest.skip("PostgreSQL is not installed")
    with postgresql_server() as address:
        yield address


@pytest.fixture(scope="session", params=DATABASES)
def app(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The app on a migrated, empty database: SQLite always, PostgreSQL in the full run."""
    address = request.getfixturevalue("postgresql") if request.param == "postgresql" else ""
    app = create_app(configuration(tmp_path_factory.mktemp("instance"), address))
    app.testing = True
    with app.app_context():
        upgrade()
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="session", autouse=True)
def _hashed_fast() -> Iterator[pytest.MonkeyPatch]:
    """Passwords are hashed with the least work, which changes no answer."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(signing_in, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        patch.setattr(signing_in, "_NOBODY", signing_in._hash_of_nobody())
        yield patch


@pytest.fixture
def hashed_as_in_production(_hashed_fast: pytest.MonkeyPatch, monkeypatch: pytest.MonkeyPatch) -> None:
    """For a test that measures how long it takes."""
    monkeypatch.setattr(signing_in, "_hasher", PasswordHasher())
    monkeypatch.setattr(signing_in, "_NOBODY", signing_in._hash_of_nobody())
    monkeypatch.setattr(factories, "_hashed", signing_in.hash_password)


@pytest.fixture
def _isolated(app: Flask) -> Iterator[None]:
    """Undo at the end whatever the test commits."""
    engines = db._app_engines[app]
    engine = engines[None]
    with engine.connect() as connection:
        outer = connection.begin()
        engines[None] = connection
        try:
            yield
        finally:
            engines[None] = engine
            outer.rollback()


@pytest.fixture
def context(app: Flask, _isolated: None) -> Iterator[None]:
    """An app context for tests below HTTP. Never together with ``client``: a context held open leaks logins."""
    with app.app_context():
        yield


@pytest.fixture
def make(context: None) -> Make:
    """The factory, within an app context."""
    return Make()


@pytest.fixture
def prepared(app: Flask, _isolated: None) -> Callable[[Callable[[Make], None]], None]:
    """Run a function with the factory in an app context of its own and commit, before a client asks."""

    def prepare(function: Callable[[Make], None]) -> None:
        with app.app_context():
            function(Make())
            db.session.commit()

    return prepare


@pytest.fixture
def client(app: Flask, _isolated: None) -> FlaskClient:
    """A browser without JavaScript."""
    return app.test_client()


@pytest.fixture
def enter(app: Flask, _isolated: None) -> Callable[[str], FlaskClient]:
    """A browser in which the user with this address is signed in; nobody for an empty one."""

    def entered(address: str) -> FlaskClient:
        client = app.test_client()
        if address:
            with app.app_context():
                user = db.session.scalar(select(User).where(User.email == address))
                token = signing_in.open_session(user, browser="Test", at=now())
                db.session.commit()
            with client.session_transaction() as session:
                session["_user_id"] = token
        return client

    return entered


REGISTER_FILES = {
    "2021": "31122021_Auszug_GV.xlsx",
    "2023": "31122023_Auszug_GV.xlsx",
    "2024": "AuszugGV4QAktuell_2024.xlsx",
    "fixed": "GV100AD_301123.txt",
    "changes 2023": "gebietsaenderungen_2023.xlsx",
    "changes 2024": "gebietsaenderungen_2024.xlsx",
}
"""The official files by short names."""


@pytest.fixture(scope="session")
def register_dir() -> Path:
    """The folder of the official register files; skips where one is missing, and fails in the full run."""
    folder = ROOT / os.environ.get("KOOPERATION_REGISTER_DIR", "data/register")
    missing = [name for name in REGISTER_FILES.values() if not (folder / name).is_file()]
    if missing:
        reason = f"official files are missing in {folder}, set KOOPERATION_REGISTER_DIR: {', '.join(missing)}"
        if FULL:
            pytest.fail(reason)
        pytest.skip(reason)
    return folder
