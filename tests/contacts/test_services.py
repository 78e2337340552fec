"""Entering and confirming, and what the log says of it."""

import pytest
from flask import current_app
from sqlalchemy import select

from kooperation.accounts.rules import Role
from kooperation.audit import queries as log
from kooperation.audit.models import AuditEntry
from kooperation.audit.rules import Sight
from kooperation.audit.telling import tell
from kooperation.base.db import db, now
from kooperation.base.errors import Outdated, RuleViolation
from kooperation.contacts import hooks, queries, services
from kooperation.contacts.models import Profile
from kooperation.parties.queries import named
from kooperation.parties.rules import Level
from tests.contacts.conftest import TYPED, enter_profile


@pytest.fixture
def kreis(make):
    return make.municipality("Landkreis", level=Level.LANDKREIS)


@pytest.fixture
def dorf(make, kreis):
    return make.municipality("Dorf", parent=kreis)


def logged():
    return list(
        db.session.scalars(select(AuditEntry).where(AuditEntry.event.like("profile.%")).order_by(AuditEntry.id))
    )


def test_an_entry_is_stored_as_it_is_shown_and_the_log_has_it_by_column(make, dorf):
    editor = make.member(dorf, Role.EDITOR)
    profile = enter_profile(dorf, editor, text="**Hallo** <script>alert(1)</script>")
    assert profile.website == "https://auenfurt.example"
    assert profile.dialled == "+494066969100"
    assert "<strong>Hallo</strong>" in profile.text_html
    assert "<script>" not in profile.text_html
    (entry,) = logged()
    assert (entry.event, entry.keeper_id, entry.actor_id, entry.before) == ("profile.entered", dorf.id, editor.id, None)
    assert entry.after["email"] == "rathaus@auenfurt.example"
    enter_profile(dorf, editor, version=1, text="**Hallo** <script>alert(1)</script>", phone="040 66969-200")
    assert (logged()[1].event, logged()[1].before, logged()[1].after) == (
        "profile.edited",
        {"phone": "040 66969-100"},
        {"phone": "040 66969-200"},
    )


def test_saving_what_is_there_already_changes_nothing(make, dorf):
    editor = make.member(dorf, Role.EDITOR)
    profile = enter_profile(dorf, editor)
    enter_profile(dorf, editor, version=1)
    assert profile.version == 1
    assert len(logged()) == 1


def test_an_entry_that_says_nothing_is_refused(make, dorf):
    with pytest.raises(RuleViolation, match="mindestens eine Angabe"):
        services.save(dorf, dict.fromkeys(TYPED, " "), version=0, user=make.member(dorf, Role.EDITOR), at=now())


def test_nobody_enters_for_what_is_dissolved_or_has_no_people(make):
    for gone in (make.municipality(dissolved_on=now().date()), make.municipality(inhabited=False)):
        with pytest.raises(RuleViolation):
            enter_profile(gone, make.member(gone, Role.EDITOR))


@pytest.mark.parametrize("version", [0, 1, 3])
def test_a_version_that_is_not_the_newest_is_not_stored_over(make, dorf, version):
    editor = make.member(dorf, Role.EDITOR)
    enter_profile(dorf, editor)
    enter_profile(dorf, editor, version=1, phone="115")
    with pytest.raises(Outdated):
        enter_profile(dorf, editor, version=version, text="Neu")


def test_from_above_it_is_entered_for_the_municipality_until_one_of_its_own_confirms(make, kreis, dorf):
    coordinator = make.member(kreis, Role.EDITOR)
    profile = enter_profile(dorf, coordinator)
    assert profile.entered_by == kreis
    assert list(hooks.tasks(coordinator)) == []
    manager = make.member(dorf, Role.MANAGER)
    (task,) = _tasks(manager)
    assert task.title == "Landkreis hat für Dorf eingetragen"
    with pytest.raises(Outdated):
        services.confirm(profile, version=7, user=manager, at=now())
    services.confirm(profile, version=1, user=manager, at=now())
    assert profile.entered_by_id is None
    assert _tasks(manager) == []
    services.confirm(profile, version=2, user=manager, at=now())
    assert [one.event for one in logged()] == ["profile.entered", "profile.confirmed"]


def test_the_log_says_who_entered_from_above_by_name(make, kreis, dorf):
    coordinator, editor = make.member(kreis, Role.EDITOR), make.member(dorf, Role.EDITOR)
    profile = enter_profile(dorf, coordinator)
    services.confirm(profile, version=1, user=editor, at=now())
    entered, confirmed = logged()
    assert entered.after["entered_by_id"] == kreis.key
    assert (confirmed.before, confirmed.after) == ({"entered_by_id": kreis.key}, {"entered_by_id": None})
    with current_app.test_request_context():
        (told,) = tell(log.of_record("Profile", profile.id)[:1], Sight(), named)
    assert told.changes_in_words == "Eingetragen von: Landkreis → –"


def test_to_edit_is_to_confirm_also_where_nothing_else_changes(make, kreis, dorf):
    profile = enter_profile(dorf, make.member(kreis, Role.EDITOR))
    enter_profile(dorf, make.member(dorf, Role.EDITOR), version=1)
    assert profile.entered_by_id is None
    assert profile.version == 2


def test_readers_have_no_tasks(make, kreis, dorf):
    enter_profile(dorf, make.member(kreis, Role.EDITOR))
    assert _tasks(make.member(dorf, Role.READER)) == []


def test_as_many_tasks_are_counted_as_listed(make, kreis, dorf):
    other = make.municipality("Bdorf", parent=kreis)
    coordinator = make.member(kreis, Role.EDITOR)
    editor = make.member(dorf, Role.EDITOR)
    make.member(other, Role.EDITOR, editor)
    for place in (dorf, other):
        enter_profile(place, coordinator)
    assert len(_tasks(editor)) == db.session.scalar(select(hooks.tasks_counted(editor))) == 2


def test_merging_two_rows_keeps_what_was_changed_last_and_logs_the_other(make, kreis):
    old, young = make.municipality("Alt", parent=kreis), make.municipality("Neu", parent=kreis)
    coordinator = make.member(kreis, Role.EDITOR)
    enter_profile(old, coordinator, phone="115")
    enter_profile(young, coordinator)
    services.merge(young.id, old.id, at=now())
    (profile,) = db.session.scalars(select(Profile))
    assert (profile.municipality_id, profile.phone) == (old.id, "040 66969-100")
    assert logged()[-1].before == {"phone": "115"}


def test_merging_takes_an_entry_along_and_what_was_entered_by_the_row_that_goes(make):
    old, young = (make.municipality(name, level=Level.LANDKREIS) for name in ("Alt", "Neu"))
    dorf = make.municipality("Dorf", parent=young)
    enter_profile(dorf, make.member(young, Role.EDITOR))
    enter_profile(young, make.member(young, Role.EDITOR))
    services.merge(young.id, old.id, at=now())
    assert queries.profile_of(old) is not None
    assert queries.profile_of(dorf).entered_by_id == old.id


def _tasks(user):
    with current_app.test_request_context():
        return list(hooks.tasks(user))
