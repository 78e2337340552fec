"""Entries when the register changes, on small editions."""

from sqlalchemy import select

from kooperation.accounts.rules import Role
from kooperation.audit.models import AuditEntry
from kooperation.base.db import db, now
from kooperation.contacts import queries, services
from kooperation.parties.queries import municipality_by_key
from tests.contacts.conftest import enter_profile
from tests.register.builders import alone
from tests.register.test_services import AMT, HANAU, HANAU_AFTER, HANAU_BEFORE, TASTRUP, WITHOUT_TASTRUP, changes, load
from tests.register.test_services import edition as edition_of


def test_the_single_successor_begins_with_the_entry_and_the_dissolved_unit_keeps_it(make):
    load(edition_of(*AMT))
    tastrup, huerup = municipality_by_key("01059101"), municipality_by_key("01059126")
    enter_profile(tastrup, make.member(tastrup, Role.EDITOR), text="**Tastrup**")
    load(changes(TASTRUP), edition_of(*WITHOUT_TASTRUP, day="31.12.2024"))
    there, here = queries.profile_of(tastrup), queries.profile_of(huerup)
    assert there.text == here.text == "**Tastrup**"
    assert here.text_html == there.text_html
    assert (here.origin_id, here.entered_by_id, there.origin_id) == (tastrup.id, tastrup.id, None)
    entry = db.session.scalar(select(AuditEntry).where(AuditEntry.event == "profile.inherited"))
    assert (entry.actor_name, entry.keeper_id) == ("Gebietsreform", huerup.id)


def test_a_successor_with_an_entry_of_its_own_keeps_that(make):
    load(edition_of(*AMT))
    tastrup, huerup = municipality_by_key("01059101"), municipality_by_key("01059126")
    for place in (tastrup, huerup):
        enter_profile(place, make.member(place, Role.EDITOR), text=place.display_name)
    load(changes(TASTRUP), edition_of(*WITHOUT_TASTRUP, day="31.12.2024"))
    assert queries.profile_of(huerup).text == huerup.display_name
    assert queries.profile_of(tastrup).text == tastrup.display_name


def test_a_town_that_is_the_same_body_under_a_new_key_keeps_its_entry(make):
    load(edition_of(*HANAU_BEFORE, *alone("064350001001", "Bad Orb, Stadt")))
    hanau = municipality_by_key("06435014")
    enter_profile(hanau, make.member(hanau, Role.EDITOR))
    load(edition_of(*HANAU_AFTER, day="31.12.2024"))
    load(changes(HANAU))
    assert queries.profile_of(municipality_by_key("06415000")).email == "rathaus@auenfurt.example"


def test_with_several_successors_nothing_moves(make):
    gone, first, second = (make.municipality(name) for name in "ABC")
    enter_profile(gone, make.member(gone, Role.EDITOR))
    services.inherit(gone, [first, second], at=now())
    assert queries.profile_of(first) is None
    services.inherit(gone, [], at=now())
    assert queries.profile_of(second) is None
