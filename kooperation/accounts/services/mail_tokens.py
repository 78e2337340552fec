"""Links in mails that let their reader do one thing once: the mail holds the token, the database only its hash."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from kooperation.accounts.models import MailToken, User
from kooperation.accounts.rules import MailPurpose
from kooperation.accounts.services.signing_in import hash_token
from kooperation.base.db import db, wait_for_turn
from kooperation.base.errors import RuleViolation

NO_LONGER_VALID = "Dieser Link gilt nicht mehr. Fordern Sie bitte einen neuen an."


def issue(user: User, purpose: MailPurpose, *, lasts: timedelta, at: datetime, address: str | None = None) -> str:
    """A token that stands for a user and one purpose for a while, fit for a link. The caller commits.

    ``address`` is where the mail goes, if not to the user's own.
    """
    token = secrets.token_urlsafe(32)
    held = MailToken(
        purpose=purpose, token_hash=hash_token(token), user_id=user.id, expires_at=at + lasts, address=address
    )
    db.session.add(held)
    return token


def redeem(token: str, purpose: MailPurpose, *, at: datetime) -> User:
    """The user that a token stands for; it is used up with that. The caller commits.

    Refuses a token that was used, has expired, was never issued for this purpose, or whose user was deactivated
    (RuleViolation). Of two who redeem it at once, the second is refused.
    """
    holds = (
        MailToken.token_hash == hash_token(token),
        MailToken.purpose == purpose,
        MailToken.used_at.is_(None),
        MailToken.expires_at > at,
    )
    # The turn before the row: whoever erases the user has the turn, and then removes the rows.
    wait_for_turn(f"user {db.session.scalar(select(MailToken.user_id).where(*holds))}")
    number = db.session.scalar(update(MailToken).where(*holds).values(used_at=at).returning(MailToken.user_id))
    user = db.session.get(User, number) if number is not None else None
    if user is None or not user.is_active:
        raise RuleViolation(NO_LONGER_VALID)
    return user


def withdraw(user: User, *purposes: MailPurpose) -> None:
    """Let no link of these purposes that was sent to a user lead anywhere. The caller commits."""
    theirs = delete(MailToken).where(MailToken.user_id == user.id, MailToken.purpose.in_(purposes))
    db.session.execute(theirs.where(MailToken.used_at.is_(None)))
