"""Creating users and giving them roles."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from kooperation.accounts import queries
from kooperation.accounts.models import Consent, Membership, User
from kooperation.accounts.rules import (
    MailLanguage,
    MailPurpose,
    Role,
    ensure_password,
    ensure_takes_part,
    fold_address,
)
from kooperation.accounts.services import mail_tokens
from kooperation.accounts.services.signing_in import hash_password, sign_out_everywhere
from kooperation.audit import services as audit
from kooperation.base import mail
from kooperation.base.db import db, wait_for_turn
from kooperation.base.errors import Gone, RuleViolation
from kooperation.base.text import is_mail_address
from kooperation.parties.models import Municipality

GONE = "Dieses Konto gibt es nicht mehr."


def hash_new(password: str, *, address: str, name: str) -> str:
    """The hash of a password that somebody with this address and name chooses. Refuses a weak one (RuleViolation).

    It takes a tenth of a second, so it is made before a transaction writes.
    """
    folded = fold_address(address)
    ensure_password(password, about=(folded, *folded.split("@"), name))
    return hash_password(password)


def create_user(
    address: str, name: str, *, password_hash: str | None = None, is_admin: bool = False, actor: audit.Actor
) -> User:
    """Create a user who may sign in once there is a password. The caller commits.

    Refuses what is no mail address, and an address that has an account (RuleViolation).
    """
    folded = fold_address(address)
    if not is_mail_address(folded):
        raise RuleViolation("Das ist keine E-Mail-Adresse.", "email")
    if account_with(folded) is not None:
        raise RuleViolation("Zu dieser Adresse gibt es bereits ein Konto.", "email")
    user = User(email=folded, name=name.strip(), password_hash=password_hash, is_admin=is_admin)
    db.session.add(user)
    db.session.flush()
    audit.record(actor, "user.created", user, label=user.name, after={"is_admin": is_admin})
    return user


def account_with(folded: str) -> User | None:
    """The user with this folded address; until the caller commits, nobody else makes one or takes the address."""
    wait_for_turn(f"address {folded}")
    return queries.user_by_address(folded)


def take_turn(user: User) -> None:
    """Wait until nobody else changes a user, what they belong to or ask for, and see what came of it.

    Whoever also locks a row or the members of a municipality does so after this. Refuses a user who is gone (Gone).
    """
    db.session.flush()
    wait_for_turn(f"user {user.id}")
    anew = select(User).where(User.id == user.id).options(selectinload(User.memberships))
    # Some change a user without this turn, as a sign-in does; the row is theirs until they are done.
    locked = anew.with_for_update(key_share=True).execution_options(populate_existing=True)
    if db.session.scalar(locked) is None:
        raise Gone(GONE)


def take_turn_of_administrators(*users: User) -> None:
    """Take the turn of those who look after the instance, and those of users who may join or leave them.

    In one order for all, so that nobody waits in a circle. Refuses a user who is gone (Gone).
    """
    wait_for_turn("administrators")
    for one in sorted(set(users), key=lambda user: user.id):
        take_turn(one)


def set_password(user: User, *, password_hash: str, actor: audit.Actor) -> None:
    """Give a user a new password, end all sign-ins and links to a new one or a new address, and tell the user by mail.

    The caller commits.

    Refuses a user who is gone (Gone).
    """
    take_turn(user)
    user.password_hash = password_hash
    sign_out_everywhere(user)
    mail_tokens.withdraw(user, MailPurpose.PASSWORD_RESET, MailPurpose.ADDRESS_CHANGE)
    audit.record(actor, "user.password_set", user, label=user.name)
    mail.post(user.email, "accounts/password_changed", language=user.mail_language, name=user.name)


def rename(user: User, name: str, *, actor: audit.Actor) -> None:
    """Change how a user is called. The caller commits. Refuses a user who is gone (RuleViolation)."""
    take_turn(user)
    before, after = user.name, name.strip()
    if before == after:
        return
    user.name = after
    audit.record(actor, "user.renamed", user, label=user.name, before={"name": before}, after={"name": after})


def choose_language(user: User, language: MailLanguage, *, actor: audit.Actor) -> None:
    """Choose in which language a user gets mails. The caller commits. Refuses a user who is gone (RuleViolation)."""
    take_turn(user)
    if user.mail_language is language:
        return
    before, user.mail_language = user.mail_language, language
    audit.record(
        actor,
        "user.language_chosen",
        user,
        label=user.name,
        before={"mail_language": before.value},
        after={"mail_language": language.value},
    )


def deactivate(user: User, *, actor: audit.Actor, at: datetime) -> None:
    """Keep a user from signing in, at once. The caller commits.

    Refuses the last administrator, and a user who is gone (RuleViolation).
    """
    ensure_admin_remains(user)
    if not user.is_active:
        return
    user.deactivated_at = at
    sign_out_everywhere(user)
    audit.record(actor, "user.deactivated", user, label=user.name)


def reactivate(user: User, *, actor: audit.Actor) -> None:
    """Let a user who was kept from it sign in again; nothing for one who may. The caller commits."""
    if user.is_active:
        return
    user.deactivated_at = None
    audit.record(actor, "user.reactivated", user, label=user.name)


def set_admin(user: User, is_admin: bool, *, actor: audit.Actor) -> None:
    """Let a user look after the instance, or no more. The caller commits.

    Refuses to take it from the last one, to give it to a user who may not sign in, and a user who is gone
    (RuleViolation).
    """
    take_turn_of_administrators(user)
    if user.is_admin == is_admin:
        return
    if is_admin and not user.is_active:
        raise RuleViolation("Dieses Konto ist gesperrt. Geben Sie es zuerst wieder frei.")
    if not is_admin:
        ensure_admin_remains(user)
    user.is_admin = is_admin
    audit.record(
        actor,
        "user.admin_set",
        user,
        label=user.name,
        before={"is_admin": not is_admin},
        after={"is_admin": is_admin},
    )


def end_sessions(user: User, *, actor: audit.Actor) -> None:
    """End all sign-ins of a user, in whose place somebody asks for it. The caller commits."""
    sign_out_everywhere(user)
    audit.record(actor, "user.signed_out", user, label=user.name)


def ensure_admin_remains(user: User) -> None:
    """Refuse (RuleViolation) to lose a user who is the last to look after the instance, or who is gone already."""
    # Of two who leave at once, the second one waits here and is then the last.
    take_turn_of_administrators(user)
    if user.is_admin and user.is_active and queries.active_admins() <= 1:
        raise RuleViolation("Das ist das letzte Konto, das die Instanz verwaltet. Benennen Sie zuerst ein weiteres.")


def grant(user: User, municipality: Municipality, role: Role, *, actor: audit.Actor) -> Membership:
    """Make a user a member of a municipality, or change the role there. The caller commits.

    Refuses a dissolved municipality and one without people (RuleViolation).
    """
    ensure_takes_part(municipality.display_name, municipality.dissolved_on, municipality.inhabited)
    take_turn(user)
    membership = next((one for one in user.memberships if one.municipality_id == municipality.id), None)
    before = membership.role.name.lower() if membership else None
    if membership is None:
        membership = Membership(municipality=municipality, municipality_id=municipality.id, role=role)
        user.memberships.append(membership)
    membership.role = role
    db.session.flush()
    audit.record(
        actor,
        "membership.granted",
        user,
        label=f"{user.name}, {municipality.display_name}",
        kept=audit.Kept(municipality.id),
        before={"role": before, "municipality": municipality.key} if before else None,
        after={"role": role.name.lower(), "municipality": municipality.key},
    )
    return membership


def give_consent(municipality: Municipality, caretaker: Municipality, *, actor: audit.Actor, at: datetime) -> Consent:
    """Let the municipality above enter and edit for this one. The caller commits.

    Refuses one that does not lie above, and one that has the consent already (RuleViolation).
    """
    if caretaker.id == municipality.id or caretaker.id not in {municipality.district_id, municipality.association_id}:
        raise RuleViolation(f"{caretaker.display_name} ist {municipality.display_name} nicht übergeordnet.")
    wait_for_turn(f"consent {municipality.id}")
    if queries.open_consent(municipality, caretaker) is not None:
        raise RuleViolation(f"{caretaker.display_name} darf schon für {municipality.display_name} eintragen.")
    consent = Consent(municipality_id=municipality.id, caretaker_id=caretaker.id, given_at=at)
    db.session.add(consent)
    db.session.flush()
    audit.record(
        actor,
        "consent.given",
        municipality,
        label=municipality.display_name,
        kept=audit.Kept(municipality.id),
        after={"to": caretaker.key},
    )
    return consent


def withdraw_consent(consent: Consent, municipality: Municipality, *, actor: audit.Actor, at: datetime) -> None:
    """Take a consent back, with effect at once; nothing for one that was taken back. The caller commits."""
    wait_for_turn(f"consent {municipality.id}")
    db.session.refresh(consent, ["withdrawn_at"])
    if consent.withdrawn_at is not None:
        return
    consent.withdrawn_at = at
    audit.record(
        actor,
        "consent.withdrawn",
        municipality,
        label=municipality.display_name,
        kept=audit.Kept(municipality.id),
        before={"to": consent.caretaker.key},
    )
