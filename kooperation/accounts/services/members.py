"""Who belongs to a municipality, and as what: changing a role, and taking somebody out."""

from kooperation.accounts import queries
from kooperation.accounts.models import Membership, User
from kooperation.accounts.rules import Role
from kooperation.accounts.services import users
from kooperation.audit import services as audit
from kooperation.base.db import db, wait_for_turn
from kooperation.base.errors import Gone, RuleViolation


def change_role(membership: Membership, role: Role, *, actor: User, confirmed: bool = False) -> None:
    """Give a member another role. The caller commits.

    Refuses to raise one's own role, to leave the municipality without a manager unless that is confirmed, and a
    membership that has ended (RuleViolation).
    """
    _take_turn(membership)
    before = membership.role
    if actor.id == membership.user_id and role > before:
        raise RuleViolation("Mehr Rechte gibt Ihnen nur jemand anderes.", "role")
    if role is before:
        return
    if role is not Role.MANAGER:
        _ensure_managed(membership, confirmed)
    membership.role = role
    db.session.flush()
    audit.record(
        actor,
        "membership.changed",
        membership.user,
        label=_label(membership),
        kept=audit.Kept(membership.municipality_id),
        before={"role": before.name.lower(), "municipality": membership.municipality.key},
        after={"role": role.name.lower(), "municipality": membership.municipality.key},
    )


def remove(membership: Membership, *, actor: User, confirmed: bool = False) -> None:
    """Take a member out; what they entered stays. The caller commits.

    Refuses to leave the municipality without a manager unless that is confirmed, and a membership that has ended
    (RuleViolation).
    """
    _take_turn(membership)
    _ensure_managed(membership, confirmed)
    user = membership.user
    audit.record(
        actor,
        "membership.removed",
        user,
        label=_label(membership),
        kept=audit.Kept(membership.municipality_id),
        before={"role": membership.role.name.lower(), "municipality": membership.municipality.key},
    )
    user.memberships.remove(membership)
    db.session.flush()


def wait_for_managers(*municipality_ids: int) -> None:
    """Wait until nobody else ceases to manage these municipalities. The user's turn (users.take_turn) comes first."""
    for number in sorted(municipality_ids):
        wait_for_turn(f"members {number}")


def _take_turn(membership: Membership) -> None:
    user = membership.user
    users.take_turn(user)
    wait_for_managers(membership.municipality_id)
    if membership not in user.memberships:
        raise Gone("Diese Mitgliedschaft gibt es nicht mehr.")


def _ensure_managed(membership: Membership, confirmed: bool) -> None:
    if confirmed or not queries.is_last_manager(membership):
        return
    raise RuleViolation(
        f"Danach verwaltet niemand mehr {membership.municipality.display_name}. Gemeindeverband und Landkreis dürfen "
        "dann wieder für die Kommune eintragen und entscheiden, wer dazugehört. Bestätigen Sie, dass Sie das wollen.",
        "confirmed",
    )


def _label(membership: Membership) -> str:
    return f"{membership.user.name}, {membership.municipality.display_name}"
