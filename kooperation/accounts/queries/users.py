"""Lists of users, for those who look after the instance."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import selectinload

from kooperation.accounts import policy
from kooperation.accounts.models import JoinRequest, Membership, User
from kooperation.accounts.rules import RequestState, Role
from kooperation.base.db import db
from kooperation.base.paging import Page, paged
from kooperation.base.text import sort_key
from kooperation.parties.models import party_table

A_YEAR = timedelta(days=365)
MOST_WORDS = 6
"""Words of a search that count; each costs a condition."""


class UserSort(StrEnum):
    """What a list of users is sorted by."""

    NAME = "name"
    ADDRESS = "adresse"
    CREATED = "angelegt"
    SIGNED_IN = "angemeldet"


class Standing(StrEnum):
    """Whether a user may sign in."""

    ACTIVE = "aktiv"
    DEACTIVATED = "gesperrt"


class SignedIn(StrEnum):
    """How long a user has not been here."""

    NEVER = "nie"
    LONG_AGO = "vor-einem-jahr"


@dataclass(frozen=True, slots=True)
class UserFilter:
    """Which users a list shows and in what order; as it stands in the list's address."""

    text: str = ""
    role: Role | None = None
    standing: Standing | None = None
    signed_in: SignedIn | None = None
    admins: bool = False
    without_municipality: bool = False
    sort: UserSort = UserSort.NAME
    descending: bool = False


_USERS = select(User).options(selectinload(User.memberships).joinedload(Membership.municipality))
_SORTS: dict[UserSort, Any] = {
    UserSort.NAME: User.sort_name,
    UserSort.ADDRESS: User.email,
    UserSort.CREATED: User.created_at,
    UserSort.SIGNED_IN: User.last_signed_in_at,
}


def users(wanted: UserFilter, page: int, at: datetime) -> Page[User]:
    """One page of the users that the filter lets through, with their memberships."""
    conditions = _conditions(wanted, at)
    counted = select(func.count(User.id)).where(*conditions)
    found = paged(_list(wanted, conditions), page, counted=counted)
    return Page([row[0] for row in found.items], found.number, found.total, found.per_page)


def all_users(wanted: UserFilter, at: datetime) -> Iterator[User]:
    """All users that the filter lets through, in its order, read in portions for an export."""
    statement = _list(wanted, _conditions(wanted, at)).execution_options(yield_per=1_000)
    return iter(db.session.scalars(statement))


def user_by_id(number: int) -> User | None:
    """The user with this number, with memberships; None without one."""
    return db.session.scalar(_USERS.where(User.id == number))


def admins() -> Sequence[User]:
    """The users that look after the instance and may sign in, by name."""
    mine = select(User).where(User.is_admin, User.deactivated_at.is_(None))
    return db.session.scalars(mine.order_by(User.sort_name, User.id)).all()


def requests_left_to_admins() -> int:
    """How many open requests nobody but an administrator can decide about."""
    waiting = select(func.count(JoinRequest.id)).where(JoinRequest.state == RequestState.OPEN)
    return db.session.scalar(waiting.where(policy.left_to_admins())) or 0


def has_members() -> bool:
    """Whether anybody belongs to any municipality."""
    return db.session.scalar(select(Membership.user_id).limit(1)) is not None


def _list(wanted: UserFilter, conditions: Sequence[ColumnElement[bool]]) -> Select[Any]:
    column = _SORTS[wanted.sort]
    # Who was never here comes last either way.
    order = (column.desc() if wanted.descending else column.asc()).nulls_last()
    return _USERS.where(*conditions).order_by(order, User.sort_name, User.id)


def _conditions(wanted: UserFilter, at: datetime) -> list[ColumnElement[bool]]:
    mine = exists().where(Membership.user_id == User.id)
    conditions = [_found_by(word) for word in wanted.text.split()[:MOST_WORDS]]
    if wanted.role is not None:
        conditions.append(mine.where(Membership.role == wanted.role))
    if wanted.standing is not None:
        is_active = User.deactivated_at.is_(None)
        conditions.append(is_active if wanted.standing is Standing.ACTIVE else ~is_active)
    if wanted.signed_in is SignedIn.NEVER:
        conditions.append(User.last_signed_in_at.is_(None))
    elif wanted.signed_in is SignedIn.LONG_AGO:
        conditions.append(func.coalesce(User.last_signed_in_at, User.created_at) < at - A_YEAR)
    if wanted.admins:
        conditions.append(User.is_admin.is_(True))
    if wanted.without_municipality:
        conditions.append(~mine)
    return conditions


def _found_by(word: str) -> ColumnElement[bool]:
    """A word stands in the name, in the address, or in the name of a municipality that the user belongs to."""
    folded = sort_key(word)
    in_address = User.email.contains(word.lower(), autoescape=True)
    if not folded:
        return in_address
    place = party_table.c.sort_name.contains(folded, autoescape=True)
    at_place = exists().where(
        and_(Membership.user_id == User.id, Membership.municipality_id == party_table.c.id, place)
    )
    return or_(User.sort_name.contains(folded, autoescape=True), in_address, at_place)
