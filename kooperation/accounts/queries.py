"""Reading users, sessions and memberships."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from kooperation.accounts.models import FailedSignIn, Membership, User, UserSession
from kooperation.base.db import db

_SESSION = (
    select(UserSession)
    .join(UserSession.user)
    .options(joinedload(UserSession.user).selectinload(User.memberships).joinedload(Membership.municipality))
)


def session_by_hash(token_hash: str, at: datetime) -> UserSession | None:
    """The sign-in that this hash belongs to, with its user and memberships; None for one that no longer holds."""
    return db.session.scalar(
        _SESSION.where(UserSession.token_hash == token_hash, UserSession.expires_at > at, User.deactivated_at.is_(None))
    )


def sessions_of(user: User, at: datetime) -> list[UserSession]:
    """The sign-ins of a user that hold, the newest first."""
    mine = select(UserSession).where(UserSession.user_id == user.id, UserSession.expires_at > at)
    return list(db.session.scalars(mine.order_by(UserSession.created_at.desc(), UserSession.id.desc())))


def user_by_address(address: str) -> User | None:
    """The user with this folded mail address, deactivated ones too; None without one."""
    return db.session.scalar(select(User).where(User.email == address).options(selectinload(User.memberships)))


def failures(counted_for: str, since: datetime) -> int:
    """How many sign-ins failed for a counted key since an instant."""
    return (
        db.session.scalar(select(func.count()).where(FailedSignIn.counted_for == counted_for, FailedSignIn.at > since))
        or 0
    )


def active_admins() -> int:
    """How many users that may sign in look after the instance."""
    return (
        db.session.scalar(select(func.count()).where(User.is_admin, User.deactivated_at.is_(None)).select_from(User))
        or 0
    )
