"""Giving others a role at a municipality, in the place of those who manage it."""

from kooperation.accounts.models import Membership, User
from kooperation.accounts.rules import Role
from kooperation.accounts.services import users
from kooperation.base.errors import RuleViolation
from kooperation.parties.models import Municipality


def grant(user: User, municipality: Municipality, role: Role, *, actor: User) -> Membership:
    """Make a user a member of a municipality. The caller commits.

    Refuses a user who is one already, a municipality that nobody can belong to, and oneself: what a municipality keeps
    to itself is not for the administrators, who ask to be let in like everybody (RuleViolation).
    """
    if user.role_at(municipality.id) is not None:
        raise RuleViolation(f"{user.name} gehört schon zu {municipality.display_name}.", "municipality")
    if actor.id == user.id:
        raise RuleViolation(
            "Sich selbst nehmen Sie nirgends auf. Bitten Sie unter „Mein Konto“ um Aufnahme wie alle anderen.",
            "municipality",
        )
    return users.grant(user, municipality, role, actor=actor)
