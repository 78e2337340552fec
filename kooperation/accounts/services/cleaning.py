"""What accounts keep for a while only."""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, or_

from kooperation.accounts.models import FailedSignIn, Invitation, MailToken, Registration, UserSession
from kooperation.accounts.services.signing_in import COUNTED_FOR
from kooperation.audit import services as audit
from kooperation.base.db import db

KEPT_FOR = timedelta(days=30)
"""How long invitations that ended or expired are still known."""


def clean_up(at: datetime) -> None:
    """Remove what no longer holds: sign-ins, links, registrations, failures that count no more, old invitations.

    What the log says of these invitations loses the address. The caller commits.
    """
    db.session.execute(delete(UserSession).where(UserSession.expires_at <= at))
    db.session.execute(delete(MailToken).where(or_(MailToken.used_at.is_not(None), MailToken.expires_at <= at)))
    db.session.execute(delete(FailedSignIn).where(FailedSignIn.at < at - COUNTED_FOR))
    db.session.execute(delete(Registration).where(Registration.expires_at <= at))
    ended = func.coalesce(Invitation.ended_at, Invitation.expires_at) < at - KEPT_FOR
    gone = db.session.scalars(delete(Invitation).where(ended).returning(Invitation.id)).all()
    audit.forget_records("Invitation", gone)
