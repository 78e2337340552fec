"""What visitors report: taking it in, and saying that it is done."""

from datetime import datetime

from kooperation.accounts.models import User
from kooperation.accounts.queries.users import admins
from kooperation.accounts.rules import MailLanguage
from kooperation.accounts.services.signing_in import count, counter
from kooperation.administration import queries
from kooperation.administration.models import Feedback
from kooperation.administration.rules import LegalKind
from kooperation.audit import services as audit
from kooperation.base import mail
from kooperation.base.db import db
from kooperation.base.errors import RuleViolation
from kooperation.base.text import is_mail_address

MOST_FROM_PLACE = 10
"""From one place in a quarter of an hour: a town hall's whole staff may share an address behind a proxy."""
THROTTLED = (
    "Von Ihrem Anschluss kamen gerade sehr viele Meldungen. Bitte versuchen Sie es in einer Viertelstunde wieder."
)


def report(what: str, page: str, address: str, *, place: str, secret: str, at: datetime) -> Feedback:
    """Keep what a visitor reports, and tell those who look after it by mail. The caller commits.

    ``place`` is the network address that it came from, ``secret`` the instance's key. Refuses what is no mail address
    (RuleViolation), and too much from a place (Throttled).
    """
    address = address.strip()
    if address and not is_mail_address(address):
        raise RuleViolation("Das ist keine E-Mail-Adresse.", "address")
    count({counter(f"feedback {place}", secret): MOST_FROM_PLACE}, THROTTLED, at=at)
    feedback = Feedback(what=what.strip(), page=page.strip(), address=address or None, created_at=at)
    db.session.add(feedback)
    db.session.flush()
    for recipient, language in _recipients():
        mail.post(recipient, "administration/feedback", language=language, number=feedback.id)
    return feedback


def set_done(feedback: Feedback, done: bool, *, actor: User, at: datetime) -> None:
    """Say that something reported is done, or is to be done after all. The caller commits."""
    if (feedback.done_at is not None) == done:
        return
    feedback.done_at = at if done else None
    label = f"Rückmeldung {feedback.id}"
    if done:
        audit.record(actor, "feedback.done", feedback, label=label)
    else:
        audit.record(actor, "feedback.reopened", feedback, label=label)


def _recipients() -> list[tuple[str, MailLanguage]]:
    page = queries.legal_page(LegalKind.ACCESSIBILITY)
    if page is not None and page.contact:
        return [(page.contact, MailLanguage.GERMAN)]
    return [(one.email, one.mail_language) for one in admins()]
