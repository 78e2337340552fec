"""Erasing a user: the account goes, what the person entered stays without their name."""

from datetime import datetime

from sqlalchemy import delete, select

from kooperation.accounts import queries
from kooperation.accounts.models import Invitation, JoinRequest, Registration, User
from kooperation.accounts.services.members import wait_for_managers
from kooperation.accounts.services.users import ensure_admin_remains
from kooperation.audit import services as audit
from kooperation.base import hooks, mail
from kooperation.base.db import db
from kooperation.base.errors import RuleViolation
from kooperation.base.mail.forgetting import forget_address


def erase_user(user: User, *, actor: audit.Actor, at: datetime, confirmed: bool = False) -> None:
    """Erase a user with everything that is theirs, blank them in the log, and tell them by a last mail.

    The caller commits. Refuses one who is gone already, the last administrator, and to leave a municipality without a
    manager unless that is confirmed (RuleViolation).
    """
    ensure_admin_remains(user)
    _ensure_managed(user, confirmed)
    address, name, language, is_own_wish = user.email, user.name, user.mail_language, actor.id == user.id
    for membership in user.memberships:
        place = membership.municipality
        audit.record(
            actor,
            "membership.removed",
            user,
            label=user.name,
            kept=audit.Kept(place.id),
            before={"role": membership.role.name.lower(), "municipality": place.key},
        )
    audit.record(actor, "user.erased", user, label=user.name)
    forget(user)
    last = mail.post(address, "accounts/erased", language=language, name=name, at=at, is_own_wish=is_own_wish)
    last.leaves_no_trace = True


def forget(user: User) -> None:
    """Remove a user and blank all that tells of them, also in the log; no rule is asked, nobody is told.

    The caller commits.
    """
    addresses = queries.addresses_of(user)
    hooks.erase(user)
    db.session.flush()
    requests = db.session.scalars(select(JoinRequest.id).where(JoinRequest.user_id == user.id)).all()
    audit.forget_records("JoinRequest", requests)
    audit.forget_records("User", [user.id])
    audit.forget_actor(user.id)
    for address in addresses:
        audit.forget_address(address)
        forget_address(address)
        forget_waiting(address)
    # The tables that refer to a user delete along.
    db.session.delete(user)
    db.session.flush()


def forget_waiting(address: str) -> None:
    """Remove what waits for whoever has an address: invitations, and registrations that nobody confirmed.

    The caller commits.
    """
    for model in (Invitation, Registration):
        theirs = db.session.scalars(select(model.id).where(model.address == address)).all()
        audit.forget_records(model.__name__, theirs)
        db.session.execute(delete(model).where(model.id.in_(theirs)))


def _ensure_managed(user: User, confirmed: bool) -> None:
    wait_for_managers(*(one.municipality_id for one in user.memberships))
    places = [one.display_name for one in queries.managed_alone_by(user)]
    if confirmed or not places:
        return
    raise RuleViolation(
        f"Danach verwaltet niemand mehr {', '.join(places)}. Gemeindeverband und Landkreis dürfen dann wieder für die "
        "Kommune eintragen und entscheiden, wer dazugehört. Bestätigen Sie, dass Sie das wollen.",
        "confirmed",
    )
