"""Two accounts of one person become one."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from kooperation.accounts.models import JoinRequest, Membership, User, UserSession
from kooperation.accounts.rules import RequestState, Role
from kooperation.accounts.services import joining, signing_in, users
from kooperation.accounts.services.erasure import forget
from kooperation.accounts.services.merging import merge, preview
from kooperation.administration.rules import LegalKind
from kooperation.administration.services import feedback, legal
from kooperation.audit.models import AuditEntry
from kooperation.audit.services import SHELL
from kooperation.base import hooks
from kooperation.base.db import db, now
from kooperation.base.errors import RuleViolation
from kooperation.base.mail.models import OutgoingMail

OLD, NEW = "alt@muster.example", "neu@muster.example"


@pytest.fixture
def two(make):
    """Two accounts of Erika."""
    return make.user("Erika Alt", email=OLD), make.user("Erika Neu", email=NEW)


def roles(user):
    found = select(Membership.municipality_id, Membership.role).where(Membership.user_id == user.id)
    return dict(db.session.execute(found).all())


@pytest.mark.parametrize(
    ("before", "there", "after"),
    [
        (Role.READER, None, Role.READER),
        (Role.MANAGER, None, Role.MANAGER),
        (Role.READER, Role.MANAGER, Role.MANAGER),
        (Role.MANAGER, Role.READER, Role.MANAGER),
        (Role.EDITOR, Role.EDITOR, Role.EDITOR),
    ],
)
def test_the_higher_role_wins(make, two, before, there, after):
    old, new = two
    village = make.municipality()
    make.member(village, before, old)
    if there:
        make.member(village, there, new)
    (moved,) = preview(old, new, actor=SHELL).memberships
    assert (moved.municipality, moved.before, moved.after) == (village, there, after)
    merge(old, new, actor=SHELL, at=now())
    assert roles(new) == {village.id: after}
    (entry,) = db.session.scalars(select(AuditEntry).where(AuditEntry.event == "membership.merged"))
    assert (entry.keeper_id, entry.after["role"]) == (village.id, after.name.lower())


def test_the_one_is_gone_and_its_address_is_told(make, two):
    old, new = two
    number = old.id
    signing_in.open_session(old, browser="Test", at=now())
    merge(old, new, actor=SHELL, at=now())
    assert db.session.get(User, number) is None
    assert db.session.scalar(select(func.count()).select_from(UserSession)) == 0
    told = {one.recipient: one for one in db.session.scalars(select(OutgoingMail))}
    assert set(told) == {OLD, NEW}
    assert NEW in told[OLD].text
    assert (told[OLD].leaves_no_trace, told[NEW].leaves_no_trace) == (True, False)


def test_what_the_one_did_the_other_did(make, two):
    old, new = two
    village = make.municipality()
    users.grant(make.user("Otto"), village, Role.READER, actor=old)
    users.rename(old, "Erika Älter", actor=old)
    assert preview(old, new, actor=SHELL).log_entries == 2
    number = old.id
    merge(old, new, actor=SHELL, at=now())
    entries = list(db.session.scalars(select(AuditEntry)))
    assert {one.actor_id for one in entries if one.event != "user.merged"} == {new.id}
    assert number not in {one.subject_id for one in entries if one.subject_kind == "User"}
    forget(new)
    db.session.expire_all()
    said = " ".join(
        f"{one.actor_name} {one.subject_label} {one.before} {one.after}"
        for one in db.session.scalars(select(AuditEntry))
    )
    assert "Erika" not in said
    assert OLD not in said


def test_requests_go_along_and_one_that_is_not_needed_any_more_is_closed(make, two):
    old, new = two
    plain, twice, member = make.municipality("A"), make.municipality("B"), make.municipality("C")
    make.member(member, Role.EDITOR, new)
    for place in (plain, twice, member):
        joining.ask(old, place, role=Role.EDITOR, note="", at=now())
    joining.ask(new, twice, role=Role.READER, note="", at=now() + timedelta(hours=1))
    assert len(preview(old, new, actor=SHELL).requests) == 3
    merge(old, new, actor=SHELL, at=now())
    found = [(one.municipality, one.role, one.state) for one in db.session.scalars(select(JoinRequest))]
    assert {one.user_id for one in db.session.scalars(select(JoinRequest))} == {new.id}
    assert (plain, Role.EDITOR, RequestState.OPEN) in found
    assert (twice, Role.EDITOR, RequestState.DECLINED) in found
    assert (twice, Role.READER, RequestState.OPEN) in found
    assert (member, Role.EDITOR, RequestState.DECLINED) in found


def test_other_features_are_told(make, two, monkeypatch):
    old, new = two
    told = []
    monkeypatch.setattr(hooks.users_merged, "_functions", [lambda *numbers: told.append(numbers)])
    numbers = (old.id, new.id)
    merge(old, new, actor=SHELL, at=now())
    assert told == [numbers]


def test_what_the_one_reported_and_gets_is_the_others(two):
    old, new = two
    report = feedback.report("Zu klein", "/", OLD, place="1", secret="x", at=now())
    page = legal.set_contact(LegalKind.ACCESSIBILITY, OLD, actor=SHELL)
    merge(old, new, actor=SHELL, at=now())
    assert (report.address, page.contact) == (NEW, NEW)


def refused(old, new, said):
    assert said in (preview(old, new, actor=SHELL).refusal or "")
    with pytest.raises(RuleViolation, match=said):
        merge(old, new, actor=SHELL, at=now())


def test_an_account_is_not_merged_into_itself(two):
    refused(two[0], two[0], "nicht mit sich selbst")


def test_an_account_is_not_merged_into_a_deactivated_one(make, two):
    two[1].deactivated_at = now()
    refused(*two, "ist gesperrt")
    two[0].deactivated_at, two[1].deactivated_at = now(), None
    assert preview(*two, actor=SHELL).refusal is None


def test_the_last_administrator_is_not_lost(make, two):
    old, new = two
    old.is_admin = True
    assert preview(old, new, actor=SHELL).loses_admin
    refused(old, new, "das letzte Konto")
    new.is_admin = True
    assert preview(old, new, actor=SHELL).refusal is None
    new.is_admin = False
    make.user(is_admin=True)
    merge(old, new, actor=SHELL, at=now())
    assert not new.is_admin


def test_one_that_is_gone_is_told_in_a_sentence(two):
    old, new = two
    forget(old)
    with pytest.raises(RuleViolation, match=users.GONE):
        merge(old, new, actor=SHELL, at=now())


def test_looking_at_what_would_be_moved_changes_nothing(make, two):
    old, new = two
    make.member(make.municipality(), Role.EDITOR, old)
    before = db.session.scalar(select(func.count()).select_from(AuditEntry))
    preview(old, new, actor=SHELL)
    assert not db.session.dirty
    assert not db.session.new
    assert db.session.scalar(select(func.count()).select_from(AuditEntry)) == before


@pytest.mark.parametrize(
    ("role", "held", "is_refused"),
    [
        (Role.MANAGER, None, True),
        (Role.READER, None, True),
        (Role.MANAGER, Role.EDITOR, True),
        (Role.EDITOR, Role.EDITOR, False),
        (Role.READER, Role.MANAGER, False),
    ],
)
def test_nobody_gives_their_own_account_a_role_by_merging(make, two, role, held, is_refused):
    old, new = two
    village = make.municipality()
    make.member(village, role, old)
    if held:
        make.member(village, held, new)
    new.is_admin = True
    refusal = preview(old, new, actor=new).refusal
    if not is_refused:
        assert refusal is None
        merge(old, new, actor=new, at=now())
        return
    assert "nur, wenn jemand anderes zusammenführt" in refusal
    with pytest.raises(RuleViolation, match="nur, wenn jemand anderes zusammenführt"):
        merge(old, new, actor=new, at=now())
    other = make.user(is_admin=True)
    assert preview(old, new, actor=other).refusal is None
    merge(old, new, actor=other, at=now())
    assert roles(new)[village.id] is role
