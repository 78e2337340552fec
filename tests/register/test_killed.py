"""The command killed while it applies the real register: everything is there or nothing, and it can be run again."""

import os
import random
import subprocess
import sys
import time

import psycopg
import pytest
from flask_migrate import upgrade
from sqlalchemy import func, select

from kooperation.app import create_app
from kooperation.audit.models import AuditEntry
from kooperation.base.config import ROOT
from kooperation.base.db import db
from kooperation.base.index.models import SearchDocument
from kooperation.parties.models import Municipality
from kooperation.register.models import Edition
from tests.conftest import REGISTER_FILES, configuration
from tests.databases import FULL, LONG

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not FULL, reason="only in the full run")]

NOTHING, EVERYTHING = (0, 0, 0, 0), (12_491, 1, 12_491, 1)
LONGEST_APPLYING = 2.5
KILLS = 3 if LONG else 2


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def address(request):
    """The address of an empty database of its own; none for SQLite in the instance folder."""
    if request.param == "sqlite":
        yield ""
        return
    server = request.getfixturevalue("postgresql")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE killed")
    yield server.replace("/postgres?", "/killed?")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("DROP DATABASE killed WITH (FORCE)")


def test_an_import_that_is_killed_leaves_all_or_nothing(tmp_path, address, register_dir):
    app = create_app(configuration(tmp_path, address))
    with app.app_context():
        upgrade()
        db.engine.dispose()
    command = [
        sys.executable,
        "-m",
        "kooperation",
        "register",
        "import",
        "--yes",
        register_dir / REGISTER_FILES["2024"],
    ]
    environment = os.environ | {
        "KOOPERATION_MODE": "test",
        "KOOPERATION_INSTANCE": str(tmp_path),
        "DATABASE_URL": address,
        "SECRET_KEY": "only-for-tests",
    }
    for _ in range(KILLS):
        if stored(app) == EVERYTHING:
            break
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL
        )
        # The progress bar is the first that is told there: from now on it writes.
        assert process.stderr.read(1)
        time.sleep(random.uniform(0.0, LONGEST_APPLYING))
        process.kill()
        process.communicate()
        assert stored(app) in (NOTHING, EVERYTHING)
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
    assert stored(app) == EVERYTHING


def stored(app):
    """How many units, editions, documents of the search and lines of the log there are."""
    with app.app_context():
        found = tuple(
            db.session.scalar(select(func.count()).select_from(model))
            for model in (Municipality, Edition, SearchDocument, AuditEntry)
        )
        db.session.remove()
        db.engine.dispose()
    return found
