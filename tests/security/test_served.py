"""Attacks on the running program, byte by byte through its own web server."""

import re
import time

import pytest
from sqlalchemy import create_engine, text

from kooperation.base.headers import HEADERS
from tests.served import Browser, command, raw, serving, settings, until

ADDRESS = "erika@muster.example"
EVIL = "evil.example"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("attacked")
    environment = settings(folder, KOOPERATION_WORKERS="1")
    command(environment, "kooperation", "db", "upgrade")
    password = "Vier Woerter gehen durch die Tuer"
    command(environment, "kooperation", "user", "create", ADDRESS, "--name", "Erika", "--password", password)
    with serving(environment):
        yield int(environment["PORT"]), folder


def mails(folder):
    return [one.read_text() for one in sorted((folder / "mails").glob("*.eml"))]


HOSTS = [
    {"host": EVIL},
    {"host": f"127.0.0.1@{EVIL}"},
    {"host": f"127.0.0.1:80{EVIL}"},
    {"X_Forwarded_Host": EVIL},
    {
        "X_Forwarded_Server": EVIL,
        "X_Host": EVIL,
        "X_Original_URL": f"http://{EVIL}/",
        "X_Rewrite_URL": f"http://{EVIL}/",
    },
    {"Forwarded": f"host={EVIL};proto=https"},
    {"X_Forwarded_Prefix": f"//{EVIL}", "X_Script_Name": f"//{EVIL}", "SCRIPT_NAME": f"//{EVIL}"},
    {"X_Forwarded_Proto": "https", "X_Forwarded_Port": "1"},
    {"target": f"http://{EVIL}"},
    {"target": f"http://{EVIL}", "host": "127.0.0.1"},
]


def test_whatever_a_request_calls_us_the_link_in_the_mail_is_ours(served):
    port, folder = served
    asked = 0
    for number, spelling in enumerate(HOSTS):
        browser = Browser(port, **spelling)
        page = browser.get("/kennwort/vergessen/")
        if page[0] != 200:
            continue
        assert EVIL not in page[2].replace(f"//{EVIL}/static", "")
        clear(folder)
        status, headers, _ = browser.send("/kennwort/vergessen/", "/kennwort/vergessen/", email=ADDRESS)
        assert status == 302, spelling
        assert headers["Location"].startswith("/anmelden/")
        asked += 1
        until(lambda expected=asked: len(mails(folder)) == expected, f"the mail of {number}")
    assert asked > 5
    for mail in mails(folder):
        assert EVIL not in mail
        assert re.search(r"http://127\.0\.0\.1:\d+/kennwort/neu/", mail.replace("=\n", ""))


def clear(folder):
    engine = create_engine(f"sqlite:///{folder}/kooperation.sqlite")
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM failed_sign_in"))
    engine.dispose()


def test_what_the_web_server_cannot_read_is_refused_with_our_headers_and_without_an_echo(served):
    port, _ = served
    hostile = {
        400: [
            b"GET / HTTP/1.1\r\nHost: x\r\nBad Header: <script>\r\n\r\n",
            b"<script>alert(1)</script>\r\n\r\n",
            b"GET / HTTP/9.9\r\n\r\n",
            b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
            b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n",
        ],
        414: [b"GET /" + b"a" * 9_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n"],
        431: [b"GET / HTTP/1.1\r\nHost: x\r\n" + b"".join(b"X-%d: y\r\n" % one for one in range(200)) + b"\r\n"],
    }
    for status, requests in hostile.items():
        for request in requests:
            answer = raw(port, request)
            head, _, body = answer.partition(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 %d " % status), (request[:60], answer[:200])
            for name, value in HEADERS.items():
                assert f"{name}: {value}".encode() in head, (request[:60], name)
            assert b"script" not in body
            assert len(body) < 60


def test_ten_megabytes_of_headers_are_not_read(served):
    port, _ = served
    begin = time.monotonic()
    answer = raw(port, b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 10_000_000 + b"\r\n\r\n")
    assert answer[:12] in {b"", b"HTTP/1.1 431", b"HTTP/1.1 400"}
    assert time.monotonic() - begin < 20
    assert raw(port, b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").startswith(b"HTTP/1.1 200")


def test_a_body_that_is_too_large_is_refused_before_it_is_sent(served):
    port, _ = served
    head = b"POST /anmelden/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    head += b"Content-Type: application/x-www-form-urlencoded\r\n"
    answer = raw(port, head + b"Content-Length: 1000000000\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert "Die Datei ist zu groß".encode() in answer


def test_two_requests_in_one_are_one_or_none(served):
    """Where the length is told twice, a proxy and we could read different requests (smuggling)."""
    port, _ = served
    smuggled = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    for headers in (
        b"Content-Length: 0\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: chunked, identity\r\n",
    ):
        answer = raw(
            port, b"POST /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + headers + b"\r\n0\r\n\r\n" + smuggled
        )
        assert answer.count(b"HTTP/1.1 ") <= 1
        assert b"\r\n\r\nok\n" not in answer


def test_methods_that_nobody_needs_are_refused(served):
    port, _ = served
    for method in ("TRACE", "CONNECT", "PROPFIND", "PUT", "DELETE", "PATCH", "TRACK"):
        answer = raw(
            port, f"{method} /anmelden/ HTTP/1.1\r\nHost: x\r\nCookie: a=geheim\r\nConnection: close\r\n\r\n".encode()
        )
        assert answer[9:12] in {b"400", b"405"}, method
        assert b"geheim" not in answer
