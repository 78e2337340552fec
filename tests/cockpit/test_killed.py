"""Killed at any instant, nobody gets two digests and nobody is forgotten; nor with two workers at once."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from kooperation.base.config import ROOT
from tests.base.test_mail_killed import in_database, run

PEOPLE = 12
TOLD = "SELECT recipient FROM outgoing_mail ORDER BY recipient"
EVERYBODY = sorted((f"person{number}@muster.example",) for number in range(PEOPLE))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def environment(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    """What the processes are started with: a migrated database of their own with people who are due."""
    values = {"KOOPERATION_MODE": "development", "KOOPERATION_INSTANCE": str(tmp_path), "SECRET_KEY": "only-for-tests"}
    if request.param == "sqlite":
        yield _filled(values)
        return
    address = request.getfixturevalue("postgresql")
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("CREATE DATABASE digests")
        yield _filled(values | {"DATABASE_URL": address.replace("/postgres?", "/digests?")})
        connection.execute("DROP DATABASE digests WITH (FORCE)")


def _filled(values: dict[str, str]) -> dict[str, str]:
    run(values, "-m", "kooperation", "db", "upgrade")
    digest(values, "fill", PEOPLE)
    return values


def digest(environment: dict[str, str], where: str, number: int) -> int:
    return run(environment, "-m", "tests.cockpit.digesters", where, str(number))


def test_who_was_told_before_the_kill_is_not_told_again_and_the_others_are(environment):
    assert digest(environment, "before", 4) == -signal.SIGKILL
    assert len(in_database(environment, TOLD)) == 3, "the fourth was not committed"
    assert digest(environment, "after", 2) == -signal.SIGKILL
    assert len(in_database(environment, TOLD)) == 5
    assert digest(environment, "whole", 0) == 0
    assert in_database(environment, TOLD) == EVERYBODY
    assert digest(environment, "whole", 0) == 0
    assert in_database(environment, TOLD) == EVERYBODY


def test_two_workers_at_once_tell_each_once(environment):
    command = [sys.executable, "-m", "tests.cockpit.digesters", "whole", "0"]
    running = [subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment}) for _ in range(2)]
    assert [process.wait() for process in running] == [0, 0]
    assert in_database(environment, TOLD) == EVERYBODY
