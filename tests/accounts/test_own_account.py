"""What is one's own to change: address, language of mails, requests, memberships; and what one is told by mail."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from kooperation.accounts.models import FailedSignIn, JoinRequest, MailToken, Membership, User
from kooperation.accounts.rules import RequestState, Role
from kooperation.accounts.services import addresses, joining, mail_tokens, password_reset, signing_in, users
from kooperation.audit.models import AuditEntry
from kooperation.base.db import db, now
from kooperation.base.errors import RuleViolation
from kooperation.parties.queries import municipality_by_key
from tests.accounts.conftest import link_to, send

PASSWORD = "Vier Woerter gehen durch die Tuer"
ERIKA, NEW = "erika@muster.example", "erika.neu@muster.example"
FORM = {"email": NEW, "current": PASSWORD}


@pytest.fixture
def village(prepared):
    """A Gemeinde with one manager and one editor, and a guest."""

    def fill(make):
        village = make.municipality("Musterdorf", key="08001001")
        make.member(village, Role.EDITOR, make.user("Erika Muster", email=ERIKA, password=PASSWORD))
        make.member(village, Role.MANAGER, make.user("Vera Verwalterin", email="vera@muster.example"))
        make.user("Gerd Gast", email="gerd@muster.example")

    prepared(fill)


def change(client, **changes):
    return send(client, "/konto/adresse/", FORM | changes)


def stored(app, *what):
    with app.app_context():
        return [tuple(row) for row in db.session.execute(select(*what).order_by(what[0]))]


def sign_in(client, email, password=PASSWORD):
    return send(client, "/anmelden/", {"email": email, "password": password}, page="/anmelden/")


# ---------------------------------------------------------------- the address


def test_a_new_address_holds_once_its_link_is_confirmed_and_the_old_one_is_told(app, enter, village, arrived):
    erika, elsewhere = enter(ERIKA), enter(ERIKA)
    assert change(erika, email=f" {NEW.upper()}").headers["Location"] == "/konto/"
    assert NEW in erika.get("/konto/").get_data(as_text=True).lower()
    confirm, told = arrived()
    assert (confirm["To"], told["To"]) == (NEW, ERIKA)
    assert NEW in told.get_content()
    assert sign_in(app.test_client(), ERIKA).status_code == 302, "the old one holds until then"

    link = link_to("/konto/adresse/", confirm)
    for method in ("get", "head"):
        answer = getattr(app.test_client(), method)(link)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    assert (ERIKA,) in stored(app, User.email)
    assert send(erika, link, page=link).headers["Location"] == "/konto/"
    assert stored(app, User.email)[0] == (NEW,)
    assert erika.get("/konto/").status_code == 200
    assert elsewhere.get("/konto/").status_code == 302
    assert sign_in(app.test_client(), ERIKA).status_code == 200
    assert sign_in(app.test_client(), NEW).status_code == 302
    last = arrived()[-1]
    assert (last["To"], last["Subject"]) == (ERIKA, "Ihre Adresse ist geändert")
    assert erika.get(link).status_code == 404
    with app.app_context():
        entry = db.session.scalars(select(AuditEntry).filter_by(event="user.address_changed")).one()
        assert (entry.before, entry.after) == ({"email": ERIKA}, {"email": NEW})


def test_another_browser_confirms_without_being_signed_in(app, enter, village, arrived):
    change(enter(ERIKA))
    link = link_to("/konto/adresse/", arrived()[0])
    gerd = enter("gerd@muster.example")
    assert send(gerd, link, page=link).status_code == 302
    assert gerd.get("/konto/").status_code == 200, "somebody else's sign-in stays"
    assert (NEW,) in stored(app, User.email)


def test_an_address_that_has_an_account_gets_the_same_answer_and_its_owner_a_mail(app, enter, village, arrived):
    erika = enter(ERIKA)
    change(erika, email="gerd@muster.example")
    page = erika.get("/konto/").get_data(as_text=True)
    assert "Eine Mail an gerd@muster.example ist unterwegs" in page
    assert [(mail["To"], mail["Subject"]) for mail in arrived()] == [
        ("gerd@muster.example", "Ihre Adresse gehört schon zu Ihrem Konto"),
        (ERIKA, "Ihre Adresse soll geändert werden"),
    ]
    assert stored(app, MailToken.id) == []


def test_an_address_that_was_taken_meanwhile_is_answered_with_a_sentence(app, enter, village, arrived, prepared):
    erika = enter(ERIKA)
    change(erika)
    prepared(lambda make: make.user(email=NEW))
    link = link_to("/konto/adresse/", arrived()[0])
    assert "inzwischen ein anderes Konto" in send(erika, link, page=link).get_data(as_text=True)
    assert (ERIKA,) in stored(app, User.email)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"current": "falsch" * 3}, "Das ist nicht Ihr Kennwort"),
        ({"current": ""}, "Bitte geben Sie Ihr Kennwort ein."),
        ({"email": "keine adresse"}, "name@kommune.de"),
        ({"email": "ümläut@muster.example"}, "Das ist keine E-Mail-Adresse."),
        ({"email": " ERIKA@muster.example"}, "Das ist Ihre jetzige Adresse."),
    ],
)
def test_what_will_not_do_is_answered_with_a_sentence_and_no_mail(enter, village, arrived, changes, sentence):
    answer = change(enter(ERIKA), **changes)
    assert answer.status_code == 200
    assert sentence in answer.get_data(as_text=True)
    assert arrived() == []


def test_a_browser_left_open_is_no_place_to_try_passwords(app, enter, village, arrived):
    erika = enter(ERIKA)
    for _ in range(signing_in.MOST_FAILURES_AT_ADDRESS - 1):
        change(erika, current="falsch" * 3)
    new = {"password": "Ganz anders laufen sieben Igel", "repeated": "Ganz anders laufen sieben Igel"}
    send(erika, "/konto/kennwort/", new | {"current": "falsch" * 3})
    for answer in (change(erika), send(erika, "/konto/kennwort/", new | {"current": PASSWORD})):
        assert "Zu viele Versuche" in answer.get_data(as_text=True)
    assert arrived() == []


def test_few_mails_go_to_new_addresses(app, enter, village, arrived):
    erika = enter(ERIKA)
    for number in range(addresses.MOST_BY_USER):
        assert change(erika, email=f"neu{number}@muster.example").status_code == 302
    assert "Zu viele Mails" in change(erika).get_data(as_text=True)
    links = [link_to("/konto/adresse/", mail) for mail in arrived()[::2]]
    assert [erika.get(link).status_code for link in links] == [404, 404, 200], "the last one alone holds"
    with app.app_context():
        for one in db.session.scalars(select(FailedSignIn)):
            one.at -= timedelta(minutes=16)
        db.session.commit()
    assert change(erika).status_code == 302


def test_a_new_password_ends_the_link_to_a_new_address_and_a_new_address_the_link_to_a_new_password(make):
    erika, at = make.user(password=PASSWORD), now()
    addresses.ask(erika, NEW, secret="x", at=at)
    users.set_password(erika, password_hash="", actor=erika)
    assert db.session.scalars(select(MailToken)).all() == []
    password_reset.ask(erika.email, place="", secret="x", at=at)
    addresses.ask(erika, NEW, secret="x", at=at)
    token = mail_tokens.issue(
        erika, mail_tokens.MailPurpose.ADDRESS_CHANGE, lasts=timedelta(hours=1), at=at, address=NEW
    )
    addresses.change(token, stays=None, at=at)
    assert [one.used_at for one in db.session.scalars(select(MailToken))] == [at]
    with pytest.raises(RuleViolation, match=r"anderes Konto|gilt nicht mehr"):
        addresses.change(token, stays=None, at=at)


# ---------------------------------------------------------------- the language


def test_one_chooses_the_language_of_ones_mails(app, enter, village, arrived):
    erika = enter(ERIKA)
    assert send(erika, "/konto/sprache/", {"language": "en"}).status_code == 302
    change(erika)
    confirm, told = arrived()
    assert (confirm["Subject"], told["Subject"]) == ("Confirm your new address", "Your address is about to change")
    assert "are in German" in told.get_content()
    assert send(erika, "/konto/sprache/", {"language": "fr"}).status_code == 200
    assert ("en",) in [(one[0].value,) for one in stored(app, User.mail_language)]


# ---------------------------------------------------------------- requests and memberships


def test_one_takes_back_what_one_asked_for_after_one_question(app, enter, village, prepared):
    def ask(make):
        gerd = db.session.scalar(select(User).where(User.email == "gerd@muster.example"))
        joining.ask(gerd, municipality_by_key("08001001"), role=Role.READER, note="", at=now())

    prepared(ask)
    gerd = enter("gerd@muster.example")
    ((number,),) = stored(app, JoinRequest.id)
    address = f"/konto/anfragen/{number}/zuruecknehmen/"
    assert address in gerd.get("/konto/").get_data(as_text=True)
    assert "Anfrage an Musterdorf zurücknehmen?" in gerd.get(address).get_data(as_text=True)
    assert send(gerd, address).status_code == 302
    assert stored(app, JoinRequest.state) == [(RequestState.WITHDRAWN,)]
    assert "Meine Anfragen" not in gerd.get("/konto/").get_data(as_text=True)
    assert gerd.get(address).status_code == 404
    assert "Nichts wartet" in enter("vera@muster.example").get("/aufgaben/").get_data(as_text=True)
    prepared(ask)


def test_what_was_decided_is_not_taken_back(make):
    village, vera, gerd, at = make.municipality(), make.user(), make.user(), now()
    make.member(village, Role.MANAGER, vera)
    request = joining.ask(gerd, village, role=Role.READER, note="", at=at)
    joining.decline(request, "nein", actor=vera, at=at)
    with pytest.raises(RuleViolation, match="schon entschieden"):
        joining.withdraw(request, actor=gerd, at=at)


def test_one_leaves_after_one_question(app, enter, village):
    erika = enter(ERIKA)
    address = "/konto/kommunen/08001001/verlassen/"
    assert address in erika.get("/konto/").get_data(as_text=True)
    assert "Musterdorf verlassen?" in erika.get(address).get_data(as_text=True)
    assert send(erika, address).status_code == 302
    assert [role for (role,) in stored(app, Membership.role)] == [Role.MANAGER]
    assert erika.get(address).status_code == 404


def test_the_last_manager_leaves_only_after_reading_what_follows(app, enter, village):
    vera = enter("vera@muster.example")
    address = "/konto/kommunen/08001001/verlassen/"
    assert "Danach verwaltet niemand mehr Musterdorf" in send(vera, address).get_data(as_text=True)
    assert len(stored(app, Membership.role)) == 2
    assert send(vera, address, {"confirmed": "y"}).status_code == 302
    assert len(stored(app, Membership.role)) == 1


@pytest.mark.parametrize(
    ("language", "granted", "declined"), [("de", "bearbeitet", "Begründung"), ("en", "edits", "reason")]
)
def test_whoever_asked_is_told_what_was_decided_and_what_to_do_next(make, arrived, language, granted, declined):
    village, vera, at = make.municipality("Musterdorf", key="08001001"), make.user(), now()
    make.member(village, Role.MANAGER, vera)
    asked = [
        joining.ask(make.user(f"Gast {number}", mail_language=language), village, role=Role.READER, note="", at=at)
        for number in range(3)
    ]
    joining.approve(asked[0], Role.EDITOR, actor=vera, at=at)
    joining.decline(asked[1], "Wir kennen Sie <nicht>.", actor=vera, at=at)
    users.deactivate(asked[2].user, actor=vera, at=at)
    joining.decline(asked[2], "Sie sind gesperrt.", actor=vera, at=at)
    db.session.commit()
    yes, no = arrived()
    assert granted in yes.get_content()
    assert "http://127.0.0.1:8000/kommunen/08001001-musterdorf/" in yes.get_content()
    assert declined in no.get_content()
    assert "Wir kennen Sie <nicht>." in no.get_content()
    assert "http://127.0.0.1:8000/konto/kommune/" in no.get_content()
