"""Setting a forgotten password anew, by a link that only the owner of the mailbox can read."""

from datetime import datetime, timedelta

from sqlalchemy import delete

from kooperation.accounts import queries
from kooperation.accounts.models import FailedSignIn, User
from kooperation.accounts.rules import MailPurpose, fold_address, network_of
from kooperation.accounts.services import mail_tokens, users
from kooperation.accounts.services.signing_in import address_counter, count, counter
from kooperation.audit import services as audit
from kooperation.base import mail
from kooperation.base.db import db
from kooperation.base.errors import RuleViolation

LINK_LASTS = timedelta(hours=1)
MOST_TO_ADDRESS = 3
MOST_FROM_PLACE = 30
"""From one place: a town hall's whole staff may share an address behind a proxy."""

THROTTLED = "Zu viele Anfragen. Bitte warten Sie eine Viertelstunde, und sehen Sie auch im Ordner für Werbung nach."


def ask(address: str, *, place: str, secret: str, at: datetime) -> None:
    """Send a link to the user with this address. The caller commits.

    Where there is no user, the caller says the same and takes as long. ``place`` is the network address that the
    request came from, ``secret`` the instance's key. Refuses too many requests for an address or from a place
    (Throttled), whether or not there is a user.
    """
    folded = fold_address(address)
    counters = {
        counter(f"reset address {folded}", secret): MOST_TO_ADDRESS,
        counter(f"reset place {network_of(place)}", secret): MOST_FROM_PLACE,
    }
    count(counters, THROTTLED, at=at)
    user = queries.user_by_address(folded)
    if user is not None and user.is_active:
        token = mail_tokens.issue(user, MailPurpose.PASSWORD_RESET, lasts=LINK_LASTS, at=at)
        mail.post(user.email, "accounts/password_reset", language=user.mail_language, name=user.name, token=token)


def send(user: User, *, actor: audit.Actor, at: datetime) -> None:
    """Send a user the link in somebody else's name; whoever has it sent does not see it. The caller commits.

    Refuses a user who may not sign in (RuleViolation).
    """
    if not user.is_active:
        raise RuleViolation("Dieses Konto ist gesperrt. Geben Sie es zuerst wieder frei.")
    token = mail_tokens.issue(user, MailPurpose.PASSWORD_RESET, lasts=LINK_LASTS, at=at)
    mail.post(user.email, "accounts/password_reset_sent", language=user.mail_language, name=user.name, token=token)
    audit.record(actor, "user.reset_sent", user, label=user.name)


def reset(token: str, *, password_hash: str, secret: str, at: datetime) -> None:
    """Give the user whom a link was sent to a new password, end all sign-ins, and tell so by mail.

    Sign-ins that failed before no longer hold the user off. The caller commits. Refuses a link that no longer holds
    (RuleViolation).
    """
    user = mail_tokens.redeem(token, MailPurpose.PASSWORD_RESET, at=at)
    users.set_password(user, password_hash=password_hash, actor=user)
    db.session.execute(delete(FailedSignIn).where(FailedSignIn.counted_for == address_counter(user.email, secret)))
