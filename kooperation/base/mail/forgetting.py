"""What the outbox forgets: mails that are done with, and the address of whoever leaves."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, select, update

from kooperation.base.db import db
from kooperation.base.mail.models import OutgoingMail

KEPT_FOR = timedelta(days=30)
"""How long it can be seen that a mail was sent or given up."""


def mails_to(address: str) -> list[OutgoingMail]:
    """The mails to an address that are kept, the newest first."""
    theirs = select(OutgoingMail).where(OutgoingMail.recipient == address)
    return list(db.session.scalars(theirs.order_by(OutgoingMail.created_at.desc(), OutgoingMail.id.desc())))


def forget_address(address: str) -> None:
    """Withdraw the mails to an address that still wait, and blank what is kept of the others. The caller commits.

    One that is being handed over at this moment still arrives.
    """
    theirs = OutgoingMail.recipient == address
    waits = OutgoingMail.next_attempt_at.is_not(None)
    db.session.execute(delete(OutgoingMail).where(theirs, waits))
    blank: dict[str, Any] = {"recipient": "", "subject": "", "text": None, "headers": {}, "last_error": None}
    db.session.execute(update(OutgoingMail).where(theirs).values(blank))


def clean_up(at: datetime) -> None:
    """Remove the mails that were sent or given up a while ago. The caller commits."""
    before = at - KEPT_FOR
    done = or_(OutgoingMail.sent_at < before, OutgoingMail.failed_at < before)
    db.session.execute(delete(OutgoingMail).where(done))
