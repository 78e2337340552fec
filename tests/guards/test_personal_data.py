"""What is personal is in the person's copy and goes with the account: every column that says so, of every table.

A person has a row in each such table, each of its personal columns holds a mark of its own, and the marks are looked
for: in the copy, and, after erasure, in the whole database. A table that is new here gets a row in ``world``.
"""

import json
from typing import Any

import pytest
from sqlalchemy import Column, Table, select, update

from kooperation.accounts.models import JoinRequest, User
from kooperation.accounts.rules import RequestState, Role
from kooperation.accounts.services import erasure, joining, signing_in, users
from kooperation.administration.models import Feedback
from kooperation.audit.models import AuditEntry
from kooperation.base import hooks, mail
from kooperation.base.db import Base, db, now
from kooperation.base.mail.models import OutgoingMail

ADDRESS = "mark-user-account-email@muster.example"

TABLES = [table for table in Base.metadata.sorted_tables if any(one.info.get("personal") for one in table.columns)]


def personal(table: Table) -> list[Column[Any]]:
    return [column for column in table.columns if column.info.get("personal")]


def mark(column: Column[Any]) -> str:
    """What a personal column is filled with, so that it is found again; the address is how her mails are found."""
    if column.table.name == "user_account" and column.name == "email":
        return ADDRESS
    if column.table.name == "outgoing_mail" and column.name == "recipient":
        return ADDRESS
    if column.table.name == "feedback" and column.name == "address":
        return ADDRESS
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
    rows = {"user_account": user.id, "join_request": request.id, "outgoing_mail": letter.id, "user_session": 0}
    feedback = Feedback(what="Zu klein", address=ADDRESS)
    db.session.add(feedback)
    db.session.flush()
    rows["feedback"] = feedback.id
    db.session.flush()
    for table in TABLES:
        assert table.name in rows, f"give the person a row in {table.name}, which has personal columns"
        change = update(table).values({column.name: mark(column) for column in personal(table)})
        db.session.execute(change.where(table.c.id == rows[table.name]) if rows[table.name] else change)
    db.session.commit()
    db.session.expire_all()
    return rows


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
    assert [str(column) for table in TABLES for column in personal(table) if mark(column) not in copy] == []
    assert "mark renamed from" in copy


def test_each_personal_column_goes_with_the_account(world: dict[str, int]) -> None:
    before = everything()
    assert all(mark(column) in before for table in TABLES for column in personal(table))
    erasure.forget(db.session.get_one(User, world["user_account"]))
    db.session.commit()
    after = everything()
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
