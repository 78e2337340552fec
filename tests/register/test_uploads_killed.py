"""The worker killed while it reads and while it applies: all or nothing, and the upload tells the truth afterwards."""

import os
import random
import subprocess
import sys
import time
from datetime import timedelta

import psycopg
import pytest
from flask_migrate import upgrade
from sqlalchemy import func, select

from kooperation.accounts.models import User
from kooperation.app import create_app
from kooperation.audit.models import AuditEntry
from kooperation.base import arrivals, jobs
from kooperation.base.config import ROOT, from_environment
from kooperation.base.db import db, now
from kooperation.base.index.models import SearchDocument
from kooperation.parties.models import Municipality
from kooperation.register.jobs import upload_folder
from kooperation.register.models import Edition, RegisterUpload, RegisterUploadRow
from kooperation.register.parse import MAX_BYTES
from kooperation.register.rules.uploads import UploadState
from kooperation.register.services import uploads
from tests.conftest import REGISTER_FILES
from tests.databases import FULL, LONG

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not FULL, reason="only in the full run")]

NOTHING, EVERYTHING = (0, 0, 0), (12_491, 1, 12_491)
KILLS = 4 if LONG else 2
LONGEST = 4.0


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def environment(request, tmp_path):
    """What processes are started with: a migrated database of their own with an administrator."""
    address = ""
    if request.param == "postgresql":
        server = request.getfixturevalue("postgresql")
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute("CREATE DATABASE upload_killed")
        address = server.replace("/postgres?", "/upload_killed?")
    yield {
        "KOOPERATION_MODE": "development",
        "KOOPERATION_INSTANCE": str(tmp_path),
        "DATABASE_URL": address,
        "SECRET_KEY": "only-for-tests",
    }
    if address:
        jobs.huey.storage.close()
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute("DROP DATABASE upload_killed WITH (FORCE)")


@pytest.fixture
def app(environment, tmp_path):
    app = create_app(from_environment(environment))
    with app.app_context():
        upgrade()
        db.session.add(User(email="admin@muster.example", name="Ada Admin", is_admin=True))
        db.session.commit()
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    jobs.init_jobs(from_environment(environment | {"KOOPERATION_MODE": "test", "DATABASE_URL": ""}))


def start_worker(environment):
    command = [sys.executable, "-m", "kooperation", "worker"]
    return subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment}, stderr=subprocess.DEVNULL)


def seen(app, what):
    """What a function finds in a session of its own."""
    with app.app_context():
        found = what()
        db.session.remove()
    return found


def the_upload():
    return db.session.scalars(select(RegisterUpload)).one()


def state(app):
    return seen(app, lambda: the_upload().state)


def stored(app):
    models = (Municipality, Edition, SearchDocument)
    return seen(app, lambda: tuple(db.session.scalar(select(func.count()).select_from(model)) for model in models))


def run_until(app, environment, ended, killed_after=None):
    """Let a worker work until the upload's state is one of those; or kill it some time after it began."""
    worker = start_worker(environment)
    try:
        end = time.monotonic() + 60
        while seen(app, lambda: the_upload().run) is None and state(app) not in ended:
            assert time.monotonic() < end, "the worker does not begin"
            time.sleep(0.02)
        if killed_after is not None:
            time.sleep(killed_after)
            return
        while state(app) not in ended:
            assert time.monotonic() < end, f"the upload stays {state(app)}"
            time.sleep(0.1)
    finally:
        worker.kill()
        worker.wait()


def act(app, what):
    """Something that the administrator does, an hour later: what did not go on until then counts as silent."""
    with app.app_context():
        what(the_upload(), db.session.scalars(select(User)).one(), now() + timedelta(hours=1))
        db.session.commit()
        db.session.remove()


def again(upload, user, at):
    uploads.restart(upload, user=user, at=at)
    upload.state_since = now()


def agree(upload, user, at):
    uploads.approve(upload, upload.fingerprint, understood=True, user=user, at=at)
    upload.state_since = now()


def test_a_killed_worker_leaves_all_or_nothing_and_the_upload_tells_the_truth(app, environment, register_dir):
    with app.app_context():
        with (register_dir / REGISTER_FILES["2024"]).open("rb") as file:
            arrival = arrivals.keep(file, upload_folder(), MAX_BYTES)
        uploads.receive(arrival, "auszug.xlsx", user=db.session.scalars(select(User)).one(), at=now())
        db.session.commit()
        db.session.remove()

    for _ in range(KILLS):
        run_until(app, environment, {UploadState.PLANNED}, killed_after=random.uniform(0, 2))
        if state(app) is UploadState.PLANNED:
            break
        assert state(app) is UploadState.READING
        assert stored(app) == NOTHING
        act(app, again)
    run_until(app, environment, {UploadState.PLANNED})
    rows = seen(app, lambda: db.session.scalar(select(func.count()).select_from(RegisterUploadRow)))
    assert rows == sum(count for _title, count in seen(app, lambda: the_upload().summary.sections))

    act(app, agree)
    for _ in range(KILLS):
        run_until(app, environment, {UploadState.APPLIED}, killed_after=random.uniform(0, LONGEST))
        if state(app) is UploadState.APPLIED:
            break
        assert state(app) is UploadState.APPLYING
        assert stored(app) == NOTHING
        act(app, again)
    run_until(app, environment, {UploadState.APPLIED})
    assert stored(app) == EVERYTHING
    assert seen(app, lambda: the_upload().edition_id) is not None
    entries = select(AuditEntry.actor_name).where(AuditEntry.event == "edition.imported")
    assert seen(app, lambda: db.session.scalars(entries).all()) == ["Ada Admin"]
