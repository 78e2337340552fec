"""What is stored about me: to read, and to take along."""

import json

import pytest
from sqlalchemy import select

from kooperation.accounts.models import User
from kooperation.accounts.rules import Role
from kooperation.accounts.services import invitations, joining, password_reset, users
from kooperation.audit.services import SHELL
from kooperation.base.db import db, now
from kooperation.parties.rules import Level
from tests.accounts.conftest import send, statements

ADDRESS = "erika@muster.example"


@pytest.fixture
def erika(prepared):
    def fill(make):
        kreis = make.municipality("Landkreis Muster", level=Level.LANDKREIS, key="08001")
        village = make.municipality("Musterdorf", key="08001001", parent=kreis)
        user = make.member(village, Role.MANAGER, make.user("Erika Muster", email=ADDRESS))
        users.give_consent(village, kreis, actor=user, at=now())
        users.rename(user, "Erika Neu", actor=user)
        joining.ask(user, kreis, role=Role.READER, note="Ich helfe gern", at=now())

    prepared(fill)


def tables(client):
    answer = client.get("/konto/daten/daten.json")
    assert answer.mimetype == "application/json"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="meine-daten-')
    assert answer.headers["Cache-Control"] == "no-store"
    return {one["bezeichnung"]: one["zeilen"] for one in json.loads(answer.get_data(as_text=True))["tabellen"]}


def test_the_page_and_the_file_say_the_same(enter, erika):
    client = enter(ADDRESS)
    page = client.get("/konto/daten/")
    assert page.headers["Cache-Control"] == "no-store"
    text, found = page.get_data(as_text=True), tables(client)
    assert found["Konto"][0]["email"] == ADDRESS
    assert found["Konto"][0]["mail_language"] == "Deutsch"
    assert found["Mails"][0]["rhythm"] == "jeden Montagmorgen"
    assert "heute, " in text
    assert found["Mitgliedschaften"][0]["role"] == "verwaltet"
    assert found["Anfragen um Aufnahme"][0]["note"] == "Ich helfe gern"
    assert found["Anmeldungen"][0]["browser"] == "Test"
    (consent,) = found["Von mir erteilte Einwilligungen, nach dem Protokoll"]
    assert consent["changes"] == "Eintragen darf: – → Landkreis Muster"
    about = found["Was an meinem Konto geändert wurde, nach dem Protokoll"]
    assert "Name: Erika Muster → Erika Neu" in {one["changes"] for one in about}
    for label, rows in found.items():
        assert label in text
        for row in rows:
            assert all(value in text for value in row.values() if isinstance(value, str) and "T" not in value[:11])


def test_a_link_to_a_new_password_is_not_found_in_it(app, enter, erika, monkeypatch):
    monkeypatch.setattr("kooperation.base.mail.writing.nudge", lambda: None)
    with app.app_context():
        password_reset.ask(ADDRESS, place="x", secret="x", at=now())
        db.session.commit()
    (letter,) = tables(enter(ADDRESS))["Mails an mich"]
    assert "/kennwort/neu/…" in letter["text"]
    assert len(tables(enter(ADDRESS))["Verschickte Links"]) == 1


def test_it_says_what_is_not_in_it(enter, erika):
    page = enter(ADDRESS).get("/konto/daten/").get_data(as_text=True)
    for said in ("Fehlgeschlagene Anmeldungen", "Prüfwert", "Sicherungen"):
        assert said in page
    assert "/konto/daten/" in enter(ADDRESS).get("/konto/").get_data(as_text=True)


def test_the_page_shows_the_latest_and_the_file_all(app, enter, erika):
    with app.app_context():
        user = db.session.scalar(select(User).where(User.email == ADDRESS))
        for number in range(60):
            users.rename(user, f"Erika {number}", actor=user)
        db.session.commit()
    client = enter(ADDRESS)
    page = client.get("/konto/daten/").get_data(as_text=True)
    assert "die neuesten 50 von" in page
    assert "Erika 59" in page
    assert "Erika 3 →" not in page
    assert len(tables(client)["Was ich geändert habe, nach dem Protokoll"]) == 63


def test_the_number_of_statements_does_not_grow(app, enter, erika):
    client = enter(ADDRESS)
    client.get("/konto/daten/")
    with statements(app) as few:
        client.get("/konto/daten/")
    with app.app_context():
        user = db.session.scalar(select(User).where(User.email == ADDRESS))
        for number in range(20):
            users.rename(user, f"Erika {number}", actor=SHELL)
        db.session.commit()
    with statements(app) as many:
        client.get("/konto/daten/")
    assert len(many) == len(few)


def test_a_new_password_is_asked_for_to_leave(enter, erika):
    """An account without a password of its own is refused in a sentence, not with an error."""
    answer = send(enter(ADDRESS), "/konto/loeschen/", {"password": "irgendeines", "confirmed": "y"})
    assert "Das ist nicht Ihr Kennwort" in answer.get_data(as_text=True)


def test_whoever_once_managed_takes_no_names_and_addresses_of_others_along(app, enter, prepared):
    def fill(make):
        village = make.municipality("Musterdorf", key="08001001")
        erika = make.member(village, Role.MANAGER, make.user("Erika Muster", email=ADDRESS))
        other = make.member(village, Role.MANAGER, make.user("Otto Ober", email="otto@muster.example"))
        gast = make.user("Gerd Gast", email="gerd@muster.example")
        invitations.invite("fremd@muster.example", village, Role.READER, actor=erika, at=now())
        request = joining.ask(gast, village, role=Role.READER, note="", at=now())
        joining.decline(request, reason="Nein", actor=erika, at=now())
        users.grant(make.user("Nina Neu"), village, Role.READER, actor=erika)
        users.rename(erika, "Erika Neu", actor=erika)
        kreis = make.municipality("Landkreis Muster", level=Level.LANDKREIS, key="08001")
        invitation = invitations.invite(ADDRESS, kreis, Role.READER, actor=other, at=now())
        invitations.decline(invitation, erika, at=now())

    prepared(fill)
    names = {"fremd@muster.example, Musterdorf", "Gerd Gast, Musterdorf", "Nina Neu, Musterdorf"}
    mine = {"Erika Neu", f"{ADDRESS}, Landkreis Muster"}
    done = "Was ich geändert habe, nach dem Protokoll"
    assert {one["record"] for one in tables(enter(ADDRESS))[done]} == names | mine
    with app.app_context():
        user = db.session.scalar(select(User).where(User.email == ADDRESS))
        db.session.delete(user.memberships[0])
        db.session.commit()
    found = tables(enter(ADDRESS))
    assert {one["record"] for one in found[done]} == {"(persönlich)"} | mine
    assert not any(name in str(found) for name in ("fremd@", "Gerd", "Nina"))
