"""Signing in and out, one's own account, and attacks on both."""

import re
import statistics
from dataclasses import replace
from datetime import timedelta
from time import perf_counter

import pytest
from sqlalchemy import func, select

from kooperation.accounts.guard import WITHOUT_GUARD, safe_target
from kooperation.accounts.models import FailedSignIn, User, UserSession
from kooperation.accounts.rules import Role
from kooperation.accounts.services import signing_in, users
from kooperation.audit.services import SHELL
from kooperation.base.config import Mode
from kooperation.base.db import db, now

PASSWORD = "Vier Woerter gehen durch die Tuer"
ADDRESS = "erika@muster.example"


@pytest.fixture
def erika(prepared):
    """A user who may sign in, editor of one municipality."""

    def fill(make):
        make.member(
            make.municipality("Musterdorf", key="08001001"), Role.EDITOR, make.user(email=ADDRESS, password=PASSWORD)
        )

    prepared(fill)


def token_of(client, address="/anmelden/"):
    return re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(address).get_data(as_text=True)).group(1)


def sign_in(client, address=ADDRESS, password=PASSWORD, target="", **more):
    form = {"email": address, "password": password, "weiter": target, "csrf_token": token_of(client)}
    return client.post("/anmelden/", data=form, **more)


def count(app, what):
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(what))


def test_signed_in_one_sees_the_account_and_signed_out_no_more(app, client, erika):
    assert client.get("/konto/").headers["Location"] == "/anmelden/?weiter=/konto/"
    answer = sign_in(client, "  ERIKA@muster.example ", target="/konto/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/konto/")
    page = client.get("/konto/").get_data(as_text=True)
    assert "Musterdorf" in page
    assert "bearbeitet" in page
    client.post("/abmelden/", data={"csrf_token": token_of(client, "/konto/")})
    assert client.get("/konto/").status_code == 302
    assert count(app, UserSession) == 0


@pytest.mark.parametrize(("address", "password"), [(ADDRESS, "falsch" * 3), ("niemand@muster.example", PASSWORD)])
def test_a_refusal_says_the_same_for_a_wrong_password_and_an_unknown_address(client, erika, address, password):
    page = sign_in(client, address, password).get_data(as_text=True)
    assert signing_in.REFUSED in page
    assert PASSWORD not in page


def test_an_unknown_address_takes_as_long_as_a_wrong_password(hashed_as_in_production, context, make):
    make.user(email=ADDRESS, password=PASSWORD)

    def seconds(address):
        begin = perf_counter()
        asked = {"place": address, "secret": "x", "at": now()}
        checked = signing_in.check(address, "falsch" * 3, **asked)
        with pytest.raises(Exception, match="nicht gelungen"):
            signing_in.sign_in(address, checked, browser="", **asked)
        return perf_counter() - begin

    known = statistics.median(seconds(ADDRESS) for _ in range(5))
    unknown = statistics.median(seconds(f"niemand{number}@muster.example") for number in range(5))
    assert 0.5 < known / unknown < 2


def test_too_many_failures_are_held_off_also_with_the_right_password(app, client, erika):
    for _ in range(signing_in.MOST_FAILURES_AT_ADDRESS):
        assert sign_in(client, password="falsch" * 3).status_code == 200
    held_off = sign_in(client)
    assert held_off.status_code == 429
    assert "Zu viele Versuche" in held_off.get_data(as_text=True)
    with app.app_context():
        for failure in db.session.scalars(select(FailedSignIn)):
            failure.at -= timedelta(minutes=16)
        db.session.commit()
    assert sign_in(client).status_code == 302
    assert count(app, FailedSignIn) == 0


def test_invented_people_stay_out_of_production(app, client, erika, monkeypatch):
    monkeypatch.setitem(app.extensions, "kooperation", replace(app.extensions["kooperation"], mode=Mode.PRODUCTION))
    assert signing_in.REFUSED in sign_in(client).get_data(as_text=True)


def test_the_table_of_failures_names_nobody(app, client, erika):
    sign_in(client, password="falsch" * 3)
    with app.app_context():
        assert all(len(one.counted_for) == 64 for one in db.session.scalars(select(FailedSignIn)))


def test_a_session_that_was_slipped_in_before_is_worth_nothing_after(client, erika):
    with client.session_transaction() as session:
        session["slipped"] = "in"
        session["_user_id"] = "a-token-of-the-attacker"
    sign_in(client)
    with client.session_transaction() as session:
        assert "slipped" not in session
        assert session["_user_id"] != "a-token-of-the-attacker"


