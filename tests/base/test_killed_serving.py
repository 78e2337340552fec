"""Killed at any instant while sixteen people write over HTTP: what was acknowledged is there, with log and mail.

The whole of ``kooperation serve``, its web server and its worker, on both databases; mails go to a real SMTP server.
"""

import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import create_engine, text

from kooperation.base.config import from_environment
from tests.base.clients import CLIENTS, Client, address, guest, own_key, place_key, prepare
from tests.base.test_serving import below
from tests.databases import FULL, LONG
from tests.mailserver import Mailbox, smtp_server
from tests.served import command, kill_all, serving, settings, until

KILLS = 7 if LONG else 2
SECONDS_OF_WRITING = (0.5, 4.0) if LONG else (0.2, 0.8)
WRITES_BEFORE_A_KILL = 60 if LONG else 30


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with smtp_server() as running:
        yield running


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=[pytest.mark.postgres, pytest.mark.slow])])
def environment(request: pytest.FixtureRequest, tmp_path: Path, mailbox: Mailbox) -> Iterator[dict[str, str]]:
    mails = {"SMTP_URL": mailbox.url, "MAIL_FROM": "kooperation@muster.example"}
    if request.param == "sqlite":
        yield settings(tmp_path, **mails)
        return
    if not FULL:
        pytest.skip("only in the full run")
    server = request.getfixturevalue("postgresql")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE killed")
        yield settings(tmp_path, DATABASE_URL=server.replace("/postgres?", "/killed?"), **mails)
        connection.execute("DROP DATABASE killed WITH (FORCE)")


def rows(environment: dict[str, str], statement: str) -> list[Any]:
    engine = create_engine(from_environment(environment).database_url)
    with engine.begin() as connection:
        result = connection.execute(text(statement))
        found = list(result) if result.returns_rows else []
    engine.dispose()
    return found


def test_what_was_acknowledged_is_there_whole_and_its_mails_arrive(environment, mailbox):
    command(environment, "kooperation", "db", "upgrade")
    prepare(environment)
    stop = threading.Event()
    clients = [Client(number, int(environment["PORT"]), stop) for number in range(CLIENTS)]
    for kill in range(KILLS):
        with serving(environment) as process:
            if kill == 0:
                for client in clients:
                    client.start()
            before = written(clients)
            until(lambda before=before: written(clients) > before + WRITES_BEFORE_A_KILL, "they write", patience=120)
            time.sleep(random.uniform(*SECONDS_OF_WRITING))
            if kill % 2:
                # One of the family first; the others go on for a moment.
                os.kill(random.choice(sorted(below(process.pid))), signal.SIGKILL)
                time.sleep(random.uniform(0, 0.3))
            kill_all(process)
    with serving(environment):
        until(lambda: all_kinds_were_written(clients), "they write after the last start", patience=120)
        stop.set()
        for client in clients:
            client.join(60)
        assert not any(client.is_alive() for client in clients)
        # A mail that was claimed by a worker that was killed waits five minutes: not here.
        rows(environment, "UPDATE outgoing_mail SET next_attempt_at = created_at WHERE sent_at IS NULL")
        waiting = "SELECT count(*) FROM outgoing_mail WHERE sent_at IS NULL"
        until(lambda: rows(environment, waiting) == [(0,)], "all mails are sent", patience=90)
    for client in clients:
        assert client.trouble == [], faults(environment)
        assert_whole(environment, client)
    assert_mails_arrived(environment, mailbox)


def faults(environment: dict[str, str]) -> str:
    """What the server wrote to its log beside the requests, the last of it."""
    lines = (Path(environment["KOOPERATION_INSTANCE"]) / "log").read_text("utf-8").splitlines()
    return "\n".join([line for line in lines if '"request"' not in line][-60:])


def written(clients: list[Client]) -> int:
    return sum(len(numbers) for client in clients for numbers in client.notes.acknowledged.values())


def all_kinds_were_written(clients: list[Client]) -> bool:
    """Whether most of the clients have written, and mails were among it."""
    wrote = [bool(client.notes.acknowledged["name"]) for client in clients]
    mailed = sum(len(client.notes.acknowledged["password"]) for client in clients)
    return (all(wrote) if LONG else sum(wrote) > CLIENTS / 2) and mailed >= CLIENTS / 2


def assert_whole(environment: dict[str, str], client: Client) -> None:
    """Each acknowledged write is stored; each stored one was tried; each change has its entry in the log."""
    ((user, name),) = rows(environment, f"SELECT id, name FROM user_account WHERE email = '{address(client.number)}'")
    notes = client.notes
    log = rows(environment, f"SELECT event, subject_id, after FROM audit_entry WHERE actor_id = {user} ORDER BY id")
    events = Counter(event for event, _, _ in log)

    renamed = [int(number_in(after)) for event, _, after in log if event == "user.renamed"]
    assert set(notes.acknowledged["name"]) <= set(renamed) <= set(notes.tried["name"])
    assert len(set(renamed)) == len(renamed)
    assert name == (f"Name {renamed[-1]}" if renamed else "Name 0")

    asked = rows(
        environment,
        "SELECT join_request.id, party.key FROM join_request JOIN party ON party.id = municipality_id "
        f"WHERE user_id = {user}",
    )
    assert {place_key(number) for number in notes.acknowledged["request"]} <= {key for _, key in asked}
    assert {key for _, key in asked} <= {place_key(number) for number in notes.tried["request"]}
    assert sorted(number for number, _ in asked) == sorted(
        subject for event, subject, _ in log if event == "request.made"
    )

    invited = rows(environment, f"SELECT id, address FROM invitation WHERE invited_by_id = {user}")
    assert {guest(client.number, one) for one in notes.acknowledged["invitation"]} <= {to for _, to in invited}
    assert {to for _, to in invited} <= {guest(client.number, one) for one in notes.tried["invitation"]}
    assert sorted(number for number, _ in invited) == sorted(
        subject for event, subject, _ in log if event == "invitation.made"
    )
    for _, to in invited:
        assert rows(environment, f"SELECT count(*) FROM outgoing_mail WHERE recipient = '{to}'") == [(1,)]

    consents = rows(
        environment,
        "SELECT withdrawn_at FROM consent JOIN party ON party.id = consent.municipality_id "
        f"WHERE party.key = '{own_key(client.number)}'",
    )
    assert len(consents) == events["consent.given"]
    assert sum(withdrawn is not None for (withdrawn,) in consents) == events["consent.withdrawn"]
    assert 0 <= events["consent.given"] - events["consent.withdrawn"] <= 1

    ((mails,),) = rows(environment, f"SELECT count(*) FROM outgoing_mail WHERE recipient = '{address(client.number)}'")
    assert mails == events["user.password_set"]
    assert len(notes.acknowledged["password"]) <= mails <= len(notes.tried["password"])


def number_in(after: Any) -> str:
    return str(after).rpartition("Name ")[2].strip("\"'}")


def assert_mails_arrived(environment: dict[str, str], mailbox: Mailbox) -> None:
    """Each mail that was written arrived, some twice, none that was not written."""
    written = {number for (number,) in rows(environment, "SELECT message_id FROM outgoing_mail")}
    arrived = Counter(mail["Message-ID"] for mail in mailbox.mails)
    assert set(arrived) == written
    # Twice only what a worker had in its hand when it was killed.
    assert sum(arrived.values()) - len(arrived) <= KILLS
