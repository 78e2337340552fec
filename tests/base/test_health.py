"""Health: the process says that it lives; readiness has three parts and gives nothing else away."""

import pytest
from sqlalchemy.exc import OperationalError

from kooperation.base import health, jobs
from kooperation.base.db import db


def test_the_process_answers_without_asking_the_database(client, monkeypatch):
    monkeypatch.setattr(db.session, "execute", lambda *_: pytest.fail("the database was asked"))
    monkeypatch.setattr(db.session, "connection", lambda *_: pytest.fail("the database was asked"))
    answer = client.get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok\n")
    assert answer.headers["Cache-Control"] == "no-store"


def test_everything_in_place_is_ready(client):
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json == {"ready": True, "database": True, "migrations": True, "worker": True}
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_database_at_rest_is_not_ready(client, monkeypatch, caplog):
    def refuse():
        raise OperationalError("SELECT 1", {}, Exception("connection refused"))

    monkeypatch.setattr(db.session, "connection", refuse)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json == {"ready": False, "database": False, "migrations": False, "worker": True}
    assert "connection refused" not in answer.text
    assert "connection refused" in caplog.text


def test_a_database_with_other_migrations_is_not_ready(client, monkeypatch):
    monkeypatch.setattr(health, "heads", lambda: frozenset({"9999"}))
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json == {"ready": False, "database": True, "migrations": False, "worker": True}


def test_without_a_worker_it_is_not_ready(client, monkeypatch):
    monkeypatch.setattr(jobs, "worker_alive", lambda: False)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json == {"ready": False, "database": True, "migrations": True, "worker": False}


def test_a_queue_that_does_not_answer_is_not_ready(client, monkeypatch):
    def refuse():
        raise OSError("no such host")

    monkeypatch.setattr(jobs, "worker_alive", refuse)
    assert client.get("/readyz").json["worker"] is False


def test_migrations_are_current_behind_or_ahead():
    assert health.compare(set(health.heads())) is health.Schema.CURRENT
    assert health.compare(set()) is health.Schema.BEHIND
    assert health.compare({"from-tomorrow"}) is health.Schema.AHEAD
