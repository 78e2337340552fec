"""Reading the entries of municipalities."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, ColumnElement, ScalarSelect, Select, bindparam, false, func, select
from sqlalchemy.orm import aliased, joinedload

from kooperation.accounts.models import User
from kooperation.accounts.rules import Role
from kooperation.audit.models import AuditEntry
from kooperation.base.db import db
from kooperation.contacts.models import Profile
from kooperation.parties.models import Municipality, Party, party_table
from kooperation.register.models import Succession

# Made once: putting a statement together takes longer than running it.
_OF = (
    select(Profile)
    .where(Profile.municipality_id == bindparam("municipality"))
    .execution_options(populate_existing=True)
)
_own = aliased(Profile)
_place, _other = party_table.alias("place"), party_table.alias("other")
_EDITOR_OF: BindParameter[list[int]] = bindparam("editor_of", expanding=True)


class ToConfirm(NamedTuple):
    """An entry that somebody else made for a municipality: whose it is, and by whom and when."""

    key: str
    place: str
    by: str
    is_inherited: bool
    since: datetime


class ToTakeOver(NamedTuple):
    """An entry that a dissolved municipality left to one that has none, with others."""

    key: str
    place: str
    gone_key: str
    gone: str
    since: datetime


def _left(found: Select[Any], mine: ColumnElement[bool]) -> Select[Any]:
    """Of entries those that were left to municipalities without one."""
    successor = Succession.successor_id
    without = ~select(_own.id).where(_own.municipality_id == successor).exists()
    joined = found.join(Succession, Succession.predecessor_id == Profile.municipality_id)
    return joined.where(mine, Succession.is_official, without)


_TO_CONFIRM = (
    select(
        *(_place.c.key, _place.c.display_name, _other.c.display_name),
        *(func.coalesce(Profile.entered_by_id == Profile.origin_id, false()), Profile.changed_at),
    )
    .select_from(Profile)
    .join(_place, _place.c.id == Profile.municipality_id)
    .join(_other, _other.c.id == Profile.entered_by_id)
    .where(Profile.municipality_id.in_(_EDITOR_OF))
    .order_by(Profile.changed_at, Profile.id)
)
_TO_TAKE_OVER = (
    _left(
        select(
            _place.c.key, _place.c.display_name, _other.c.key, _other.c.display_name, Profile.changed_at
        ).select_from(Profile),
        Succession.successor_id.in_(_EDITOR_OF),
    )
    .join(_place, _place.c.id == Succession.successor_id)
    .join(_other, _other.c.id == Profile.municipality_id)
    .order_by(Profile.changed_at, _place.c.id, Profile.id)
)


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


def to_confirm(user: User) -> list[ToConfirm]:
    """What others entered for the municipalities that the user is an editor of, the oldest first."""
    return [ToConfirm(*row) for row in db.session.execute(_TO_CONFIRM, {"editor_of": _editor_of(user)})]


def to_take_over(user: User) -> list[ToTakeOver]:
    """Municipalities without an entry that the user edits, with each entry left to them, the oldest first."""
    return [ToTakeOver(*row) for row in db.session.execute(_TO_TAKE_OVER, {"editor_of": _editor_of(user)})]


def to_do_counted(user: User) -> ScalarSelect[int] | ColumnElement[int]:
    """How many there are of both, as a part of a statement."""
    ids = _editor_of(user)
    confirm = select(func.count(Profile.id)).where(Profile.municipality_id.in_(ids), Profile.entered_by_id.is_not(None))
    take_over = _left(select(func.count(Profile.id)).select_from(Profile), Succession.successor_id.in_(ids))
    return confirm.scalar_subquery() + take_over.scalar_subquery()


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
            found.options(joinedload(Profile.municipality, innerjoin=True)).order_by(
                Municipality.sort_name, Municipality.id
            )
        )
    )


def _editor_of(user: User) -> list[int]:
    return [one.municipality_id for one in user.memberships if one.role >= Role.EDITOR]