def test_a_token_that_was_copied_ends_with_the_sign_out(app, client, erika):
    sign_in(client)
    with client.session_transaction() as session:
        copied = dict(session)
    client.post("/abmelden/", data={"csrf_token": token_of(client, "/konto/")})
    thief = app.test_client()
    with thief.session_transaction() as session:
        session.update(copied)
    assert thief.get("/konto/").status_code == 302


def test_a_deactivated_user_is_out_at_once(app, client, erika):
    sign_in(client)
    with app.app_context():
        users.deactivate(db.session.scalar(select(User)), actor=SHELL, at=now())
        db.session.commit()
    assert client.get("/konto/").status_code == 302
    assert signing_in.REFUSED in sign_in(client).get_data(as_text=True)


def test_a_role_that_was_taken_away_is_gone_with_the_next_request(app, client, erika):
    sign_in(client)
    assert "Musterdorf" in client.get("/konto/").get_data(as_text=True)
    with app.app_context():
        user = db.session.scalar(select(User))
        user.memberships.clear()
        db.session.commit()
    assert "Noch keine Kommune" in client.get("/konto/").get_data(as_text=True)


@pytest.mark.parametrize(
    "address", ["/anmelden/", "/abmelden/", "/konto/name/", "/konto/kennwort/", "/konto/ueberall-abmelden/"]
)
def test_without_a_token_nothing_happens(app, client, erika, address):
    sign_in(client)
    before = count(app, UserSession)
    client.post(address, data={"name": "Gekapert", "email": ADDRESS, "password": PASSWORD})
    with app.app_context():
        assert db.session.scalar(select(User.name)) != "Gekapert"
    assert count(app, UserSession) == before


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "\t//evil.example",
        "/\n/x",
        "http:evil",
        "",
    ],
)
def test_no_address_leads_away_from_the_site(client, erika, target):
    assert safe_target(target) is None
    assert sign_in(client, target=target).headers["Location"] == "/"


def test_a_new_password_ends_all_other_sign_ins(app, client, erika):
    elsewhere = app.test_client()
    sign_in(elsewhere)
    sign_in(client)
    new = "Ganz anders laufen sieben Igel"
    form = {"current": PASSWORD, "password": new, "repeated": new, "csrf_token": token_of(client, "/konto/")}
    assert client.post("/konto/kennwort/", data=form).status_code == 302
    assert client.get("/konto/").status_code == 200
    assert elsewhere.get("/konto/").status_code == 302
    assert sign_in(app.test_client(), password=new).status_code == 302


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"current": "falsch"}, "Das ist nicht Ihr Kennwort"),
        ({"password": "kurz", "repeated": "kurz"}, "mindestens 12 Zeichen"),
        ({"password": "passwort1234", "repeated": "passwort1234"}, "leicht zu erraten"),
        ({"password": "erika@muster.example", "repeated": "erika@muster.example"}, "leicht zu erraten"),
        ({"repeated": "etwas anderes"}, "verschieden"),
    ],
)
def test_a_password_that_will_not_do_is_answered_with_a_sentence(client, erika, changes, said):
    sign_in(client)
    new = "Ganz anders laufen sieben Igel"
    form = {"current": PASSWORD, "password": new, "repeated": new, "csrf_token": token_of(client, "/konto/")} | changes
    answer = client.post("/konto/kennwort/", data=form)
    assert answer.status_code == 200
    assert said in answer.get_data(as_text=True)


def test_every_other_sign_in_can_be_ended(app, client, erika):
    elsewhere = app.test_client()
    sign_in(elsewhere)
    sign_in(client)
    client.post("/konto/ueberall-abmelden/", data={"csrf_token": token_of(client, "/konto/")})
    assert elsewhere.get("/konto/").status_code == 302
    assert client.get("/konto/").status_code == 200


def test_every_endpoint_is_pinned_to_its_guard(app):
    guards = {
        endpoint: view.guard.name for endpoint, view in app.view_functions.items() if endpoint not in WITHOUT_GUARD
    }
    assert guards == PINNED


