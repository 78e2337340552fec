"""Whoever copies a browser's cookie has it only as long as the sign-in lasts; and what cookie and pages are like."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from kooperation.accounts.models import User, UserSession
from kooperation.accounts.rules import MailPurpose
from kooperation.accounts.services import mail_tokens, password_reset, signing_in, users
from kooperation.app import create_app
from kooperation.audit.services import SHELL
from kooperation.base.config import from_environment
from kooperation.base.db import db, now
from tests.security.conftest import PEOPLE
from tests.security.test_forged_requests import token_of
from tests.security.walk import FILLED, PASSWORD, known_pages

ADDRESS = "manager@muster.example"
COOKIE = "kooperation"


def sign_in(client, address=ADDRESS, password=PASSWORD, **more):
    form = {"email": address, "password": password, "csrf_token": token_of(client).group(1)} | more
    return client.post("/anmelden/", data=form)


def post(client, address, **form):
    return client.post(address, data=form | {"csrf_token": token_of(client).group(1)})


def copied(app, client):
    """A browser elsewhere with the same cookie."""
    thief = app.test_client()
    thief.set_cookie(COOKIE, client.get_cookie(COOKIE).value)
    return thief


def is_in(client):
    return client.get("/konto/").status_code == 200


def user(address=ADDRESS):
    return db.session.scalar(select(User).where(User.email == address))


def by_link(app):
    token = mail_tokens.issue(user(), MailPurpose.PASSWORD_RESET, lasts=timedelta(hours=1), at=now())
    password_reset.reset(token, password_hash="", secret=app.config["SECRET_KEY"], at=now())


def expire(_app):
    for held in db.session.scalars(select(UserSession)):
        held.expires_at = now()


ENDINGS = {
    "signing out": lambda client: post(client, "/abmelden/"),
    "another password": lambda client: post(
        client, "/konto/kennwort/", current=PASSWORD, password=FILLED["password"], repeated=FILLED["password"]
    ),
    "signing in anew and ending the others": lambda client: (
        post(client, "/abmelden/"),
        sign_in(client),
        post(client, "/konto/ueberall-abmelden/"),
    ),
}
ENDINGS_ELSEWHERE = {
    "a forgotten password": by_link,
    "being deactivated": lambda _app: users.deactivate(user(), actor=SHELL, at=now()),
    "a password set in the shell": lambda _app: users.set_password(user(), password_hash="", actor=SHELL),
    "twelve hours": expire,
    "being deleted": lambda _app: db.session.delete(user("guest@muster.example")),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_copied_cookie_is_worth_nothing_after(app, client, world, ending):
    assert sign_in(client).status_code == 302
    thief = copied(app, client)
    assert is_in(thief), "the copy worked, or the test proves nothing"
    ENDINGS[ending](client)
    assert not is_in(thief)
    assert thief.post("/konto/name/", data={"name": "Gekapert"}).status_code in {302, 400}


@pytest.mark.parametrize("ending", ENDINGS_ELSEWHERE)
def test_nor_after_what_happens_elsewhere(app, client, world, ending):
    sign_in(client, "guest@muster.example" if ending == "being deleted" else ADDRESS)
    thief = copied(app, client)
    assert is_in(thief)
    with app.app_context():
        ENDINGS_ELSEWHERE[ending](app)
        db.session.commit()
    assert not is_in(thief)
    assert not is_in(client)


def test_a_cookie_from_before_the_sign_in_gets_nobody_in(app, client, world):
    token_of(client)
    planted = client.get_cookie(COOKIE).value
    attacker = app.test_client()
    attacker.set_cookie(COOKIE, planted)
    sign_in(client)
    assert client.get_cookie(COOKIE).value != planted
    assert not is_in(attacker)


def test_the_token_is_another_one_at_each_sign_in_and_only_its_hash_is_stored(app, client, world):
    tokens = set()
    for _ in range(3):
        sign_in(client)
        with client.session_transaction() as session:
            tokens.add(session["_user_id"])
        post(client, "/abmelden/")
    assert len(tokens) == 3
    assert min(map(len, tokens)) >= 43
    sign_in(client)
    with client.session_transaction() as session, app.app_context():
        assert [one.token_hash for one in db.session.scalars(select(UserSession))] == [
            signing_in.hash_token(session["_user_id"])
        ]


def test_a_cookie_that_somebody_made_up_is_none(app, client, world):
    sign_in(client)
    whole = client.get_cookie(COOKIE).value
    for forged in (
        whole[:-1],
        whole[1:],
        whole[:-3] + "AAA",
        "",
        "eyJfdXNlcl9pZCI6IjEifQ.x.y",
        whole.partition(".")[0],
    ):
        other = app.test_client()
        other.set_cookie(COOKIE, forged)
        assert not is_in(other)


def in_production(tmp_path, **more):
    values = {
        "SECRET_KEY": "0123456789abcdef0123456789abcdef-geheim",
        "KOOPERATION_INSTANCE": str(tmp_path),
        "KOOPERATION_URL": "https://kooperation.example.de",
    }
    return create_app(from_environment(values | more))


def test_in_production_the_cookie_stays_on_this_host_in_https_and_away_from_scripts(tmp_path):
    client = in_production(tmp_path).test_client()
    answer = client.get("/anmelden/", base_url="https://kooperation.example.de")
    (cookie,) = answer.headers.getlist("Set-Cookie")
    name, _, rest = cookie.partition("=")
    attributes = {part.strip().lower() for part in rest.split(";")[1:]}
    assert name == "__Host-kooperation"
    assert {"secure", "httponly", "path=/", "samesite=lax"} <= attributes
    assert not any(part.startswith("domain") for part in attributes)
    assert answer.headers["Strict-Transport-Security"]


@pytest.mark.parametrize("who", PEOPLE)
def test_no_browser_keeps_what_somebody_saw_who_was_signed_in(app, enter, world, who):
    client = enter(who)
    for path, _ in known_pages(app, client, who):
        answer = client.get(path)
        expected = {"no-store"} if who else {"no-cache", "no-store"}
        assert answer.headers["Cache-Control"] in expected, path
        assert "Cookie" in answer.headers["Vary"], path


@pytest.mark.parametrize(
    "path", ["/", "/anmelden/", "/gibt-es-nicht", "/static/css/app.css", "/static/nein", "/healthz"]
)
@pytest.mark.usefixtures("_isolated")
def test_nothing_is_framed_sniffed_or_told_to_others(client, path):
    with client.get(path) as answer:
        headers = answer.headers
    policy = headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "Access-Control-Allow-Origin" not in headers
