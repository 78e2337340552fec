"""The members of a municipality, and the consent that it gives."""

import pytest
from sqlalchemy import select

from kooperation.accounts.models import Consent, Membership, User
from kooperation.accounts.rules import Role
from kooperation.accounts.services import members, users
from kooperation.audit.models import AuditEntry
from kooperation.base.db import db, now
from kooperation.base.errors import RuleViolation
from kooperation.parties.rules import Level
from tests.accounts.conftest import send

PAGE = "/kommunen/08001001-musterdorf/mitglieder/"


@pytest.fixture
def village(prepared):
    """A Gemeinde with a manager and an editor, its Landkreis with a manager, and a Gemeinde without anybody."""

    def fill(make):
        kreis = make.municipality("Landkreis Muster", level=Level.LANDKREIS, key="08001")
        village = make.municipality("Musterdorf", key="08001001", parent=kreis)
        make.municipality("Ohnedorf", key="08001002", parent=kreis)
        make.member(village, Role.MANAGER, make.user("Vera Verwalterin", email="vera@muster.example"))
        make.member(village, Role.EDITOR, make.user("Edda Eifrig", email="edda@muster.example"))
        make.member(kreis, Role.MANAGER, make.user("Karl Kreis", email="karl@muster.example"))

    prepared(fill)


def number_of(app, address):
    with app.app_context():
        return db.session.scalar(select(User.id).where(User.email == address))


def roles(app):
    with app.app_context():
        found = select(User.email, Membership.role).join(Membership.user).join(Membership.municipality)
        return {email.partition("@")[0]: role for email, role in db.session.execute(found)}


def test_the_manager_finds_the_members_from_the_account_and_from_the_page_of_the_municipality(enter, village):
    vera = enter("vera@muster.example")
    assert PAGE in vera.get("/konto/").get_data(as_text=True)
    assert PAGE in vera.get("/kommunen/08001001-musterdorf/").get_data(as_text=True)
    page = vera.get(PAGE).get_data(as_text=True)
    assert page.index("Vera Verwalterin") < page.index("Edda Eifrig")
    for other in ("", "edda@muster.example", "karl@muster.example"):
        assert PAGE not in enter(other).get("/kommunen/08001001-musterdorf/").get_data(as_text=True)


def test_where_nobody_manages_the_landkreis_finds_the_members(enter, village):
    karl = enter("karl@muster.example")
    address = "/kommunen/08001002-ohnedorf/mitglieder/"
    assert address in karl.get("/kommunen/08001002-ohnedorf/").get_data(as_text=True)
    page = karl.get(address).get_data(as_text=True)
    assert "Noch niemand" in page
    assert "Erteilen" not in page


def test_a_role_is_changed_and_a_member_is_taken_out_after_one_question(app, enter, village):
    vera = enter("vera@muster.example")
    edda = f"{PAGE}{number_of(app, 'edda@muster.example')}/"
    assert send(vera, edda, {"role": "1"}).status_code == 302
    assert roles(app)["edda"] is Role.READER
    asked = vera.get(edda + "entfernen/").get_data(as_text=True)
    assert "Edda Eifrig aus Musterdorf entfernen?" in asked
    assert "liest mit" in asked
    assert send(vera, edda + "entfernen/").status_code == 302
    assert "edda" not in roles(app)
    assert vera.get(edda).status_code == 404


@pytest.mark.parametrize(("step", "form"), [("", {"role": "1"}), ("entfernen/", {})])
def test_the_last_manager_goes_only_after_reading_what_follows(app, enter, village, step, form):
    vera = enter("vera@muster.example")
    address = f"{PAGE}{number_of(app, 'vera@muster.example')}/{step}"
    refused = send(vera, address, form)
    assert refused.status_code == 200
    assert "Danach verwaltet niemand mehr Musterdorf" in refused.get_data(as_text=True)
    assert roles(app)["vera"] is Role.MANAGER
    done = send(vera, address, form | {"confirmed": "y"})
    assert (done.status_code, done.headers["Location"]) == (302, "/konto/")
    assert vera.get(PAGE).status_code in {403, 404}
    assert enter("karl@muster.example").get(PAGE).status_code == 200


def test_with_a_second_manager_nothing_has_to_be_confirmed(make):
    village = make.municipality()
    first, second = make.member(village, Role.MANAGER), make.member(village, Role.MANAGER)
    members.remove(first.memberships[0], actor=first)
    assert first.memberships == []
    with pytest.raises(RuleViolation, match="niemand mehr"):
        members.remove(second.memberships[0], actor=second)


def test_a_manager_who_was_locked_out_does_not_count(make):
    village = make.municipality()
    make.member(village, Role.MANAGER, make.user(deactivated_at=now()))
    manager = make.member(village, Role.MANAGER)
    with pytest.raises(RuleViolation, match="niemand mehr"):
        members.change_role(manager.memberships[0], Role.EDITOR, actor=manager)


def test_nobody_raises_their_own_role(make):
    kreis = make.municipality(level=Level.LANDKREIS)
    village = make.municipality(parent=kreis)
    coordinator = make.member(village, Role.EDITOR, make.member(kreis, Role.MANAGER))
    with pytest.raises(RuleViolation, match="nur jemand anderes"):
        members.change_role(coordinator.memberships[1], Role.MANAGER, actor=coordinator)


def test_consent_is_given_and_taken_back_seen_by_both_and_logged(app, enter, village):
    vera, karl = enter("vera@muster.example"), enter("karl@muster.example")
    above = "/kommunen/08001-landkreis-muster/mitglieder/"
    assert "Einwilligungen anderer Kommunen" not in karl.get(above).get_data(as_text=True)
    send(vera, PAGE + "einwilligung/erteilen/", {"caretaker": "08001"})
    assert "Zurücknehmen" in vera.get(PAGE).get_data(as_text=True)
    page = karl.get(above).get_data(as_text=True)
    assert "Einwilligungen anderer Kommunen" in page
    assert "Musterdorf" in page
    again = send(vera, PAGE + "einwilligung/erteilen/", {"caretaker": "08001"})
    assert "darf schon" in vera.get(again.headers["Location"]).get_data(as_text=True)
    wrong = send(vera, PAGE + "einwilligung/erteilen/", {"caretaker": "08001002"})
    assert "nicht übergeordnet" in vera.get(wrong.headers["Location"]).get_data(as_text=True)
    send(vera, PAGE + "einwilligung/zuruecknehmen/", {"caretaker": "08001"})
    assert "Erteilen" in vera.get(PAGE).get_data(as_text=True)
    with app.app_context():
        (consent,) = db.session.scalars(select(Consent))
        assert consent.withdrawn_at is not None
        events = db.session.scalars(select(AuditEntry.event).order_by(AuditEntry.id))
        assert list(events) == ["consent.given", "consent.withdrawn"]


def test_a_caretaker_does_not_consent_to_itself(app, enter, village):
    karl = enter("karl@muster.example")
    page = "/kommunen/08001002-ohnedorf/mitglieder/"
    assert send(karl, page + "einwilligung/erteilen/", {"caretaker": "08001"}).status_code == 403
    with app.app_context():
        assert db.session.scalar(select(Consent)) is None


def test_consent_twice_is_refused(make):
    kreis = make.municipality(level=Level.LANDKREIS)
    village = make.municipality(parent=kreis)
    manager = make.member(village, Role.MANAGER)
    users.give_consent(village, kreis, actor=manager, at=now())
    with pytest.raises(RuleViolation, match="darf schon"):
        users.give_consent(village, kreis, actor=manager, at=now())
