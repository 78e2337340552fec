"""Mails that did not arrive: sending them again, giving them up, and trying whether any arrives."""

from dataclasses import dataclass
from datetime import datetime

from kooperation.accounts.models import User
from kooperation.audit import services as audit
from kooperation.base import mail
from kooperation.base.errors import RuleViolation
from kooperation.base.mail import sending
from kooperation.base.mail.reading import MailRow


@dataclass(frozen=True, slots=True)
class OutgoingMail:
    """A mail as the log names it: by its number, since the outbox forgets recipient and subject in time."""

    id: int


def retry(row: MailRow, *, actor: User, at: datetime) -> None:
    """Let a mail go out now. Refuses one that arrived or was given up meanwhile (RuleViolation). The caller commits."""
    if not sending.retry(row.id, at):
        raise RuleViolation("Diese Mail ist inzwischen gesendet oder aufgegeben.")
    audit.record(actor, "mail.retried", OutgoingMail(row.id), label=f"Mail {row.id}")


def give_up(row: MailRow, *, actor: User, at: datetime) -> None:
    """Try a mail no more and forget its text.

    Refuses one that arrived or was given up meanwhile (RuleViolation). The caller commits.
    """
    if not sending.give_up(row.id, at):
        raise RuleViolation("Diese Mail ist inzwischen gesendet oder aufgegeben.")
    audit.record(actor, "mail.given_up", OutgoingMail(row.id), label=f"Mail {row.id}")


def send_test(actor: User) -> None:
    """Send somebody a mail that says nothing but that mails arrive. The caller commits."""
    mail.post(actor.email, "administration/test", language=actor.mail_language, name=actor.name)
