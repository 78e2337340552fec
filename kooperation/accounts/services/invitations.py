"""Inviting by mail to a role at a municipality, or to look after the instance; accepting and declining it."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from kooperation.accounts import queries
from kooperation.accounts.models import Invitation, User
from kooperation.accounts.rules import InvitationState, MailLanguage, Role, ensure_takes_part, fold_address
from kooperation.accounts.services import joining, users
from kooperation.accounts.services.signing_in import hash_token
from kooperation.audit import services as audit
from kooperation.base import mail
from kooperation.base.db import db, wait_for_turn
from kooperation.base.errors import RuleViolation
from kooperation.base.text import is_mail_address
from kooperation.parties.models import Municipality

LINK_LASTS = timedelta(days=14)
COUNTED_FOR = timedelta(days=1)
MOST_BY_USER = 200
"""A day's work of somebody at a Landkreis with all its Gemeinden."""
MOST_AT_MUNICIPALITY = 50
MOST_TO_ADDRESS = 5
"""From one municipality to one address, however often it is withdrawn and sent again."""

ENDED = "Diese Einladung gilt nicht mehr. Wer Sie eingeladen hat, kann Ihnen eine neue senden."
INVITED = audit.SystemActor("Eingeladene Person")


def invite(
    address: str,
    municipality: Municipality | None,
    role: Role | None,
    *,
    message: str = "",
    is_admin: bool = False,
    actor: User,
    at: datetime,
) -> Invitation:
    """Invite an address by mail to a role at a municipality, to look after the instance, or to both.

    The caller commits, and says the same whether or not the address has an account. Refuses what is no mail address,
    the actor's own, a municipality that nobody can belong to, a role without a municipality and the reverse, whoever
    is a member there already, an address that is invited there already, and too many mails a day (RuleViolation).
    """
    folded = fold_address(address)
    if not is_mail_address(folded):
        raise RuleViolation("Das ist keine E-Mail-Adresse.", "email")
    if folded == actor.email:
        raise RuleViolation("Sich selbst laden Sie nicht ein. Fragen Sie unter „Mein Konto“ an.", "email")
    if (municipality is None) != (role is None):
        raise RuleViolation("Zu einer Kommune gehört eine Rolle, und zu einer Rolle eine Kommune.", "role")
    if municipality is None and not is_admin:
        raise RuleViolation("Bitte nennen Sie die Kommune, zu der Sie einladen.", "municipality")
    # Whoever invites the same address at the same time waits here for the first.
    wait_for_turn(f"address {folded}")
    if municipality is None:
        _ensure_no_admin(folded)
    else:
        _ensure_no_member(folded, municipality)
    _ensure_not_invited(folded, municipality, actor, at)
    invitation = Invitation(
        address=folded,
        municipality=municipality,
        role=role,
        is_admin=is_admin,
        message=message.strip(),
        invited_by=actor,
        times_sent=0,
    )
    _send(invitation, actor, at)
    db.session.add(invitation)
    db.session.flush()
    after = {"role": role.name.lower() if role else None, "is_admin": is_admin}
    _record(actor, "invitation.made", invitation, after=after)
    return invitation


def resend(invitation: Invitation, *, actor: User, at: datetime) -> None:
    """Mail a new link, which holds for its full time; the old one ends. The caller commits.

    Refuses an invitation that has ended, a municipality that nobody can belong to any more, and too many mails a day
    (RuleViolation).
    """
    _ensure_open(invitation)
    if invitation.municipality is not None:
        _ensure_takes_part(invitation.municipality)
    _send(invitation, actor, at)
    _record(actor, "invitation.sent_again", invitation)


def withdraw(invitation: Invitation, *, actor: User, at: datetime) -> None:
    """Take an invitation back; its link ends. The caller commits. Refuses one that has ended (RuleViolation)."""
    _ensure_open(invitation)
    close(invitation, InvitationState.WITHDRAWN, at=at)
    _record(actor, "invitation.withdrawn", invitation)


def accept(invitation: Invitation, user: User, *, at: datetime) -> None:
    """Let whoever was invited in, with the role of the invitation or the higher one that they have there.

    What they asked of the municipality is fulfilled with that. The caller commits. Refuses a user with another address,
    an invitation that has ended or expired, one's own, one to look after the instance whose sender does so no longer,
    and a municipality that nobody can belong to any more (RuleViolation).
    """
    if user.email != invitation.address:
        raise RuleViolation("Diese Einladung ging an eine andere Adresse als die, mit der Sie angemeldet sind.")
    users.take_turn(user)
    _ensure_holds(invitation, at)
    # Whoever invited may have changed their address since, to the one that they invited.
    if invitation.invited_by_id == user.id:
        raise RuleViolation("Über die eigene Aufnahme entscheidet jemand anderes.")
    if invitation.is_admin:
        _ensure_sent_by_admin(invitation)
    granted_by = invitation.invited_by or user
    municipality, role = invitation.municipality, invitation.role
    if municipality is not None and role is not None:
        users.grant(user, municipality, max(role, user.role_at(municipality.id) or role), actor=granted_by)
        joining.fulfil(user, municipality, actor=granted_by, at=at)
    if invitation.is_admin and not user.is_admin:
        user.is_admin = True
        after = {"is_admin": True}
        audit.record(granted_by, "user.made_admin", user, label=user.name, before={"is_admin": False}, after=after)
    close(invitation, InvitationState.ACCEPTED, at=at)
    _record(user, "invitation.accepted", invitation)


