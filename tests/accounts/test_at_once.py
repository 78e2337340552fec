"""Two people do the same at the same time: one is done, the other is told in a sentence, on both databases."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import func, select

from kooperation.accounts import queries
from kooperation.accounts.models import Consent, Invitation, JoinRequest, Membership, Registration, User
from kooperation.accounts.rules import MailLanguage, MailPurpose, Role
from kooperation.accounts.services import (
    addresses,
    erasure,
    invitations,
    joining,
    mail_tokens,
    members,
    merging,
    registering,
    signing_in,
    users,
)
from kooperation.app import create_app
from kooperation.audit.models import AuditEntry
from kooperation.audit.services import SHELL
from kooperation.base.db import db, now
from kooperation.base.errors import RuleViolation
from kooperation.parties.queries import municipality_by_key
from kooperation.parties.rules import Level
from tests.conftest import configuration
from tests.factories import Make

HASH = signing_in.hash_password("Vier Woerter gehen durch die Tuer")
NEW = "nina@muster.example"
TOKEN = "a-token-that-was-mailed"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def populated(request: pytest.FixtureRequest, tmp_path: Any) -> Iterator[Flask]:
    """An app of its own, since each transaction needs a connection of its own: two Gemeinden with a manager each."""
    address, name = "", "accounts_at_once"
    if request.param == "postgresql":
        server = request.getfixturevalue("postgresql")
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        address = server.replace("/postgres?", f"/{name}?")
    app = create_app(configuration(tmp_path, address))
    with app.app_context():
        upgrade()
        make = Make()
        for key in ("08001001", "08001002"):
            village = make.municipality("Musterdorf", key=key)
            make.member(village, Role.MANAGER, make.user(email=f"vera{key[-1]}@muster.example"))
        make.user(email="gerd@muster.example")
        db.session.commit()
    yield app
    with app.app_context():
        db.engine.dispose()
    if address:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def at_once(app: Flask, *actions: Callable[[], object]) -> list[str]:
    """Do all at the same time, each in a transaction that has read before; gives how each ended."""
    start = Barrier(len(actions))

    def run(action: Callable[[], object]) -> str:
        with app.app_context():
            for one in db.session.scalars(select(User)):
                assert one.memberships is not None
            if db.engine.dialect.name == "sqlite":
                # There is one writer at a time: whoever waited for the lock begins with what the other one left.
                db.session.rollback()
            start.wait(20)
            try:
                action()
                db.session.commit()
            except RuleViolation as refusal:
                db.session.rollback()
                return refusal.message
            return "done"

    with ThreadPoolExecutor(len(actions)) as pool:
        return sorted(pool.map(run, actions), key=lambda end: end == "done")


def count(app: Flask, model: Any) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(model)) or 0


def user(address: str = "gerd@muster.example") -> User:
    return db.session.scalars(select(User).where(User.email == address)).one()


def village(key: str = "08001001") -> Any:
    return municipality_by_key(key)


def prepare(app: Flask, action: Callable[[], object]) -> None:
    with app.app_context():
        action()
        db.session.commit()


def register() -> None:
    registering.register(NEW, "Nina Neu", village(), password_hash=HASH, role=Role.READER, note="", at=now())


def test_two_register_the_same_address_and_the_second_to_confirm_is_told(populated: Flask) -> None:
    assert at_once(populated, register, register) == ["done", "done"]
    assert count(populated, Registration) == 2

    def mark() -> None:
        for one in db.session.scalars(select(Registration)):
            one.token_hash = mail_tokens.hash_token(f"{TOKEN}{one.id}")

    prepare(populated, mark)
    with populated.app_context():
        tokens = [f"{TOKEN}{number}" for number in db.session.scalars(select(Registration.id))]
    ends = at_once(
        populated,
        *((lambda token=token: registering.confirm(token, password={HASH: HASH}, at=now())) for token in tokens),
    )
    assert ends == ["Zu dieser Adresse gibt es inzwischen ein Konto. Melden Sie sich damit an.", "done"]
    assert (count(populated, User), count(populated, JoinRequest)) == (4, 1)


def test_a_link_that_is_confirmed_twice_makes_one_account(populated: Flask) -> None:
    def with_token() -> None:
        register()
        db.session.scalars(select(Registration)).one().token_hash = mail_tokens.hash_token(TOKEN)

    prepare(populated, with_token)
    ends = at_once(populated, *[lambda: registering.confirm(TOKEN, password={HASH: HASH}, at=now())] * 2)
    assert ends == [mail_tokens.NO_LONGER_VALID, "done"]
    assert count(populated, User) == 4


def test_two_create_the_same_account_and_one_is_told(populated: Flask) -> None:
    ends = at_once(populated, *[lambda: users.create_user(NEW, "Nina Neu", actor=SHELL)] * 2)
    assert ends == ["Zu dieser Adresse gibt es bereits ein Konto.", "done"]


def test_of_two_requests_for_the_same_municipality_one_waits(populated: Flask) -> None:
    def ask() -> None:
        joining.ask(user(), village(), role=Role.READER, note="", at=now())

    ends = at_once(populated, ask, ask)
    assert ends == ["Ihre Anfrage an Musterdorf wartet schon auf eine Entscheidung.", "done"]
    assert count(populated, JoinRequest) == 1


def test_of_two_who_decide_one_is_told(populated: Flask) -> None:
    prepare(populated, lambda: joining.ask(user(), village(), role=Role.READER, note="", at=now()))

    def request() -> JoinRequest:
        return db.session.scalars(select(JoinRequest)).one()

    ends = at_once(
        populated,
        lambda: joining.approve(request(), Role.READER, actor=user("vera1@muster.example"), at=now()),
        lambda: joining.withdraw(request(), actor=user(), at=now()),
        lambda: joining.approve(request(), Role.EDITOR, actor=user("vera1@muster.example"), at=now()),
    )
    assert ends == ["Über diese Anfrage ist schon entschieden."] * 2 + ["done"]


def invite(key: str, address: str = NEW) -> Invitation:
    actor = user(f"vera{key[-1]}@muster.example")
    return invitations.invite(address, village(key), Role.EDITOR, actor=actor, at=now())


def test_of_two_who_invite_the_same_address_one_is_told(populated: Flask) -> None:
    first, second = at_once(populated, *[lambda: invite("08001001")] * 2)
    assert first.startswith("Diese Adresse ist schon eingeladen.")
    assert second == "done"
    assert count(populated, Invitation) == 1


def held(key: str) -> Invitation:
    return db.session.scalars(select(Invitation).where(Invitation.municipality_id == village(key).id)).one()


@pytest.mark.parametrize("keys", [("08001001", "08001001"), ("08001001", "08001002")], ids=["the same", "two"])
def test_two_invitations_make_one_account(populated: Flask, keys: tuple[str, str]) -> None:
    for key in dict.fromkeys(keys):
        prepare(populated, lambda key=key: invite(key))  # type: ignore[misc]
    ends = at_once(
        populated,
        *((lambda key=key: invitations.accept_anew(held(key), "Nina", password_hash=HASH, at=now())) for key in keys),
    )
    assert ends == ["Zu dieser Adresse gibt es bereits ein Konto.", "done"]
    assert (count(populated, User), count(populated, Membership)) == (4, 3)


def test_an_invitation_is_accepted_once_and_two_make_two_memberships(populated: Flask) -> None:
    gerd = "gerd@muster.example"
    for key in ("08001001", "08001002"):
        prepare(populated, lambda key=key: invite(key, gerd))  # type: ignore[misc]

    def accept(key: str) -> Callable[[], object]:
        return lambda: invitations.accept(held(key), user(), at=now())

    ends = at_once(populated, accept("08001001"), accept("08001001"), accept("08001002"))
    assert ends == [invitations.ENDED, "done", "done"]
    assert count(populated, Membership) == 4


def test_an_invitation_and_a_decision_at_once_make_one_membership(populated: Flask) -> None:
    gerd = "gerd@muster.example"
    prepare(populated, lambda: invite("08001001", gerd))
    prepare(populated, lambda: joining.ask(user(), village(), role=Role.READER, note="", at=now()))

    def approve() -> None:
        request = db.session.scalars(select(JoinRequest)).one()
        joining.approve(request, Role.READER, actor=user("vera1@muster.example"), at=now())

    ends = at_once(populated, approve, lambda: invitations.accept(held("08001001"), user(), at=now()))
    assert ends in (["done", "done"], ["Über diese Anfrage ist schon entschieden.", "done"])
    assert count(populated, Membership) == 3


def test_two_take_the_same_address_and_one_is_told(populated: Flask) -> None:
    def links() -> None:
        for one in (user(), user("vera1@muster.example")):
            purpose = MailPurpose.ADDRESS_CHANGE
            token = mail_tokens.issue(one, purpose, lasts=addresses.LINK_LASTS, at=now(), address=NEW)
            tokens.append(token)

    tokens: list[str] = []
    prepare(populated, links)
    ends = at_once(
        populated, *((lambda token=token: addresses.change(token, stays=None, at=now())) for token in tokens)
    )
    assert ends[0].startswith("Zu dieser Adresse gibt es inzwischen ein anderes Konto.")
    assert ends[1] == "done"


GONE = "Dieses Konto gibt es nicht mehr."
NO_LONGER_MEMBER = "Diese Mitgliedschaft gibt es nicht mehr."
LAST_ADMINISTRATOR = "Das ist das letzte Konto, das die Instanz verwaltet. Benennen Sie zuerst ein weiteres."


def there(address: str) -> User:
    """The user; on SQLite whoever comes second begins with what the first one left, so that a guard says it."""
    found = db.session.scalar(select(User).where(User.email == address))
    if found is None:
        raise RuleViolation(GONE)
    return found


def erase(address: str) -> Callable[[], None]:
    return lambda: erasure.erase_user(there(address), actor=SHELL, at=now(), confirmed=True)


def administrators() -> None:
    for address in ("gerd@muster.example", "vera1@muster.example"):
        user(address).is_admin = True


@pytest.mark.parametrize("step", ["deactivate", "set_admin", "merge"])
def test_of_the_last_two_administrators_one_stays_and_nobody_waits_in_a_circle(populated: Flask, step: str) -> None:
    gerd, vera = "gerd@muster.example", "vera1@muster.example"
    steps: dict[str, Callable[[], object]] = {
        "deactivate": lambda: users.deactivate(there(vera), actor=SHELL, at=now()),
        "set_admin": lambda: users.set_admin(there(vera), False, actor=SHELL),
        "merge": lambda: merging.merge(there(vera), there("vera2@muster.example"), actor=SHELL, at=now()),
    }
    prepare(populated, administrators)
    assert at_once(populated, erase(gerd), steps[step]) == [LAST_ADMINISTRATOR, "done"]
    with populated.app_context():
        assert db.session.scalar(select(func.count()).where(User.is_admin, User.deactivated_at.is_(None))) == 1


@pytest.mark.parametrize("step", ["deactivate", "set_admin", "merge"])
def test_who_is_erased_and_changed_by_administrators_at_once_ends_in_a_sentence(populated: Flask, step: str) -> None:
    gerd, other = "gerd@muster.example", "vera2@muster.example"

    def prepared() -> None:
        administrators()
        user(other).is_admin = True

    steps: dict[str, Callable[[], object]] = {
        "deactivate": lambda: users.deactivate(there(gerd), actor=SHELL, at=now()),
        "set_admin": lambda: users.set_admin(there(gerd), False, actor=SHELL),
        "merge": lambda: merging.merge(there(gerd), there(other), actor=SHELL, at=now()),
    }
    prepare(populated, prepared)
    ends = at_once(populated, erase(gerd), steps[step], erase(gerd))
    assert set(ends) <= {"done", GONE}
    assert ends.count("done") in {1, 2}
    with populated.app_context():
        assert db.session.scalar(select(User.id).where(User.email == gerd)) is None


def test_two_accounts_are_merged_into_each_other_once(populated: Flask) -> None:
    one, other = "gerd@muster.example", "vera2@muster.example"
    ends = at_once(
        populated,
        lambda: merging.merge(there(one), there(other), actor=SHELL, at=now()),
        lambda: merging.merge(there(other), there(one), actor=SHELL, at=now()),
    )
    assert ends == [GONE, "done"]


@pytest.mark.parametrize("what", ["name", "language", "password", "link", "deactivate", "sign-in"])
def test_who_is_erased_while_something_of_theirs_changes_is_told_in_a_sentence(populated: Flask, what: str) -> None:
    gerd = "gerd@muster.example"
    tokens: list[str] = []

    def link() -> None:
        lasts = addresses.LINK_LASTS
        tokens.append(mail_tokens.issue(user(), MailPurpose.ADDRESS_CHANGE, lasts=lasts, at=now(), address=NEW))

    prepare(populated, link)
    changes: dict[str, Callable[[], object]] = {
        "name": lambda: users.rename(there(gerd), "Gerd Neu", actor=SHELL),
        "language": lambda: users.choose_language(there(gerd), MailLanguage.ENGLISH, actor=SHELL),
        "password": lambda: users.set_password(there(gerd), password_hash="x", actor=SHELL),
        "link": lambda: addresses.change(tokens[0], stays=None, at=now()),
        "deactivate": lambda: users.deactivate(there(gerd), actor=SHELL, at=now()),
        "sign-in": lambda: signing_in.sign_in(
            gerd, {"": HASH, HASH: HASH}, place="127.0.0.1", browser="", secret="x", at=now()
        ),
    }
    with populated.app_context():
        number = user().id

    def erase_gerd() -> None:
        found = db.session.get(User, number)
        assert found is not None
        erasure.erase_user(found, actor=SHELL, at=now(), confirmed=True)

    ends = at_once(populated, erase_gerd, changes[what])
    assert ends in (
        ["done", "done"],
        [GONE, "done"],
        [mail_tokens.NO_LONGER_VALID, "done"],
        [signing_in.REFUSED, "done"],
    )
    with populated.app_context():
        assert db.session.get(User, number) is None
        said = [str((one.subject_label, one.before, one.after)) for one in db.session.scalars(select(AuditEntry))]
        assert not any(part in one for one in said for part in ("Gerd", gerd, NEW))


def second_manager() -> None:
    users.grant(user(), village(), Role.MANAGER, actor=SHELL)


def membership(address: str) -> Membership:
    return next((one for one in there(address).memberships if one.municipality_id == village().id), None) or ended()


def ended() -> Membership:
    raise RuleViolation(NO_LONGER_MEMBER)


@pytest.mark.parametrize("how", ["role", "leave", "erase"])
def test_of_the_last_two_managers_who_step_down_at_once_the_second_is_told(populated: Flask, how: str) -> None:
    prepare(populated, second_manager)
    gerd, vera = "gerd@muster.example", "vera1@muster.example"
    ways: dict[str, Callable[[], object]] = {
        "role": lambda: members.change_role(membership(gerd), Role.READER, actor=there(gerd)),
        "leave": lambda: members.remove(membership(gerd), actor=there(gerd)),
        "erase": lambda: erasure.erase_user(there(gerd), actor=SHELL, at=now()),
    }
    ends = at_once(populated, ways[how], lambda: members.remove(membership(vera), actor=there(vera)))
    assert ends[0].startswith("Danach verwaltet niemand mehr Musterdorf.")
    assert ends[1] == "done"
    with populated.app_context():
        found = select(func.count()).select_from(Membership).where(Membership.municipality_id == village().id)
        assert db.session.scalar(found.where(Membership.role == Role.MANAGER)) == 1


def test_a_member_who_is_taken_out_twice_at_once_is_told_once(populated: Flask) -> None:
    prepare(populated, second_manager)
    gerd = "gerd@muster.example"
    vera = "vera1@muster.example"
    remove = lambda: members.remove(membership(gerd), actor=user(vera))  # noqa: E731
    change = lambda: members.change_role(membership(gerd), Role.READER, actor=user(vera))  # noqa: E731
    assert at_once(populated, remove, remove) == [NO_LONGER_MEMBER, "done"]
    prepare(populated, second_manager)
    assert at_once(populated, remove, change)[0] in {NO_LONGER_MEMBER, "done"}


def test_consent_is_given_once_and_taken_back_once(populated: Flask) -> None:
    def above() -> None:
        kreis = Make().municipality("Landkreis Muster", level=Level.LANDKREIS, key="08001")
        village().district_id = kreis.id

    def withdraw() -> None:
        held = queries.open_consent(village(), village("08001"))
        if held is not None:
            users.withdraw_consent(held, village(), actor=SHELL, at=now())

    prepare(populated, above)
    give = lambda: users.give_consent(village(), village("08001"), actor=SHELL, at=now())  # noqa: E731
    assert at_once(populated, give, give) == ["Landkreis Muster darf schon für Musterdorf eintragen.", "done"]
    assert at_once(populated, withdraw, withdraw) == ["done", "done"]
    with populated.app_context():
        found = select(AuditEntry.event).where(AuditEntry.event.startswith("consent.")).order_by(AuditEntry.id)
        assert list(db.session.scalars(found)) == ["consent.given", "consent.withdrawn"]
    assert count(populated, Consent) == 1
