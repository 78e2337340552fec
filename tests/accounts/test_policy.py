"""Reach, caretaker, consent and visibility: truth tables, and function and SQL compared over random hierarchies."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import false, literal, select

from kooperation.accounts import policy, queries
from kooperation.accounts.models import Consent, JoinRequest
from kooperation.accounts.rules import Role, Visibility
from kooperation.accounts.services import joining, users
from kooperation.audit.services import SHELL
from kooperation.base.db import db, now
from kooperation.base.errors import RuleViolation
from kooperation.parties.models import Municipality
from kooperation.parties.rules import Level


@pytest.fixture
def region(make):
    """A Land with two Kreise; in the first an association with two Gemeinden and one Gemeinde by itself."""
    land = make.municipality("Land", level=Level.LAND)
    kreis = make.municipality("Kreis", level=Level.LANDKREIS, parent=land)
    other = make.municipality("Nachbarkreis", level=Level.LANDKREIS, parent=land)
    verband = make.municipality("Verband", level=Level.GEMEINDEVERBAND, parent=kreis)
    return {
        "land": land,
        "kreis": kreis,
        "other": other,
        "verband": verband,
        "a": make.municipality("A", parent=verband),
        "b": make.municipality("B", parent=verband),
        "c": make.municipality("C", parent=kreis),
        "d": make.municipality("D", parent=other),
        "stadt": make.municipality("Stadt", level=Level.KREISFREIE_STADT, parent=land),
    }


@pytest.mark.parametrize(
    ("at", "role", "edited"),
    [
        ("a", Role.READER, ""),
        ("a", Role.EDITOR, "a"),
        ("a", Role.MANAGER, "a"),
        ("verband", Role.READER, ""),
        ("verband", Role.EDITOR, "verband a b"),
        ("kreis", Role.EDITOR, "kreis verband a b c"),
        ("kreis", Role.MANAGER, "kreis verband a b c"),
        ("land", Role.MANAGER, "land"),
        ("stadt", Role.MANAGER, "stadt"),
    ],
)
def test_who_edits_where_nobody_manages(make, region, at, role, edited):
    user = make.member(region[at], role)
    expected = set(edited.split())
    if role is Role.MANAGER:
        assert policy.has_manager(region[at])
    assert {name for name, one in region.items() if policy.edits(user, one)} == expected


def test_a_caretaker_gives_over_as_soon_as_a_manager_comes(make, region):
    coordinator = make.member(region["kreis"], Role.EDITOR)
    assert policy.is_caretaker(coordinator, region["a"])
    manager = make.member(region["a"], Role.MANAGER)
    assert not policy.edits(coordinator, region["a"])
    assert policy.edits(coordinator, region["b"])
    users.deactivate(manager, actor=SHELL, at=now())
    assert policy.edits(coordinator, region["a"])


def test_consent_is_given_to_one_above_and_taken_back_at_once(make, region):
    make.member(region["a"], Role.MANAGER)
    coordinator = make.member(region["kreis"], Role.EDITOR)
    of_verband = make.member(region["verband"], Role.EDITOR)
    reader = make.member(region["kreis"], Role.READER)
    consent = users.give_consent(region["a"], region["kreis"], actor=SHELL, at=now())
    assert policy.edits(coordinator, region["a"])
    assert policy.sees_own(coordinator, region["a"])
    assert not policy.edits(of_verband, region["a"])
    assert not policy.edits(reader, region["a"])
    users.withdraw_consent(consent, region["a"], actor=SHELL, at=now())
    assert not policy.edits(coordinator, region["a"])
    assert not policy.sees_own(coordinator, region["a"])


@pytest.mark.parametrize("other", ["a", "other", "land", "b"])
def test_consent_goes_only_to_one_that_lies_above(region, other):
    with pytest.raises(RuleViolation, match="nicht übergeordnet"):
        users.give_consent(region["a"], region[other], actor=SHELL, at=now())


def test_a_consent_ends_with_the_reach_it_was_given_for(make, region):
    make.member(region["a"], Role.MANAGER)
    coordinator = make.member(region["kreis"], Role.EDITOR)
    users.give_consent(region["a"], region["kreis"], actor=SHELL, at=now())
    region["a"].district_id = region["other"].id
    region["a"].association_id = None
    db.session.flush()
    assert not policy.edits(coordinator, region["a"])
    assert not _in_sql(policy.edited_by, coordinator) & {region["a"].id}


def test_what_a_municipality_keeps_to_itself_is_seen_by_its_editors_alone(make, region):
    people = {
        "nobody": None,
        "guest": make.user(),
        "admin": make.user(is_admin=True),
        "reader": make.member(region["a"], Role.READER),
        "editor": make.member(region["a"], Role.EDITOR),
        "coordinator": make.member(region["kreis"], Role.MANAGER),
        "neighbour": make.member(region["b"], Role.MANAGER),
    }
    assert {name for name, user in people.items() if policy.sees_own(user, region["a"])} == {"editor"}


@pytest.mark.parametrize(
    ("visibility", "seers"),
    [
        (Visibility.PUBLIC, "nobody guest admin member stranger involved above neighbour"),
        (Visibility.MEMBERS, "admin member stranger involved above neighbour"),
        (Visibility.CIRCLE, "admin member involved above"),
        (Visibility.OWN, "member"),
    ],
)
def test_who_sees_a_record_of_a_that_c_is_involved_in(make, region, visibility, seers):
    people = {
        "nobody": None,
        "guest": make.user(),
        "admin": make.user(is_admin=True),
        "member": make.member(region["a"], Role.EDITOR),
        "involved": make.member(region["c"], Role.READER),
        "above": make.member(region["kreis"], Role.READER),
        "neighbour": make.member(region["b"], Role.MANAGER),
        "stranger": make.member(region["d"], Role.MANAGER),
    }
    by_function = {name for name, user in people.items() if policy.sees(user, visibility, region["a"], [region["c"]])}
    assert by_function == set(seers.split())
    for name, user in people.items():
        involved = policy.looked_after_by(user, literal(region["c"].id)) if user else false()
        seen = select(policy.seen_by(user, literal(visibility), literal(region["a"].id), involved))
        assert bool(db.session.scalar(seen)) == (name in by_function), name


_ROLES = st.sampled_from([None, Role.READER, Role.EDITOR, Role.MANAGER])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_function_and_condition_agree_and_nobody_outside_edits(make, data):
    with db.session.begin_nested() as point:
        units = _hierarchy(make, data)
        people = [make.user(), make.user()]
        for user in people:
            for unit in units:
                if role := data.draw(_ROLES):
                    make.member(unit, role, user)
        _consents(units, data)
        for user in people:
            for function, condition in (
                (policy.edits, policy.edited_by),
                (policy.looks_after, policy.looked_after_by),
                (policy.sees_own, policy.own_seen_by),
            ):
                allowed = {unit.id for unit in units if function(user, unit)}
                assert _in_sql(condition, user) & {unit.id for unit in units} == allowed
                _ensure_inside(user, units, allowed)
        point.rollback()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_who_decides_agrees_with_its_condition_and_somebody_always_does(make, data):
    with db.session.begin_nested() as point:
        units = _hierarchy(make, data)
        people = [
            make.user(
                is_admin=data.draw(st.sampled_from([False, False, True])),
                deactivated_at=data.draw(st.sampled_from([None, None, now()])),
            )
            for _ in range(4)
        ]
        for user in people:
            for unit in data.draw(st.lists(st.sampled_from(units), max_size=3, unique=True)):
                make.member(unit, data.draw(st.sampled_from(Role)), user)
        requests = []
        for user in people:
            for unit in data.draw(st.lists(st.sampled_from(units), max_size=3, unique=True)):
                if unit.dissolved_on is None and (user.role_at(unit.id) or 0) < Role.MANAGER:
                    requests.append(joining.ask(user, unit, role=Role.MANAGER, note="", at=now()))
        active = [user for user in people if user.is_active]
        for user in active:
            allowed = {one.id for one in requests if policy.decides_about(user, one)}
            assert set(db.session.scalars(select(JoinRequest.id).where(policy.decided_by(user)))) == allowed
            assert {one.id for one in queries.requests_for(user)} == allowed
            assert db.session.scalar(select(queries.requests_counted_for(user))) == len(allowed)
        for request in requests:
            _ensure_rightly_decided(request, active)
        point.rollback()
    # SQLite gives the numbers of what was undone anew; what was read again of it is no longer true.
    db.session.expunge_all()


def _ensure_rightly_decided(request, active):
    """Stated anew in plain words: its own managers, else those above, else administrators, and never oneself but as
    the last one left."""
    unit, asker = request.municipality, request.user_id

    def managers(*numbers):
        return {one.id for one in active for number in numbers if one.role_at(number) is Role.MANAGER}

    above = {unit.district_id, unit.association_id} - {unit.id, None}
    admins = {one.id for one in active if one.is_admin}
    expected = managers(unit.id) or managers(*above) - {asker} or admins - {asker} or admins
    assert {one.id for one in active if policy.decides_about(one, request)} == expected


def _hierarchy(make, data):
    kreise = [make.municipality(f"K{n}", level=Level.LANDKREIS) for n in range(2)]
    verbaende = [
        make.municipality("V", level=Level.GEMEINDEVERBAND, parent=data.draw(st.sampled_from(kreise))) for _ in range(2)
    ]
    gemeinden = [
        make.municipality(
            f"G{n}",
            parent=data.draw(st.sampled_from([*kreise, *verbaende])),
            dissolved_on=data.draw(st.sampled_from([None, None, None, date(2024, 1, 1)])),
        )
        for n in range(4)
    ]
    return [*kreise, *verbaende, *gemeinden]


def _consents(units, data):
    for unit in units:
        for above in {unit.district_id, unit.association_id} - {unit.id, None}:
            if data.draw(st.booleans()):
                withdrawn = data.draw(st.sampled_from([None, now()]))
                db.session.add(Consent(municipality_id=unit.id, caretaker_id=above, withdrawn_at=withdrawn))
    db.session.flush()


def _in_sql(condition, user):
    return set(db.session.scalars(select(Municipality.id).where(condition(user, Municipality.id))))


def _ensure_inside(user, units, allowed):
    """Whatever is allowed is the user's own, or lies below something that is."""
    mine = {one.municipality_id for one in user.memberships}
    for unit in units:
        if unit.id in allowed:
            assert {unit.id, unit.district_id, unit.association_id} & mine


@pytest.mark.parametrize(
    ("role", "hidden"),
    [
        (None, ("JoinRequest", "Invitation", "User")),
        (Role.READER, ("JoinRequest", "Invitation", "User")),
        (Role.EDITOR, ("JoinRequest", "Invitation")),
        (Role.MANAGER, ()),
    ],
)
def test_whose_names_in_the_log_are_hidden_from_whom(make, region, role, hidden):
    make.member(region["a"], Role.MANAGER)
    user = make.member(region["a"], role) if role else make.user()
    assert policy.kinds_hidden_from(user, region["a"]) == hidden
