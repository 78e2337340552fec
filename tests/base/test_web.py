"""What every answer has: safe headers, a page for each error, helpers that no address can abuse."""

import re
from secrets import token_hex

import pytest
from flask import abort
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException

from kooperation.app import create_app
from kooperation.base.config import from_environment
from kooperation.base.db import db
from kooperation.base.headers import CONTENT_SECURITY_POLICY, HEADERS, HSTS
from kooperation.base.web import query_url, static_url
from kooperation.parties.models import Municipality


def test_every_answer_carries_the_safe_headers(client):
    for address in ("/", "/gibt-es-nicht/", static_url("css/app.css")):
        with client.get(address) as answer:
            for name, value in HEADERS.items():
                assert answer.headers[name] == value
    assert "unsafe" not in CONTENT_SECURITY_POLICY


@pytest.mark.parametrize(
    ("method", "address", "headers", "status"),
    [
        ("HEAD", "/", {}, 200),
        ("OPTIONS", "/", {}, 200),
        ("POST", "/", {}, 405),
        ("GET", "/kommunen", {}, 308),
        ("GET", "/healthz", {}, 200),
        ("GET", "/kommunen/liste/export.csv", {}, 200),
        ("GET", "/static/", {}, 404),
        ("POST", "css/app.css", {}, 405),
        ("GET", "css/app.css", {"If-Modified-Since": "Mon, 01 Jan 2035 00:00:00 GMT"}, 304),
        ("GET", "css/app.css", {"Range": "bytes=0-5"}, 206),
        ("GET", "css/app.css", {"Range": "bytes=9999999-"}, 416),
    ],
)
def test_not_only_pages_carry_the_safe_headers(client, method, address, headers, status):
    address = address if address.startswith("/") else static_url(address)
    with client.open(address, method=method, headers=headers) as answer:
        assert answer.status_code == status
        for name, value in HEADERS.items():
            assert answer.headers.getlist(name) == [value]
        assert answer.headers.getlist("Cache-Control")


def test_in_production_static_files_too_ask_for_https(tmp_path):
    environment = {
        "KOOPERATION_INSTANCE": str(tmp_path),
        "SECRET_KEY": token_hex(32),
        "KOOPERATION_URL": "https://k.example.de",
    }
    app = create_app(from_environment(environment))
    for address in ("/healthz", static_url("css/app.css"), "/gibt-es-nicht/"):
        with app.test_client().get(address) as answer:
            assert answer.headers["Strict-Transport-Security"] == HSTS


@pytest.mark.parametrize("host", ["evil.example", "", "a b", "kooperation.example.de.evil.example", "[::1"])
@pytest.mark.parametrize("address", ["/", "/kommunen", "/gibt-es-nicht/"])
def test_a_foreign_host_is_a_bad_request(tmp_path, caplog, host, address):
    environment = {
        "KOOPERATION_INSTANCE": str(tmp_path),
        "SECRET_KEY": token_hex(32),
        "KOOPERATION_URL": "https://k.example.de",
    }
    app = create_app(from_environment({**environment, "KOOPERATION_HOSTS": "kooperation.example.de"}))
    answer = app.test_client().get(address, environ_overrides={"HTTP_HOST": host})
    assert answer.status_code == 400
    assert answer.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert not caplog.records
    assert (
        app.test_client().get("/healthz", environ_overrides={"HTTP_HOST": "kooperation.example.de"}).status_code == 200
    )


@pytest.mark.parametrize("host", ["evil.example", "", "a b", "evil.example/.."])
@pytest.mark.parametrize(
    ("address", "target"),
    [
        ("/kommunen", "/kommunen/"),
        ("/suche?q=a%26b&q=%C3%A4", "/suche/?q=a%26b&q=%C3%A4"),
        ("//kommunen//liste/", "/kommunen/liste/"),
    ],
)
def test_the_way_to_the_slash_names_no_host(client, host, address, target):
    path, _, query = address.partition("?")
    environ = {"PATH_INFO": path, "QUERY_STRING": query, "HTTP_HOST": host}
    answer = client.get("/", environ_overrides=environ)
    assert answer.status_code == 308
    assert answer.headers["Location"] == target


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


def test_whoever_does_not_get_their_turn_in_the_database_is_asked_to_come_again(app, client, monkeypatch, tmp_path):
    def wait_in_vain():
        engine = create_engine(f"sqlite:///{tmp_path}/busy.sqlite")
        with engine.begin() as first, engine.connect() as second:
            first.execute(text("CREATE TABLE one (id INTEGER)"))
            second.exec_driver_sql("PRAGMA busy_timeout = 0")
            second.execute(text("CREATE TABLE two (id INTEGER)"))

    monkeypatch.setitem(app.view_functions, "register.browse", wait_in_vain)
    answer = client.get("/kommunen/")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "Gespeichert wurde nichts" in answer.get_data(as_text=True)


def test_a_database_that_fails_otherwise_is_a_failure(app, client, monkeypatch):
    monkeypatch.setitem(app.view_functions, "register.browse", lambda: db.session.execute(text("SELECT x FROM y")))
    with pytest.raises(DBAPIError):
        client.get("/kommunen/")


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
        ("/kommunen/liste/?endpoint=cockpit.start&name=a%26b", {}, None),
    ],
)
def test_an_address_is_changed_and_never_abused(app, address, changes, expected):
    with app.test_request_context(address):
        changed = query_url(**changes)
    assert changed.startswith("/kommunen/liste/")
    assert expected is None or changed == expected
