"""Memberships, consent and requests when the register changes, on small editions."""

import pytest
from sqlalchemy import select

from kooperation.accounts import hooks, policy, queries
from kooperation.accounts.models import Consent, Inheritance, JoinRequest, Membership
from kooperation.accounts.rules import RequestState, Role
from kooperation.accounts.services import joining, reform, users
from kooperation.audit.models import AuditEntry
from kooperation.audit.services import SHELL
from kooperation.base.db import db, now
from kooperation.base.errors import RuleViolation
from kooperation.parties.queries import municipality_by_key
from kooperation.parties.rules import Level
from tests.accounts.conftest import send
from tests.register.builders import alone
from tests.register.test_services import AMT, HANAU, HANAU_AFTER, HANAU_BEFORE, TASTRUP, WITHOUT_TASTRUP, changes, load
from tests.register.test_services import edition as edition_of


def membership_of(user):
    return {one.municipality.key: one.role for one in db.session.scalars(select(Membership).filter_by(user_id=user.id))}


def test_members_go_on_at_the_single_successor_with_the_higher_role_and_the_log_tells_the_origin(make):
    load(edition_of(*AMT))
    tastrup, huerup = municipality_by_key("01059101"), municipality_by_key("01059126")
    alone_there, both = make.member(tastrup, Role.MANAGER), make.member(tastrup, Role.EDITOR)
    make.member(huerup, Role.READER, both)
    guest = make.user()
    joining.ask(guest, tastrup, role=Role.READER, note="", at=now())
    users.give_consent(tastrup, municipality_by_key("01059"), actor=SHELL, at=now())
    load(changes(TASTRUP), edition_of(*WITHOUT_TASTRUP, day="31.12.2024"))
    assert membership_of(alone_there) == {"01059126": Role.MANAGER}
    assert membership_of(both) == {"01059126": Role.EDITOR}
    assert policy.edits(both, municipality_by_key("01059126"))
    request = db.session.scalar(select(JoinRequest))
    assert (request.state, request.municipality.key) == (RequestState.OPEN, "01059126")
    assert db.session.scalar(select(Consent)).withdrawn_at is not None
    moved = db.session.scalars(select(AuditEntry).filter_by(event="membership.moved")).all()
    assert {(one.actor_name, one.before["municipality"], one.after["municipality"]) for one in moved} == {
        ("Gebietsreform", "01059101", "01059126")
    }


def test_while_no_successor_is_known_everything_stays(make):
    load(edition_of(*AMT))
    member = make.member(municipality_by_key("01059101"), Role.EDITOR)
    load(edition_of(*WITHOUT_TASTRUP, day="31.12.2024"))
    assert membership_of(member) == {"01059101": Role.EDITOR}
    assert hooks.waiting_tasks(member) == 0
    load(changes(TASTRUP))
    assert membership_of(member) == {"01059126": Role.EDITOR}


def test_a_town_that_is_the_same_body_under_a_new_key_keeps_its_people(make):
    load(edition_of(*HANAU_BEFORE, *alone("064350001001", "Bad Orb, Stadt")))
    hanau = municipality_by_key("06435014")
    both, one = make.member(hanau, Role.MANAGER), make.member(hanau, Role.READER)
    guest = make.user()
    joining.ask(guest, hanau, role=Role.READER, note="", at=now())
    load(edition_of(*HANAU_AFTER, day="31.12.2024"))
    young = municipality_by_key("06415000")
    assert young.id != hanau.id
    make.member(young, Role.EDITOR, both)
    newcomer = make.member(young, Role.EDITOR)
    joining.ask(guest, young, role=Role.EDITOR, note="", at=now())
    load(changes(HANAU))
    assert membership_of(both) == {"06415000": Role.MANAGER}
    assert membership_of(one) == {"06415000": Role.READER}
    assert membership_of(newcomer) == {"06415000": Role.EDITOR}
    requests = db.session.scalars(select(JoinRequest)).all()
    assert {request.municipality.key for request in requests} == {"06415000"}
    assert [request.state for request in requests].count(RequestState.OPEN) == 1


def test_consent_goes_along_with_both_sides_and_is_there_once(make):
    above, kept, young = (make.municipality(name, level=Level.LANDKREIS) for name in ("Kreis", "Alt", "Jung"))
    village = make.municipality(parent=kept)
    users.give_consent(village, kept, actor=SHELL, at=now())
    db.session.add(Consent(municipality_id=village.id, caretaker_id=young.id))
    db.session.add(Consent(municipality_id=young.id, caretaker_id=above.id))
    db.session.flush()
    reform.merge(young.id, kept.id, at=now())
    found = db.session.scalars(select(Consent)).all()
    assert young.id not in {number for one in found for number in (one.municipality_id, one.caretaker_id)}
    open_ones = {(one.municipality_id, one.caretaker_id) for one in found if one.withdrawn_at is None}
    assert open_ones == {(village.id, kept.id), (kept.id, above.id)}


def test_with_several_successors_each_member_chooses(app, enter, prepared):
    def fill(make):
        gone = make.municipality("Altdorf", key="08001001")
        first, second = make.municipality("Adorf", key="08001002"), make.municipality("Bdorf", key="08001003")
        make.municipality("Cdorf", key="08001004")
        make.member(gone, Role.MANAGER, make.user(email="vera@muster.example"))
        joining.ask(make.user(email="gerd@muster.example"), gone, role=Role.READER, note="", at=now())
        gone.dissolved_on = now().date()
        hooks.party_dissolved(gone, [first, second])

    prepared(fill)
    vera = enter("vera@muster.example")
    page = vera.get("/aufgaben/").get_data(as_text=True)
    assert "Wo geht es nach Altdorf weiter?" in page
    assert ">1</span>" in page
    address = "/aufgaben/nachfolge/08001001/"
    assert send(vera, address, {"successor": "08001004"}).status_code == 200
    assert send(vera, address, {"successor": "08001003"}).status_code == 302
    page = vera.get("/konto/").get_data(as_text=True)
    assert "Bdorf" in page
    assert "Altdorf" not in page
    assert vera.get(address).status_code == 404
    assert "Adorf, Bdorf" in enter("gerd@muster.example").get("/konto/").get_data(as_text=True)


def test_a_choice_follows_the_next_reform(make):
    gone, first, second, third = (make.municipality(name) for name in "ABCD")
    member = make.member(gone, Role.EDITOR)
    reform.follow(gone, [first, second], at=now())
    with pytest.raises(RuleViolation, match="nicht an die Stelle"):
        reform.choose(member.memberships[0], third, actor=member)
    reform.follow(first, [third, second], at=now())
    assert queries.successors_to_choose(gone) == [second, third]
    reform.follow(third, [second], at=now())
    assert membership_of(member) == {second.key: Role.EDITOR}
    assert db.session.scalar(select(Inheritance)) is None
