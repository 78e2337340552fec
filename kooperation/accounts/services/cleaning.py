"""What accounts keep for a while only."""

from datetime import datetime

from sqlalchemy import delete, or_

from kooperation.accounts.models import FailedSignIn, MailToken, UserSession
from kooperation.accounts.services.signing_in import COUNTED_FOR
from kooperation.base.db import db


def clean_up(at: datetime) -> None:
    """Remove sign-ins and links that no longer hold, and failures that no longer count. The caller commits."""
    db.session.execute(delete(UserSession).where(UserSession.expires_at <= at))
    db.session.execute(delete(MailToken).where(or_(MailToken.used_at.is_not(None), MailToken.expires_at <= at)))
    db.session.execute(delete(FailedSignIn).where(FailedSignIn.at < at - COUNTED_FOR))