PINNED = {
    "accounts.account": "signed_in",
    "accounts.approve": "decides_about",
    "accounts.ask": "signed_in",
    "accounts.change_address": "signed_in",
    "accounts.change_password": "signed_in",
    "accounts.change_role": "decides_over",
    "accounts.choose_language": "signed_in",
    "accounts.choose_successor": "waits_to_choose",
    "accounts.confirm_address": "public",
    "accounts.confirm_registration": "public",
    "accounts.decline": "decides_about",
    "accounts.decline_invitation": "public",
    "accounts.forgotten_password": "public",
    "accounts.give_consent": "manages",
    "accounts.invitation": "public",
    "accounts.invite": "decides_at",
    "accounts.leave": "is_own_membership",
    "accounts.delete_account": "signed_in",
    "accounts.history": "edits",
    "accounts.members": "decides_at",
    "accounts.own_data": "signed_in",
    "accounts.own_data_file": "signed_in",
    "accounts.register": "public",
    "accounts.remove_member": "decides_over",
    "accounts.rename": "signed_in",
    "accounts.resend_confirmation": "public",
    "accounts.resend_invitation": "decides_over_invitation",
    "accounts.reset_password": "public",
    "accounts.show_request": "decides_about",
    "accounts.sign_in": "public",
    "accounts.sign_out": "public",
    "accounts.sign_out_everywhere": "signed_in",
    "accounts.switch": "signed_in",
    "accounts.tasks": "signed_in",
    "accounts.withdraw_consent": "manages",
    "accounts.withdraw_invitation": "decides_over_invitation",
    "accounts.withdraw_request": "is_asker",
    "demo.sign_in": "public",
    "register.apply_upload": "administers",
    "register.browse": "public",
    "register.by_key": "public",
    "register.compare": "public",
    "register.discard_upload": "administers",
    "register.export": "public",
    "register.export_section": "administers",
    "register.listing": "public",
    "register.map_": "public",
    "register.nearest": "public",
    "register.restart_upload": "administers",
    "register.show": "public",
    "register.show_section": "administers",
    "register.show_upload": "administers",
    "register.upload": "administers",
    "register.uploads": "administers",
    "search.results": "public",
    "administration.accessibility": "public",
    "administration.bring_back_term": "administers",
    "administration.change_membership": "administers",
    "administration.deactivate_user": "administers",
    "administration.delete_term": "administers",
    "administration.edit_legal_page": "administers",
    "administration.end_membership": "administers",
    "administration.end_sessions": "administers",
    "administration.export_mails": "administers",
    "administration.export_users": "administers",
    "administration.feedback": "administers",
    "administration.finish_feedback": "administers",
    "administration.give_up_mail": "administers",
    "administration.grant": "administers",
    "administration.erase_user": "administers",
    "administration.invitations": "administers",
    "administration.invite": "administers",
    "administration.jobs": "administers",
    "administration.merge_user": "administers",
    "administration.resend_invitation": "administers",
    "administration.withdraw_invitation": "administers",
    "administration.legal_page": "public",
    "administration.legal_pages": "administers",
    "administration.mails": "administers",
    "administration.merge_term": "administers",
    "administration.move_term_down": "administers",
    "administration.move_term_up": "administers",
    "administration.export_log": "administers",
    "administration.log_actors": "administers",
    "administration.log_page": "administers",
    "administration.overview": "administers",
    "administration.reactivate_user": "administers",
    "administration.reopen_feedback": "administers",
    "administration.retire_term": "administers",
    "administration.retry_mail": "administers",
    "administration.send_reset": "administers",
    "administration.send_test_mail": "administers",
    "administration.set_admin": "administers",
    "administration.show_user": "administers",
    "administration.system": "administers",
    "administration.term": "administers",
    "administration.users": "administers",
    "administration.vocabulary": "administers",
    "cockpit.export_below": "looks_after",
    "cockpit.mails": "signed_in",
    "cockpit.start": "public",
    "cockpit.state_below": "looks_after",
    "cockpit.unsubscribe": "public",
    "contacts.confirm_profile": "is_editor",
    "contacts.edit_profile": "edits",
    "search.suggestions": "public",
}


@pytest.mark.usefixtures("_isolated")
def test_an_administrator_is_made_in_the_shell_and_the_last_one_stays(app):
    run = app.test_cli_runner().invoke
    made = run(args=["user", "create", "admin@muster.example", "--name", "Ada", "--admin", "--password", PASSWORD])
    assert made.exit_code == 0, made.output
    assert run(args=["user", "create", "ADMIN@muster.example", "--name", "Ada", "--password", PASSWORD]).exit_code == 1
    assert "mindestens 12" in run(args=["user", "create", "b@muster.example", "--name", "B", "--password", "x"]).stderr
    with app.app_context(), pytest.raises(Exception, match="das letzte Konto"):
        users.deactivate(db.session.scalar(select(User)), actor=SHELL, at=now())
