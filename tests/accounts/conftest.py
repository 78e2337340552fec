"""Signing in without a password, which would take a while, and sending forms with their token."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select
from werkzeug.test import TestResponse

from kooperation.accounts.models import User
from kooperation.accounts.services import signing_in
from kooperation.base.db import db, now

Enter = Callable[[str], FlaskClient]


@pytest.fixture
def enter(app: Flask, _isolated: None) -> Enter:
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


def send(client: FlaskClient, address: str, form: dict[str, object] | None = None, page: str = "") -> TestResponse:
    """Post a form with the token of a page, by default that of one's own account."""
    text = client.get(page or "/konto/", follow_redirects=True).get_data(as_text=True)
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', text)
    assert found is not None, text
    return client.post(address, data={"csrf_token": found.group(1)} | (form or {}))


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
