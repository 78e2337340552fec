"""What changed in what belongs to municipalities."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, false, or_, select

from kooperation.audit.models import AuditEntry
from kooperation.base.db import db
from kooperation.cockpit.rules import EVENTS


class Change(NamedTuple):
    """A change as lists tell it: by whom, what, of which record, when. Its values are not among it."""

    keeper_id: int | None
    actor_name: str
    event: str
    subject_label: str
    at: datetime


_COLUMNS = (
    AuditEntry.keeper_id,
    AuditEntry.actor_name,
    AuditEntry.event,
    AuditEntry.subject_label,
    AuditEntry.at,
)
# Not all that is logged is for each member: who asks to be let in is known to those alone who decide about it.
_IS_TOLD = AuditEntry.event.in_(list(EVENTS))
# Made once: putting a statement together takes longer than running it.
_LATEST = (
    select(*_COLUMNS)
    .where(
        AuditEntry.keeper_id == bindparam("keeper"),
        _IS_TOLD,
        or_(AuditEntry.is_own == false(), bindparam("with_own")),
    )
    .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
    .limit(bindparam("most"))
)


def latest_changes(municipality_id: int, *, with_own: bool, most: int = 10) -> list[Change]:
    """The latest changes in what belongs to a municipality, the newest first.

    ``with_own`` says whether the reader sees what the municipality keeps to itself.
    """
    values = {"keeper": municipality_id, "with_own": with_own, "most": most}
    return [Change(*row) for row in db.session.execute(_LATEST, values)]


def changes_by_others(
    user_id: int, *, member_of: Collection[int], editor_of: Collection[int], since: datetime, most: int = 100
) -> list[Change]:
    """What others changed since an instant in what belongs to some municipalities, the newest first."""
    if not member_of:
        return []
    found = select(*_COLUMNS).where(
        AuditEntry.keeper_id.in_(member_of),
        _IS_TOLD,
        or_(AuditEntry.is_own == false(), AuditEntry.keeper_id.in_(editor_of)),
        AuditEntry.at > since,
        AuditEntry.actor_id.is_distinct_from(user_id),
    )
    rows = db.session.execute(found.order_by(AuditEntry.at.desc(), AuditEntry.id.desc()).limit(most))
    return [Change(*row) for row in rows]
