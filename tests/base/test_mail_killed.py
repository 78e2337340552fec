"""Killed at any instant, no mail is lost, and two workers never send one twice: with processes of their own."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, text

from kooperation.base.config import ROOT, from_environment
from tests.mailserver import Mailbox, smtp_server

MAILS = 20


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with smtp_server() as running:
        yield running


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def environment(request: pytest.FixtureRequest, tmp_path: Path, mailbox: Mailbox) -> Iterator[dict[str, str]]:
    """What the processes are started with: a migrated database of their own, and the mail server."""
    values = {
        "KOOPERATION_MODE": "development",
        "KOOPERATION_INSTANCE": str(tmp_path),
        "SECRET_KEY": "only-for-tests",
        "SMTP_URL": mailbox.url,
        "MAIL_FROM": "kooperation@muster.example",
    }
    if request.param == "sqlite":
        run(values, "-m", "kooperation", "db", "upgrade")
        yield values
        return
    address = request.getfixturevalue("postgresql")
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("CREATE DATABASE mails")
        values["DATABASE_URL"] = address.replace("/postgres?", "/mails?")
        run(values, "-m", "kooperation", "db", "upgrade")
        yield values
        connection.execute("DROP DATABASE mails WITH (FORCE)")


def run(environment: dict[str, str], *arguments: str) -> int:
    quiet = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert quiet.returncode in {0, -signal.SIGKILL}, quiet.stderr
    return quiet.returncode


@contextmanager
def workers(environment: dict[str, str], number: int) -> Iterator[None]:
    command = [sys.executable, "-m", "kooperation", "worker"]
    running = [
        subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment}, stderr=subprocess.DEVNULL)
        for _ in range(number)
    ]
    try:
        yield
    finally:
        for process in running:
            process.kill()
            process.wait()


def until(condition: Callable[[], object], what: str) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end, f"waited in vain: {what}"
        time.sleep(0.05)


def in_database(environment: dict[str, str], statement: str) -> list[tuple[object, ...]]:
    engine = create_engine(from_environment(environment).database_url)
    with engine.begin() as connection:
        result = connection.execute(text(statement))
        rows = [tuple(row) for row in result] if result.returns_rows else []
    engine.dispose()
    return rows


def test_mails_of_a_process_that_was_killed_after_its_commit_are_each_sent_once_by_two_workers(environment, mailbox):
    assert run(environment, "-m", "tests.base.mailers", "posting", str(MAILS)) == -signal.SIGKILL
    assert mailbox.mails == []
    sent = "SELECT count(*), max(attempts) FROM outgoing_mail WHERE sent_at IS NOT NULL"
    with workers(environment, 2):
        until(lambda: in_database(environment, sent) == [(MAILS, 1)], "all are sent")
    ids = Counter(arrived["Message-ID"] for arrived in mailbox.mails)
    assert set(ids.values()) == {1}
    assert set(ids) == {one for (one,) in in_database(environment, "SELECT message_id FROM outgoing_mail")}


def test_a_mail_whose_sender_was_killed_before_the_mark_goes_out_again_with_the_same_message_id(environment, mailbox):
    run(environment, "-m", "tests.base.mailers", "posting", "1")
    assert run(environment, "-m", "tests.base.mailers", "sending", "1") == -signal.SIGKILL
    assert len(mailbox.mails) == 1
    in_database(environment, "UPDATE outgoing_mail SET next_attempt_at = created_at")
    with workers(environment, 1):
        until(lambda: in_database(environment, "SELECT 1 FROM outgoing_mail WHERE sent_at IS NOT NULL"), "it is marked")
    assert len({arrived["Message-ID"] for arrived in mailbox.mails}) == 1
    assert len(mailbox.mails) == 2
