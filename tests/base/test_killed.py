"""Killed at any instant: what 16 writers were told is stored is stored, and nothing is half there (SQLite)."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter

import pytest
from sqlalchemy import text

from kooperation.base.config import ROOT
from kooperation.base.db import db
from tests.base.writers import WRITERS, app_in
from tests.databases import FULL

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not FULL, reason="only in the full run")]

ROUNDS = 3


def test_nothing_that_was_acknowledged_is_missing_and_nothing_is_half_there(tmp_path):
    app = app_in(tmp_path)
    with app.app_context():
        db.session.execute(
            text("CREATE TABLE slip (writer INTEGER, number INTEGER, half TEXT, PRIMARY KEY (writer, number, half))")
        )
        db.session.commit()
        db.session.remove()
        db.engine.dispose()

    receipts = tmp_path / "receipts"
    receipts.touch()
    for _ in range(ROUNDS):
        written = receipts.stat().st_size
        command = [sys.executable, "-m", "tests.base.writers", str(tmp_path)]
        writers = subprocess.Popen(command, cwd=ROOT, start_new_session=True)
        end = time.monotonic() + 20
        while receipts.stat().st_size < written + 5_000:
            assert writers.poll() is None
            assert time.monotonic() < end, "nobody writes"
            time.sleep(0.02)
        time.sleep(random.uniform(0.0, 0.3))
        os.killpg(writers.pid, signal.SIGKILL)
        writers.wait()

    acknowledged = {tuple(map(int, line.split())) for line in receipts.read_text().splitlines()}
    with app.app_context():
        slips = db.session.execute(text("SELECT writer, number FROM slip")).all()
        (integrity,) = db.session.execute(text("PRAGMA integrity_check")).one()
        db.session.remove()
        db.engine.dispose()
    halves = Counter((writer, number) for writer, number in slips)
    assert integrity == "ok"
    assert len({writer for writer, _ in acknowledged}) > WRITERS / 2
    assert set(halves.values()) == {2}
    assert acknowledged <= set(halves)
    assert len(halves) - len(acknowledged) <= WRITERS * ROUNDS
