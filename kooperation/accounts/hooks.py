"""What accounts have to say on the pages of others: what waits for whom."""

from collections.abc import Iterator
from typing import Any

from flask import url_for

from kooperation.accounts import policy, queries
from kooperation.accounts.guard import current_user
from kooperation.accounts.models import User
from kooperation.accounts.rules import ROLES, Role
from kooperation.base import hooks
from kooperation.base.hooks import PageSlot, Task
from kooperation.base.i18n import _
from kooperation.parties.models import Municipality, Party


def unit_slot(party: Party) -> PageSlot | None:
    """On the page of a municipality the way to its members, for whoever decides about them."""
    user = current_user()
    if user is None or not isinstance(party, Municipality) or not _decides_somewhere(user):
        return None
    return PageSlot("accounts/_unit_slot.html", position=900) if policy.decides_at(user, party) else None


def tasks(user: User) -> Iterator[Task]:
    """The requests that the user decides about."""
    if _decides_somewhere(user):
        for request in queries.requests_for(user):
            yield Task(
                title=_(
                    "%(name)s möchte zu %(place)s", name=request.user.name, place=request.municipality.display_name
                ),
                text=_("Gewünschte Rolle: %(role)s", role=_(ROLES[request.role])),
                url=url_for("accounts.show_request", number=request.id),
                since=request.asked_at,
            )


def tasks_counted(user: User) -> Any:
    """How many tasks the user has, as a part of a statement; None where there can be none."""
    return queries.requests_counted_for(user) if _decides_somewhere(user) else None


def waiting_tasks(user: User) -> int:
    """How many tasks of all features wait for the user, with one statement at most."""
    return queries.total(count for count in hooks.tasks_counted(user) if count is not None)


def _decides_somewhere(user: User) -> bool:
    return user.is_admin or any(one.role is Role.MANAGER for one in user.memberships)
