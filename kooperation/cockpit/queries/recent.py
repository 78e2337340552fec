"""What changed in what belongs to municipalities."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, bindparam, false, or_, select

from kooperation.audit.models import AuditEntry
from kooperation.base.db import db


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
# Made once: putting a statement together takes longer than running it.
_LATEST = (
    select(*_COLUMNS)
    .where(
        AuditEntry.keeper_id == bindparam("keeper"),
        or_(AuditEntry.is_own == false(), bindparam("with_own")),
        AuditEntry.subject_kind.not_in(bindparam("but", expanding=True)),
    )
    .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
    .limit(bindparam("most"))
)


def latest_changes(municipality_id: int, *, with_own: bool, but: Collection[str] = (), most: int = 10) -> list[Change]:
    """The latest changes in what belongs to a municipality, the newest first.

    ``with_own`` says whether the reader sees what the municipality keeps to itself; ``but`` are kinds of records
    that the reader may not know of.
    """
    values = {"keeper": municipality_id, "with_own": with_own, "but": list(but), "most": most}
    return [Change(*row) for row in db.session.execute(_LATEST, values)]


def changes_by_others(
    user_id: int, *, places: Mapping[int, Collection[str]], editor_of: Collection[int], since: datetime, most: int = 100
) -> list[Change]:
    """What others changed since an instant in what belongs to some municipalities, the newest first.

    ``places`` are the numbers of the municipalities, each with the kinds of records that the reader may not know of.
    """
    if not places:
        return []
    known = (
        and_(AuditEntry.keeper_id == number, AuditEntry.subject_kind.not_in(but)) for number, but in places.items()
    )
    found = select(*_COLUMNS).where(
        or_(*known),
        or_(AuditEntry.is_own == false(), AuditEntry.keeper_id.in_(editor_of)),
        AuditEntry.at > since,
        AuditEntry.actor_id.is_distinct_from(user_id),
    )
    rows = db.session.execute(found.order_by(AuditEntry.at.desc(), AuditEntry.id.desc()).limit(most))
    return [Change(*row) for row in rows]
