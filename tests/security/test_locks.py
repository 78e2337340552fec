"""Hashing a password keeps nobody from writing: it is done while a request only reads."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from kooperation.accounts.models import User
from kooperation.accounts.rules import MailPurpose, Role
from kooperation.accounts.services import invitations, mail_tokens, registering, signing_in
from kooperation.base import mail
from kooperation.base.db import db, now, only_reading
from kooperation.parties.queries import municipality_by_key
from tests.security.test_forged_requests import token_of
from tests.security.walk import FILLED, PASSWORD

ADDRESS = "manager@muster.example"
NEW = "neu@muster.example"
CHOSEN = {"password": FILLED["password"], "repeated": FILLED["repeated"]}


def registered():
    registering.register(
        NEW,
        "Nina Neu",
        municipality_by_key("08001001"),
        password_hash=signing_in.hash_password(PASSWORD),
        role=Role.READER,
        note="",
        at=now(),
    )


def reset_link():
    user = db.session.scalar(select(User).where(User.email == ADDRESS))
    return mail_tokens.issue(user, MailPurpose.PASSWORD_RESET, lasts=timedelta(hours=1), at=now())


def invited():
    user = db.session.scalar(select(User).where(User.email == ADDRESS))
    invitations.invite(NEW, municipality_by_key("08001001"), Role.READER, actor=user, at=now())


FLOWS = {
    "signing in": (None, "", "/anmelden/", {"email": ADDRESS, "password": PASSWORD}),
    "failing to sign in": (None, "", "/anmelden/", {"email": ADDRESS, "password": "falsch" * 3}),
    "another password": (None, ADDRESS, "/konto/kennwort/", {"current": PASSWORD, **CHOSEN}),
    "another address": (None, ADDRESS, "/konto/adresse/", {"current": PASSWORD, "email": NEW}),
    "leaving": (None, ADDRESS, "/konto/loeschen/", {"password": PASSWORD, "confirmed": "y"}),
    "registering": (
        None,
        "",
        "/registrieren/",
        {"name": "Nina Neu", "email": NEW, "municipality-auswahl": "08001001", "municipality": "Dorf", "role": "1"}
        | CHOSEN,
    ),
    "confirming": (registered, "", "/registrieren/bestaetigung/{}", {"password": PASSWORD}),
    "a forgotten password": (reset_link, "", "/kennwort/neu/{}", CHOSEN),
    "being invited": (invited, "", "/einladung/{}", {"name": "Nina Neu"} | CHOSEN),
}


@pytest.fixture
def hashing(world, monkeypatch):
    """Whether each hash was computed while only reading."""
    noted = []

    class Noting(type(signing_in._hasher)):
        def hash(self, *args, **more):
            noted.append(only_reading.get())
            return super().hash(*args, **more)

        def verify(self, *args, **more):
            noted.append(only_reading.get())
            return super().verify(*args, **more)

    monkeypatch.setattr(signing_in, "_hasher", Noting())
    return noted


@pytest.mark.parametrize("flow", FLOWS)
def test_a_password_is_hashed_before_anything_is_locked(app, enter, hashing, monkeypatch, flow):
    before, who, path, form = FLOWS[flow]
    tokens = []
    post = mail.post

    def noted(*args, **more):
        tokens.append(more.get("token"))
        return post(*args, **more)

    monkeypatch.setattr(mail, "post", noted)
    if before:
        with app.app_context():
            given = before()
            db.session.commit()
        path = path.format(given or tokens[0])
    client = enter(who)
    token = token_of(client).group(1)
    hashing.clear()
    answer = client.post(path, data=form | {"csrf_token": token})
    assert answer.status_code == (200 if "failing" in flow else 302), answer.get_data(as_text=True)
    assert hashing
    assert all(hashing)


def test_whose_password_was_changed_while_it_was_compared_is_not_let_in(app, client, world, monkeypatch):
    check = signing_in.check

    def overtaken(*args, **more):
        found = check(*args, **more)
        return {f"{stored} of another password": renewed for stored, renewed in found.items()}

    monkeypatch.setattr(signing_in, "check", overtaken)
    form = {"email": ADDRESS, "password": PASSWORD, "csrf_token": token_of(client).group(1)}
    assert signing_in.REFUSED in client.post("/anmelden/", data=form).get_data(as_text=True)


def test_whose_sign_in_ends_meanwhile_is_led_to_the_sign_in(app, enter, world, monkeypatch):
    client, check = enter(ADDRESS), signing_in.check_own

    def ended(*args, **more):
        found = check(*args, **more)
        monkeypatch.setattr("kooperation.accounts.queries.session_by_hash", lambda *_: None)
        return found

    token = token_of(client).group(1)
    monkeypatch.setattr(signing_in, "check_own", ended)
    answer = client.post("/konto/kennwort/", data={"current": PASSWORD, "csrf_token": token} | CHOSEN)
    assert (answer.status_code, answer.location) == (302, "/anmelden/")
