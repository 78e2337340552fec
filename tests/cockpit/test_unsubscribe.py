"""Ending mails by the link in them: with one click (RFC 8058), by a person, and by those who should not."""

import re
from dataclasses import replace
from email import message_from_bytes, policy

import pytest
from flask import current_app
from sqlalchemy import delete, select

from kooperation.accounts.models import User
from kooperation.accounts.rules import Role
from kooperation.accounts.services import users
from kooperation.audit.models import AuditEntry
from kooperation.audit.services import SHELL
from kooperation.base.db import db, now
from kooperation.base.mail import sending
from kooperation.base.mail.models import OutgoingMail
from kooperation.cockpit import services
from kooperation.cockpit.models import DigestSetting
from kooperation.cockpit.rules import ALL, KINDS, Rhythm, Subscription, sign
from tests.cockpit.conftest import MONDAY, SECRET, SITE, changed
from tests.mailserver import smtp_server

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
MULTIPART = "multipart/form-data"


@pytest.fixture
def erika(prepared):
    prepared(lambda make: make.user("Erika Muster", email="erika@muster.example"))


def link(app, kind=ALL, address="erika@muster.example"):
    with app.app_context():
        user = db.session.scalar(select(User).where(User.email == address))
        token = sign(Subscription(user.id, kind), user.created_at.isoformat(), SECRET)
    return f"/mails/abbestellen/{token}"


def chosen(app):
    with app.app_context():
        setting = db.session.scalar(select(DigestSetting))
        return (setting.rhythm, setting.without) if setting else None


def test_mail_programs_end_it_without_cookie_session_or_token_and_are_not_redirected(app, client, erika):
    for content_type in (MULTIPART, "application/x-www-form-urlencoded"):
        answer = client.post(link(app), data=ONE_CLICK, content_type=content_type)
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Cache-Control"] == "no-store"
        assert chosen(app)[0] is Rhythm.NEVER


def test_following_the_link_changes_nothing_and_shows_a_button(app, client, erika):
    for method in (client.get, client.head, client.get):
        assert method(link(app)).status_code == 200
    page = client.get(link(app)).get_data(as_text=True)
    assert 'name="List-Unsubscribe" value="One-Click"' in page
    assert chosen(app) is None


@pytest.mark.parametrize("form", [{}, {"List-Unsubscribe": "yes"}, {"wieder": "immer"}])
def test_what_is_not_the_click_changes_nothing(app, client, erika, form):
    assert client.post(link(app), data=form).status_code == 200
    assert chosen(app) is None


@pytest.mark.parametrize("kind", KINDS)
def test_one_kind_is_ended_and_begun_again_without_signing_in(app, client, erika, kind):
    page = client.post(link(app, kind), data=ONE_CLICK).get_data(as_text=True)
    assert KINDS[kind] in page
    assert chosen(app) == (Rhythm.WEEKLY, [kind])
    again = re.search(r'name="wieder" value="(\w+)"', page).group(1)
    assert "wieder" in client.post(link(app, kind), data={"wieder": again}).get_data(as_text=True)
    assert chosen(app) == (Rhythm.WEEKLY, [])


def test_the_undo_of_all_brings_back_how_often_it_was(app, client, erika):
    with app.app_context():
        services.choose(db.session.scalar(select(User)), Rhythm.DAILY, ["tasks"], at=now())
        db.session.commit()
    page = client.post(link(app), data=ONE_CLICK).get_data(as_text=True)
    client.post(link(app), data=ONE_CLICK)
    assert 'name="wieder" value="daily"' in page
    client.post(link(app), data={"wieder": "daily"})
    assert chosen(app) == (Rhythm.DAILY, ["tasks"])
    with app.app_context():
        entries = db.session.scalars(select(AuditEntry).where(AuditEntry.event == "digest.changed")).all()
        assert {one.actor_name for one in entries} == {"Erika Muster"}


