"""Deleting an account: everything personal is gone everywhere, what was entered stays without the name."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select

from kooperation.accounts.models import Invitation, JoinRequest, User, UserSession
from kooperation.accounts.rules import MailPurpose, Role
from kooperation.accounts.services import addresses, invitations, joining, mail_tokens, signing_in, users
from kooperation.accounts.services.erasure import erase_user, forget
from kooperation.administration import hooks as administration
from kooperation.administration.rules import LegalKind
from kooperation.administration.services import feedback, legal
from kooperation.audit.models import AuditEntry
from kooperation.audit.services import SHELL
from kooperation.base import mail
from kooperation.base.db import db, now
from kooperation.base.errors import RuleViolation
from kooperation.base.mail import sending
from kooperation.base.mail.models import OutgoingMail
from kooperation.base.mail.sending import send_due
from kooperation.base.mail.transport import NotNow
from tests.accounts.conftest import send
from tests.mailserver import smtp_server

PASSWORD = "Vier Woerter gehen durch die Tuer"
ADDRESS = "erika@muster.example"
PAGE = "/konto/loeschen/"


@pytest.fixture
def mailbox(app, monkeypatch):
    with smtp_server() as running:
        changed = replace(app.extensions["kooperation"], mail_server=running.server)
        monkeypatch.setitem(app.extensions, "kooperation", changed)
        yield running


def entries():
    return list(db.session.scalars(select(AuditEntry).order_by(AuditEntry.id)))


def test_what_she_did_stays_and_her_name_goes(make, mailbox):
    village = make.municipality("Musterdorf")
    make.member(village, Role.MANAGER)
    erika = make.member(village, Role.EDITOR, make.user("Erika Muster", email=ADDRESS))
    other = make.user("Otto Anders")
    users.grant(other, village, Role.READER, actor=erika)
    users.rename(erika, "Erika Neu", actor=erika)
    elsewhere = make.municipality("Nachbardorf")
    joining.ask(erika, elsewhere, role=Role.READER, note="Ich bin Erika", at=now())
    number = erika.id
    erase_user(erika, actor=erika, at=now())
    db.session.commit()

    log = entries()
    told = " ".join(f"{one.actor_name} {one.subject_label} {one.before} {one.after}" for one in log)
    assert "Erika" not in told
    assert ADDRESS not in told
    granted = next(one for one in log if one.event == "membership.granted")
    assert (granted.actor_id, granted.actor_name) == (None, "gelöschtes Konto")
    assert granted.subject_label == "Otto Anders, Musterdorf"
    assert granted.after["role"] == "reader"
    ended = next(one for one in log if one.event == "membership.removed")
    assert (ended.keeper_id, ended.before["role"]) == (village.id, "editor")
    assert number not in {one.actor_id for one in log}
    assert (number, "User") not in {(one.subject_id, one.subject_kind) for one in log}
    assert db.session.scalar(select(func.count()).select_from(JoinRequest)) == 0
    assert db.session.get(User, number) is None


def changes_address(user, to):
    token = mail_tokens.issue(user, MailPurpose.ADDRESS_CHANGE, lasts=timedelta(hours=1), at=now(), address=to)
    addresses.change(token, stays=None, at=now())


def test_what_stands_under_an_address_that_she_had_before_goes_too(make, mailbox):
    village = make.municipality("Musterdorf")
    vera = make.member(village, Role.MANAGER)
    invitations.invite("frueher@muster.example", village, Role.READER, actor=vera, at=now())
    erika = make.user("Erika Muster", email="frueher@muster.example")
    report = feedback.report("Zu klein", "/", "Frueher@muster.example", place="1", secret="x", at=now())
    page = legal.set_contact(LegalKind.ACCESSIBILITY, "frueher@muster.example", actor=vera)
    changes_address(erika, ADDRESS)
    db.session.commit()
    assert [row["what"] for row in next(administration.personal_data_of(erika)).rows] == ["Zu klein"]
    forget(erika)
    db.session.expire_all()
    told = " ".join(f"{one.subject_label} {one.before} {one.after}" for one in entries())
    assert "frueher" not in told
    assert "frueher@muster.example" not in db.session.scalars(select(OutgoingMail.recipient)).all()
    assert (report.what, report.address, page.contact) == ("", None, None)
    assert db.session.scalar(select(func.count()).select_from(Invitation)) == 0


def test_an_address_that_is_another_account_s_by_now_stays_theirs(make, mailbox):
    erika = make.user("Erika Muster", email="frueher@muster.example")
    changes_address(erika, ADDRESS)
    make.user("Otto Anders", email="frueher@muster.example")
    report = feedback.report("Zu klein", "/", "frueher@muster.example", place="1", secret="x", at=now())
    forget(erika)
    assert report.address == "frueher@muster.example"


def test_the_next_account_does_not_inherit_what_the_log_says_of_this_one(make, mailbox):
    erika = make.user(email=ADDRESS)
    users.rename(erika, "Erika Neu", actor=erika)
    forget(erika)
    new = make.user("Nora Neu")
    users.rename(new, "Nora Nachher", actor=new)
    mine = select(AuditEntry).where((AuditEntry.actor_id == new.id) | (AuditEntry.subject_id == new.id))
    assert db.session.scalars(mine).one().after == {"name": "Nora Nachher"}


def test_mails_that_wait_are_withdrawn_and_those_that_are_sent_are_blanked(make, mailbox):
    erika = make.user(email=ADDRESS)
    sent = mail.post(ADDRESS, "accounts/password_changed", name="Erika")
    others = mail.post("otto@muster.example", "accounts/password_changed", name="Otto")
    db.session.commit()
    refused = mail.compose(ADDRESS, "accounts/password_changed", name="Erika")
    waiting = mail.compose(ADDRESS, "accounts/password_changed", name="Erika wartet")
    waiting.next_attempt_at = now() + timedelta(minutes=5)
    db.session.add_all([refused, waiting])
    db.session.flush()
    refused.next_attempt_at, refused.failed_at, refused.last_error = None, now(), f"550 <{ADDRESS}> unknown"
    number = waiting.id
    forget(erika)
    db.session.expire_all()
    for one in (sent, refused):
        assert (one.recipient, one.subject, one.text, one.last_error, one.headers) == ("", "", None, None, {})
    assert db.session.get(OutgoingMail, number) is None
    assert others.recipient == "otto@muster.example"


def test_a_last_mail_goes_out_and_is_forgotten_with_that(make, mailbox):
    erika = make.user("Erika Muster", email=ADDRESS)
    erase_user(erika, actor=erika, at=now())
    db.session.commit()
    (arrived,) = mailbox.mails
    assert arrived["To"] == ADDRESS
    assert arrived["Subject"] == "Ihr Konto ist gelöscht"
    assert "auf Ihren Wunsch" in arrived.get_content()
    assert db.session.scalar(select(func.count()).select_from(OutgoingMail)) == 0


def test_a_last_mail_that_nobody_takes_is_tried_again_and_forgotten_when_given_up(app, make, mailbox):
    mailbox.answers = ["451 later"]
    erika = make.user(email=ADDRESS)
    erase_user(erika, actor=make.user(is_admin=True), at=now())
    db.session.commit()
    waiting = db.session.scalars(select(OutgoingMail)).one()
    assert waiting.next_attempt_at > now()
    assert "von der Verwaltung der Instanz" in waiting.text
    mailbox.answers = ["550 no such mailbox"]
    send_due(app.extensions["kooperation"], lambda: now() + timedelta(hours=1))
    assert db.session.scalar(select(func.count()).select_from(OutgoingMail)) == 0


@pytest.mark.usefixtures("context")
def test_a_mail_that_is_withdrawn_while_it_is_handed_over_stops_nobody():
    sending._mark_sent(4711, now())
    for for_good in (True, False):
        sending._mark_failed(4711, NotNow("450 x", "put off", concerns_all=False), now(), for_good=for_good)


def test_the_last_administrator_stays(make):
    admin = make.user(is_admin=True)
    with pytest.raises(RuleViolation, match="das letzte Konto"):
        erase_user(admin, actor=admin, at=now(), confirmed=True)
    make.user(is_admin=True)
    erase_user(admin, actor=admin, at=now())


def test_a_deactivated_administrator_may_go_as_long_as_another_is_there(make):
    admin = make.user(is_admin=True, deactivated_at=now())
    erase_user(admin, actor=SHELL, at=now())
    assert db.session.scalar(select(func.count()).select_from(User)) == 0


def test_who_alone_manages_a_municipality_confirms_it(make):
    erika = make.member(make.municipality("Musterdorf"), Role.MANAGER)
    with pytest.raises(RuleViolation, match="verwaltet niemand mehr Musterdorf") as refusal:
        erase_user(erika, actor=erika, at=now())
    assert refusal.value.field == "confirmed"
    erase_user(erika, actor=erika, at=now(), confirmed=True)


def test_who_is_gone_already_is_told_in_a_sentence(make):
    erika = make.user()
    forget(erika)
    with pytest.raises(RuleViolation, match="gibt es nicht mehr"):
        erase_user(erika, actor=SHELL, at=now())


# ---------------------------------------------------------------- the page


@pytest.fixture
def erika(prepared):
    def fill(make):
        village = make.municipality("Musterdorf", key="08001001")
        make.member(village, Role.MANAGER, make.user("Erika Muster", email=ADDRESS, password=PASSWORD))

    prepared(fill)


def count(app, what):
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(what))


def test_the_page_says_what_goes_and_what_stays(enter, erika):
    page = enter(ADDRESS).get(PAGE).get_data(as_text=True)
    for said in ("Musterdorf", "alle Anmeldungen", "bleibt dort, ohne Ihren Namen", "nicht rückgängig", "Ihr Kennwort"):
        assert said in page
    assert PAGE in enter(ADDRESS).get("/konto/").get_data(as_text=True)


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({}, "Bitte geben Sie Ihr Kennwort ein"),
        ({"password": "falsch", "confirmed": "y"}, "Das ist nicht Ihr Kennwort"),
        ({"password": PASSWORD}, "verwaltet niemand mehr Musterdorf"),
    ],
)
def test_without_password_and_confirmation_nothing_happens(app, enter, erika, form, said):
    answer = send(enter(ADDRESS), PAGE, form)
    assert answer.status_code == 200
    assert said in answer.get_data(as_text=True)
    assert count(app, User) == 1


def test_the_password_is_not_tried_out_here(app, enter, erika):
    client = enter(ADDRESS)
    for _ in range(signing_in.MOST_FAILURES_AT_ADDRESS):
        send(client, PAGE, {"password": "falsch" * 3, "confirmed": "y"})
    answer = send(client, PAGE, {"password": PASSWORD, "confirmed": "y"})
    assert "Zu viele Versuche" in answer.get_data(as_text=True)
    assert count(app, User) == 1


def test_a_forged_form_deletes_nobody(app, enter, erika):
    enter(ADDRESS).post(PAGE, data={"password": PASSWORD, "confirmed": "y"})
    assert count(app, User) == 1


def test_after_it_she_is_out_everywhere(app, enter, erika):
    client, elsewhere = enter(ADDRESS), enter(ADDRESS)
    answer = send(client, PAGE, {"password": PASSWORD, "confirmed": "y"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert "Ihr Konto ist gelöscht." in client.get("/").get_data(as_text=True)
    for one in (client, elsewhere):
        assert one.get("/konto/").status_code == 302
    assert (count(app, User), count(app, UserSession)) == (0, 0)


@pytest.mark.parametrize(
    ("page", "form"),
    [
        ("name/", {"name": "Erika Neu"}),
        ("sprache/", {"language": "en"}),
        ("kommunen/08001001/verlassen/", {"confirmed": "y"}),
    ],
)
@pytest.mark.usefixtures("erika")
def test_who_is_gone_in_the_middle_of_a_change_is_told_so_on_the_start_page(enter, monkeypatch, page, form):
    client, wait_for_turn = enter(ADDRESS), users.wait_for_turn

    def gone_meanwhile(what):
        wait_for_turn(what)
        if what.startswith("user"):
            db.session.execute(delete(User))
            db.session.commit()

    monkeypatch.setattr(users, "wait_for_turn", gone_meanwhile)
    answer = send(client, f"/konto/{page}", form)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert users.GONE in client.get("/").get_data(as_text=True)


@pytest.mark.usefixtures("erika")
def test_deleted_in_two_windows_at_once_the_second_is_asked_to_sign_in(enter):
    first, second = enter(ADDRESS), enter(ADDRESS)
    page = second.get(PAGE).get_data(as_text=True)
    assert "Kennwort" in page
    assert send(first, PAGE, {"password": PASSWORD, "confirmed": "y"}).status_code == 302
    assert second.get(PAGE).headers["Location"].startswith("/anmelden/")
