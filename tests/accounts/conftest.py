"""Sending forms with their token, and counting what the database is asked."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.test import TestResponse

from kooperation.base.db import db


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