def test_a_link_is_void_when_the_account_is_gone_deactivated_or_another_has_its_number(app, client, erika):
    address = link(app)
    with app.app_context():
        number = db.session.scalar(select(User.id))
        users.deactivate(db.session.scalar(select(User)), actor=SHELL, at=now())
        db.session.commit()
    assert client.post(address, data=ONE_CLICK).status_code == 404
    with app.app_context():
        db.session.execute(delete(User))
        db.session.commit()
    gone = client.post(address, data=ONE_CLICK)
    with app.app_context():
        db.session.add(User(id=number, email="neu@muster.example", name="Neu"))
        db.session.commit()
    assert client.post(address, data=ONE_CLICK).status_code == gone.status_code == 404
    assert chosen(app) is None


def test_nobody_learns_by_guessing_who_has_an_account(app, client, erika):
    with app.app_context():
        number = db.session.scalar(select(User.id))
    answers = {
        client.get(f"/mails/abbestellen/{one}").get_data(as_text=True)
        for one in (f"{number}.alles.x", f"{number + 1}.alles.x", "x", f"{number}.nichts.x", f"{'9' * 40}.alles.x")
    }
    assert len(answers) == 1


def test_only_this_page_takes_forms_without_a_token(app):
    csrf = app.extensions["csrf"]
    assert csrf._exempt_views == {"kooperation.cockpit.routes.mails.unsubscribe"}
    assert csrf._exempt_blueprints == set()


def test_the_choice_when_signed_in(app, erika, enter):
    client = enter("erika@muster.example")
    page = client.get("/konto/mails/").get_data(as_text=True)
    assert page.count("checked") >= 4
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page).group(1)
    form = {"csrf_token": token, "rhythm": "daily", "kinds": ["tasks"]}
    assert client.post("/konto/mails/", data=form).status_code == 302
    assert chosen(app) == (Rhythm.DAILY, ["changes"])
    assert client.post("/konto/mails/", data=form | {"rhythm": "immer"}).status_code == 200
    assert client.post("/konto/mails/", data=form | {"kinds": "alles"}).status_code == 200
    assert client.post("/konto/mails/", data={"rhythm": "never"}).status_code == 400
    assert chosen(app) == (Rhythm.DAILY, ["changes"])


@pytest.mark.parametrize("scheme", ["https", "http"])
def test_a_real_server_gets_headers_that_a_mail_program_can_follow(app, client, prepared, monkeypatch, scheme):
    def fill(make):
        dorf = make.municipality("Dorf", key="08001001")
        make.member(dorf, Role.READER, make.user(email="erika@muster.example", created_at=MONDAY))
        changed(dorf, MONDAY)

    prepared(fill)
    with smtp_server() as mailbox:
        site = SITE.replace("https", scheme)
        config = replace(app.extensions["kooperation"], mail_server=mailbox.server, public_url=site)
        monkeypatch.setitem(app.extensions, "kooperation", config)
        with app.app_context(), app.test_request_context():
            user, later = db.session.scalar(select(User)), MONDAY.replace(day=20)
            user.created_at = MONDAY.replace(day=1)
            db.session.add(DigestSetting(user_id=user.id, rhythm=Rhythm.DAILY, without=[], told_until=user.created_at))
            assert services.send_digest(user.id, until=later, secret=SECRET, public_url=site)
            db.session.commit()
            sending.send_due(current_app.extensions["kooperation"])
            assert db.session.scalar(select(OutgoingMail.headers)) == {}, "the link is gone once it is sent"
    (raw,) = mailbox.raw
    lines = raw.decode("ascii").split("\r\n")
    (whole,) = [line for line in lines if line.startswith("List-Unsubscribe:")]
    found = re.fullmatch(rf"List-Unsubscribe: <{site}(/mails/abbestellen/[\w.-]+)>", whole)
    assert found is not None, whole
    assert len(whole) > 78, "longer than a line, and whole all the same"
    one_click = message_from_bytes(raw, policy=policy.default)["List-Unsubscribe-Post"]
    assert one_click == ("List-Unsubscribe=One-Click" if scheme == "https" else None)
    assert client.post(found.group(1), data=ONE_CLICK).status_code == 200
    assert chosen(app)[0] is Rhythm.NEVER
