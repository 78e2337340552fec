"""Who is to be told by mail."""

from datetime import datetime

from sqlalchemy import and_, func, literal, or_, select

from kooperation.accounts.models import User
from kooperation.base.db import db
from kooperation.cockpit.models import DigestSetting
from kooperation.cockpit.rules import DEFAULT_RHYTHM, Rhythm, last_morning


def setting_of(user: User) -> DigestSetting | None:
    """What a user chose; None for whoever never chose and was never told."""
    return db.session.get(DigestSetting, user.id, populate_existing=True)


def users_due(until: datetime, *, most: int, after: int = 0, with_examples: bool) -> list[int]:
    """Users whom a morning has come for since they were told last, by number, beginning behind ``after``.

    ``with_examples`` says whether invented people are told too.
    """
    rhythm = func.coalesce(DigestSetting.rhythm, literal(DEFAULT_RHYTHM, DigestSetting.rhythm.type))
    told = func.coalesce(DigestSetting.told_until, User.created_at)
    mornings = {one: last_morning(one, until) for one in Rhythm}
    found = (
        select(User.id)
        .outerjoin(DigestSetting, DigestSetting.user_id == User.id)
        .where(
            User.id > after,
            User.deactivated_at.is_(None),
            or_(*(and_(rhythm == one, told < morning) for one, morning in mornings.items() if morning is not None)),
        )
    )
    if not with_examples:
        found = found.where(User.email.not_like("%.example"))
    return list(db.session.scalars(found.order_by(User.id).limit(most)))


def user_in_turn(number: int, *, waits: bool) -> User | None:
    """A user who may sign in, and whose setting nobody else changes until the end of this transaction.

    None without one; where somebody else is at it, also None unless the caller ``waits``.
    """
    user = select(User).where(User.id == number, User.deactivated_at.is_(None))
    # Of the user, since there may be no setting yet; one that lets other rows refer to the user.
    turn = user.with_for_update(key_share=True, skip_locked=not waits)
    return db.session.scalar(turn.execution_options(populate_existing=True))
