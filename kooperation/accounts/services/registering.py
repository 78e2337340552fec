"""Registering: what somebody wants becomes an account once a link that was mailed to the address was followed.

Nothing is written to the log before that: until then nobody knows whose name and address it is.
"""

import secrets
from datetime import datetime, timedelta

from kooperation.accounts import queries, rules
from kooperation.accounts.models import JoinRequest, Registration, User
from kooperation.accounts.rules import Role, ensure_takes_part, fold_address, network_of
from kooperation.accounts.services import joining, mail_tokens, signing_in, users
from kooperation.audit import services as audit
from kooperation.base import mail
from kooperation.base.db import db
from kooperation.base.errors import RuleViolation
from kooperation.base.text import is_mail_address
from kooperation.parties.models import Municipality

REGISTRATION = audit.SystemActor(rules.REGISTRATION)

LINK_LASTS = timedelta(days=7)
"""After it, what was registered is removed, with the next night."""
MOST_TO_ADDRESS = 3
MOST_FROM_PLACE = 30
"""From one place: a town hall's whole staff may share an address behind a proxy."""

THROTTLED = "Zu viele Anfragen. Bitte warten Sie eine Viertelstunde, und sehen Sie auch im Ordner für Werbung nach."


def hold_off(address: str, *, place: str, secret: str, at: datetime) -> None:
    """Count an attempt to register, or to be sent the mail again. The caller commits.

    ``place`` is the network address that the request came from, ``secret`` the instance's key. Refuses too many for an
    address or from a place (Throttled), whether or not there is an account.
    """
    signing_in.count(_counters(address, place, secret), THROTTLED, at=at)


def ensure_not_held_off(address: str, *, place: str, secret: str, at: datetime) -> None:
    """Refuse what ``hold_off`` would refuse (Throttled); counts nothing."""
    signing_in.ensure_few(_counters(address, place, secret), THROTTLED, at)


def _counters(address: str, place: str, secret: str) -> dict[str, int]:
    return {
        signing_in.counter(f"registration address {fold_address(address)}", secret): MOST_TO_ADDRESS,
        signing_in.counter(f"registration place {network_of(place)}", secret): MOST_FROM_PLACE,
    }


def register(
    address: str, name: str, municipality: Municipality, *, password_hash: str, role: Role, note: str, at: datetime
) -> None:
    """Keep what somebody wants, and mail a link to the address, or tell its owner that there is an account already.

    Either takes as long, and the caller says the same. Refuses what is no mail address, and a municipality that nobody
    can belong to (RuleViolation). The caller commits.
    """
    folded = fold_address(address)
    if not is_mail_address(folded):
        raise RuleViolation("Das ist keine E-Mail-Adresse.", "email")
    ensure_takes_part(municipality.display_name, municipality.dissolved_on, municipality.inhabited)
    registration = Registration(
        address=folded,
        name=name.strip(),
        password_hash=password_hash,
        municipality=municipality,
        role=role,
        note=note.strip(),
    )
    db.session.add(registration)
    _send(registration, at)


def send_again(address: str, *, at: datetime) -> None:
    """Mail a new link for what was registered last with an address; older links of it end. The caller commits.

    Nothing happens where nothing was registered, and the caller says the same.
    """
    registration = queries.registration_of(fold_address(address), at)
    if registration is not None:
        _send(registration, at)


def confirm(token: str, *, password: signing_in.Matching, at: datetime) -> tuple[User, JoinRequest | None]:
    """Make the account that was registered, and ask for what was wished; gives both. The caller commits.

    The password shows that whoever follows the link is whoever registered, so that nobody confirms what a stranger
    registered in their name: it is what ``signing_in.matching`` gave for the registration. The request is None where
    the municipality has come to an end since. Refuses a link that no longer holds, another password, and an address
    that has an account by now (RuleViolation).
    """
    registration = queries.registration_by_token(signing_in.hash_token(token), at, for_update=True)
    if registration is None:
        raise RuleViolation(mail_tokens.NO_LONGER_VALID)
    if registration.password_hash not in password:
        raise RuleViolation("Das ist nicht das Kennwort, mit dem diese Adresse registriert wurde.", "password")
    if users.account_with(registration.address) is not None:
        raise RuleViolation("Zu dieser Adresse gibt es inzwischen ein Konto. Melden Sie sich damit an.")
    user = users.create_user(
        registration.address, registration.name, password_hash=registration.password_hash, actor=REGISTRATION
    )
    municipality, request = registration.municipality, None
    if municipality.dissolved_on is None and municipality.inhabited:
        request = joining.ask(user, municipality, role=registration.role, note=registration.note, at=at)
    db.session.delete(registration)
    db.session.flush()
    return user, request


def _send(registration: Registration, at: datetime) -> None:
    token = secrets.token_urlsafe(32)
    registration.token_hash = signing_in.hash_token(token)
    registration.expires_at = at + LINK_LASTS
    db.session.flush()
    known = queries.user_by_address(registration.address)
    if known is None:
        place = registration.municipality.display_name
        mail.post(registration.address, "accounts/registration", token=token, place=place)
    elif known.is_active:
        mail.post(known.email, "accounts/registration_known", language=known.mail_language, name=known.name)
