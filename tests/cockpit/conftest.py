"""People who are told by mail."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from kooperation.accounts.rules import Role
from kooperation.audit import services as audit
from kooperation.base.db import db
from kooperation.base.mail.models import OutgoingMail

MONDAY = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
"""Eight in the morning in Berlin."""
SECRET = "only-for-tests"
SITE = "https://kooperation.landkreis-mit-langem-namen.example"


def changed(municipality, at, *, by=None, is_own=False, event="profile.edited", kind="Profile", label="Dorf"):
    """An entry of the log at an instant."""
    entry = audit.record(
        by or audit.SHELL, event, municipality, label=label, kept=audit.Kept(municipality.id, is_own=is_own)
    )
    entry.at, entry.subject_kind = at, kind
    db.session.flush()
    return entry


def outbox():
    """The mails that were written, in order."""
    return list(db.session.scalars(select(OutgoingMail).order_by(OutgoingMail.id)))


@pytest.fixture
def dorf(make):
    return make.municipality("Dorf", key="08001001")


@pytest.fixture
def erika(make, dorf):
    """An editor, since last year, whom nobody has told anything yet."""
    user = make.user("Erika Muster", email="erika@muster.example", created_at=MONDAY - timedelta(days=100))
    return make.member(dorf, Role.EDITOR, user)
