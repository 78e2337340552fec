"""Changing one's own mail address: the new one is confirmed by a link before the old one gives way."""

from datetime import datetime, timedelta

from kooperation.accounts import queries
from kooperation.accounts.models import User, UserSession
from kooperation.accounts.rules import MailPurpose, fold_address
from kooperation.accounts.services import mail_tokens, signing_in, users
from kooperation.audit import services as audit
from kooperation.base import mail
from kooperation.base.errors import RuleViolation
from kooperation.base.text import is_mail_address

LINK_LASTS = timedelta(hours=24)
MOST_BY_USER = 3

THROTTLED = "Zu viele Mails. Bitte warten Sie eine Viertelstunde, und sehen Sie auch im Ordner für Werbung nach."


def ask(user: User, address: str, *, secret: str, at: datetime) -> None:
    """Mail a link to the new address, and tell the old one; links that were mailed before end. The caller commits.

    Where the new address has an account, its owner is told instead, and the caller says the same. ``secret`` is the
    instance's key. Refuses what is no mail address, one's present address, and too many attempts (Throttled).
    """
    folded = fold_address(address)
    if not is_mail_address(folded):
        raise RuleViolation("Das ist keine E-Mail-Adresse.", "email")
    if folded == user.email:
        raise RuleViolation("Das ist Ihre jetzige Adresse.", "email")
    signing_in.count({signing_in.counter(f"new address of {user.id}", secret): MOST_BY_USER}, THROTTLED, at=at)
    mail_tokens.withdraw(user, MailPurpose.ADDRESS_CHANGE)
    known = queries.user_by_address(folded)
    if known is None:
        token = mail_tokens.issue(user, MailPurpose.ADDRESS_CHANGE, lasts=LINK_LASTS, at=at, address=folded)
        mail.post(folded, "accounts/address_confirm", language=user.mail_language, token=token)
    elif known.is_active:
        mail.post(known.email, "accounts/address_taken", language=known.mail_language, name=known.name)
    mail.post(user.email, "accounts/address_asked", language=user.mail_language, name=user.name, address=folded)


def change(token: str, *, stays: UserSession | None, at: datetime) -> User:
    """Give the user whom a link was sent to the address that it was sent to; gives the user. The caller commits.

    All sign-ins end but one that may stay, links that were mailed to the old address end, and the old address is told.
    Refuses a link that no longer holds, and an address that has another account by now (RuleViolation).
    """
    address = queries.address_by_mail_token(signing_in.hash_token(token), MailPurpose.ADDRESS_CHANGE, at)
    user = mail_tokens.redeem(token, MailPurpose.ADDRESS_CHANGE, at=at)
    if address is None or users.account_with(address) is not None:
        raise RuleViolation("Zu dieser Adresse gibt es inzwischen ein anderes Konto. Es bleibt bei Ihrer bisherigen.")
    before, user.email, user.email_confirmed_at = user.email, address, at
    keep = stays if stays is not None and stays.user_id == user.id else None
    signing_in.sign_out_everywhere(user, but=keep)
    mail_tokens.withdraw(user, MailPurpose.PASSWORD_RESET, MailPurpose.ADDRESS_CHANGE)
    audit.record(
        user, "user.address_changed", user, label=user.name, before={"email": before}, after={"email": address}
    )
    mail.post(before, "accounts/address_changed", language=user.mail_language, name=user.name, address=address)
    return user
