"""Who belongs to a municipality, and as what: changing a role, and taking somebody out."""

from kooperation.accounts import queries
from kooperation.accounts.models import Membership, User
from kooperation.accounts.rules import Role
from kooperation.audit import services as audit
from kooperation.base.db import db
from kooperation.base.errors import RuleViolation


def change_role(membership: Membership, role: Role, *, actor: User, confirmed: bool = False) -> None:
    """Give a member another role. The caller commits.

    Refuses to raise one's own role, and to leave the municipality without a manager unless that is confirmed
    (RuleViolation).
    """
    before = membership.role
    if actor.id == membership.user_id and role > before:
        raise RuleViolation("Mehr Rechte gibt Ihnen nur jemand anderes.", "role")
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

    Refuses to leave the municipality without a manager unless that is confirmed (RuleViolation).
    """
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
