"""Reading the entries of municipalities."""

from typing import Any

from sqlalchemy import ScalarSelect, Select, bindparam, func, select
from sqlalchemy.orm import aliased, joinedload

from kooperation.accounts import policy
from kooperation.accounts.models import User
from kooperation.audit.models import AuditEntry
from kooperation.base.db import db
from kooperation.contacts.models import Profile
from kooperation.parties.models import Municipality, Party
from kooperation.register.models import Succession

# Made once: putting a statement together takes longer than running it.
_OF = (
    select(Profile)
    .where(Profile.municipality_id == bindparam("municipality"))
    .execution_options(populate_existing=True)
)
_own = aliased(Profile)


def profile_of(municipality: Municipality) -> Profile | None:
    """The entry of a municipality as it is stored now; None without one."""
    return db.session.scalar(_OF, {"municipality": municipality.id})


def changed_by(profile: Profile) -> str:
    """Who changed an entry last, by name."""
    entries = select(AuditEntry.actor_name).where(
        AuditEntry.subject_kind == Profile.__name__, AuditEntry.subject_id == profile.id
    )
    return db.session.scalar(entries.order_by(AuditEntry.at.desc(), AuditEntry.id.desc()).limit(1)) or ""


def profile_after_turn(municipality: Municipality) -> Profile | None:
    """The entry, once nobody else writes it any more; others wait for the end of this transaction."""
    # Not a lock on the entry: there may be none yet. One that lets others refer to the municipality.
    turn = select(Party.id).where(Party.id == municipality.id).with_for_update(key_share=True)
    db.session.execute(turn)
    return profile_of(municipality)


def to_confirm(user: User) -> list[Profile]:
    """What others entered for the municipalities that the user is an editor of, the oldest first."""
    waiting = select(Profile).where(*_unconfirmed(user))
    return list(
        db.session.scalars(
            waiting.options(joinedload(Profile.municipality), joinedload(Profile.entered_by)).order_by(
                Profile.changed_at, Profile.id
            )
        )
    )


def to_confirm_counted(user: User) -> ScalarSelect[int]:
    """How many there are, as a part of a statement."""
    return select(func.count(Profile.id)).where(*_unconfirmed(user)).scalar_subquery()


def to_take_over(user: User) -> list[tuple[Municipality, Profile]]:
    """Municipalities without an entry that the user edits, with each entry that a dissolved one left to them."""
    rows = db.session.execute(
        _left(user, Municipality, Profile)
        .join(Municipality, Municipality.id == Succession.successor_id)
        .options(joinedload(Profile.municipality))
        .order_by(Municipality.sort_name, Municipality.id, Profile.id)
    )
    return [(row[0], row[1]) for row in rows]


def to_take_over_counted(user: User) -> ScalarSelect[int]:
    """How many there are, as a part of a statement."""
    return _left(user, func.count(Profile.id)).scalar_subquery()


def left_to(municipality: Municipality) -> list[Profile]:
    """The entries of dissolved municipalities whose official successor this one is, by name."""
    found = (
        select(Profile)
        .join(Succession, Succession.predecessor_id == Profile.municipality_id)
        .join(Profile.municipality)
        .where(Succession.successor_id == municipality.id, Succession.is_official)
    )
    return list(
        db.session.scalars(
            found.options(joinedload(Profile.municipality)).order_by(Municipality.sort_name, Municipality.id)
        )
    )


def _unconfirmed(user: User) -> tuple[Any, ...]:
    return policy.editor_at(user, Profile.municipality_id), Profile.entered_by_id.is_not(None)


def _left(user: User, *columns: Any) -> Select[Any]:
    successors = Succession.successor_id
    return (
        select(*columns)
        .select_from(Profile)
        .join(Succession, Succession.predecessor_id == Profile.municipality_id)
        .where(
            policy.editor_at(user, successors),
            Succession.is_official,
            ~select(_own.id).where(_own.municipality_id == successors).exists(),
        )
    )
