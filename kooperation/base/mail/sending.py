"""Sending mails: each due one is claimed, handed over, and marked, in this order.

A mail that was handed over cannot be taken back, so this commits by itself. Killed before the mark, the mail goes
out a second time after its claim has run out, with the same Message-ID: rather twice than never.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from email.headerregistry import BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import format_datetime, formataddr

from sqlalchemy import Update, delete, func, select, update

from kooperation.base.config import Config
from kooperation.base.db import db, now
from kooperation.base.mail.models import OutgoingMail
from kooperation.base.mail.transport import Carrier, NotNow, Refused, carrier

log = logging.getLogger(__name__)

PAUSES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=12),
)
"""How long is waited after each attempt that failed; the one after the last pause is the last."""
CLAIM = timedelta(minutes=5)
"""How long a mail is one worker's own: longer than handing it over can take (transport.PATIENCE for each step)."""
MOST_A_ROUND = 50
"""Mails after which other jobs have their turn."""


class _OneLine(UnstructuredHeader, BaseHeader):
    """A header that stays whole: an address that is longer than a line would be made into what nobody follows."""

    def fold(self, *, policy: Policy) -> str:
        """The header as it travels."""
        return f"{self.name}: {self}{policy.linesep}"


_headers = HeaderRegistry()
_headers.map_to_type("list-unsubscribe", _OneLine)
_POLICY = SMTP.clone(header_factory=_headers)


def send_due(config: Config, clock: Callable[[], datetime] = now) -> bool:
    """Send the mails that are due, the oldest first; gives whether there may be more.

    Stops at a server that takes nothing at present: the others would only wait for it too.
    """
    with carrier(config) as carry:
        for _ in range(MOST_A_ROUND):
            claimed = _claim(config, clock())
            if claimed is None:
                return False
            number, message = claimed
            if message is not None and not _hand_over(number, message, carry, clock):
                return False
    return True


def _claim(config: Config, at: datetime) -> tuple[int, EmailMessage | None] | None:
    """Make the next due mail this worker's own for a while; None where nothing is due.

    One that cannot be written as a message is given up, so that the others go out.
    """
    due = select(OutgoingMail).where(OutgoingMail.next_attempt_at <= at)
    # SQLite has one writer at a time; on PostgreSQL a row that another worker holds is passed over.
    mail = db.session.scalar(
        due.order_by(OutgoingMail.next_attempt_at, OutgoingMail.id).limit(1).with_for_update(skip_locked=True)
    )
    if mail is None:
        db.session.rollback()
        return None
    mail.attempts += 1
    mail.next_attempt_at = at + CLAIM
    # Read before the commit, so that no transaction is open while the server is talked to.
    number, message = mail.id, None
    try:
        message = build(mail, config)
    except Exception as error:  # noqa: BLE001 (the library raises whatever a header makes it stumble over)
        mail.failed_at, mail.next_attempt_at, mail.last_error = at, None, f"cannot be written: {error}"[:500]
        log.error("mail %s is given up: it cannot be written (%s)", number, type(error).__name__)
    db.session.commit()
    return number, message


def _hand_over(number: int, message: EmailMessage, carry: Carrier, clock: Callable[[], datetime]) -> bool:
    """Hand a mail over and mark what came of it; gives whether the server is to be asked for more."""
    try:
        carry(message)
    except Refused as refusal:
        _mark_failed(number, refusal, clock(), for_good=True)
    except NotNow as refusal:
        _mark_failed(number, refusal, clock(), for_good=False)
        return not refusal.concerns_all
    else:
        _mark_sent(number, clock())
    return True


def _mark_sent(number: int, at: datetime) -> None:
    mail = _still_there(number)
    if mail is not None:
        mail.sent_at, mail.next_attempt_at, mail.text, mail.last_error = at, None, None, None
        # They may hold a link, as the text does.
        mail.headers = {}
        _leave_no_trace(mail)
    db.session.commit()
    log.info("mail %s is sent", number)


def _mark_failed(number: int, refusal: NotNow | Refused, at: datetime, *, for_good: bool) -> None:
    mail = _still_there(number)
    if mail is None:
        db.session.rollback()
        return
    mail.last_error = str(refusal)[:500]
    if mail.given_up_at is not None:
        # An administrator gave it up while it was on its way.
        mail.next_attempt_at = None
    elif for_good or mail.attempts > len(PAUSES):
        mail.failed_at, mail.next_attempt_at = at, None
        _leave_no_trace(mail)
        log.warning("mail %s is given up: %s", number, refusal.summary)
    else:
        mail.next_attempt_at = at + PAUSES[mail.attempts - 1]
        log.warning("mail %s is tried again at %s: %s", number, f"{mail.next_attempt_at:%FT%TZ}", refusal.summary)
    db.session.commit()


def retry(number: int, at: datetime) -> bool:
    """Let a mail that failed, or waits for its next attempt, go out now; gives whether it is such a mail.

    The caller commits, and tells the worker (``writing.nudge``).
    """
    unsent = _of(number).where(OutgoingMail.sent_at.is_(None), OutgoingMail.text.is_not(None))
    return _changed(unsent.values(failed_at=None, attempts=0, next_attempt_at=at))


def give_up(number: int, at: datetime) -> bool:
    """Try a mail no more and forget its text; gives whether it was one that had not arrived. The caller commits."""
    unsent = _of(number).where(OutgoingMail.sent_at.is_(None), OutgoingMail.given_up_at.is_(None))
    failed = func.coalesce(OutgoingMail.failed_at, at)
    if not _changed(unsent.values(given_up_at=at, failed_at=failed, next_attempt_at=None, text=None)):
        return False
    db.session.execute(delete(OutgoingMail).where(OutgoingMail.id == number, OutgoingMail.leaves_no_trace))
    return True


def _of(number: int) -> Update:
    return update(OutgoingMail).where(OutgoingMail.id == number)


def _changed(statement: Update) -> bool:
    return db.session.scalar(statement.returning(OutgoingMail.id)) is not None


def _still_there(number: int) -> OutgoingMail | None:
    """The mail, held until the end of the transaction, unless it was withdrawn while it was handed over."""
    return db.session.get(OutgoingMail, number, with_for_update=True, populate_existing=True)


def _leave_no_trace(mail: OutgoingMail) -> None:
    if mail.leaves_no_trace:
        db.session.delete(mail)


def build(mail: OutgoingMail, config: Config) -> EmailMessage:
    """The message as it travels: text alone, in lines that every server takes."""
    message = EmailMessage(policy=_POLICY)
    message["From"] = formataddr(("kooperation", config.mail_from))
    message["To"] = mail.recipient
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(mail.created_at)
    message["Message-ID"] = mail.message_id
    # Nobody's absence note answers it (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    for name, value in mail.headers.items():
        message[name] = value
    message.set_content(mail.text or "", cte="quoted-printable")
    return message