def accept_anew(invitation: Invitation, name: str, *, password_hash: str, at: datetime) -> User:
    """Make an account for whoever was invited, and let them in; gives the account. The caller commits.

    Refuses an address that has an account by now, and what ``accept`` refuses (RuleViolation).
    """
    user = users.create_user(invitation.address, name, password_hash=password_hash, actor=INVITED)
    accept(invitation, user, at=at)
    return user


def decline(invitation: Invitation, user: User | None, *, at: datetime) -> None:
    """Turn an invitation down, signed in or by the link alone. The caller commits.

    Refuses a user with another address, and an invitation that has ended or expired (RuleViolation).
    """
    if user is not None and user.email != invitation.address:
        raise RuleViolation("Diese Einladung ging an eine andere Adresse als die, mit der Sie angemeldet sind.")
    _ensure_holds(invitation, at)
    close(invitation, InvitationState.DECLINED, at=at)
    _record(user or INVITED, "invitation.declined", invitation)


def close(invitation: Invitation, state: InvitationState, *, at: datetime) -> None:
    """End an open invitation in this way. The caller commits."""
    invitation.state, invitation.ended_at = state, at
    db.session.flush()


def _send(invitation: Invitation, actor: User, at: datetime) -> None:
    _ensure_few(invitation, actor, at)
    token = secrets.token_urlsafe(32)
    invitation.token_hash = hash_token(token)
    invitation.sent_at, invitation.expires_at = at, at + LINK_LASTS
    invitation.times_sent += 1
    known = queries.user_by_address(invitation.address)
    mail.post(
        invitation.address,
        "accounts/invitation",
        language=known.mail_language if known else MailLanguage.GERMAN,
        inviter=actor.name,
        place=invitation.municipality,
        role=invitation.role,
        is_admin=invitation.is_admin,
        message=invitation.message,
        token=token,
    )


def _ensure_few(invitation: Invitation, actor: User, at: datetime) -> None:
    since, place = at - COUNTED_FOR, invitation.municipality
    if queries.invitations_sent(since, invited_by=actor) >= MOST_BY_USER:
        raise RuleViolation("Sie haben heute schon sehr viele Einladungen versendet. Morgen geht es weiter.")
    if queries.invitations_sent(since, at=place, to=invitation.address) >= MOST_TO_ADDRESS:
        raise RuleViolation("An diese Adresse gingen heute schon mehrere Einladungen. Morgen geht es weiter.", "email")
    if place is not None and queries.invitations_sent(since, at=place) >= MOST_AT_MUNICIPALITY:
        raise RuleViolation(
            f"Zu {place.display_name} wurden heute schon sehr viele Einladungen versendet. Morgen geht es weiter."
        )


def _ensure_no_admin(address: str) -> None:
    user = queries.user_by_address(address)
    if user is not None and user.is_admin:
        raise RuleViolation(f"{user.name} verwaltet die Instanz schon.", "email")


def _ensure_no_member(address: str, municipality: Municipality) -> None:
    """Members are told by name: whoever invites sees them in the list anyway. Of others nothing is said."""
    _ensure_takes_part(municipality)
    held = queries.membership_by_address(municipality, address)
    if held is not None:
        name = municipality.display_name
        raise RuleViolation(
            f"{held.user.name} gehört schon zu {name}. Die Rolle ändern Sie bei den Mitgliedern.", "email"
        )


def _ensure_takes_part(municipality: Municipality) -> None:
    ensure_takes_part(municipality.display_name, municipality.dissolved_on, municipality.inhabited)


def _ensure_not_invited(address: str, municipality: Municipality | None, actor: User, at: datetime) -> None:
    """Refuse a second invitation while the first can be accepted; one that has expired gives way."""
    held = queries.open_invitation(address, municipality)
    if held is None:
        return
    if held.holds(at):
        raise RuleViolation(
            "Diese Adresse ist schon eingeladen. Sie können die Einladung noch einmal senden oder zurückziehen.",
            "email",
        )
    close(held, InvitationState.CLOSED, at=at)
    _record(actor, "invitation.replaced", held)


def _ensure_open(invitation: Invitation) -> None:
    db.session.refresh(invitation, ["state", "expires_at", "token_hash"], with_for_update=True)
    if invitation.state is not InvitationState.OPEN:
        raise RuleViolation(ENDED)


def _ensure_holds(invitation: Invitation, at: datetime) -> None:
    followed = invitation.token_hash
    _ensure_open(invitation)
    # Sent again meanwhile: the link that was followed is no longer the one that holds.
    if invitation.token_hash != followed or not invitation.holds(at):
        raise RuleViolation(ENDED)


def _ensure_sent_by_admin(invitation: Invitation) -> None:
    inviter = invitation.invited_by
    if inviter is not None:
        db.session.refresh(inviter, ["is_admin", "deactivated_at"])
    if inviter is None or not inviter.is_active or not inviter.is_admin:
        raise RuleViolation(ENDED)


def _record(actor: audit.Actor, event: str, invitation: Invitation, after: dict[str, Any] | None = None) -> None:
    place = invitation.municipality
    label = f"{invitation.address}, {place.display_name}" if place else invitation.address
    audit.record(actor, event, invitation, label=label, kept=audit.Kept(place.id) if place else None, after=after)
