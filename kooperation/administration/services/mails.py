"""Mails that did not arrive: sending them again, giving them up, and trying whether any arrives."""

from datetime import datetime

from kooperation.accounts.models import User
from kooperation.audit import services as audit
from kooperation.base import mail
from kooperation.base.db import db
from kooperation.base.errors import RuleViolation
from kooperation.base.mail import sending
from kooperation.base.mail.models import OutgoingMail
from kooperation.base.mail.reading import MailRow


def retry(row: MailRow, *, actor: User, at: datetime) -> None:
    """Let a mail go out now. Refuses one that arrived or was given up meanwhile (RuleViolation). The caller commits."""
    if not sending.retry(row.id, at):
        raise RuleViolation("Diese Mail ist inzwischen gesendet oder aufgegeben.")
    _record(actor, "mail.retried", row)


def give_up(row: MailRow, *, actor: User, at: datetime) -> None:
    """Try a mail no more and forget its text.

    Refuses one that arrived or was given up meanwhile (RuleViolation). The caller commits.
    """
    if not sending.give_up(row.id, at):
        raise RuleViolation("Diese Mail ist inzwischen gesendet oder aufgegeben.")
    _record(actor, "mail.given_up", row)


def send_test(actor: User) -> None:
    """Send somebody a mail that says nothing but that mails arrive. The caller commits."""
    mail.post(actor.email, "administration/test", language=actor.mail_language, name=actor.name)


def _record(actor: User, event: str, row: MailRow) -> None:
    """Without recipient and subject, which the outbox forgets in time and the log would keep."""
    mail = db.session.get(OutgoingMail, row.id)
    if mail is not None:
        audit.record(actor, event, mail, label=f"Mail {row.id}")
