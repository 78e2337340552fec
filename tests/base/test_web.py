"""What every answer has: safe headers, a page for each error, helpers that no address can abuse."""

import pytest
from flask import abort

from kooperation.base import web
from kooperation.base.db import db
from kooperation.base.web import query_url, static_url
from kooperation.parties.models import Municipality


def test_every_answer_carries_the_safe_headers(client):
    for address in ("/", "/gibt-es-nicht/", static_url("css/app.css")):
        headers = client.get(address).headers
        for name, value in web.HEADERS.items():
            assert headers[name] == value
    assert "unsafe" not in web.CONTENT_SECURITY_POLICY


def test_a_static_file_may_be_kept_for_ever_under_its_version(client):
    answer = client.get(static_url("css/app.css"))
    assert answer.status_code == 200
    assert "max-age=31536000" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("status", web.ERROR_PAGES)
def test_each_error_has_a_page_in_german(app, status):
    with app.test_request_context("/"):
        try:
            abort(status)
        except Exception as error:
            answer = app.make_response(app.handle_user_exception(error))
    assert answer.status_code == status
    assert '<html lang="de">' in answer.get_data(as_text=True)


def test_a_failure_is_answered_with_a_reference_that_the_log_has_too(app, client, monkeypatch, caplog):
    def fail():
        raise ZeroDivisionError

    monkeypatch.setitem(app.view_functions, "register.browse", fail)
    monkeypatch.setattr(app, "testing", False)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    answer = client.get("/kommunen/")
    reference = next(record.args[0] for record in caplog.records if "failed request" in record.message)
    assert answer.status_code == 500
    assert reference in answer.get_data(as_text=True)
    assert "ZeroDivisionError" not in answer.get_data(as_text=True)


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
