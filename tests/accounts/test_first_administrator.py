"""An instance where nobody manages anything yet: its administrators let the first people in, and themselves."""

import pytest
from sqlalchemy import select

from kooperation.accounts import policy
from kooperation.accounts.models import JoinRequest, User
from kooperation.accounts.rules import Role
from kooperation.accounts.services import joining
from kooperation.audit.models import AuditEntry
from kooperation.base import index
from kooperation.base.db import db, now
from kooperation.base.errors import RuleViolation
from kooperation.parties.queries import municipality_by_key
from tests.accounts.conftest import link_to, send

PASSWORD = "Vier Woerter gehen durch die Tuer"
ADA = "ada@muster.example"
PAGE = "/kommunen/08001001-musterdorf/mitglieder/"


@pytest.fixture
def empty(app, prepared):
    """An empty instance with an administrator made in the shell, into which one Gemeinde came."""
    made = app.test_cli_runner().invoke(
        args=["user", "create", ADA, "--name", "Ada", "--admin", "--password", PASSWORD]
    )
    assert made.exit_code == 0, made.output

    def fill(make):
        village = make.municipality("Musterdorf", key="08001001")
        index.put([index.Document("municipality", village.id, "Musterdorf", "Gemeinde", "/", codes=("08001001",))])

    prepared(fill)


def test_an_administrator_opens_and_decides_what_nobody_else_can(app, client, enter, empty, arrived):
    form = {"name": "Nina Neu", "email": "nina@muster.example", "password": PASSWORD, "repeated": PASSWORD}
    send(client, "/registrieren/", form | {"municipality": "08001001", "role": "3"}, page="/registrieren/")
    link = link_to("/registrieren/bestaetigung/", arrived()[0])
    send(client, link, {"password": PASSWORD}, page=link)

    ada = app.test_client()
    send(ada, "/anmelden/", {"email": ADA, "password": PASSWORD}, page="/anmelden/")
    page = ada.get("/konto/").get_data(as_text=True)
    assert "Sie verwalten diese Instanz." in page
    assert "/verwaltung/" in page
    assert ">1</span>" in page[: page.index("<main")]
    assert "Nina Neu möchte zu Musterdorf" in ada.get("/aufgaben/").get_data(as_text=True)
    with app.app_context():
        number = db.session.scalar(select(JoinRequest.id))
    address = f"/aufgaben/anfragen/{number}/"
    assert ada.get(address).status_code == 200
    assert PAGE in ada.get("/kommunen/08001001-musterdorf/").get_data(as_text=True)
    assert ada.get(PAGE).status_code == 200
    assert send(ada, f"{address}aufnehmen/", {"role": "3"}).headers["Location"] == "/aufgaben/"
    assert client.get(PAGE).status_code == 200
    assert ada.get(PAGE).status_code == 404, "now its own manager decides"


def test_an_administrator_invites_where_nobody_manages(app, client, enter, empty, arrived):
    ada = enter(ADA)
    form = {"email": "nina@muster.example", "role": "3", "message": ""}
    assert send(ada, f"{PAGE}einladen/", form, page=f"{PAGE}einladen/").headers["Location"] == PAGE
    link = link_to("/einladung/", arrived()[0])
    send(client, link, {"name": "Nina Neu", "password": PASSWORD, "repeated": PASSWORD}, page=link)
    assert client.get(PAGE).status_code == 200


def test_the_only_administrator_lets_themselves_in_and_the_log_says_so(app, enter, empty, arrived):
    ada = enter(ADA)
    assert send(ada, "/konto/kommune/", {"municipality": "08001001", "role": "3"}).status_code == 302
    page = ada.get("/aufgaben/").get_data(as_text=True)
    assert "Ada möchte zu Musterdorf" in page
    with app.app_context():
        number = db.session.scalar(select(JoinRequest.id))
    shown = ada.get(f"/aufgaben/anfragen/{number}/").get_data(as_text=True)
    assert "Das ist Ihre eigene Anfrage." in shown
    assert send(ada, f"/aufgaben/anfragen/{number}/aufnehmen/", {"role": "3"}).status_code == 302
    assert "Musterdorf" in ada.get("/konto/").get_data(as_text=True)
    with app.app_context():
        entry = db.session.scalars(select(AuditEntry).filter_by(event="request.granted_to_oneself")).one()
        village = municipality_by_key("08001001")
        assert (entry.actor_name, entry.keeper_id) == ("Ada", village.id)


@pytest.mark.parametrize("other", ["manager", "above", "admin"])
def test_nobody_lets_themselves_in_where_somebody_else_can_decide(make, other):
    ada, kreis = make.user(is_admin=True), make.municipality()
    village = make.municipality(parent=kreis)
    village.district_id = kreis.id
    somebody = make.user(is_admin=other == "admin")
    if other != "admin":
        make.member(village if other == "manager" else kreis, Role.MANAGER, somebody)
    request = joining.ask(ada, village, role=Role.MANAGER, note="", at=now())
    assert not policy.decides_about(ada, request)
    assert policy.decides_about(somebody, request)
    for decide in (joining.approve, joining.decline):
        with pytest.raises(RuleViolation, match="jemand anderes"):
            decide(request, Role.MANAGER if decide is joining.approve else "nein", actor=ada, at=now())
    somebody.deactivated_at = now()
    db.session.flush()
    assert policy.decides_about(ada, request)


def test_a_guest_never_lets_themselves_in(make):
    gerd = make.user()
    request = joining.ask(gerd, make.municipality(), role=Role.MANAGER, note="", at=now())
    assert not policy.decides_about(gerd, request)
    assert db.session.scalars(select(User).where(User.is_admin)).all() == []
