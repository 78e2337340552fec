"""What every answer has: safe headers, a page for each error, helpers that no address can abuse."""

import re

import pytest
from flask import abort
from werkzeug.exceptions import HTTPException

from kooperation.base import web
from kooperation.base.db import db
from kooperation.base.web import query_url, static_url
from kooperation.parties.models import Municipality


def test_every_answer_carries_the_safe_headers(client):
    for address in ("/", "/gibt-es-nicht/", static_url("css/app.css")):
        with client.get(address) as answer:
            for name, value in web.HEADERS.items():
                assert answer.headers[name] == value
    assert "unsafe" not in web.CONTENT_SECURITY_POLICY


def test_a_static_file_may_be_kept_for_ever_under_its_version(client):
    with client.get(static_url("css/app.css")) as answer:
        assert answer.status_code == 200
        assert "max-age=31536000" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 413, 414, 429])
def test_each_error_has_a_page_in_german(app, status):
    with app.test_request_context("/"), pytest.raises(HTTPException) as raised:
        abort(status)
    with app.test_request_context("/"):
        answer = app.make_response(app.handle_user_exception(raised.value))
    assert answer.status_code == status
    assert '<html lang="de">' in answer.get_data(as_text=True)


def test_a_wrong_method_is_answered_with_the_right_ones(client):
    answer = client.post("/kommunen/")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


def test_a_failure_is_answered_with_a_reference_that_the_log_has_too(app, client, monkeypatch, caplog):
    def fail():
        raise ZeroDivisionError

    monkeypatch.setitem(app.view_functions, "register.browse", fail)
    monkeypatch.setattr(app, "testing", False)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    answer = client.get("/kommunen/")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 500
    assert any("/kommunen/ [GET]" in record.message for record in caplog.records)
    assert re.search(r"\b[0-9a-f]{8}\b", text)
    assert "ZeroDivisionError" not in text


def test_a_request_by_get_may_not_write(app, client, monkeypatch):
    def write():
        db.session.add(Municipality(display_name="X", sort_name="x", official_name="X", ars="1", key="1"))
        db.session.flush()
        return ""

    monkeypatch.setitem(app.view_functions, "register.browse", write)
    with pytest.raises(RuntimeError, match="may not write"):
        client.get("/kommunen/")


@pytest.mark.parametrize(
    ("address", "changes", "expected"),
    [
        ("/kommunen/liste/?land=09&seite=3", {"ebene": "gemeinde"}, "/kommunen/liste/?ebene=gemeinde&land=09"),
        ("/kommunen/liste/?land=09&seite=3", {"seite": 4}, "/kommunen/liste/?seite=4&land=09"),
        ("/kommunen/liste/?land=09", {"land": None}, "/kommunen/liste/"),
        ("/kommunen/liste/?_scheme=javascript&_external=1&_anchor=x", {}, None),
        ("/kommunen/liste/?endpoint=search.start&name=a%26b", {}, None),
    ],
)
def test_an_address_is_changed_and_never_abused(app, address, changes, expected):
    with app.test_request_context(address):
        changed = query_url(**changes)
    assert changed.startswith("/kommunen/liste/")
    assert expected is None or changed == expected
