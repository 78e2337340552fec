"""Whatever is sent: no failure of ours, no failure of the database, and no long wait."""

from dataclasses import replace
from itertools import cycle, islice
from time import perf_counter

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import select

from kooperation.accounts.models import FailedSignIn
from kooperation.accounts.services import signing_in
from kooperation.app import create_app
from kooperation.base.db import db
from tests.databases import LONG
from tests.security.conftest import PEOPLE
from tests.security.test_forged_requests import token_of
from tests.security.walk import forms, known_pages, stored

SIZE = 200_000
SLOW_TO_MATCH = [
    "a@" + "." * SIZE + "@",
    " " * SIZE,
    "(" * SIZE,
    "1." * SIZE,
    "a-" * SIZE,
    "ä" * SIZE,
    "<" * SIZE,
    "%" * SIZE,
]
SLOW_TO_MATCH += [
    "www." * SIZE,
    "0" * SIZE,
    "\u0301" * SIZE,
    "\u00ad" * SIZE,
    "ß ae" * SIZE,
    "[](" * SIZE,
    "@a." * SIZE,
]
LONGEST = 20.0
"""Seconds; what takes time by the square of its length takes minutes here."""

WILDCARDS = [
    "%",
    "_",
    "%%",
    "\\",
    "\\%",
    "'",
    "' OR 1=1 --",
    '"',
    ";",
    "*",
    "?",
    "[a-z]",
    "^",
    "%' ESCAPE '",
    "\0",
    "){",
    "NULL",
]


