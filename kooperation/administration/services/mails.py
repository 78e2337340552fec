"""Mails that did not arrive: sending them again, giving them up, and trying whether any arrives."""

from datetime import datetime

from kooperation.accounts.models import User
from kooperation.audit import services as audit
from kooperation.base import mail
from kooperation.base.errors import RuleViolation
from kooperation.base.mail import sending
from kooperation.base.mail.reading import MailRow


def retry(row: MailRow, *, actor: User, at: datetime) -> None:
    """Let a mail go out now. Refuses one that arrived or was given up meanwhile (RuleViolation). The caller commits."""
    if not sending.retry(row.id, at):
        raise RuleViolation("Diese Mail ist inzwischen gesendet oder aufgegeben.")
    audit.record(actor, "mail.retried", row, label=row.subject)


def give_up(row: MailRow, *, actor: User, at: datetime) -> None:
    """Try a mail no more and forget its text.

    Refuses one that arrived or was given up meanwhile (RuleViolation). The caller commits.
    """
    if not sending.give_up(row.id, at):
        raise RuleViolation("Diese Mail ist inzwischen gesendet oder aufgegeben.")
    audit.record(actor, "mail.given_up", row, label=row.subject)


def send_test(actor: User) -> None:
    """Send somebody a mail that says nothing but that mails arrive. The caller commits."""
    mail.post(actor.email, "administration/test", language=actor.mail_language, name=actor.name)
