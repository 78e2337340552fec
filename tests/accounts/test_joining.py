"""Asking to be let in, and who decides about it."""

from datetime import date

import pytest
from sqlalchemy import func, select

from kooperation.accounts import policy
from kooperation.accounts.models import JoinRequest
from kooperation.accounts.rules import RequestState, Role
from kooperation.accounts.services import joining, users
from kooperation.audit.services import SHELL
from kooperation.base import index
from kooperation.base.db import db, now
from kooperation.base.errors import RuleViolation
from kooperation.parties.queries import municipality_by_key
from kooperation.parties.rules import Level
from tests.accounts.conftest import send, statements


@pytest.fixture
def village(prepared):
    """A Gemeinde in a Landkreis, both with a manager, and two units that nobody can belong to."""

    def fill(make):
        kreis = make.municipality("Landkreis Muster", level=Level.LANDKREIS, key="08001")
        village = make.municipality("Musterdorf", key="08001001", parent=kreis)
        gone = make.municipality("Altdorf", key="08001002", parent=kreis, dissolved_on=date(2023, 1, 1))
        forest = make.municipality("Leerer Forst", key="08001003", parent=kreis, inhabited=False)
        make.member(village, Role.MANAGER, make.user("Vera Verwalterin", email="vera@muster.example"))
        make.member(kreis, Role.MANAGER, make.user("Karl Kreis", email="karl@muster.example"))
        make.user("Gerd Gast", email="gerd@muster.example")
        make.user("Ada Admin", email="ada@muster.example", is_admin=True)
        index.put(
            index.Document("municipality", one.id, one.display_name, "Gemeinde", "/", codes=(one.key,))
            for one in (village, gone, forest)
        )

    prepared(fill)


def stored(app, *what):
    with app.app_context():
        return [tuple(row) for row in db.session.execute(select(*what).order_by(what[0]))]


def test_a_guest_asks_from_the_account_and_reads_why_not(app, enter, village):
    gerd = enter("gerd@muster.example")
    form = {"municipality": "Musterdorf", "role": "3", "note": ""}
    assert send(gerd, "/konto/kommune/", form).status_code == 302
    assert "wartet schon auf eine Entscheidung" in send(gerd, "/konto/kommune/", form).get_data(as_text=True)
    vera = enter("vera@muster.example")
    number = stored(app, JoinRequest.id)[0][0]
    refused = send(vera, f"/aufgaben/anfragen/{number}/ablehnen/", {"reason": ""})
    assert "Bitte begründen Sie" in refused.get_data(as_text=True)
    send(vera, f"/aufgaben/anfragen/{number}/ablehnen/", {"reason": "Wir kennen Sie <b>nicht</b>."})
    page = gerd.get("/konto/").get_data(as_text=True)
    assert "Wir kennen Sie &lt;b&gt;nicht" in page
    again = send(vera, f"/aufgaben/anfragen/{number}/aufnehmen/", {"role": "3"})
    assert "schon entschieden" in again.get_data(as_text=True)
    assert "Noch keine Kommune" in gerd.get("/konto/").get_data(as_text=True)


def test_the_header_counts_what_waits_with_one_statement_however_much_it_is(app, enter, village, prepared):
    vera = enter("vera@muster.example")

    def ask(make):
        musterdorf = municipality_by_key("08001001")
        for number in range(12):
            joining.ask(make.user(f"Gast {number}"), musterdorf, role=Role.READER, note="", at=now())

    with statements(app) as few:
        vera.get("/kommunen/")
    prepared(ask)
    with statements(app) as many:
        page = vera.get("/kommunen/").get_data(as_text=True)
    assert ">12</span>" in page
    assert len(many) == len(few)
    assert len([one for one in many if "join_request" in one]) == 1
    gerd = enter("gerd@muster.example")
    with statements(app) as none:
        gerd.get("/kommunen/")
    assert not [one for one in none if "join_request" in one]


# ---------------------------------------------------------------- who decides


@pytest.fixture
def region(make):
    """A Gemeinde in a Verband in a Landkreis, and an administrator."""
    kreis = make.municipality("Kreis", level=Level.LANDKREIS)
    verband = make.municipality("Verband", level=Level.GEMEINDEVERBAND, parent=kreis)
    return {
        "kreis": kreis,
        "verband": verband,
        "a": make.municipality("A", parent=verband),
        "neighbour": make.municipality("B", parent=verband),
    }


@pytest.mark.parametrize(
    ("managed", "deciders"),
    [
        ("a verband kreis neighbour", "a"),
        ("verband kreis neighbour", "verband kreis"),
        ("kreis neighbour", "kreis"),
        ("neighbour", "admin"),
        ("", "admin"),
    ],
)
def test_the_nearest_managers_decide_and_an_administrator_where_there_are_none(make, region, managed, deciders):
    people = {name: make.member(region[name], Role.MANAGER) for name in managed.split()}
    people |= {"admin": make.user(is_admin=True), "guest": make.user()}
    people |= {f"editor of {name}": make.member(unit, Role.EDITOR) for name, unit in region.items()}
    request = joining.ask(make.user(), region["a"], role=Role.READER, note="", at=now())
    assert {name for name, user in people.items() if policy.decides_about(user, request)} == set(deciders.split())
    for name, user in people.items():
        assert _in_sql(user, request) == (name in deciders.split()), name


def test_nobody_decides_about_their_own_request_and_whoever_is_next_does(make, region):
    coordinator = make.member(region["kreis"], Role.MANAGER)
    admin = make.user(is_admin=True)
    request = joining.ask(coordinator, region["a"], role=Role.MANAGER, note="", at=now())
    assert not policy.decides_about(coordinator, request)
    assert not _in_sql(coordinator, request)
    assert policy.decides_about(admin, request)
    assert _in_sql(admin, request)
    with pytest.raises(RuleViolation, match="jemand anderes"):
        joining.approve(request, Role.MANAGER, actor=coordinator, at=now())


def test_a_manager_who_was_deactivated_counts_no_more(make, region):
    manager = make.member(region["a"], Role.MANAGER)
    coordinator = make.member(region["kreis"], Role.MANAGER)
    request = joining.ask(make.user(), region["a"], role=Role.READER, note="", at=now())
    assert not policy.decides_about(coordinator, request)
    users.deactivate(manager, actor=SHELL, at=now())
    assert policy.decides_about(coordinator, request)
    assert _in_sql(coordinator, request)


def test_what_was_decided_stays_decided(make, region):
    manager, guest = make.member(region["a"], Role.MANAGER), make.user()
    request = joining.ask(guest, region["a"], role=Role.EDITOR, note="", at=now())
    joining.approve(request, Role.READER, actor=manager, at=now())
    assert (request.state, guest.role_at(region["a"].id)) == (RequestState.GRANTED, Role.READER)
    with pytest.raises(RuleViolation, match="schon entschieden"):
        joining.decline(request, "doch nicht", actor=manager, at=now())
    with pytest.raises(RuleViolation, match="schon mit dieser Rolle"):
        joining.ask(guest, region["a"], role=Role.READER, note="", at=now())
    assert joining.ask(guest, region["a"], role=Role.EDITOR, note="", at=now()).state is RequestState.OPEN


def _in_sql(user, request):
    allowed = select(func.count(JoinRequest.id)).where(JoinRequest.id == request.id, policy.decided_by(user))
    return bool(db.session.scalar(allowed.join(JoinRequest.user).join(JoinRequest.municipality)))
