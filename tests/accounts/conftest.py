"""Sending forms with their token, reading mails that arrived, and counting what the database is asked."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select
from werkzeug.test import TestResponse

from kooperation.accounts.routes import timing
from kooperation.base.db import db
from kooperation.base.mail.models import OutgoingMail


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timing, "ANSWER_AFTER", 0.0)


@pytest.fixture
def arrived(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[EmailMessage]]:
    """The mails that were sent, in order: into a folder of this test."""
    config = replace(app.extensions["kooperation"], instance=tmp_path, mail_server=None)
    monkeypatch.setitem(app.extensions, "kooperation", config)

    def read() -> list[EmailMessage]:
        with app.app_context():
            order = list(db.session.scalars(select(OutgoingMail.message_id).order_by(OutgoingMail.id)))
        mails = [message_from_bytes(one.read_bytes(), policy=policy.default) for one in (tmp_path / "mails").glob("*")]
        return sorted(mails, key=lambda one: order.index(str(one["Message-ID"])))

    return read


def link_to(page: str, mail: EmailMessage) -> str:
    """The path of the link in a mail that begins like this."""
    found = re.search(rf"http://127\.0\.0\.1:8000({re.escape(page)}\S+)", mail.get_content())
    assert found is not None, mail.get_content()
    return found.group(1)


def send(
    client: FlaskClient, address: str, form: dict[str, object] | None = None, page: str = "", *, follow: bool = False
) -> TestResponse:
    """Post a form with the token of a page, by default that of one's own account, and follow where it leads."""
    text = client.get(page or "/konto/", follow_redirects=True).get_data(as_text=True)
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', text)
    assert found is not None, text
    return client.post(address, data={"csrf_token": found.group(1)} | (form or {}), follow_redirects=follow)


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """The statements that the database was asked in the block."""
    asked: list[str] = []

    def note(_connection, _cursor, statement, *_more):  # type: ignore[no-untyped-def]
        if statement.lstrip().startswith("SELECT"):
            asked.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", note)