def test_long_texts_in_forms_take_no_longer_than_they_are_long(app, enter, world):
    tried, in_turn = 0, cycle(SLOW_TO_MATCH)
    for who in ("", "manager@muster.example"):
        for form in forms(app, enter(who), who):
            for text in SLOW_TO_MATCH if LONG else islice(in_turn, 3):
                # A form may have 500 KB altogether: more is refused unread.
                values = form.values | dict.fromkeys(form.words, text[: 480_000 // max(1, len(form.words)) // 6])
                if not form.words:
                    continue
                client = enter(who)
                values["csrf_token"] = token_of(client).group(1)
                begin = perf_counter()
                answer = client.post(form.action, data=values)
                assert perf_counter() - begin < LONGEST, (form.action, text[:10])
                assert answer.status_code < 500
                tried += answer.status_code == 200
    assert tried > (50 if LONG else 15)


def test_long_texts_in_addresses_take_no_longer_than_they_are_long(app, enter, world):
    client = enter("")
    for path in ("/suche/", "/suche/vorschlaege", "/kommunen/liste/", "/kommunen/karte/", "/anmelden/"):
        for text in SLOW_TO_MATCH:
            begin = perf_counter()
            answer = client.get(
                path, query_string=dict.fromkeys(("q", "name", "weiter", "land", "seite"), text[:8_000])
            )
            assert perf_counter() - begin < LONGEST, (path, text[:10])
            assert answer.status_code in {200, 302}


@pytest.mark.parametrize("who", PEOPLE)
def test_nul_and_half_characters_change_no_answer_into_a_failure(app, enter, world, who):
    client, in_turn = enter(who), cycle(range(3))
    for path, html in known_pages(app, client, who):
        bare = path.partition("?")[0]
        names = "&".join(
            f"{name}=%00%FF%ED%A0%80" for name in ("q", "name", "seite", "weiter", "land", "kreis", "mit", "x", "y")
        )
        odd = [f"{bare}%00", f"{bare}%FF/", f"{bare}..%2f..%2fetc%2fpasswd"]
        for address in (f"{bare}?{names}", *(odd if LONG else (odd[next(in_turn)],))):
            with client.get(address) as answer:
                assert answer.status_code < 500, address
        assert html is not None
    for form in forms(app, enter(who), who):
        token = token_of(client).group(1)
        values = form.filled("a\0b\ud800".encode("utf-8", "surrogatepass").decode("latin-1")) | {"csrf_token": token}
        assert client.post(form.action, data=values).status_code < 500, form.action


@pytest.mark.parametrize("text", WILDCARDS)
def test_a_wildcard_finds_itself_and_not_everything(app, enter, world, text):
    client = enter("")
    page = client.get("/kommunen/liste/", query_string={"name": text}).get_data(as_text=True)
    everything = client.get("/kommunen/liste/").get_data(as_text=True)
    has_letters = any(character.isalnum() for character in text)
    assert "Nachbarkreis" in everything
    # A sign that is no letter is left out of what is looked for, as anywhere else.
    assert ("Nachbarkreis" in page) is not has_letters
    for address in ("/suche/", "/suche/vorschlaege"):
        assert "Nachbarkreis" not in client.get(address, query_string={"q": text}).get_data(as_text=True)


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(
    values=st.dictionaries(
        st.sampled_from("name land kreis verband ebene groesse stand sortierung seite q x y mit".split()), st.text()
    )
)
def test_no_parameters_make_a_page_fail(app, enter, world, values):
    client = enter("")
    for path in (
        "/kommunen/liste/",
        "/kommunen/karte/",
        "/kommunen/karte/naechste",
        "/suche/",
        "/kommunen/liste/export.csv",
    ):
        with client.get(path, query_string=values) as answer:
            assert answer.status_code in {200, 302, 404}


def test_too_many_fields_and_too_large_ones_are_refused_with_a_page(app, enter, world):
    client = enter("manager@muster.example")
    token = token_of(client).group(1)
    before = stored(app)
    parts = {"content_type": "multipart/form-data"}
    bodies = [
        {"data": {"name": "x" * 600_000, "csrf_token": token}},
        {"data": {f"f{number}": "x" for number in range(100_000)} | {"csrf_token": token}},
        {"data": b"x" * 100, "environ_overrides": {"CONTENT_LENGTH": "40000000"}},
        {"data": {"f": "x", "csrf_token": token}, **parts, "environ_overrides": {"CONTENT_LENGTH": "36700161"}},
        {"data": {f"f{number}": "x" for number in range(1_001)} | {"csrf_token": token}, **parts},
    ]
    for body in bodies:
        answer = client.post("/konto/name/", **body)
        assert answer.status_code == 413
        assert "Die Datei ist zu groß" in answer.get_data(as_text=True)
    assert stored(app) == before


def tries(app, place, number, forwarded=None):
    """The answers to sign-ins that fail, from a network address, each for another mail address."""
    statuses = []
    for one in range(number):
        client = app.test_client()
        headers = {"X-Forwarded-For": forwarded(one)} if forwarded else {}
        client.environ_base["REMOTE_ADDR"] = place(one)
        token = token_of(client).group(1)
        form = {"email": f"niemand{one}@muster.example", "password": "falsch", "csrf_token": token}
        statuses.append(client.post("/anmelden/", data=form, headers=headers).status_code)
    return statuses


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(signing_in, "MOST_FAILURES_FROM_PLACE", 3)


def test_without_a_proxy_a_header_gives_nobody_another_address(app, world, few):
    assert tries(app, lambda _: "203.0.113.9", 5, lambda one: f"198.51.100.{one}") == [200, 200, 200, 429, 429]


def test_behind_a_proxy_only_its_own_entry_counts(app, world, few, tmp_path):
    config = replace(app.extensions["kooperation"], proxies=1)
    behind = create_app(config)
    with behind.app_context():
        db._app_engines[behind] = db._app_engines[app]
    assert tries(behind, lambda _: "10.0.0.1", 5, lambda one: f"198.51.100.{one}, 203.0.113.9") == [
        200,
        200,
        200,
        429,
        429,
    ]
    assert tries(behind, lambda _: "10.0.0.1", 5, lambda one: f"203.0.113.9, 198.51.100.{one}") == [200] * 5


def test_the_addresses_of_a_network_of_ipv6_count_as_one(app, world, few):
    assert tries(app, lambda one: f"2001:db8:1:2::{one:x}", 5) == [200, 200, 200, 429, 429]
    assert tries(app, lambda one: f"2001:db8:{one}::1", 5) == [200] * 5
    assert tries(app, lambda one: ["192.0.2.7", "::ffff:192.0.2.7"][one % 2], 5) == [200, 200, 200, 429, 429]


def test_an_address_is_held_off_wherever_its_visitors_come_from(app, world):
    statuses = []
    for number in range(signing_in.MOST_FAILURES_AT_ADDRESS + 2):
        client = app.test_client()
        client.environ_base["REMOTE_ADDR"] = f"198.51.100.{number}"
        spelled = ["manager@muster.example", " Manager@Muster.Example "][number % 2]
        form = {"email": spelled, "password": "falsch", "csrf_token": token_of(client).group(1)}
        statuses.append(client.post("/anmelden/", data=form).status_code)
    assert statuses == [200] * signing_in.MOST_FAILURES_AT_ADDRESS + [429, 429]
    with app.app_context():
        assert db.session.scalar(select(FailedSignIn.counted_for)) is not None
