"""What accounts do and say when others call: tasks, ways to pages, reforms, and what is stored about whom."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from heapq import merge
from typing import Any

from flask import url_for

from kooperation.accounts import policy, queries, stored
from kooperation.accounts.guard import current_user
from kooperation.accounts.models import User
from kooperation.accounts.rules import ROLES, Role
from kooperation.accounts.services import reform
from kooperation.base import hooks
from kooperation.base.db import BERLIN, now
from kooperation.base.hooks import PageSlot, StoredData, Task
from kooperation.base.i18n import _, german_date
from kooperation.parties.models import Municipality, Party


def unit_slot(party: Party) -> PageSlot | None:
    """On the page of a municipality the way to its members, for whoever decides about them."""
    user = current_user()
    if user is None or not isinstance(party, Municipality) or not _decides_somewhere(user):
        return None
    return PageSlot("accounts/_unit_slot.html", position=900) if policy.decides_at(user, party) else None


def history_slot(party: Party) -> PageSlot | None:
    """On the page of a municipality the way to what was changed there, for whoever edits."""
    user = current_user()
    if user is None or not isinstance(party, Municipality) or not policy.edits(user, party):
        return None
    return PageSlot("accounts/_history_slot.html", position=950)


def personal_data(user: User) -> Iterator[StoredData]:
    """What accounts, outbox and log hold about a user."""
    return stored.stored_about(user)


def tasks(user: User) -> Iterator[Task]:
    """The requests that the user decides about, and the choices that a reform left; the oldest first."""
    return merge(_requests(user), _choices(user), key=lambda task: task.since)


def _requests(user: User) -> Iterator[Task]:
    for request in queries.requests_in_short(user) if _decides_somewhere(user) else ():
        yield Task(
            title=_("%(name)s möchte zu %(place)s", name=request.name, place=request.place),
            text=_("Gewünschte Rolle: %(role)s", role=_(ROLES[request.role])),
            url=url_for("accounts.show_request", number=request.number),
            since=request.asked_at,
        )


def _choices(user: User) -> Iterator[Task]:
    gone_ones = [(one, one.dissolved_on) for one in (queries.choices_of(user) if _was_dissolved(user) else ())]
    for gone, day in sorted(gone_ones, key=lambda pair: pair[1] or date.min):
        assert day is not None
        yield Task(
            title=_("Wo geht es nach %(name)s weiter?", name=gone.display_name),
            text=_("Zum %(date)s aufgelöst; mehrere sind an ihre Stelle getreten.", date=german_date(day)),
            url=url_for("accounts.choose_successor", key=gone.key),
            since=datetime.combine(day, time(), BERLIN),
        )


def tasks_counted(user: User) -> Any:
    """How many tasks the user has, as a part of a statement; None where there can be none."""
    counts: list[Any] = []
    if _decides_somewhere(user):
        counts.append(queries.requests_counted_for(user))
    if _was_dissolved(user):
        counts.append(queries.choices_counted_for(user))
    return sum(counts[1:], counts[0]) if counts else None


def waiting_tasks(user: User) -> int:
    """How many tasks of all features wait for the user, with one statement at most."""
    return queries.total(count for count in hooks.tasks_counted(user) if count is not None)


def party_dissolved(party: Party, successors: Sequence[Municipality]) -> None:
    """Let the members of a dissolved municipality go on, in the transaction of the reform."""
    if isinstance(party, Municipality):
        reform.follow(party, successors, at=now())


def party_merged(from_id: int, into_id: int) -> None:
    """Point memberships, consent and requests at the row that stays."""
    reform.merge(from_id, into_id, at=now())


def _decides_somewhere(user: User) -> bool:
    return user.is_admin or any(one.role is Role.MANAGER for one in user.memberships)


def _was_dissolved(user: User) -> bool:
    return any(one.municipality.dissolved_on is not None for one in user.memberships)
