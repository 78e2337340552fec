"""What is personal is in the person's copy and goes with the account: every column that says so, of every table.

A person has a row in each such table, each of its personal columns holds a mark of its own, and the marks are looked
for: in the copy, and, after erasure, in the whole database. A table that is new here gets a row in ``world``.
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Column, Table, select, update

from kooperation.accounts.models import JoinRequest, MailToken, Registration, User
from kooperation.accounts.rules import MailPurpose, RequestState, Role
from kooperation.accounts.services import erasure, invitations, joining, mail_tokens, signing_in, users
from kooperation.accounts.services.signing_in import hash_token
from kooperation.administration.models import Feedback
from kooperation.audit.models import AuditEntry
from kooperation.base import hooks, mail
from kooperation.base.db import Base, Moment, db, now
from kooperation.base.mail.models import OutgoingMail

MARKED_AT = datetime(1999, 2, 3, 4, 5, 6, tzinfo=UTC)
ADDRESS = "mark-user-account-email@muster.example"

TABLES = [table for table in Base.metadata.sorted_tables if any(one.info.get("personal") for one in table.columns)]


def personal(table: Table) -> list[Column[Any]]:
    return [column for column in table.columns if column.info.get("personal")]


def mark(column: Column[Any]) -> Any:
    """What a personal column is filled with, so that it is found again; the address is how her mails are found."""
    if column.table.name == "user_account" and column.name == "email":
        return ADDRESS
    if (column.table.name, column.name) in {
        ("outgoing_mail", "recipient"),
        ("feedback", "address"),
        ("invitation", "address"),
        ("registration", "address"),
    }:
        return ADDRESS
    if isinstance(column.type, Moment):
        return MARKED_AT
    return f"mark {column.table.name} {column.name}"[: getattr(column.type, "length", None)]


@pytest.fixture
def world(make) -> dict[str, int]:
    """A person with a row in each table that has personal columns: the numbers of these rows by table."""
    village = make.municipality("Musterdorf")
    user = make.user("mark renamed from", email=ADDRESS)
    users.rename(user, "mark renamed to", actor=user)
    signing_in.open_session(user, browser="Test", at=now())
    request = joining.ask(user, village, role=Role.READER, note="Bitte", at=now())
    request.state = RequestState.DECLINED
    letter = mail.compose(ADDRESS, "accounts/password_changed", name="Erika")
    db.session.add(letter)
    db.session.flush()
    letter.next_attempt_at, letter.failed_at = None, now()
    feedback = Feedback(what="Zu klein", address=ADDRESS)
    db.session.add(feedback)
    db.session.flush()
    token = mail_tokens.issue(user, MailPurpose.ADDRESS_CHANGE, lasts=timedelta(hours=1), at=now())
    link = db.session.scalars(select(MailToken).where(MailToken.token_hash == hash_token(token))).one()
    invitation = invitations.invite(ADDRESS, village, Role.EDITOR, actor=make.user(is_admin=True), at=now())
    registration = Registration(
        address=ADDRESS,
        name="",
        password_hash="",
        municipality_id=village.id,
        role=Role.READER,
        token_hash="",
        expires_at=now(),
    )
    db.session.add(registration)
    db.session.flush()
    rows = {
        "mail_token": link.id,
        "invitation": invitation.id,
        "registration": registration.id,
        "user_account": user.id,
        "join_request": request.id,
        "outgoing_mail": letter.id,
        "user_session": 0,
        "feedback": feedback.id,
    }
    for table in TABLES:
        assert table.name in rows, f"give the person a row in {table.name}, which has personal columns"
        change = update(table).values({column.name: mark(column) for column in personal(table)})
        db.session.execute(change.where(table.c.id == rows[table.name]) if rows[table.name] else change)
    db.session.commit()
    db.session.expire_all()
    return rows


def is_in(text: str, column: Column[Any]) -> bool:
    """Whether what marks a column stands in a text; an instant is written in two ways."""
    marked = mark(column)
    return any(str(one) in text for one in ([marked.isoformat(), repr(marked)] if marked is MARKED_AT else [marked]))


def everything() -> str:
    """Whatever the database holds."""
    return "\n".join(str(row) for table in Base.metadata.sorted_tables for row in db.session.execute(select(table)))


def test_each_personal_column_is_in_the_persons_copy(world: dict[str, int]) -> None:
    user = db.session.get_one(User, world["user_account"])
    copy = json.dumps(
        [[one.labels, one.rows] for some in hooks.personal_data_of(user) for one in some],
        default=str,
        ensure_ascii=False,
    )
    assert [str(column) for table in TABLES for column in personal(table) if not is_in(copy, column)] == []
    assert "mark renamed from" in copy


def test_each_personal_column_goes_with_the_account(world: dict[str, int]) -> None:
    before = everything()
    assert all(is_in(before, column) for table in TABLES for column in personal(table))
    erasure.forget(db.session.get_one(User, world["user_account"]))
    db.session.commit()
    after = everything()
    assert not is_in(after, User.__table__.c.last_signed_in_at)
    assert "mark" not in after, [line for line in after.splitlines() if "mark" in line]


def test_somebody_elses_data_is_neither_in_the_copy_nor_erased(world: dict[str, int], make) -> None:
    other = make.user("Otto Anders", email="otto@muster.example")
    joining.ask(other, make.municipality("Nachbardorf"), role=Role.READER, note="Ottos Zeilen", at=now())
    users.rename(other, "Otto Neuer", actor=other)
    mail.post("otto@muster.example", "accounts/password_changed", name="Otto Neuer")
    db.session.commit()
    user = db.session.get_one(User, world["user_account"])
    copy = str([one.rows for some in hooks.personal_data_of(user) for one in some])
    assert "Otto" not in copy
    assert "mark" not in str([one.rows for some in hooks.personal_data_of(other) for one in some])
    erasure.forget(user)
    db.session.commit()
    assert db.session.get_one(User, other.id).name == "Otto Neuer"
    assert db.session.scalars(select(JoinRequest)).one().note == "Ottos Zeilen"
    assert db.session.scalars(select(OutgoingMail).where(OutgoingMail.recipient != "")).one().recipient == other.email
    renamed = db.session.scalars(select(AuditEntry).where(AuditEntry.actor_id == other.id)).all()
    assert {"name": "Otto Neuer"} in [one.after for one in renamed]


def test_personal_values_of_the_log_are_blanked(world: dict[str, int]) -> None:
    renamed = db.session.scalars(select(AuditEntry).where(AuditEntry.event == "user.renamed")).one()
    erasure.forget(db.session.get_one(User, world["user_account"]))
    db.session.expire_all()
    assert (renamed.before, renamed.after) == ({"name": None}, {"name": None})
    assert (renamed.actor_id, renamed.actor_name, renamed.subject_label) == (None, *["gelöschtes Konto"] * 2)
